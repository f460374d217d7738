"""The named queries about what was collected in a stretch of time: the runs of every source, and how it fared just before and after."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from elasticsearch.dsl import Q, Search

from indexers.errors import DatabaseError
from indexers.queries import MAX_SOURCES, PAGE
from indexers.reader import Body, Reader, buckets, hits, iso, metric
from indexers.slots import Window
from streams.messages import Coverage


class Ends(NamedTuple):
    """When the last run of a source ended, and the last one that brought all; None where there was none."""

    last: datetime | None
    complete: datetime | None


def runs_between(reader: Reader, window: Window) -> Iterator[Coverage]:
    """Give every run that touches a window, in the order in which they began; a thousand fetched at a time."""
    query = Search().filter("range", started_at={"lt": iso(window.end)}).filter("range", ended_at={"gte": iso(window.start)})
    query = query.sort({"started_at": {"order": "asc"}}, {"id": {"order": "asc"}}).extra(size=PAGE)
    while True:
        page = hits(reader.run("runs_between", reader.names.coverage, query))
        yield from map(_run, page)
        if len(page) < PAGE:
            return
        query = query.extra(search_after=page[-1]["sort"])


def ends_before(reader: Reader, at: datetime) -> dict[str, Ends]:
    """Give for each source how its runs stood that ended before a moment."""
    query = Search().filter("range", ended_at={"lt": iso(at)}).extra(size=0)
    source = query.aggs.bucket("sources", "terms", field="source", size=MAX_SOURCES)
    source.metric("last", "max", field="ended_at")
    source.bucket("whole", "filter", filter=Q("term", outcome="complete")).metric("last", "max", field="ended_at")
    found = buckets(reader.run("ends_before", reader.names.coverage, query), "sources")
    return {bucket["key"]: Ends(_time(reader, bucket, "last"), _time(reader, bucket["whole"], "last")) for bucket in found}


def completed_after(reader: Reader, at: datetime) -> dict[str, datetime]:
    """Give for each source the end of its first complete run that began at a moment or later."""
    query = Search().filter("range", started_at={"gte": iso(at)}).filter("term", outcome="complete").extra(size=0)
    query.aggs.bucket("sources", "terms", field="source", size=MAX_SOURCES).metric("first", "min", field="ended_at")
    found = buckets(reader.run("completed_after", reader.names.coverage, query), "sources")
    return {bucket["key"]: first for bucket in found if (first := _time(reader, bucket, "first")) is not None}


def _time(reader: Reader, bucket: Body, name: str) -> datetime | None:
    value: Any = metric(bucket, name).get("value")
    return None if value is None else datetime.fromtimestamp(value / 1000, reader.zone)


def _run(hit: Body) -> Coverage:
    try:
        return msgspec.convert(hit["_source"], Coverage)
    except msgspec.ValidationError as error:
        raise DatabaseError(f"{hit['_index']}/{hit['_id']} is no run of ours: {error}", status=200, reason="foreign_document") from error
