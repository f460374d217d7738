"""A report laid out and written as text to paste: every number, in the order in which it is read, and nothing that forges a line."""

import re
from collections.abc import Iterator

import pytest

from reports.archive import Words
from reports.blocks import Heading, Paragraph, Run, Table
from reports.content import Compared, Number
from reports.layout import lay_out
from reports.period import Kind
from reports.text import absolute, render
from tests.reports.example import END, MADE, START, at, compared, content, number, report

ADDRESS = "https://yuqing.example/"


def runs(blocks: tuple[object, ...]) -> Iterator[Run]:
    """Every run, wherever it stands."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.runs
        elif isinstance(block, Table):
            yield from (run for row in block.rows for cell in row for run in cell)


def sections(**given: object) -> list[str]:
    laid = lay_out(report(**given))
    return [block.text.partition("、")[2] for block in laid.blocks if isinstance(block, Heading)]


def test_a_daily_report_begins_with_what_the_day_was_like() -> None:
    """A handover with what must be chased; a quiet day leaves out what there is not."""
    said = content()
    assert sections()[:4] == ["概况", "主题", "涉及账号", "传播较广的内容"]
    assert sections(content=said.model_copy(update={"kind": Kind.HANDOVER}))[:5] == ["事件", "时限", "诉求", "预警", "概况"]
    assert "事件" not in sections(content=said.model_copy(update={"quiet": True}))
    assert sections()[-3:] == ["分析", "建议", "说明"]


def test_what_an_account_published_leads_to_its_posts() -> None:
    """The number itself, not only the account's name."""
    told = content()
    links = {(one.text, one.link) for one in runs(lay_out(report(content=told)).blocks)}
    published = [account for account in told.own.rows if account.posts]
    assert published
    assert {(str(account.posts), account.page) for account in published} <= links


def test_every_number_is_in_the_text() -> None:
    """Whatever the value says can be pasted."""
    text = render(lay_out(report()), ADDRESS)
    numbers = (
        "1207",
        "1003",
        "1000.5",
        "311",
        "26%",
        "800",
        "90",
        "73",
        "31",
        "1280",
        "52",
        "990",
        "47",
        "61",
        "9 件",
        "6 件",
        "12 轮",
        "288",
    )
    for said in (
        *numbers,
        "东湖小区停水",
        "wang",
        "研判",
        "发布权威信息",
        "回应社会关切（法定）",
        "投诉 3、举报 1",
        "账号声量突增",
        "refused",
    ):
        assert said in text, said
    assert "另有 6 条没有情感标签" in text
    assert "原文 https://weibo.example/1?a=1&b=2" in text
    assert "本系统页面 https://yuqing.example/posts/weibo:1" in text
    assert "https://yuqing.example/reports/daily-2026-11-18.1" in text


def test_without_an_address_our_pages_are_not_named() -> None:
    """A path alone leads nowhere; originals are named all the same."""
    text = render(lay_out(report()))
    assert "/posts/" not in text
    assert "/reports/" not in text
    assert "https://weibo.example/1" in text


def test_every_number_of_posts_leads_to_them() -> None:
    """Each `Number` of the value stands in the layout with its link."""

    def walk(value: object) -> Iterator[Number]:
        if isinstance(value, Number):
            yield value
        elif isinstance(value, Compared):
            yield from walk(value.now)
            yield from walk(value.before)
        elif isinstance(value, tuple):
            for one in value:
                yield from walk(one)
        elif hasattr(value, "model_fields_set"):
            for name in type(value).model_fields:  # type: ignore[attr-defined]
                yield from walk(getattr(value, name))

    linked = {(run.text, run.link) for run in runs(lay_out(report()).blocks)}
    found = list(walk(content()))
    assert len(found) > 10
    for one in found:
        assert (str(one.n), one.link) in linked


def test_a_draft_says_so_until_it_is_signed() -> None:
    """In the first lines; then who signed, and when, in the office's time."""
    assert "【草稿，未签发】" in render(lay_out(report())).splitlines()[2]
    signed = render(lay_out(report(signed_by="王敏", signed_at=MADE)))
    assert signed.splitlines()[2] == "【王敏 签发于 2026-11-19 01:00】"
    assert "草稿" not in signed
    assert "（待填写）" in render(lay_out(report()))
    assert "（待填写）" not in signed


def test_the_words_of_officers_stand_in_their_place() -> None:
    """With their paragraphs."""
    text = render(lay_out(report(Words(analysis="投诉集中。\n多在夜间。", advice="尽快公布。"))))
    assert re.search(r"、分析\n投诉集中。\n多在夜间。\n\n\S+、建议\n尽快公布。\n", text)


