"""What was collected is told from the ledger: stretches in which a source failed, was partial or silent, and whether they were made good."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from config.sources import FeedSource
from indexers.coverage_queries import Ends
from indexers.slots import Window
from reports.covered import Stretch, few, stretches
from streams.messages import Coverage

START = datetime(2026, 11, 1, 16, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(hours=24))
SOURCE = FeedSource(id="news", spider="feed", urls=("https://news.example/feed",), interval=3600)
MINUTES = timedelta(minutes=2)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def run(hour: float, outcome: str = "complete", **given: object) -> Coverage:
    return Coverage(id=f"news:{hour}", source="news", started_at=at(hour), ended_at=at(hour) + MINUTES, outcome=outcome, **given)  # type: ignore[arg-type]


def good(*hours: float) -> list[Coverage]:
    return [run(hour) for hour in hours]


WELL = Ends(at(-1) + MINUTES, at(-1) + MINUTES)


def found(
    runs: Sequence[Coverage], before: Ends = WELL, source: FeedSource | None = SOURCE
) -> list[tuple[str, float | None, float | None, int]]:
    """The stretches in hours of the day; ends of runs are told as the hour in which they began."""

    def hour(moment: datetime | None) -> float | None:
        return None if moment is None else round((moment - START) / timedelta(hours=1), 1)

    return [(one.state, hour(one.since), hour(one.until), one.runs) for one in stretches(source, runs, before, WINDOW)]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (good(*range(24)), []),
        ([*good(*range(6)), run(6, "failed"), run(7, "failed"), *good(*range(8, 24))], [("failed", 6.0, 8.0, 2)]),
        ([*good(*range(6)), run(6, "partial"), run(7, "failed"), *good(*range(8, 24))], [("failed", 6.0, 8.0, 2)]),
        ([*good(*range(6)), run(6, "partial"), *good(*range(7, 24))], [("partial", 6.0, 7.0, 1)]),
        ([*good(*range(23)), run(23, "partial", expected=9, seen=4)], [("partial", 23.0, None, 1)]),
        ([*good(*range(23)), run(23, expected=9, seen=4)], []),  # the rest was read before
        (good(*range(12)), [("silent", 11.0, None, 0)]),
        (good(*range(6), *range(12, 24)), [("silent", 5.0, 12.0, 0)]),
        ([*good(*range(6)), run(12, "failed"), *good(*range(13, 24))], [("failed", 5.0, 13.0, 1)]),
        ([*good(*range(6)), run(6, "failed"), *good(*range(12, 24))], [("failed", 6.0, 12.0, 1)]),
        ([], [("silent", -1.0, None, 0)]),
        (good(*range(0, 24, 3)), []),
    ],
)
def test_gaps_of_a_day(runs: list[Coverage], expected: list[object]) -> None:
    """From the first run that brought less, or the last sound, to the end of the next complete run. Three intervals are no silence yet."""
    assert found(runs) == expected


def test_a_gap_may_have_begun_before() -> None:
    """Since the last complete run, however long ago; of a source that never was complete nobody knows since when."""
    assert found(good(*range(24)), Ends(at(-1), at(-30))) == [("failed", -30.0, 0.0, 0)]
    assert found([run(hour, "failed") for hour in range(24)], Ends(at(-1), None)) == [("failed", None, None, 24)]
    assert found(good(*range(10, 24)), Ends(at(-9), at(-9))) == [("silent", -9.0, 10.0, 0)]


def test_a_source_that_never_ran_says_so() -> None:
    """It is no failure of the day, but its posts are not there."""
    (never,) = stretches(SOURCE, [], Ends(None, None), WINDOW, was_used=False)
    assert (never.state, never.since, never.until) == ("never", None, None)
    assert found(good(*range(6, 24)), Ends(None, None)) == [("never", 0.0, 6.0, 0)]
    assert found([run(6, "failed"), *good(*range(7, 24))], Ends(None, None)) == [("failed", 0.0, 7.0, 1)]


def test_the_silence_of_a_source_that_is_no_longer_there_is_right() -> None:
    """But that it failed while it was is told."""
    assert found(good(*range(6)), source=None) == []
    assert found([*good(*range(6)), run(6, "failed", reason="timeout")], source=None) == [("failed", 6.0, None, 1)]


def test_the_worst_run_says_why() -> None:
    """A failure more than a partial run, and any run more than silence."""
    (gap,) = stretches(SOURCE, [run(0, "partial", reason="max_pages"), run(1, "failed", reason="captcha"), run(2, "partial")], WELL, WINDOW)
    assert gap.why == "被要求输入验证码，未绕过"
    (gap,) = stretches(SOURCE, [run(9, "partial", detail="说明")], WELL, WINDOW)
    assert (gap.state, gap.why) == ("partial", "说明")


def test_many_gaps_of_one_source_are_told_as_one() -> None:
    """From the first to the last, with all its runs; a few stand by themselves."""
    runs = [run(hour, "failed" if hour % 2 else "complete") for hour in range(24)]
    gaps = stretches(SOURCE, runs, WELL, WINDOW)
    assert len(gaps) == 12
    assert list(few(gaps)) == [(Stretch("failed", at(1), None, 12, "failed"), True)]
    assert [scattered for _, scattered in few(gaps[:3])] == [False, False, False]
