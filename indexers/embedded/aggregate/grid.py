"""Where the steps of a histogram begin: at even distances, or by the calendar of a zone."""

import math
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any, Protocol

from indexers.embedded.aggregate.level import MOST_BUCKETS, Json, Options, TooManyBuckets
from indexers.embedded.dates import MONTHS, UNIT_MS, advance, constant_offset, floor
from indexers.embedded.errors import invalid, unsupported

CALENDAR = {
    "second": "s",
    "1s": "s",
    "minute": "m",
    "1m": "m",
    "hour": "h",
    "1h": "h",
    "day": "d",
    "1d": "d",
    "week": "w",
    "1w": "w",
    "month": "M",
    "1M": "M",
    "quarter": "q",
    "1q": "q",
    "year": "y",
    "1y": "y",
}
_WEEK = 7 * UNIT_MS["d"]
_MONDAY = 4 * UNIT_MS["d"]  # 1970 began on a Thursday
_EVEN = {"s": UNIT_MS["s"], "m": UNIT_MS["m"], "h": UNIT_MS["h"], "d": UNIT_MS["d"], "w": _WEEK}


class Grid(Protocol):
    """The steps of one histogram."""

    def ask(self, field: str) -> Json:
        """What tantivy is to compute."""

    def start(self, value: float) -> float:
        """The beginning of the step in which a value lies."""

    def next(self, start: float) -> float:
        """The beginning of the step after one."""


class Even:
    """Steps of one length."""

    def __init__(self, interval: float, offset: float) -> None:
        self._interval = interval
        self._offset = offset % interval

    def ask(self, field: str) -> Json:
        return {"histogram": {"field": field, "interval": self._interval, "offset": self._offset, "min_doc_count": 1}}

    def start(self, value: float) -> float:
        return math.floor((value - self._offset) / self._interval) * self._interval + self._offset

    def next(self, start: float) -> float:
        return start + self._interval


class ByCalendar:
    """Steps of a calendar unit in a zone, between two instants."""

    def __init__(self, unit: str, zone: tzinfo, offset: int, bounds: tuple[int, int]) -> None:
        self._unit, self._zone, self._offset = unit, zone, offset
        self._edges = [int(self.start(bounds[0]))]
        while self._edges[-1] <= bounds[1]:
            self._edges.append(int(self.next(self._edges[-1])))
            if len(self._edges) > MOST_BUCKETS:
                raise TooManyBuckets

    def ask(self, field: str) -> Json:
        edges = zip(self._edges, self._edges[1:], strict=False)
        return {"range": {"field": field, "ranges": [{"from": low, "to": high} for low, high in edges]}}

    def start(self, value: float) -> float:
        return floor(int(value) - self._offset, self._unit, self._zone) + self._offset

    def next(self, start: float) -> float:
        return floor(advance(int(start) - self._offset, self._unit, 1, self._zone), self._unit, self._zone) + self._offset


def read_grid(options: Options, zone: tzinfo, bounds: tuple[int, int]) -> Grid:
    """Read the steps of a date_histogram over dates between two instants (ms). Raises ApiFault (400)."""
    calendar, fixed = options.take("calendar_interval"), options.take("fixed_interval")
    shift = _offset(options.take("offset", 0))
    if (calendar is None) == (fixed is None):
        raise invalid("Invalid interval specified, must be either calendar_interval or fixed_interval")
    if fixed is not None:
        return _fixed(fixed, zone, shift, bounds)
    unit = CALENDAR.get(calendar)
    if unit is None:
        raise invalid(f"The supplied interval [{calendar}] could not be parsed as a calendar interval.")
    reach = 2 * _WEEK + abs(shift)
    ahead = constant_offset(bounds[0] - reach, bounds[1] + reach, zone) if unit not in MONTHS else None
    if ahead is None:
        return ByCalendar(unit, zone, shift, bounds)
    return Even(_EVEN[unit], (_MONDAY if unit == "w" else 0) - ahead + shift)


def _fixed(given: Any, zone: tzinfo, shift: int, bounds: tuple[int, int]) -> Grid:
    interval = duration(given)
    if interval <= 0:
        raise invalid(f"Zero or negative time interval not supported: [{given}]")
    ahead = constant_offset(bounds[0] - interval, bounds[1] + interval, zone)
    if ahead is None:
        raise unsupported(f"a fixed_interval over a change of the clock in {zone}")
    return Even(interval, shift - ahead)


def duration(text: Any) -> int:
    """A length such as `12h` or `30m` in milliseconds. Raises ApiFault (400)."""
    for unit in ("ms", "s", "m", "h", "d"):
        if isinstance(text, str) and text.endswith(unit) and text.removesuffix(unit).isdecimal():
            return int(text.removesuffix(unit)) * UNIT_MS[unit]
    raise invalid(f"failed to parse [{text}] as a time value")


def _offset(given: Any) -> int:
    if isinstance(given, int):
        return given
    text = str(given)
    return -duration(text[1:]) if text.startswith("-") else duration(text.removeprefix("+"))


def filled(grid: Grid, first: float, last: float) -> Iterator[float]:
    """The beginnings of all steps from one to another. Raises TooManyBuckets."""
    count = 0
    while first <= last:
        yield first
        first, count = grid.next(first), count + 1
        if count > MOST_BUCKETS:
            raise TooManyBuckets
