"""Of which hours a report is: a day of the office's, or a shift. Days begin and shifts are compared by the office's wall clock."""

import enum
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from indexers.slots import Window
from reports.errors import BadPeriod

DAY = timedelta(days=1)
LONGEST_SHIFT = 7 * DAY
EARLIEST = 2000  # no post of anybody's is older


class Kind(enum.StrEnum):
    """What a report is for."""

    DAILY = "daily"  # 日报
    HANDOVER = "handover"  # 交接班


class Period(NamedTuple):
    """What a report is of. It tells of what was up to `until`: the end or, where that lies ahead, the moment it is made."""

    kind: Kind
    window: Window
    until: datetime
    zone: ZoneInfo

    @property
    def so_far(self) -> Window:
        """The part of it that has been."""
        return Window(self.window.start, self.until)

    @property
    def over(self) -> bool:
        return self.until >= self.window.end

    def earlier(self, days: int) -> Window:
        """The same hours so many days before, by the wall clock."""
        start, end = (at.astimezone(self.zone) - days * DAY for at in self.so_far)
        return Window(start, end)

    @property
    def name(self) -> str:
        """What all versions of the report have in common: "daily-2026-11-18", "handover-20261118-0800-20261118-2000"."""
        start, end = (at.astimezone(self.zone) for at in self.window)
        if self.kind is Kind.DAILY:
            return f"{self.kind}-{start:%Y-%m-%d}"
        return f"{self.kind}-{start:%Y%m%d-%H%M}-{end:%Y%m%d-%H%M}"


def daily(day: date, zone: ZoneInfo, now: datetime) -> Period:
    """A day in the office's zone; of today, so far. Raises BadPeriod for a day that has not begun."""
    _old_enough(day)
    if day > now.astimezone(zone).date():
        raise BadPeriod("future", f"{day} has not begun yet: a report is of what has been")
    window = Window(datetime.combine(day, time(), zone), datetime.combine(day + DAY, time(), zone))
    return _until_now(Kind.DAILY, window, zone, now)


def handover(start: datetime, end: datetime, zone: ZoneInfo, now: datetime) -> Period:
    """A shift; one that is not over yet, so far. Raises BadPeriod where it ends before it begins, is no shift, or has not begun."""
    _old_enough(start.astimezone(zone).date())
    if start >= end:
        raise BadPeriod("reversed", f"the shift ends at {_local(end, zone)}, not after it begins at {_local(start, zone)}")
    if end - start > LONGEST_SHIFT:
        raise BadPeriod("too_long", f"from {_local(start, zone)} to {_local(end, zone)} is longer than {LONGEST_SHIFT.days} days: no shift")
    if start >= now:
        raise BadPeriod("future", f"the shift begins at {_local(start, zone)}, which has not come yet: a report is of what has been")
    return _until_now(Kind.HANDOVER, Window(start, end), zone, now)


def _until_now(kind: Kind, window: Window, zone: ZoneInfo, now: datetime) -> Period:
    # Whole seconds, as addresses of the search page have them; at least one, so that the first second of a day is a period too.
    until = max(now.replace(microsecond=0), window.start + timedelta(seconds=1))
    return Period(kind, window, min(window.end, until), zone)


def _old_enough(day: date) -> None:
    if day.year < EARLIEST:
        raise BadPeriod("too_old", f"{day} is before {EARLIEST}: nothing was collected then")


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
