"""Which hours a report is of: the office's days and shifts, by its wall clock, and never what has not been."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from indexers.slots import Window
from reports.errors import BadPeriod
from reports.period import Kind, daily, handover

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 4, 30, 20, 123456, tzinfo=UTC)  # half past noon in Shanghai


def test_a_day_is_the_office_s() -> None:
    """It begins and ends at its midnight; of yesterday all is told."""
    period = daily(date(2026, 11, 17), SHANGHAI, NOW)
    assert period.window == Window(datetime(2026, 11, 16, 16, tzinfo=UTC), datetime(2026, 11, 17, 16, tzinfo=UTC))
    assert (period.kind, period.until, period.over, period.name) == (Kind.DAILY, period.window.end, True, "daily-2026-11-17")


def test_of_today_it_tells_what_has_been() -> None:
    """Up to the whole second, as the search page's addresses have it; other days are compared up to the same hour."""
    period = daily(date(2026, 11, 18), SHANGHAI, NOW)
    assert (period.until, period.over) == (NOW.replace(microsecond=0), False)
    assert period.earlier(1) == Window(datetime(2026, 11, 16, 16, tzinfo=UTC), datetime(2026, 11, 17, 4, 30, 20, tzinfo=UTC))


def test_the_first_second_of_a_day_has_a_report() -> None:
    """No window is empty or reversed."""
    now = datetime(2026, 11, 17, 16, 0, 0, 400, tzinfo=UTC)
    assert daily(date(2026, 11, 18), SHANGHAI, now).until > now.replace(microsecond=0)


def test_days_are_compared_by_the_wall_clock() -> None:
    """Where clocks change, a day has 23 or 25 hours, and the same hours before are the same hours on the clock."""
    now = datetime(2026, 10, 26, 12, tzinfo=UTC)
    long = daily(date(2026, 10, 25), BERLIN, now)
    assert long.window.end.timestamp() - long.window.start.timestamp() == 25 * 3600
    before = long.earlier(1)
    assert before.end.timestamp() - before.start.timestamp() == 24 * 3600
    assert before.start.astimezone(BERLIN).hour == before.end.astimezone(BERLIN).hour == 0


def test_a_shift_may_go_on() -> None:
    """One that is not over is told of so far, and is named by its planned end."""
    period = handover(NOW - timedelta(hours=4), NOW + timedelta(hours=4), SHANGHAI, NOW)
    assert (period.until, period.name) == (NOW.replace(microsecond=0), "handover-20261118-0830-20261118-1630")


@pytest.mark.parametrize(
    ("start_h", "end_h", "reason"),
    [
        (-1, -2, "reversed"),
        (-1, -1, "reversed"),
        (1, 2, "future"),
        (0, 2, "future"),
        (-24 * 8, -1, "too_long"),
        (-24 * 365 * 40, 0, "too_old"),
    ],
)
def test_a_shift_that_can_t_be_meant_is_refused(start_h: float, end_h: float, reason: str) -> None:
    """With a reason, and the times in the office's zone."""
    with pytest.raises(BadPeriod) as refused:
        handover(NOW + timedelta(hours=start_h), NOW + timedelta(hours=end_h), SHANGHAI, NOW)
    assert refused.value.reason == reason
    assert refused.value.status == 2


@pytest.mark.parametrize(("day", "reason"), [(date(2026, 11, 19), "future"), (date(9999, 12, 31), "future"), (date(1, 1, 1), "too_old")])
def test_a_day_that_can_t_be_meant_is_refused(day: date, reason: str) -> None:
    """One that has not begun where the office is, and one before anybody collected anything."""
    with pytest.raises(BadPeriod) as refused:
        daily(day, SHANGHAI, NOW)
    assert refused.value.reason == reason


def test_a_day_begins_where_the_office_is() -> None:
    """In Shanghai it is tomorrow already when it is today in Berlin."""
    late = datetime(2026, 11, 18, 17, tzinfo=UTC)
    assert daily(date(2026, 11, 19), SHANGHAI, late).window.start == datetime(2026, 11, 18, 16, tzinfo=UTC)
    with pytest.raises(BadPeriod):
        daily(date(2026, 11, 19), BERLIN, late)
