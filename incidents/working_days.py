"""Working days in China, with its holidays and the weekend days that are worked for them."""

import functools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import structlog

_log = structlog.get_logger()


def is_working_day(day: date) -> bool:
    """Whether an office works on a day.

    The State Council announces a year's holidays in the November before. For years that the calendar doesn't know yet
    Monday to Friday count, so a deadline may be off by that year's holidays; this is logged once a year.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _unknown_year(day.year)
        return day.weekday() < 5  # noqa: PLR2004 - Saturday


def end_of_working_days(since: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The end of the last of so many working days in the zone, as UTC. The day itself does not count."""
    day = since.astimezone(zone).date()
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


@functools.cache
def _unknown_year(year: int) -> None:
    _log.warning("incidents.holidays_unknown", year=year, advice="install a newer chinesecalendar")
