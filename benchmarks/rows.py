"""What a benchmark gives, and how it is shown."""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Given(NamedTuple):
    """What was asked for on the command line."""

    posts: int | None = None  # instead of each benchmark's own number
    full: bool = False  # also what takes many minutes


class Row(NamedTuple):
    """One figure. `asked` is what it should reach: at least for speeds (a unit with "/s"), at most for all else."""

    name: str
    value: float
    unit: str
    asked: float | None = None
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether it is what was asked; None where nothing was."""
        if self.asked is None:
            return None
        return self.value >= self.asked if self.unit.endswith("/s") else self.value <= self.asked


def median(measure: Callable[[], float], rounds: int = 3) -> float:
    """The middle one of several measurements."""
    return statistics.median(measure() for _ in range(rounds))


class Watch:
    """The seconds of a `with` block, once it has ended."""

    seconds: float = 0.0


@contextmanager
def watch() -> Iterator[Watch]:
    """Time a `with` block by the clock on the wall."""
    found = Watch()
    began = time.perf_counter()
    yield found
    found.seconds = time.perf_counter() - began


def show(rows: Iterable[Row]) -> None:
    """Print a table of figures."""
    table = Table("what", "value", "unit", "asked", "", "note", show_edge=False)
    for row in rows:
        asked = "" if row.asked is None else f"{'≥' if row.unit.endswith('/s') else '≤'} {row.asked:,g}"
        mark = {True: "yes", False: "NO", None: ""}[row.reached]
        table.add_row(row.name, f"{row.value:,.{0 if row.value >= 100 else 1}f}", row.unit, asked, mark, row.note)
    Console().print(table)
