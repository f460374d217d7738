"""Lays a report out: title, sections in the order in which it is read, the officers' words, and who signed it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from indexers.links import report_link
from reports import lay_cases, lay_posts
from reports.archive import Report, Words
from reports.blocks import Block, Heading, paragraph, run
from reports.content import Content
from reports.naming import office_of
from reports.period import Kind
from reports.plain import moment, quiet
from reports.words import NUMERALS

DRAFT = "草稿，未签发"
EMPTY = "（待填写）"

Section = tuple[str, Callable[[Content], Iterator[Block]]]
_VOLUME: Section = ("概况", lay_posts.volume)
_POSTS: tuple[Section, ...] = (("主题", lay_posts.topics), ("涉及账号", lay_posts.accounts), ("传播较广的内容", lay_posts.led))
_CASES: tuple[Section, ...] = (
    ("事件", lay_cases.incidents),
    ("时限", lay_cases.clocks),
    ("诉求", lay_cases.requests),
    ("预警", lay_cases.alerts),
)
_REST: tuple[Section, ...] = (("本单位账号", lay_posts.own), ("采集情况", lay_posts.coverage))
# Whoever takes over a shift first needs what must be chased; whoever reads about a day, what it was like.
ORDER: dict[Kind, tuple[Section, ...]] = {
    Kind.DAILY: (_VOLUME, *_POSTS, *_CASES, *_REST),
    Kind.HANDOVER: (*_CASES, _VOLUME, *_POSTS, *_REST),
}
QUIET: tuple[Section, ...] = (_VOLUME, *_POSTS, *_REST)


class Laid(NamedTuple):
    """A report, laid out."""

    office: str
    title: str
    period: str
    mark: str  # of a draft, or who signed
    draft: bool
    blocks: tuple[Block, ...]


def lay_out(report: Report) -> Laid:
    """Lay out a report as it is kept."""
    content, zone = report.content, ZoneInfo(report.content.timezone)
    mark = DRAFT if report.signed_at is None else f"{report.signed_by} 签发于 {report.signed_at.astimezone(zone):%Y-%m-%d %H:%M}"
    sections = [
        *_sections(content),
        *_words(report.words, draft=not report.signed),
        ("说明", [*lay_posts.bases(content), _edition(report, zone), _page(report)]),
    ]
    blocks = [block for place, (name, part) in enumerate(sections) for block in (Heading(f"{_numeral(place)}、{name}", 1), *part)]
    lead = [paragraph(text, tone="warning") for text in _lead(content)]
    return Laid(office_of(content), report.title, report.period, quiet(mark), not report.signed, (*lead, *blocks))


def _lead(content: Content) -> Iterator[str]:
    if not content.quiet:
        return
    yield "零报告：本期没有新发现或有进展的事件，没有到期的时限，没有诉求和预警。"
    if content.coverage.gaps or not content.coverage.sources:
        yield "但采集有缺口（见“采集情况”），没有报告不等于没有情况。"


def _sections(content: Content) -> Iterator[tuple[str, list[Block]]]:
    for name, part in QUIET if content.quiet else ORDER[content.kind]:
        yield name, list(part(content))


def _words(words: Words, *, draft: bool) -> Iterator[tuple[str, list[Block]]]:
    """What officers wrote; a draft shows where they still can."""
    for name, text in (("分析", words.analysis), ("建议", words.advice)):
        if text or draft:
            yield name, [paragraph(part) for part in (text or EMPTY).split("\n") if part.strip()]


def _edition(report: Report, zone: ZoneInfo) -> Block:
    edited = "" if report.edited_at is None else f"；文字由 {report.edited_by} 改于 {moment(report.edited_at, zone)}"
    return paragraph(f"编号 {report.id}，第 {report.version} 版，{report.made_by} 生成{edited}。", tone="note")


def _page(report: Report) -> Block:
    """Where the numbers lead to the posts behind them."""
    return paragraph(run("全文及各数字的来历：", report_link(report.id), spelled=True), tone="note")


def _numeral(place: int) -> str:
    ten = len(NUMERALS)
    return NUMERALS[place] if place < ten else f"十{NUMERALS[place - ten]}"
