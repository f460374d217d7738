"""Working days with China's holidays."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from incidents.working_days import end_of_working_days, is_working_day

ZONE = ZoneInfo("Asia/Shanghai")


def end(text: str, days: int = 5) -> str:
    return end_of_working_days(datetime.fromisoformat(text), days, ZONE).astimezone(ZONE).isoformat()


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-02T09:00:00+08:00", "2026-11-10T00:00:00+08:00"),  # Monday: Tuesday to Monday
        ("2026-11-06T23:59:00+08:00", "2026-11-14T00:00:00+08:00"),  # Friday: the next whole week
        ("2026-11-07T09:00:00+08:00", "2026-11-14T00:00:00+08:00"),  # Saturday
        ("2026-09-30T09:00:00+08:00", "2026-10-14T00:00:00+08:00"),  # over the National Day, with its worked Saturday
        ("2026-02-13T09:00:00+08:00", "2026-02-28T00:00:00+08:00"),  # over the Spring Festival, the Saturday before is worked
        ("2026-11-02T17:00:00+00:00", "2026-11-11T00:00:00+08:00"),  # already Tuesday in the office
    ],
)
def test_five_working_days_end_with_the_fifth(since: str, until: str) -> None:
    """The day itself does not count, holidays neither, worked weekends do."""
    assert end(since) == until


def test_worked_saturdays_and_holidays_are_known() -> None:
    """As the State Council announced them for 2026."""
    assert not is_working_day(date(2026, 10, 1))
    assert is_working_day(date(2026, 10, 10))


def test_years_not_yet_announced_count_monday_to_friday() -> None:
    """Nobody knows those holidays yet; it is never an error."""
    assert end("2999-01-01T09:00:00+08:00") == "2999-01-09T00:00:00+08:00"
    assert end_of_working_days(datetime(2003, 12, 29, tzinfo=UTC), 1, ZONE).astimezone(ZONE).date() == date(2003, 12, 31)
