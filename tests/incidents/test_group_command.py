"""`yuqing incidents group`: JSON lines in, incidents out."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from incidents.grouping import incident_id
from tests.incidents.stories import BRIDGE, DAILY, START, WATER, week


def run(*words: str, given: bytes | str | None = None) -> Result:
    return CliRunner().invoke(main, ["incidents", "group", *words], input=given)


def line(name: str, text: Any, hours: float = 0, **more: Any) -> str:
    return json.dumps({"id": name, "published_at": (START + timedelta(hours=hours)).isoformat(), "text": text, **more}, ensure_ascii=False)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(answer) for answer in result.stdout.splitlines()]


def by_id(result: Result) -> dict[str, str | None]:
    return {answer["id"]: answer["incident"] for answer in answers(result)}


def test_stories_become_incidents_and_daily_life_none() -> None:
    """One answer a line, in order; posts alone that neither complain nor ask nor spread belong to none."""
    posts = week()
    text = "\n".join(
        json.dumps({"id": post.id, "published_at": post.at.isoformat(), "text": post.text, "sentiment": 0}, ensure_ascii=False)
        for post in posts
    )
    result = run(given=text)
    assert result.exit_code == 0
    assert [answer["id"] for answer in answers(result)] == [post.id for post in posts]
    found = by_id(result)
    assert {found[f"weibo:water{number}"] for number in range(len(WATER))} == {incident_id("weibo:water0")}
    assert len({found[f"weibo:bridge{number}"] for number in range(len(BRIDGE))}) == 1
    assert {found[f"weibo:daily{number}"] for number in range(len(DAILY))} == {None}
    assert "共 2 个事件" in result.stderr


def test_a_lone_post_is_an_incident_where_it_is_a_candidate() -> None:
    """Because it is negative, asks, or spreads; its own fields go before the model's."""
    lines = [
        line("calm", "今天食堂的红烧肉真好吃", sentiment=0),
        line("angry", "雨天在家睡懒觉", 1, sentiment=-1),
        line("unsure", "终于把拖了半年的书看完", 2, sentiment=-1, sentiment_score=0.2),
        line("asks", "请问居住证怎么办理", 3, sentiment=0),
        line("loud", "公园的银杏黄了", 4, sentiment=0, forwards=90, comments=10),
        line("quiet", "新买的耳机到了", 5, sentiment=0, forwards=-5, comments="many"),
    ]
    found = by_id(run(given="\n".join(lines)))
    assert {name for name, incident in found.items() if incident} == {"angry", "asks", "loud"}


def test_a_line_without_sentiment_is_tagged() -> None:
    """The shipped model says who is dissatisfied."""
    found = by_id(run(given=line("bad", "太差劲了，气死我了，垃圾服务") + "\n" + line("good", "今天真开心，谢谢大家")))
    assert found["bad"] is not None
    assert found["good"] is None


def test_the_same_post_again_stays_where_it_is() -> None:
    """A post seen twice is one post: it gets no company by itself."""
    found = answers(run(given="\n".join([line("x", DAILY[0], sentiment=0)] * 3)))
    assert found == [{"id": "x", "incident": None}] * 3


def test_bad_lines_come_back_with_error_and_the_rest_is_done() -> None:
    """Each keeps its place and, where it has one, its id; the exit code is 1."""
    bad: list[bytes] = [
        b"",
        b"{",
        b"[1]",
        b'{"published_at":"2026-11-02","text":"x"}',
        b'{"id":"a","text":"x"}',
        b'{"id":"b","published_at":"yesterday","text":"x"}',
        b'{"id":"c","published_at":5,"text":"x"}',
        b'{"id":"d","published_at":"2026-11-02"}',
        b'{"id":"e","published_at":"2026-11-02","text":5}',
        b'{"id":"","published_at":"2026-11-02","text":"x"}',
        b'{"id":true,"published_at":"2026-11-02","text":"x"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ]
    good = [line(f"good{number}", text, number / 10).encode() for number, text in enumerate(WATER[:3])]
    result = run(given=b"\n".join([good[0], *bad, *good[1:]]) + b"\n")
    found = answers(result)
    assert result.exit_code == 1
    assert len(found) == len(bad) + 3
    assert all(answer["error"] and answer["incident"] is None for answer in found[1 : len(bad) + 1])
    assert [answer["line"] for answer in found[1 : len(bad) + 1]] == list(range(2, len(bad) + 2))
    assert [answer["id"] for answer in found[5:10]] == ["a", "b", "c", "d", "e"]
    assert len({answer["incident"] for answer in (found[0], *found[-2:])}) == 1
    assert f"{len(bad)} 行无法使用" in result.stderr


@pytest.mark.parametrize(
    "text",
    ["", "😀", "\x00", "停水" * 50_000, "\\ud800停水"],
    ids=["empty", "emoji", "nul", "long", "surrogate"],
)
def test_hostile_texts_are_usable(text: str) -> None:
    """Whatever stands in a text, it is a post."""
    given = line("x", "TEXT").replace("TEXT", text if text != "\x00" else "\\u0000")
    result = run(given=given)
    assert result.exit_code == 0
    assert answers(result)[0]["id"] == "x"


def test_ids_may_be_numbers_and_times_may_lack_an_offset() -> None:
    """A number becomes text; a time without offset is the office's, the same moment as with it."""
    naive = [line(str(number), text).replace("2026-11-02T08:00:00+00:00", "2026-11-02T16:00:00") for number, text in enumerate(WATER)]
    assert "+00:00" not in naive[0]
    aware = [line(str(number), text) for number, text in enumerate(WATER)]
    numbered = [json.dumps(json.loads(given) | {"id": number}) for number, given in enumerate(naive)]
    assert answers(run(given="\n".join(numbered))) == answers(run(given="\n".join(aware)))


def test_lines_out_of_time_order_are_told() -> None:
    """They are grouped all the same, and people hear why it may be worse."""
    result = run(given="\n".join([line("new", WATER[0], 60), line("old", WATER[1], 0)]))
    assert result.exit_code == 0
    assert "1 行比前文早一天以上" in result.stderr
    assert "比前文早" not in run(given="\n".join([line("a", WATER[0], 0), line("b", WATER[1], 60)])).stderr


def test_files_in_and_out(tmp_path: Path) -> None:
    """By name; the answers can't overwrite the posts, and a missing file is said."""
    posts, out = tmp_path / "posts.jsonl", tmp_path / "out.jsonl"
    posts.write_text("\n".join(line(str(number), text) for number, text in enumerate(WATER)), encoding="utf-8")
    assert run(str(posts), "-o", str(out)).exit_code == 0
    assert len(out.read_text().splitlines()) == len(WATER)
    same = run(str(posts), "-o", str(posts))
    assert (same.exit_code, "write to another one" in same.output) == (2, True)
    gone = run(str(tmp_path / "gone.jsonl"))
    assert (gone.exit_code, "check that it is there" in gone.output) == (2, True)


def test_nothing_in_nothing_out() -> None:
    """An empty stream is no error."""
    result = run(given="")
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_date_beyond_the_calendar_is_a_bad_line_or_a_post() -> None:
    """Year 1 and year 9999 with offsets that leave the calendar don't stop the rest."""
    edge = [
        json.dumps({"id": "first", "published_at": "0001-01-01T00:00:00+14:00", "text": "停水"}),
        json.dumps({"id": "last", "published_at": "9999-12-31T23:59:59-12:00", "text": "停水"}),
        line("now", WATER[0]),
    ]
    assert [answer["id"] for answer in answers(run(given="\n".join(edge)))] == ["first", "last", "now"]
