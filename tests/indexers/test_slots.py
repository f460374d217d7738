"""The steps of a timeline."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from indexers.slots import Calendar, Step, Window, histogram, slots

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def starts(window: Window, step: Step, zone: ZoneInfo = SHANGHAI) -> list[str]:
    return [start.isoformat() for start in slots(window, step, zone)]


def test_fixed_steps_count_from_the_start_of_the_window() -> None:
    """Whatever the hour, the first step begins with the window and the last may reach beyond it."""
    window = Window(datetime(2026, 11, 18, 1, 7, tzinfo=UTC), datetime(2026, 11, 18, 2, 0, tzinfo=UTC))
    assert starts(window, timedelta(minutes=30)) == ["2026-11-18T09:07:00+08:00", "2026-11-18T09:37:00+08:00"]


@pytest.mark.parametrize(
    ("step", "first", "number"),
    [
        (Calendar.DAY, "2026-10-28T00:00:00+08:00", 8),
        (Calendar.WEEK, "2026-10-26T00:00:00+08:00", 2),
        (Calendar.MONTH, "2026-10-01T00:00:00+08:00", 2),
    ],
)
def test_calendar_steps_begin_at_midnight_of_the_office(step: Calendar, first: str, number: int) -> None:
    """A window that begins within a day, week or month shows it from its beginning."""
    window = Window(datetime(2026, 10, 28, 3, tzinfo=UTC), datetime(2026, 11, 4, 3, tzinfo=UTC))
    found = starts(window, step)
    assert (found[0], len(found)) == (first, number)


def test_days_stay_days_when_clocks_change() -> None:
    """The night when clocks go back makes a day of 25 hours, not a slot at 23:00."""
    window = Window(datetime(2026, 10, 24, tzinfo=BERLIN), datetime(2026, 10, 27, tzinfo=BERLIN))
    assert starts(window, Calendar.DAY, BERLIN) == ["2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"]


def test_fixed_steps_stay_equal_when_clocks_change() -> None:
    """Hours that the clock shows twice are two slots."""
    window = Window(datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC))
    assert starts(window, timedelta(hours=1), BERLIN) == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]


def test_december_is_followed_by_january() -> None:
    """Months go on over the year's end."""
    window = Window(datetime(2026, 12, 5, tzinfo=SHANGHAI), datetime(2027, 1, 5, tzinfo=SHANGHAI))
    assert starts(window, Calendar.MONTH) == ["2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"]


def test_a_histogram_is_asked_for_the_same_steps() -> None:
    """The database gets the offset that makes its steps begin with the window, or the office's zone."""
    start = datetime(2026, 11, 18, 1, 7, tzinfo=UTC)
    assert histogram(timedelta(hours=1), start, SHANGHAI) == {"fixed_interval": "3600000ms", "offset": "420000ms"}
    assert histogram(Calendar.WEEK, start, SHANGHAI) == {"calendar_interval": "week", "time_zone": "Asia/Shanghai"}
