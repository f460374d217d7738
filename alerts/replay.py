"""One series from a file through the detector, as the watcher would have seen it: `timestamp,value` in, a verdict a line out."""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import IO, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from alerts.spikes import Bank, Reading, Tuning

HEADER = ("timestamp", "value")
OUTPUT = ("timestamp", "value", "expected", "score", "alert")
SHORTEST_STEP = 60.0  # seconds
LONGEST_STEP = 86400.0


class Row(NamedTuple):
    """One line of the file. A value of None is an interval of which nothing is known."""

    line: int
    stamp: str  # as it stands in the file
    at: float  # seconds since 1970
    value: float | None


class BadRow(NamedTuple):
    """A line that can't be used, and why."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


class Verdict(NamedTuple):
    """What the detector says of one row; `expected` and `score` are None where nothing can be said."""

    row: Row
    expected: float | None
    score: float | None
    alert: bool

    def cells(self) -> tuple[str, ...]:
        """The verdict as cells of a CSV line; what is unknown is empty."""
        return (self.row.stamp, _number(self.row.value), _number(self.expected, 3), _number(self.score, 3), str(int(self.alert)))


def read_rows(file: IO[str], zone: ZoneInfo) -> tuple[list[Row], list[BadRow]]:
    """Read a CSV file; what is right comes back beside every line that is not. Times without a zone are in `zone`."""
    rows: list[Row] = []
    bad: list[BadRow] = []
    reader = csv.reader(file)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            bad.append(BadRow(reader.line_num, f"not CSV: {error}"))
            continue
        if cells is None:
            return rows, bad
        if not cells or (reader.line_num == 1 and tuple(cell.strip().lower() for cell in cells) == HEADER):
            continue
        row = _row(reader.line_num, cells, zone)
        (rows if isinstance(row, Row) else bad).append(row)  # type: ignore[arg-type]


def _row(line: int, cells: Sequence[str], zone: ZoneInfo) -> Row | BadRow:
    if len(cells) != len(HEADER):
        return BadRow(line, f"has {len(cells)} cell(s); it must have two: timestamp,value")
    stamp, value = (cell.strip() for cell in cells)
    at = _time(stamp, zone)
    if at is None:
        return BadRow(line, f"{stamp[:40]!r} is no time; write 2026-11-23 08:05:00, with a zone or without, or seconds since 1970")
    if not value:
        return Row(line, stamp, at, None)
    try:
        number = float(value)
    except ValueError:
        return BadRow(line, f"{value[:40]!r} is no number; leave the value empty where it is unknown")
    if not math.isfinite(number) or number < 0:
        return BadRow(line, f"{value[:40]!r} is no count; leave the value empty where it is unknown")
    return Row(line, stamp, at, number)


def _time(text: str, zone: ZoneInfo) -> float | None:
    try:
        at = datetime.fromisoformat(text) if not text.replace(".", "", 1).isdigit() else datetime.fromtimestamp(float(text), UTC)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def step_of(rows: Sequence[Row]) -> float:
    """Find the length of the file's intervals in seconds: the middle one of the distances between rows that follow each other."""
    distances = [later.at - earlier.at for earlier, later in pairwise(rows) if later.at > earlier.at]
    return min(max(median(distances), SHORTEST_STEP), LONGEST_STEP) if distances else Tuning().step


def replay(rows: Iterable[Row], zone: ZoneInfo, tuning: Tuning) -> Iterator[Verdict | BadRow]:
    """Walk one series through the detector.

    A row earlier than the one before is a back-fill: it comes too late to be an alert, and gets none. A second row for one
    time is a BadRow. Intervals that are missing are unknown.
    """
    bank = Bank(["series"], zone, tuning)
    seen: set[float] = set()
    for row in rows:
        if row.at in seen:
            yield BadRow(row.line, f"{row.stamp} stands twice; the first counts")
            continue
        seen.add(row.at)
        if bank.at is not None and row.at <= bank.at:
            yield Verdict(row, None, None, alert=False)
            continue
        yield _verdict(row, bank.read(row.at, np.array([np.nan if row.value is None else row.value])))


def _verdict(row: Row, reading: Reading) -> Verdict:
    score = float(reading.score[0])
    return Verdict(row, float(reading.expected[0]), None if math.isnan(score) else score, alert=bool(reading.alert[0]))


def _number(value: float | None, digits: int = 6) -> str:
    return "" if value is None else f"{value:.{digits}f}".rstrip("0").rstrip(".")
