"""Of what a report is laid out: headings, paragraphs and tables of runs. Text, document and page are drawn from the same blocks."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from reports.content import Number
from reports.plain import quiet

Tone = Literal["text", "item", "step", "note", "warning"]


class Run(NamedTuple):
    """A piece of a line. A link within our pages begins with "/"."""

    text: str
    link: str | None = None
    spelled: bool = False  # in plain text the address is written out; a run without an address is then left out
    strong: bool = False


Cell = tuple[Run, ...]


class Heading(NamedTuple):
    """A heading; level 1 is a section's."""

    text: str
    level: int


class Paragraph(NamedTuple):
    """A line of runs."""

    runs: Cell
    tone: Tone = "text"


class Table(NamedTuple):
    """A table. The first cell of a row says what the row is of."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()  # columns that hold numbers


Block = Heading | Paragraph | Table


def run(value: object, link: str | None = None, *, spelled: bool = False, strong: bool = False) -> Run:
    """Make a run of anything, fit for every format."""
    return Run(quiet(str(value)), link, spelled, strong)


def number(given: Number, *, strong: bool = False) -> Run:
    """Make a run of a number of posts, which leads to them."""
    return run(given.n, given.link, strong=strong)


def cell(value: object, link: str | None = None) -> Cell:
    """Make a cell of one run; of None an empty one."""
    return () if value is None else (value if isinstance(value, Run) else run(value, link),)


def paragraph(*parts: object, tone: Tone = "text") -> Paragraph:
    """Make a paragraph of runs and of anything that becomes one."""
    return Paragraph(tuple(part if isinstance(part, Run) else run(part) for part in parts if part not in (None, "")), tone)


def table(head: Iterable[str], rows: Iterable[Iterable[Cell]], numbers: Iterable[int] = ()) -> Table:
    """Make a table."""
    return Table(tuple(head), tuple(tuple(row) for row in rows), frozenset(numbers))
