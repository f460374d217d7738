"""How a source fares is told from the ledger."""

from datetime import timedelta

import pytest

from config.sources import FeedSource
from streams.messages import Coverage
from tests.web.conftest import NOW
from web.coverage import judge, source_states
from web.pages.duty import problems

SOURCE = FeedSource(id="news", spider="feed", urls=("https://news.example/feed",), interval=300)
OFF = SOURCE.model_copy(update={"id": "off", "enabled": False})


def run(*, minutes_ago: float = 1, outcome: str = "complete", **given: object) -> Coverage:
    at = NOW - timedelta(minutes=minutes_ago)
    return Coverage(id="news:1", source="news", started_at=at, ended_at=at, outcome=outcome, **given)  # type: ignore[arg-type]  # given by name


@pytest.mark.parametrize(
    ("source", "report", "state", "why"),
    [
        (SOURCE, run(), "complete", None),
        (SOURCE, None, "never", "还没有任何一轮的记录"),
        (OFF, None, "off", "来源已停用"),
        (OFF, run(outcome="failed"), "off", "来源已停用"),
        (SOURCE, run(outcome="failed", reason="sign_in_page"), "failed", "被要求登录，未绕过"),
        (SOURCE, run(outcome="partial", reason="new_reason", detail="说明"), "partial", "说明"),
        (SOURCE, run(expected=2498, seen=88), "complete", None),  # the rest was read before
        (SOURCE, run(outcome="partial", expected=10, seen=4, reason="ended_early"), "partial", "取到的少于网站声称的数量"),
        (SOURCE, run(minutes_ago=15.9), "complete", None),
        (SOURCE, run(minutes_ago=17), "silent", "上一轮结束于 17 分钟前，应每 300 秒一轮"),
        (None, run(), "gone", None),
        (None, run(outcome="failed", reason="timeout"), "gone", "等待超时"),
    ],
)
def test_a_source_is_judged(source: FeedSource | None, report: Coverage | None, state: str, why: str | None) -> None:
    """By what it said last, and when: silence is a failure, too."""
    assert judge(source, report, NOW) == (state, why)


def test_what_is_configured_and_what_has_reported_are_listed() -> None:
    """A source that never ran is not forgotten, nor one that was taken out of the configuration."""
    taken_out = Coverage(id="x:1", source="x", started_at=NOW, ended_at=NOW, outcome="failed", reason="timeout")
    states = source_states([SOURCE, OFF], [run(outcome="failed"), taken_out], NOW)
    assert [(one.source, one.state) for one in states] == [("news", "failed"), ("off", "off"), ("x", "gone")]
    assert [one.source for one in problems(states)] == ["news"]
