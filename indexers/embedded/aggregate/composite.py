"""The composite aggregation: all combinations of values, a page at a time, in the order of the sources.

tantivy counts the sources one inside the other, for some values of the first source at a time; paging is done here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from indexers.embedded.aggregate.grid import Grid, read_grid
from indexers.embedded.aggregate.histogram import extent
from indexers.embedded.aggregate.level import MOST_BUCKETS, Json, Level, Options, TooManyBuckets, Where
from indexers.embedded.clauses import AnyOf, Between, Both, Clause
from indexers.embedded.dates import parse_zone
from indexers.embedded.errors import invalid, unsupported
from indexers.embedded.mapping import Column, Field

_ALL_OF_SEGMENT = 100_000_000
_CHUNKS = (2000, 200, 20, 1)  # values of the first source taken at once, fewer where they make too many buckets


@dataclass(frozen=True, slots=True)
class Source:
    """One part of the key."""

    name: str
    field: Field | None
    descending: bool
    grid: Grid | None  # None for terms
    zone: tzinfo | None

    def ask(self) -> Json:
        assert self.field is not None
        if self.grid is not None:
            return self.grid.ask(self.field.name)
        return {"terms": {"field": self.field.name, "size": MOST_BUCKETS, "segment_size": _ALL_OF_SEGMENT, "order": {"_key": "asc"}}}

    def key(self, bucket: Mapping[str, Any]) -> Any:
        if self.grid is not None:
            return int(bucket["from"] if "from" in bucket else bucket["key"])
        key = bucket["key"]
        if self.field is not None and self.field.type == "boolean":
            return bool(key)
        return int(key) if self.field is not None and self.field.column is Column.INTEGER else key

    def same(self, key: Any) -> Clause:
        assert self.field is not None
        if self.grid is not None:
            return Between(self.field.name, int(key), int(self.grid.next(key)) - 1)
        return AnyOf(self.field.name, (int(key) if isinstance(key, bool) else key,))


@dataclass(frozen=True, slots=True)
class Composite:
    """One page of combinations."""

    sources: tuple[Source, ...]
    size: int
    after: tuple[Any, ...] | None
    level: Level

    def ask(self, *, exact: bool) -> Json:
        return {}

    def answer(self, found: Json, where: Where) -> Json:
        if any(source.field is None or (source.zone is not None and source.grid is None) for source in self.sources):
            return {"buckets": []}
        page: list[tuple[tuple[Any, ...], Json]] = []
        for key, bucket in self._rows(where):
            page.append((key, bucket))
            if len(page) == self.size:
                break
        buckets = [self._bucket(key, bucket, where) for key, bucket in page]
        return {"after_key": buckets[-1]["key"], "buckets": buckets} if buckets else {"buckets": []}

    def _bucket(self, key: tuple[Any, ...], bucket: Json, where: Where) -> Json:
        named = {source.name: part for source, part in zip(self.sources, key, strict=True)}
        same = tuple(source.same(part) for source, part in zip(self.sources, key, strict=True))
        return {"key": named, "doc_count": bucket["doc_count"], **self.level.answer(bucket, where.inside(Both(filter=same)))}

    def _rows(self, where: Where) -> Iterator[tuple[tuple[Any, ...], Json]]:
        """Combinations after `after`, in order, read as they are taken."""
        first = self.sources[0]
        found = where.run({"": first.ask()})[""]
        if found.get("sum_other_doc_count"):
            raise TooManyBuckets
        keys = [first.key(bucket) for bucket in found["buckets"] if bucket["doc_count"]]
        keys.sort(key=_comparable, reverse=first.descending)
        if self.after is not None:
            keys = [key for key in keys if not _before(first, key, self.after[0])]
        chunk = max(1, min(_CHUNKS[0], self.size))
        while keys:
            try:
                rows = self._combined(keys[:chunk], where)
            except TooManyBuckets:
                if chunk == 1:
                    raise
                chunk = next(size for size in (*_CHUNKS, 1) if size < chunk)
                continue
            yield from rows
            keys = keys[chunk:]

    def _combined(self, keys: list[Any], where: Where) -> list[tuple[tuple[Any, ...], Json]]:
        first = self.sources[0]
        inside = (
            where.inside(Both(should=tuple(first.same(key) for key in keys), least=1))
            if len(keys) > 1
            else where.inside(first.same(keys[0]))
        )
        asked = self.level.ask(exact=True)
        for source in reversed(self.sources):
            body = source.ask()
            asked = {"": {**body, "aggs": asked} if asked else body}
        wanted = frozenset(keys)
        rows = [row for row in self._flat(inside.run(asked), self.sources, ()) if row[0][0] in wanted]
        for at in range(len(self.sources) - 1, -1, -1):
            rows.sort(key=lambda row, at=at: _comparable(row[0][at]), reverse=self.sources[at].descending)  # type: ignore[misc]  # a default binds it
        if self.after is None:
            return rows
        after = self.after
        return [row for row in rows if self._is_after(row[0], after)]

    def _flat(self, found: Json, sources: tuple[Source, ...], head: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Json]]:
        if found[""].get("sum_other_doc_count"):
            raise TooManyBuckets
        for bucket in found[""]["buckets"]:
            if not bucket["doc_count"]:
                continue
            key = (*head, sources[0].key(bucket))
            if len(sources) == 1:
                yield key, bucket
            else:
                yield from self._flat(bucket, sources[1:], key)

    def _is_after(self, key: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
        for source, part, bound in zip(self.sources, key, after, strict=True):
            if part != bound:
                return not _before(source, part, bound)
        return False


def _comparable(key: Any) -> Any:
    return key.encode("utf-8") if isinstance(key, str) else key


def _before(source: Source, key: Any, bound: Any) -> bool:
    if key == bound:
        return False
    return bool((_comparable(key) < _comparable(bound)) != source.descending)


def read(options: Options, where: Where, level: Level) -> Composite:
    """Read composite, with sources of terms and date_histogram."""
    given = options.take("sources")
    if not isinstance(given, list) or not given:
        raise invalid("Composite [sources] cannot be null or empty")
    sources = tuple(_source(one, where) for one in given)
    after = options.take("after")
    if after is not None and (not isinstance(after, Mapping) or set(after) != {source.name for source in sources}):
        raise invalid(f"[after] has {len(after)} value(s) but [sources] has {len(sources)}")
    start = None if after is None else tuple(_after(source, after[source.name]) for source in sources)
    size = options.whole("size", 10, 1)
    if level.ask(exact=False) and len(sources) > 1 and size > MOST_BUCKETS:
        raise TooManyBuckets
    return Composite(sources, size, start, level)


def _after(source: Source, value: Any) -> Any:
    if source.field is None:
        return value
    if source.grid is None and source.field.column is Column.KEYWORD:
        return str(value)
    if isinstance(value, bool | int | float):
        return value
    raise unsupported(f"the value [{value}] of [{source.name}] in [after]")


def _source(given: Any, where: Where) -> Source:
    if not isinstance(given, Mapping) or len(given) != 1:
        raise invalid("a composite source must have one name", "parsing_exception")
    name, body = next(iter(given.items()))
    if not isinstance(body, Mapping) or len(body) != 1:
        raise invalid(f"the composite source [{name}] must have one type", "parsing_exception")
    kind, inner = next(iter(body.items()))
    if kind not in {"terms", "date_histogram"}:
        raise unsupported(f"the composite source [{kind}]")
    options = Options(f"composite.{kind}", inner)
    field = options.field(where)
    descending = options.choice("order", ("asc", "desc"), "asc") == "desc"
    grid, zone = None, None
    if kind == "date_histogram":
        if field is not None and (field.type != "date" or field.name in where.view.multiple):
            raise unsupported(f"the composite source [date_histogram] over [{field.name}], which is no single date")
        bounds = extent(field, where)
        zone = parse_zone(options.take("time_zone"))
        grid = read_grid(options, zone, bounds or (0, 0))
        grid = grid if bounds else None
    options.done()
    return Source(name, field, descending, grid, zone)
