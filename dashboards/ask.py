"""Asks the database for panels, with `elasticsearch.dsl`, and gives what it answers as a tree of parts.

Panels over the same documents are asked together, in one request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from elasticsearch.dsl import Search

from dashboards.operations import MISSING, Bucket, Count, Dates, Is, Largest, Metric, Share, Sum
from dashboards.panel import Listing, Panel
from dashboards.views import View
from indexers.left_out import NOTHING, LeftOut
from indexers.reader import Body, Reader, buckets, hits, iso, metric, total
from indexers.slots import Step, Window, histogram, millis, slots

Key = str | int | datetime | None  # a value, the beginning of a step in the office's zone, or None for documents without a value
Value = float | None
INNER = "split"


class Scope(NamedTuple):
    """What a reader looks at: a window, how long steps of time are in it, what else narrows documents down, and which are left out."""

    window: Window
    step: Step
    also: tuple[Is, ...] = ()
    without: LeftOut = NOTHING


@dataclass(frozen=True, slots=True)
class Part:
    """Documents with one value, how many there are, and either their measures or the parts that they are split into."""

    key: Key
    count: int
    measures: tuple[Value, ...] = ()
    parts: tuple["Part", ...] = ()

    def named(self) -> dict[Key, "Part"]:
        """Give the parts by their key."""
        return {part.key: part for part in self.parts}


def ask(reader: Reader, panels: Sequence[Panel], scope: Scope) -> dict[str, Part]:
    """Give what each panel shows, by its id; the part at the top has no key.

    Raises DatabaseUnavailable and DatabaseError.
    """
    found: dict[str, Part] = {}
    for (view, where), together in _groups(panels).items():
        query = _documents(view, where, scope).extra(size=0, track_total_hits=True)
        for panel in together:
            _add(query.aggs, panel, scope, reader)
        name = "panels " + ", ".join(panel.id for panel in together)
        answer = reader.run(name, view.indices(reader.names), query)
        for panel in together:
            found[panel.id] = _top(panel, answer, scope, reader)
    return found


def listed(reader: Reader, listing: Listing, scope: Scope) -> list[Body]:
    """Give the documents that a panel lists, with its columns only. Raises DatabaseUnavailable and DatabaseError."""
    query = _documents(listing.view, listing.where, scope)
    query = query.sort({listing.most: {"order": "desc"}}, {"id": {"order": "asc"}})
    query = query.extra(size=listing.size).source(includes=["id", *listing.columns])
    found: list[Body] = [hit["_source"] for hit in hits(reader.run(f"panel {listing.id}", listing.view.indices(reader.names), query))]
    return found


def cells(part: Part) -> Iterator[tuple[tuple[Key, ...], tuple[Value, ...]]]:
    """Walk the innermost parts that hold documents, each with the keys that lead to it."""
    if not part.parts:
        if part.count:
            yield (), part.measures
        return
    for inner in part.parts:
        yield from (((inner.key, *keys), measures) for keys, measures in cells(inner))


def _groups(panels: Sequence[Panel]) -> dict[tuple[View, tuple[Is, ...]], list[Panel]]:
    groups: dict[tuple[View, tuple[Is, ...]], list[Panel]] = {}
    for panel in panels:
        groups.setdefault((panel.view, panel.where), []).append(panel)
    return groups


def _documents(view: View, where: Sequence[Is], scope: Scope) -> Search[Any]:
    query: Search[Any] = Search().filter("range", **{view.time: {"gte": iso(scope.window.start), "lt": iso(scope.window.end)}})
    for clause in (*where, *scope.also):
        query = query.filter(clause.query())
    return scope.without.narrow(query)


def _add(aggs: Any, panel: Panel, scope: Scope, reader: Reader) -> None:
    name = panel.id
    for part in panel.split:
        kind, given = _asked(part, scope, reader)
        aggs = aggs.bucket(name, kind, **given)
        name = INNER
    for number, measure in enumerate(panel.measures):
        _add_measure(aggs, _name(panel, number), measure)


def _asked(part: Bucket, scope: Scope, reader: Reader) -> tuple[str, Mapping[str, Any]]:
    if isinstance(part, Dates):
        steps = histogram(part.step or scope.step, scope.window.start, reader.zone)
        return "date_histogram", {"field": part.field, "min_doc_count": 1, **steps}
    return part.asked()


def _name(panel: Panel, number: int) -> str:
    return f"measure{number}" if panel.split else f"{panel.id}-{number}"  # at the top, panels stand beside each other


def _add_measure(aggs: Any, name: str, measure: Metric) -> None:
    match measure:
        case Sum():
            aggs.metric(name, "sum", field=measure.field)
        case Largest():
            aggs.metric(name, "max", field=measure.field)
        case Count() | Share() if measure.where is not None:  # every part says by itself how many documents it has
            aggs.bucket(name, "filter", measure.where.query())


def _top(panel: Panel, answer: Body, scope: Scope, reader: Reader) -> Part:
    count = total(answer)
    if panel.split:
        return Part(None, count, parts=_parts(panel, 0, buckets(answer, panel.id), scope, reader))
    return Part(None, count, _measures(panel, answer, count))


def _parts(panel: Panel, depth: int, found: Iterator[Body], scope: Scope, reader: Reader) -> tuple[Part, ...]:
    split, last = panel.split[depth], depth + 1 == len(panel.split)

    def part(key: Key, bucket: Body) -> Part:
        count = bucket.get("doc_count", 0)
        if last:
            return Part(key, count, _measures(panel, bucket, count))
        return Part(key, count, parts=_parts(panel, depth + 1, buckets(bucket, INNER), scope, reader))

    if isinstance(split, Dates):
        by_start = {int(bucket["key"]): bucket for bucket in found}
        return tuple(part(start, by_start.get(millis(start), {})) for start in slots(scope.window, split.step or scope.step, reader.zone))
    return tuple(part(None if bucket["key"] == MISSING else bucket["key"], bucket) for bucket in found)


def _measures(panel: Panel, bucket: Body, count: int) -> tuple[Value, ...]:
    return tuple(_measure(measure, metric(bucket, _name(panel, number)), count) for number, measure in enumerate(panel.measures))


def _measure(measure: Metric, found: Body, count: int) -> Value:
    match measure:
        case Count():
            return count if measure.where is None else int(found.get("doc_count", 0))
        case Share():
            return found.get("doc_count", 0) / count if count else None
        case Sum():
            return found.get("value") or 0.0
        case Largest():
            value: Value = found.get("value")
            return value
