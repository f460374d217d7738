"""A panel: which documents, split and measured how, and how it is drawn. Plain values; nothing here asks anybody."""

import enum
from typing import NamedTuple

from dashboards.operations import Bucket, Count, Dates, Is, Largest, Metric, Share, Sum
from dashboards.views import Text, View


class Drawn(enum.StrEnum):
    """How a panel is drawn. The comment says what its splits become."""

    NUMBER = "metric"  # no split; one or two measures
    LINES = "line"  # x, lines
    BARS = "bar_stacked"  # x, colours
    SHARES = "bar_percentage"  # x, colours, as shares of 100 %
    ROWS = "bar_horizontal_stacked"  # the rows, colours
    TABLE = "data_table"  # columns at the left; any number of measures
    PIE = "pie"  # slices
    CLOUD = "tag_cloud"  # words
    HEATMAP = "heatmap"  # x, y


class Panel(NamedTuple):
    """A panel that counts. Every split lies within the one before it, and measures are taken in the last."""

    id: str
    title: Text
    view: View
    drawn: Drawn
    split: tuple[Bucket, ...] = ()
    measures: tuple[Metric, ...] = (Count(Text("条数", "Number")),)
    where: tuple[Is, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field by which it selects, splits or measures."""
        clauses = [*self.where, *(measure.where for measure in self.measures if isinstance(measure, Count | Share) and measure.where)]
        measured = [measure.field for measure in self.measures if isinstance(measure, Sum | Largest)]
        return (*(part.field for part in self.split), *(clause.field for clause in clauses), *measured)

    @property
    def steps(self) -> bool:
        """Whether it needs the reader to say how long steps of time are."""
        return any(isinstance(part, Dates) and part.step is None for part in self.split)


class Listing(NamedTuple):
    """A panel that lists documents, those with the most of something first."""

    id: str
    title: Text
    view: View
    columns: tuple[str, ...]
    most: str  # the number that they are sorted by; of equals the smaller id comes first
    size: int = 50
    where: tuple[Is, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field by which it selects, sorts or shows."""
        return (*self.columns, self.most, *(clause.field for clause in self.where))
