"""Histograms over dates and numbers. Gaps are filled here, so that tantivy counts only what is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from indexers.embedded.aggregate.grid import Even, Grid, filled, read_grid
from indexers.embedded.aggregate.level import Json, Level, Options, Where, with_level
from indexers.embedded.clauses import Between, Nothing
from indexers.embedded.dates import iso, parse_bound, parse_zone
from indexers.embedded.errors import invalid, unsupported
from indexers.embedded.mapping import Column, Field


@dataclass(frozen=True, slots=True)
class Histogram:
    """Buckets by step. `zone` is None over numbers."""

    field: Field | None
    grid: Grid | None  # None where there is nothing to count
    zone: tzinfo | None
    least: int
    extended: tuple[float, float] | None
    level: Level

    def ask(self, *, exact: bool) -> Json:
        if self.field is None or self.grid is None:
            return {}
        return {"": with_level(self.grid.ask(self.field.name), self.level, exact=exact)}

    def answer(self, found: Json, where: Where) -> Json:
        if self.grid is None:
            return {"buckets": []}
        counted = {_key(bucket): bucket for bucket in (found.get("") or {}).get("buckets", ()) if bucket["doc_count"]}
        if self.least:
            starts = sorted(key for key, bucket in counted.items() if bucket["doc_count"] >= self.least)
            return {"buckets": [self._bucket(start, counted[start], where) for start in starts]}
        ends = [*counted, *(self.grid.start(end) for end in self.extended or ())]
        starts = list(filled(self.grid, min(ends), max(ends))) if ends else []
        return {"buckets": [self._bucket(start, counted.get(start, {}), where) for start in starts]}

    def _bucket(self, start: float, bucket: Json, where: Where) -> Json:
        assert self.field is not None and self.grid is not None  # noqa: PT018 - both are, where there are buckets
        head: Json = {"key": start}
        if self.zone is not None:
            head = {"key_as_string": iso(int(start), self.zone), "key": int(start)}
        if not bucket or not self.level:
            inside = where.inside(Nothing())._replace(clause=Nothing())
        elif self.field.column is Column.FLOAT:
            inside = where.inside(Between(self.field.name, start, self.grid.next(start), with_high=False))
        else:
            inside = where.inside(_whole(self.field.name, start, self.grid.next(start)))
        return {**head, "doc_count": bucket.get("doc_count", 0), **self.level.answer(bucket, inside)}


def _whole(name: str, start: float, end: float) -> Between:
    return Between(name, int(start) + (start > int(start)), int(end) + (end > int(end)) - 1)


def _key(bucket: Mapping[str, Any]) -> float:
    start: float = bucket["from"] if "from" in bucket else bucket["key"]
    return start


def read_dates(options: Options, where: Where, level: Level) -> Histogram:
    """Read date_histogram."""
    field = _single(options, where)
    if field is not None and field.type != "date":
        raise unsupported(f"the aggregation [date_histogram] over the {field.type} [{field.name}]")
    least = options.whole("min_doc_count", 0)
    zone = parse_zone(options.take("time_zone"))
    extended = _extended(options, where, zone)
    found = extent(field, where)
    ends = [*(found or ()), *(extended or ())]
    grid = read_grid(options, zone, (int(min(ends)), int(max(ends))) if ends else (0, 0))
    _ascending(options)
    return Histogram(field, grid if ends else None, zone, least, extended, level)


def read_numbers(options: Options, where: Where, level: Level) -> Histogram:
    """Read histogram."""
    field = _single(options, where)
    if field is not None and (field.column is Column.KEYWORD or field.type in {"date", "boolean"}):
        raise unsupported(f"the aggregation [histogram] over the {field.type} [{field.name}]")
    interval, offset = options.take("interval"), options.take("offset", 0)
    if isinstance(interval, bool) or not isinstance(interval, int | float) or interval <= 0:
        raise invalid("[interval] must be >0 for histogram aggregation")
    least = options.whole("min_doc_count", 0)
    _ascending(options)
    return Histogram(field, Even(float(interval), float(offset)), None, least, None, level)


def extent(field: Field | None, where: Where) -> tuple[int, int] | None:
    """The first and last date of what is counted, None where there is none."""
    if field is None:
        return None
    found = where.run({"low": {"min": {"field": field.name}}, "high": {"max": {"field": field.name}}})
    low, high = found["low"]["value"], found["high"]["value"]
    return None if low is None else (int(low), int(high))


def _single(options: Options, where: Where) -> Field | None:
    field = options.field(where)
    if field is not None and field.name in where.view.multiple:
        raise unsupported(f"the aggregation [{options.name}] over [{field.name}], which has several values in some documents")
    return field


def _ascending(options: Options) -> None:
    options.choice("order", ({"_key": "asc"},), {"_key": "asc"})
    options.choice("keyed", (False,), False)


def _extended(options: Options, where: Where, zone: tzinfo) -> tuple[float, float] | None:
    given = options.take("extended_bounds")
    if given is None:
        return None
    if not isinstance(given, Mapping) or set(given) != {"min", "max"}:
        raise unsupported("[extended_bounds] without both min and max")
    low, high = (parse_bound(given[name], where.view.context.now_ms, zone, up=False) for name in ("min", "max"))
    if low > high:
        raise invalid(f"[extended_bounds.min][{low}] cannot be greater than [extended_bounds.max][{high}]")
    return low, high
