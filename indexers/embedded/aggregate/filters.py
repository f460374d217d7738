"""Aggregations by a query or by ranges of a number: filter, filters, missing, range."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexers.embedded.aggregate.level import Json, Level, Options, Where, with_level
from indexers.embedded.clauses import All, Between, Both, Clause, Exists, Nothing, said
from indexers.embedded.errors import ApiFault, invalid, unsupported
from indexers.embedded.mapping import Column, Field
from indexers.embedded.query import parse


@dataclass(frozen=True, slots=True)
class Part:
    """One bucket by a clause; `text` is the clause in tantivy's language."""

    head: Json  # fields of the bucket before its count
    clause: Clause
    text: str | None  # None where it can't be said so: then it is counted in a search of its own

    def ask(self, name: str, level: Level, *, exact: bool) -> Json:
        return {} if self.text is None else {name: with_level({"filter": self.text}, level, exact=exact)}

    def answer(self, found: Json | None, where: Where, level: Level) -> Json:
        own = found or {}
        if self.text is None and not isinstance(where.clause, Nothing):
            alone = where.inside(self.clause)
            count = alone.size()
            own = {**(alone.run_level(level) if count else {}), "doc_count": count}
        inside = where.inside(self.clause if own.get("doc_count") else Nothing())
        return {**self.head, "doc_count": own.get("doc_count", 0), **level.answer(own, inside)}


def _part(clause: Clause, where: Where, head: Json | None = None) -> Part:
    return Part(head or {}, clause, said(clause, where.view.snapshot))


@dataclass(frozen=True, slots=True)
class Single:
    """One bucket."""

    part: Part
    level: Level

    def ask(self, *, exact: bool) -> Json:
        return self.part.ask("", self.level, exact=exact)

    def answer(self, found: Json, where: Where) -> Json:
        return self.part.answer(found.get(""), where, self.level)


@dataclass(frozen=True, slots=True)
class Several:
    """Buckets beside each other, by name where they have names."""

    parts: tuple[Part, ...]
    names: tuple[str, ...] | None
    level: Level

    def ask(self, *, exact: bool) -> Json:
        asked: Json = {}
        for number, part in enumerate(self.parts):
            asked |= part.ask(str(number), self.level, exact=exact)
        return asked

    def answer(self, found: Json, where: Where) -> Json:
        buckets = [part.answer(found.get(str(number)), where, self.level) for number, part in enumerate(self.parts)]
        return {"buckets": buckets if self.names is None else dict(zip(self.names, buckets, strict=True))}


def read_filter(options: Options, where: Where, level: Level) -> Single:
    """Read filter: its body is a query."""
    body = options.rest()
    return Single(_part(parse(body, where.view.context), where), level)


def read_missing(options: Options, where: Where, level: Level) -> Single:
    """Read missing: documents without a field."""
    field = options.field(where)
    return Single(_part(All() if field is None else Both(must_not=(Exists(field.name),)), where), level)


def read_filters(options: Options, where: Where, level: Level) -> Several:
    """Read filters, named or in order; `other_bucket_key` is for what fits none."""
    given: Any = options.take("filters")
    other = options.take("other_bucket_key")
    if not isinstance(given, Mapping | list) or not given:
        raise invalid("[filters] cannot be empty", "parsing_exception")
    named = dict(sorted(given.items())) if isinstance(given, Mapping) else None
    clauses = [parse(body, where.view.context) for body in (given if named is None else named.values())]
    names = None if named is None else list(named)
    if other is not None:
        clauses.append(Both(must_not=tuple(clauses)))
        names = None if names is None else [*names, str(other)]
    return Several(tuple(_part(clause, where) for clause in clauses), None if names is None else tuple(names), level)


def read_range(options: Options, where: Where, level: Level) -> Several:
    """Read range over a number, `from` included and `to` not."""
    field = options.field(where)
    ranges = options.take("ranges")
    if not isinstance(ranges, list) or not ranges:
        raise ApiFault(400, "illegal_argument_exception", "No [ranges] specified for the [range] aggregation")
    if field is not None and (field.column is Column.KEYWORD or field.type in {"date", "boolean"}):
        raise unsupported(f"the aggregation [range] over the {field.type} [{field.name}]")
    bounds = sorted((_bounds(one) for one in ranges), key=_by_bounds)
    return Several(tuple(_part(_between(field, low, high), where, head) for head, low, high in bounds), None, level)


def _by_bounds(one: tuple[Json, float | None, float | None]) -> tuple[float, float]:
    _, low, high = one
    return (float("-inf") if low is None else low, float("inf") if high is None else high)


def _bounds(given: Any) -> tuple[Json, float | None, float | None]:
    if not isinstance(given, Mapping):
        raise invalid("a range must be an object", "parsing_exception")
    for key in given:
        if key not in {"from", "to", "key"}:
            raise unsupported(f"[{key}] in a range of the aggregation [range]")
    low, high = _end(given.get("from")), _end(given.get("to"))
    key = given.get("key", f"{'*' if low is None else low}-{'*' if high is None else high}")
    head: Json = {"key": key, **({} if low is None else {"from": low}), **({} if high is None else {"to": high})}
    return head, low, high


def _end(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unsupported(f"the bound [{value}] in the aggregation [range]")
    return float(value)


def _between(field: Field | None, low: float | None, high: float | None) -> Clause:
    if field is None or (low is not None and high is not None and low >= high):
        return Nothing()
    if field.column is Column.FLOAT:
        return Between(field.name, low, high, with_high=high is None)
    return Between(field.name, _up(low), _up(high), with_high=high is None)


def _up(value: float | None) -> int | None:
    """The smallest whole number that is not below: numbers below `to` are those below it, too."""
    return None if value is None else int(value) + (value > int(value))
