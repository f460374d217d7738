"""Aggregations that give a number: min, max, avg, sum, stats, value_count, cardinality, percentiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indexers.embedded.aggregate.level import Json, Level, Options, Where
from indexers.embedded.dates import iso
from indexers.embedded.errors import invalid, unsupported
from indexers.embedded.mapping import Column, Field

PERCENTS = (1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0)  # the server's own
EXACT = 5000  # so many different values are counted one by one; beyond it percentiles are tantivy's, within 1 %
_NO_STATS = {"count": 0, "sum": 0.0, "min": None, "max": None, "avg": None}
_DATED = {"min", "max", "avg", "sum", "value"}


@dataclass(frozen=True, slots=True)
class Number:
    """One of tantivy's own metrics over numbers."""

    kind: str
    field: Field | None

    def ask(self, *, exact: bool) -> Json:
        return {"": {self.kind: {"field": self.field.name}}} if self.field else {}

    def answer(self, found: Json, where: Where) -> Json:
        values = found.get("") or self._empty()
        if self.kind == "avg" and values["value"] is not None and values["value"] != values["value"]:
            values = {"value": None}
        return values | self._as_strings(values)

    def _empty(self) -> Json:
        if self.kind == "stats":
            return dict(_NO_STATS)
        return {"value": 0.0 if self.kind == "sum" else None}

    def _as_strings(self, values: Json) -> Json:
        if self.field is None or self.field.type != "date" or not values.get("count", 1):
            return {}
        return {f"{name}_as_string": iso(int(value)) for name, value in values.items() if name in _DATED and value is not None}


def read_number(options: Options, where: Where, _: Level) -> Number:
    """Read min, max, avg, sum or stats."""
    return Number(options.name, _numeric(options, where))


def _numeric(options: Options, where: Where) -> Field | None:
    field = options.field(where)
    if field is not None and field.column is Column.KEYWORD:
        raise invalid(f"Field [{field.name}] of type [keyword] is not supported for aggregation [{options.name}]")
    if field is not None and field.type == "boolean":
        raise unsupported(f"the aggregation [{options.name}] over the boolean [{field.name}]")
    return field


@dataclass(frozen=True, slots=True)
class Count:
    """How many values there are, or how many different ones (nearly: a sketch, within 2 %)."""

    kind: str
    field: Field | None

    def ask(self, *, exact: bool) -> Json:
        return {"": {self.kind: {"field": self.field.name}}} if self.field else {}

    def answer(self, found: Json, where: Where) -> Json:
        return {"value": round((found.get("") or {}).get("value") or 0)}


def read_value_count(options: Options, where: Where, _: Level) -> Count:
    """Read value_count."""
    return Count("value_count", options.field(where))


def read_cardinality(options: Options, where: Where, _: Level) -> Count:
    """Read cardinality; `precision_threshold` is taken and needs nothing done."""
    options.take("precision_threshold")
    return Count("cardinality", options.field(where))


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Percentiles: exact from the count of each value where there are few values, else from a sketch."""

    field: Field | None
    percents: tuple[float, ...]
    keyed: bool

    def ask(self, *, exact: bool) -> Json:
        if self.field is None:
            return {}
        sketch = {"sketch": {"percentiles": {"field": self.field.name, "percents": list(self.percents)}}}
        if not exact:
            return sketch
        size = {"size": EXACT, "segment_size": EXACT * 2, "order": {"_key": "asc"}}
        return {**sketch, "values": {"terms": {"field": self.field.name, **size}}}

    def answer(self, found: Json, where: Where) -> Json:
        values = self._values(found)
        if not self.keyed:
            return {"values": [{"key": percent, "value": value} for percent, value in zip(self.percents, values, strict=True)]}
        return {"values": {str(percent): value for percent, value in zip(self.percents, values, strict=True)}}

    def _values(self, found: Json) -> list[float | None]:
        counted = found.get("values")
        if counted is not None and not counted["sum_other_doc_count"]:
            pairs = sorted((float(bucket["key"]), int(bucket["doc_count"])) for bucket in counted["buckets"])
            return [interpolated(pairs, percent) for percent in self.percents]
        sketch = (found.get("sketch") or {}).get("values") or {}
        values = [sketch.get(str(float(percent))) for percent in self.percents]
        return [None if value is None or value != value else float(value) for value in values]  # noqa: PLR0124 - NaN


def interpolated(counted: Sequence[tuple[float, int]], percent: float) -> float | None:
    """The percentile of values with their counts, sorted; between two values the straight line, as the server does for few."""
    total = sum(count for _, count in counted)
    if not total:
        return None
    rank = (total - 1) * percent / 100
    low, high = _at(counted, int(rank)), _at(counted, min(int(rank) + 1, total - 1))
    return low + (high - low) * (rank - int(rank))


def _at(counted: Sequence[tuple[float, int]], index: int) -> float:
    seen = 0
    for value, count in counted:
        seen += count
        if index < seen:
            return value
    return counted[-1][0]


def read_percentiles(options: Options, where: Where, _: Level) -> Percentiles:
    """Read percentiles; the method of approximation is this engine's own."""
    field = _numeric(options, where)
    if field is not None and field.type == "date":
        raise unsupported(f"the aggregation [percentiles] over the date [{field.name}]")
    given: Any = options.take("percents", list(PERCENTS))
    percents = given if isinstance(given, list) else [given]
    for percent in percents:
        if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:  # noqa: PLR2004 - percents
            raise invalid(f"percent must be in [0,100], got [{percent}]")
    keyed = options.choice("keyed", (True, False), True)
    return Percentiles(field, tuple(sorted(float(percent) for percent in percents)), keyed)
