"""The steps of a timeline: how a histogram is asked for them, and where each begins, so that empty ones can be shown too."""

import enum
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)


class Window(NamedTuple):
    """A stretch of time, `start` included and `end` not. Both are aware."""

    start: datetime
    end: datetime


class Calendar(enum.StrEnum):
    """Steps that follow the calendar of the office's zone. Weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


Step = timedelta | Calendar  # of a fixed length, counted from the start of the window; or of the calendar


def histogram(step: Step, start: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Say in the terms of a `date_histogram` how long the steps are and where they begin."""
    if isinstance(step, Calendar):
        return {"calendar_interval": step.value, "time_zone": zone.key}
    length = step // MILLISECOND
    return {"fixed_interval": f"{length}ms", "offset": f"{millis(start) % length}ms"}


def slots(window: Window, step: Step, zone: ZoneInfo) -> Iterator[datetime]:
    """Give the beginning of each step that touches the window, in the office's zone."""
    start = _first(window.start.astimezone(zone), step)
    while start < window.end:
        yield start
        start = _next(start, step, zone)


def millis(at: datetime) -> int:
    """Give an aware time in milliseconds since 1970, as the database names its slots."""
    return round(at.timestamp() * 1000)


def _first(at: datetime, step: Step) -> datetime:
    if isinstance(step, timedelta):
        return at
    day = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    back = {Calendar.DAY: 0, Calendar.WEEK: day.weekday(), Calendar.MONTH: day.day - 1}[step]
    return day - back * DAY  # a wall clock's arithmetic: midnight stays midnight


def _next(start: datetime, step: Step, zone: ZoneInfo) -> datetime:
    if isinstance(step, timedelta):
        return datetime.fromtimestamp(start.timestamp() + step.total_seconds(), zone)
    if step is Calendar.MONTH:
        return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start + (7 * DAY if step is Calendar.WEEK else DAY)
