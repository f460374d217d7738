"""Hits in order: by several keys, page after page. tantivy sorts by one key; ties are settled here.

The documents with the same first key as the last one of a page are asked for again, sorted by the keys that remain. Who has
no value comes last, whichever the direction, as on the server.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import tantivy

from indexers.embedded.clauses import All, AnyOf, Between, Both, Clause, Exists, KeywordsBetween, compiled, narrowed
from indexers.embedded.dates import parse_bound, parse_zone
from indexers.embedded.errors import invalid, unsupported
from indexers.embedded.index import PLACE, SEQ, Snapshot
from indexers.embedded.mapping import Column, Field, FieldTable
from indexers.embedded.store import Row
from indexers.embedded.typed import Flat

LAST = {"asc": (1 << 63) - 1, "desc": -(1 << 63)}  # what the server shows for a number that is missing
SMALL_LAST = {"asc": (1 << 31) - 1, "desc": -(1 << 31)}  # the same for an `integer`
_FEW = 1000  # ties that are settled here; more are narrowed down by tantivy
_KEY_PARTS = frozenset({"order", "missing", "unmapped_type", "format"})


class Key(NamedTuple):
    """One key of a sort."""

    field: str
    column: Column
    order: str = "asc"
    type: str = "long"

    @property
    def number(self) -> bool:
        return self.column is not Column.KEYWORD


class Found(NamedTuple):
    """One document of the answer with what it is sorted by."""

    row: Row
    values: tuple[Any, ...] = ()
    score: float | None = None


class Stale(Exception):
    """The search index names a row that a newer write has replaced."""


Read = Callable[[Sequence[int]], list[tuple[Row, Flat]]]


def parse_sort(given: object, fields: FieldTable, multiple: frozenset[str]) -> tuple[Key, ...]:
    """Read `sort`; an empty one is by score. Raises ApiFault (400)."""
    parts = given if isinstance(given, list) else [] if given is None else [given]
    keys: list[Key] = []
    for part in parts:
        body = {part: {}} if isinstance(part, str) else part
        if not isinstance(body, Mapping) or len(body) != 1:
            raise invalid(f"malformed sort [{part}]", "parsing_exception")
        name, options = next(iter(body.items()))
        keys.append(_key(name, {"order": options} if isinstance(options, str) else options, fields, multiple))
    if any(key.field == "_score" for key in keys):
        if len(keys) > 1 or keys[0].order != "desc":
            raise unsupported("a sort by [_score] beside other keys or ascending")
        return ()
    return tuple(keys)


def _key(name: str, options: Mapping[str, Any], fields: FieldTable, multiple: frozenset[str]) -> Key:
    for option in options:
        if option not in _KEY_PARTS:
            raise unsupported(f"[{option}] in a sort")
    if options.get("missing", "_last") != "_last":
        raise unsupported("missing values first in a sort")
    order = str(options.get("order", "desc" if name == "_score" else "asc")).lower()
    if order not in LAST:
        raise invalid(f"Illegal sort order [{order}]")
    if name in {"_score", "_doc"}:
        return Key(SEQ if name == "_doc" else name, Column.INTEGER, order)
    field = fields.find(name)
    if field is None:
        if "unmapped_type" in options:
            raise unsupported(f"a sort by [{name}], which has no mapping")
        raise invalid(f"No mapping found for [{name}] in order to sort on", "query_shard_exception")
    _check_sortable(field, multiple)
    return Key(name, field.column, order, field.type)


def _check_sortable(field: Field, multiple: frozenset[str]) -> None:
    if field.column is Column.TEXT:
        raise invalid(f"Fielddata is disabled on [{field.name}]: text fields are not optimised for sorting")
    if field.type == "float":
        raise unsupported(f"a sort by [{field.name}], which is of single precision")
    if field.name in multiple:
        raise unsupported(f"a sort by [{field.name}], which has several values in some documents")


class Sorter:
    """Collects the hits of one query from one snapshot."""

    def __init__(self, snapshot: Snapshot, read: Read, keys: Sequence[Key]) -> None:
        self._snapshot = snapshot
        self._read = read
        self.keys = tuple(keys)
        self._counted: dict[Clause, int] = {}  # what a search for hits has counted in the same pass

    def count(self, clause: Clause) -> int:
        """How many documents there are in all; once the hits were collected this costs nothing."""
        if clause in self._counted:
            return self._counted[clause]
        return _count(self._snapshot.searcher.search(compiled(clause, self._snapshot), 1, count=True))

    def by_score(self, clause: Clause, size: int) -> list[Found]:
        """The best matches, best first."""
        if size == 0:
            return []
        found = self._snapshot.searcher.search(compiled(clause, self._snapshot), size, count=True)
        self._counted[clause] = _count(found)
        hits = found.hits
        rows = self._read(self._seqs(hits))
        return [Found(row, (), float(score)) for (score, _), (row, _) in zip(hits, rows, strict=True)]

    def first(self, clause: Clause, size: int) -> list[Found]:
        """The first hits by the keys."""
        return self._top(clause, self.keys, size) if size else []

    def after(self, clause: Clause, values: Sequence[Any], size: int) -> list[Found]:
        """The first hits that come after the sort values of one."""
        if len(values) != len(self.keys):
            raise invalid(f"search_after has {len(values)} value(s) but sort has {len(self.keys)}")
        given = tuple(_after_value(key, value) for key, value in zip(self.keys, values, strict=True))
        return self._beyond(clause, self.keys, given, size) if size else []

    # -- within

    def _top(self, clause: Clause, keys: tuple[Key, ...], size: int) -> list[Found]:
        if size <= 0:
            return []
        if not keys:
            keys = (Key(SEQ, Column.INTEGER),)
        key = keys[0]
        hits = self._search(clause, key, size + 1)
        if len(hits) <= size or hits[size][0] != hits[size - 1][0]:
            return self._sorted([seq for _, seq in hits[:size]])
        edge = hits[size - 1][0]
        sure = self._sorted([seq for value, seq in hits[:size] if value != edge])
        ties = narrowed(clause, _without(key) if edge is None else _same(key, edge))
        return sure + self._top(ties, keys[1:], size - len(sure))

    def _beyond(self, clause: Clause, keys: tuple[Key, ...], values: tuple[Any, ...], size: int) -> list[Found]:
        key, value = keys[0], values[0]
        same = narrowed(clause, _without(key) if value is None else _same(key, value))
        found = self._ties_beyond(same, keys[1:], values[1:], size) if len(keys) > 1 else []
        if len(found) < size and value is not None:
            later = Both(should=(_later(key, value), _without(key)), least=1)
            found += self._top(narrowed(clause, later), keys, size - len(found))
        return found

    def _ties_beyond(self, clause: Clause, keys: tuple[Key, ...], values: tuple[Any, ...], size: int) -> list[Found]:
        hits = self._search(clause, Key(SEQ, Column.INTEGER), _FEW + 1)
        if len(hits) > _FEW:
            return self._beyond(clause, keys, values, size)
        skipped = len(self.keys) - len(keys)
        return [one for one in self._sorted([seq for _, seq in hits]) if _is_after(keys, one.values[skipped:], values)][:size]

    def _search(self, clause: Clause, key: Key, limit: int) -> list[tuple[Any, int]]:
        order = tantivy.Order.Asc if key.order == "asc" else tantivy.Order.Desc
        query = compiled(clause, self._snapshot)
        found = self._snapshot.searcher.search(query, limit, count=True, order_by_field=key.field, order=order)
        self._counted[clause] = _count(found)
        return [(value, seq) for (value, _), seq in zip(found.hits, self._seqs(found.hits), strict=True)]

    def _seqs(self, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> list[int]:
        found = self._snapshot.searcher.fast_field_values(SEQ, [address for _, address in hits])
        return [value for value in found if isinstance(value, int)]

    def _sorted(self, seqs: Sequence[int]) -> list[Found]:
        found = [Found(row, tuple(_value(key, flat, row) for key in self.keys)) for row, flat in self._read(seqs)]
        found.sort(key=lambda one: one.row.seq)
        for at in range(len(self.keys) - 1, -1, -1):
            there = [one for one in found if one.values[at] is not None]
            there.sort(key=lambda one, at=at: one.values[at], reverse=self.keys[at].order == "desc")  # type: ignore[misc]  # the list's key may have a default
            found = there + [one for one in found if one.values[at] is None]
        return found


def _count(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # the stubs forget it


def shown(keys: Sequence[Key], values: Sequence[Any]) -> list[Any]:
    """Sort values as the answer carries them: a number that is missing is the largest or smallest there is."""
    return [_missing(key) if value is None else value for key, value in zip(keys, values, strict=True)]


def _missing(key: Key) -> Any:
    if not key.number:
        return None
    if key.column is Column.FLOAT:
        return "Infinity" if key.order == "asc" else "-Infinity"
    return SMALL_LAST[key.order] if key.type == "integer" else LAST[key.order]


def _value(key: Key, flat: Flat, row: Row) -> Any:
    return row.seq if key.field == SEQ else flat.get(key.field)


def _after_value(key: Key, value: Any) -> Any:
    if value is None or value == _missing(key):
        return None
    try:
        if key.number:
            if isinstance(value, str) and not value.lstrip("-").replace(".", "", 1).isdecimal():
                return parse_bound(value, 0, parse_zone(None), up=False)
            return float(value) if key.column is Column.FLOAT else int(value)
    except (TypeError, ValueError) as error:
        raise invalid(f"Failed to parse search_after value for field [{key.field}]: [{value}]") from error
    return str(value)


def _same(key: Key, value: Any) -> Clause:
    return AnyOf(key.field, (value,))


def _without(key: Key) -> Clause:
    exists: Clause = All() if key.field in {SEQ, PLACE} else Exists(key.field)
    return Both(must_not=(exists,))


def _later(key: Key, value: Any) -> Clause:
    up = key.order == "asc"
    if not key.number:
        return KeywordsBetween(key.field, value if up else None, None if up else value, with_low=False, with_high=False)
    return Between(key.field, value if up else None, None if up else value, with_low=not up, with_high=up)


def _is_after(keys: Sequence[Key], values: Sequence[Any], after: Sequence[Any]) -> bool:
    for key, value, bound in zip(keys, values, after, strict=True):
        if value == bound:
            continue
        if value is None or bound is None:
            return value is None
        return bool(value > bound if key.order == "asc" else value < bound)
    return False