def test_a_quiet_day_is_a_zero_report_that_owns_up_to_its_gaps() -> None:
    """零报告 says what was covered; with a gap it says that this proves nothing."""
    said = content(quiet=True)
    text = render(lay_out(report(content=said)))
    assert "舆情日报（零报告）" in text
    assert "但采集有缺口" in text
    assert "b-feed：失败，自 11-18 02:00 起，到 11-19 00:00 仍未恢复，12 轮不完整。等待超时" in text
    whole = said.coverage.model_copy(update={"gaps": ()})
    calm = render(lay_out(report(content=said.model_copy(update={"coverage": whole}))))
    assert "采集有缺口" not in calm
    assert "没有缺口" in calm


def test_what_gaps_mean_is_said() -> None:
    """Numbers may be too low while a gap lasts; once it is made good, only what the source no longer shows is missing."""
    said = content()
    assert "实际数量可能更多" in render(lay_out(report()))
    gaps = tuple(gap.model_copy(update={"mended_at": at(25)}) for gap in said.coverage.gaps)
    mended = said.model_copy(update={"coverage": said.coverage.model_copy(update={"gaps": gaps})})
    text = render(lay_out(report(content=mended)))
    assert "自 11-18 02:00 起至 11-19 01:00" in text
    assert "实际数量可能更多" not in text
    late = said.model_copy(update={"coverage": said.coverage.model_copy(update={"began": at(3)})})
    assert "本系统于 11-18 03:00 开始采集" in render(lay_out(report(content=late)))
    never = said.coverage.gaps[0].model_copy(update={"state": "never", "since": None, "mended_at": at(30), "why": "此前没有任何一轮的记录"})
    unborn = said.model_copy(update={"coverage": said.coverage.model_copy(update={"gaps": (never,)})})
    assert "b-feed：尚未运行，11-19 06:00 首次完整采集。此前没有" in render(lay_out(report(content=unborn)))
    none = said.model_copy(update={"coverage": said.coverage.model_copy(update={"sources": 0, "gaps": (), "whole": ()})})
    assert "没有启用的来源" in render(lay_out(report(content=none)))


def test_what_is_unknown_is_not_nought() -> None:
    """Days before collection began have no number, and a mean says over how many days it is."""
    said = content()
    assert "均值只含已开始采集的 2 天" in render(lay_out(report()))
    first = said.volume.model_copy(update={"all": compared(5, None)})
    text = render(lay_out(report(content=said.model_copy(update={"volume": first}))))
    assert "全部：本期 5，前一日同期 未知，近7日均值 未知" in text
    assert "尚未开始采集" in text


def test_periods_are_told_as_people_do() -> None:
    """A day with its weekday; a shift with both its ends; what is not over, up to when."""
    said = content()
    assert lay_out(report()).period == "2026年11月18日（周三）"
    assert lay_out(report(content=said.model_copy(update={"until": at(8.5)}))).period == "2026年11月18日（周三），截至 11-18 08:30"
    shift = said.model_copy(update={"kind": Kind.HANDOVER, "start": at(20), "end": at(32), "until": at(32)})
    assert lay_out(report(content=shift)).period == "2026年11月18日（周三） 20:00 至 11月19日 08:00"
    day_shift = shift.model_copy(update={"start": at(8), "end": at(20), "until": at(20)})
    assert lay_out(report(content=day_shift)).period == "2026年11月18日（周三） 08:00 至 20:00"


def test_no_text_forges_a_line() -> None:
    """A title with line breaks stays one line, so nobody can write a section into a report."""
    said = content()
    forged = said.clocks[0].model_copy(update={"title": "停水\n\n十、采集情况\n没有缺口"})
    text = render(lay_out(report(content=said.model_copy(update={"clocks": (forged,)}))))
    assert "\n十、采集情况\n没有缺口" not in text


@pytest.mark.parametrize(
    ("link", "address", "expected"),
    [
        ("/search?q=1", "https://y.example", "https://y.example/search?q=1"),
        ("/search", "https://y.example/", "https://y.example/search"),
        ("/search", None, None),
        ("https://a.example/", None, "https://a.example/"),
        (None, "https://y.example", None),
    ],
)
def test_links_lead_there_from_anywhere(link: str | None, address: str | None, expected: str | None) -> None:
    """Or are none."""
    assert absolute(link, address) == expected


def test_the_example_is_of_a_day() -> None:
    """The tests above rest on it."""
    assert (END - START).days == 1
    assert number(3).n == 3
