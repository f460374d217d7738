"""The city's own time: it runs faster than ours, slows down where the story is dense, and never passes the real present."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")


class Slow(NamedTuple):
    """A stretch of city time that is worth watching: time runs `factor` times slower there."""

    begin: datetime
    end: datetime
    factor: float


class CityClock:
    """City time as a function of the real seconds since the city was started.

    Until `end` it runs at `speed` (city seconds a real second), slower in the given stretches; afterwards as fast as ours.
    """

    def __init__(
        self, start: datetime, end: datetime, speed: float, slow: Sequence[Slow] = (), ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self.start = start
        self._pieces = _pieces(start, end, speed, slow)
        self._ticks = ticks
        self._began = ticks()

    def restart(self) -> None:
        """Begin again at the start."""
        self._began = self._ticks()

    def now(self) -> datetime:
        """City time, aware, in the city's zone."""
        return self.at(self._ticks() - self._began)

    def at(self, elapsed_s: float) -> datetime:
        """City time after so many real seconds."""
        moment = self.start
        for length_s, speed in self._pieces:
            if elapsed_s * speed <= length_s:
                return moment + timedelta(seconds=elapsed_s * speed)
            moment += timedelta(seconds=length_s)
            elapsed_s -= length_s / speed
        return moment + timedelta(seconds=elapsed_s)

    @property
    def duration_s(self) -> float:
        """Real seconds until the story is told."""
        return sum(length_s / speed for length_s, speed in self._pieces)


def _pieces(start: datetime, end: datetime, speed: float, slow: Sequence[Slow]) -> list[tuple[float, float]]:
    """Cut the story into stretches of one speed each: (city seconds, city seconds a real second)."""
    pieces, at = [], start
    for stretch in sorted(slow):
        begin, until = max(at, stretch.begin), min(end, stretch.end)
        if begin < until:
            pieces += [((begin - at).total_seconds(), speed), ((until - begin).total_seconds(), speed / stretch.factor)]
            at = until
    pieces.append(((end - at).total_seconds(), speed))
    return [piece for piece in pieces if piece[0] > 0]
