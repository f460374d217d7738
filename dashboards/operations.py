"""What panels are put together from: conditions, ways to split documents, and measures; each knows how the database is asked for it.

How Kibana is told the same stands in `dashboards.kibana`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from dashboards.views import Text
from indexers.slots import Calendar

MISSING = "__missing__"  # Kibana's own name for documents without a value


class Is(NamedTuple):
    """Documents in which a field has one of some values."""

    field: str
    values: tuple[str | int | bool, ...]

    def query(self) -> Query:
        """Build the clause."""
        if len(self.values) == 1:
            return Q("term", **{self.field: self.values[0]})
        return Q("terms", **{self.field: list(self.values)})


class Terms(NamedTuple):
    """Split by the values of a field, the largest first or in the order of the alphabet."""

    field: str
    size: int
    label: Text
    alphabetical: bool = False
    missing: bool = False  # whether documents without a value are a part of their own

    def asked(self) -> tuple[str, Mapping[str, Any]]:
        """Say the kind of aggregation and what it takes."""
        given: dict[str, Any] = {"field": self.field, "size": self.size}
        if self.alphabetical:
            given["order"] = {"_key": "asc"}
        if self.missing:
            given["missing"] = MISSING
        return "terms", given


class Dates(NamedTuple):
    """Split by steps of time. Without a step the reader's window says how long they are."""

    field: str
    label: Text
    step: Calendar | None = None


Bucket = Terms | Dates


class Count(NamedTuple):
    """How many documents there are, or how many of some kind."""

    label: Text
    where: Is | None = None


class Share(NamedTuple):
    """How many of the documents are of some kind, from 0 to 1; None where there are no documents."""

    label: Text
    where: Is


class Sum(NamedTuple):
    """The sum of a number; what is not known counts nothing."""

    label: Text
    field: str


class Largest(NamedTuple):
    """The largest number, or the latest time (in ms since 1970); None where no document has one."""

    label: Text
    field: str


Metric = Count | Share | Sum | Largest
