"""The terms aggregation. tantivy counts; what ties is put in the server's order here, and asked for again where a tie was cut."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexers.embedded.aggregate.level import MOST_BUCKETS, Json, Level, Options, TooManyBuckets, Where, with_level
from indexers.embedded.clauses import AnyOf, Both, Clause, Exists
from indexers.embedded.dates import iso, parse_bound, parse_zone
from indexers.embedded.errors import invalid, unsupported
from indexers.embedded.mapping import Column, Field

_ALL_OF_SEGMENT = 100_000_000  # tantivy cuts each segment to this many first; the server's single shard does not cut
_SLACK = 20


@dataclass(frozen=True, slots=True)
class Order:
    """By what buckets are sorted: `_count`, `_key`, or a metric inside."""

    path: tuple[str, ...]
    descending: bool


COUNT_FIRST = (Order(("_count",), descending=True),)


@dataclass(frozen=True, slots=True)
class Terms:
    """Buckets by value, the largest first, ties by value."""

    field: Field | None
    size: int
    orders: tuple[Order, ...]
    least: int
    include: tuple[str, ...] | None
    exclude: tuple[str, ...] | None
    missing: Any
    level: Level

    @property
    def _simple(self) -> bool:
        """Whether tantivy's own order, with ties settled here, gives the first buckets."""
        return self.orders == COUNT_FIRST or (self.orders[0].path == ("_key",) and self.least <= 1)

    def ask(self, *, exact: bool) -> Json:
        if self.field is None:
            return {}
        return {"": self._asked(self.size + self.size // 2 + _SLACK if self._simple else MOST_BUCKETS, exact=exact)}

    def _asked(self, size: int, *, exact: bool) -> Json:
        assert self.field is not None
        body: Json = {"field": self.field.name, "size": min(size, MOST_BUCKETS), "segment_size": _ALL_OF_SEGMENT}
        if self.orders[0].path == ("_key",):
            body["order"] = {"_key": "desc" if self.orders[0].descending else "asc"}
        if self.include is not None:
            body["include"] = list(self.include)
        if self.exclude is not None:
            body["exclude"] = list(self.exclude)
        if self.missing is not None:
            body["missing"] = self.missing
        return with_level({"terms": body}, self.level, exact=exact)

    def answer(self, found: Json, where: Where) -> Json:
        own = found.get("") or {"buckets": [], "sum_other_doc_count": 0}
        size = self.size + self.size // 2 + _SLACK
        while self._cut_through_a_tie(own["buckets"], own["sum_other_doc_count"]):
            if size >= MOST_BUCKETS:
                raise TooManyBuckets
            size = min(size * 8, MOST_BUCKETS)
            own = where.run({"": self._asked(size, exact=True)})[""]
        buckets = [bucket for bucket in own["buckets"] if bucket["doc_count"] >= self.least]
        for order in reversed((*self.orders, Order(("_key",), descending=False))):
            _sort(buckets, order)
        others = own["sum_other_doc_count"] + sum(bucket["doc_count"] for bucket in buckets[self.size :])
        return {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": others,
            "buckets": [self._bucket(bucket, where) for bucket in buckets[: self.size]],
        }

    def _cut_through_a_tie(self, buckets: list[Json], others: int) -> bool:
        if not others:
            return False
        if not self._simple:
            return True
        if self.orders != COUNT_FIRST:
            return False
        return len(buckets) <= self.size or bool(buckets[self.size - 1]["doc_count"] == buckets[-1]["doc_count"])

    def _bucket(self, bucket: Json, where: Where) -> Json:
        assert self.field is not None
        key = bucket["key"]
        if self.field.column is Column.INTEGER:
            key = int(key)
        head: Json = {"key": key}
        if self.field.type == "date":
            head["key_as_string"] = iso(key)
        elif self.field.type == "boolean":
            head["key_as_string"] = "true" if key else "false"
        same: Clause = AnyOf(self.field.name, (key,))
        if self.missing is not None and key == self.missing:
            same = Both(should=(same, Both(must_not=(Exists(self.field.name),))), least=1)
        return {**head, "doc_count": bucket["doc_count"], **self.level.answer(bucket, where.inside(same))}


def _sort(buckets: list[Json], order: Order) -> None:
    """Sort in place, keeping what ties as it is; a bucket without the metric comes last."""
    if order.path == ("_count",):
        buckets.sort(key=lambda bucket: bucket["doc_count"], reverse=order.descending)
    elif order.path == ("_key",):
        buckets.sort(key=lambda bucket: _key(bucket["key"]), reverse=order.descending)
    else:
        there = [bucket for bucket in buckets if _metric(bucket, order.path) is not None]
        empty = [bucket for bucket in buckets if _metric(bucket, order.path) is None]
        there.sort(key=lambda bucket: _metric(bucket, order.path), reverse=order.descending)
        first = (order.path[-1] == "max" and not order.descending) or (order.path[-1] == "min" and order.descending)
        buckets[:] = empty + there if first else there + empty


def _key(key: Any) -> Any:
    return key.encode("utf-8") if isinstance(key, str) else key


def _metric(bucket: Json, path: tuple[str, ...]) -> Any:
    found = bucket.get(path[0]) or {}
    return found.get(path[1] if len(path) > 1 and path[1] in found else "value")


def read(options: Options, where: Where, level: Level) -> Terms:
    """Read terms. `include` and `exclude` are lists of exact values."""
    field = options.field(where)
    size = options.whole("size", 10, 1)
    options.take("shard_size")  # this engine looks at every value
    least = options.whole("min_doc_count", 1)
    if least == 0:
        raise unsupported("[min_doc_count: 0] in the aggregation [terms]")
    orders = _orders(options.take("order"), level)
    include, exclude = (_exact(options.take(name), name, field) for name in ("include", "exclude"))
    missing = options.take("missing")
    if missing is not None and field is not None:
        missing = _missing(field, missing)
    return Terms(field, size, orders, least, include, exclude, missing, level)


def _exact(given: Any, name: str, field: Field | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    if isinstance(given, Mapping) or (field is not None and field.column is not Column.KEYWORD):
        raise unsupported(f"[{name}: {given}] in the aggregation [terms]")
    values = given if isinstance(given, list) else [given]
    if not isinstance(given, list) and not str(given).replace("_", "").isalnum():
        raise unsupported(f"[{name}] as a regular expression in the aggregation [terms]")
    return tuple(str(value) for value in values)


def _missing(field: Field, value: Any) -> Any:
    if field.type == "date":
        return parse_bound(value, 0, parse_zone(None), up=False)
    if field.column is Column.KEYWORD:
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"the missing value [{value}] does not fit [{field.name}]")
    return value


def _orders(given: Any, level: Level) -> tuple[Order, ...]:
    if given is None:
        return COUNT_FIRST
    orders = []
    for part in given if isinstance(given, list) else [given]:
        if not isinstance(part, Mapping) or len(part) != 1:
            raise invalid("Must specify at least one field for [order]", "parsing_exception")
        path, direction = next(iter(part.items()))
        if str(direction).lower() not in {"asc", "desc"}:
            raise invalid(f"Unknown order direction [{direction}]", "parsing_exception")
        orders.append(Order(_path(path, level), str(direction).lower() == "desc"))
    return tuple(orders) or COUNT_FIRST


def _path(path: str, level: Level) -> tuple[str, ...]:
    if path in {"_count", "_key"}:
        return (path,)
    name, _, part = path.partition(".")
    kind, key = level.metric(name)
    if kind is None:
        raise invalid(f"Invalid aggregation order path [{path}]. The provided aggregation [{name}] is no single metric.")
    return (key, part or kind)
