"""The named queries about incidents: what their posts add up to over time. An incident is given by all the ids its posts carry."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query

from indexers.answers import Slot
from indexers.queries import MAX_ACCOUNTS, MAX_TOPICS
from indexers.reader import Reader, buckets, iso, metric, sizes
from indexers.slots import Step, Window, histogram, millis, slots


def _members(reader: Reader) -> str:
    return f"{reader.names.prefix}-members"


def _of(groups: Sequence[str]) -> Search[Any]:
    return Search().filter("terms", incident=list(groups)).extra(size=0)


def growth(reader: Reader, groups: Sequence[str], since: datetime) -> dict[str, int]:
    """Count the posts published at `since` or later under each id."""
    if not groups:
        return {}
    query = _of(groups).filter("range", published_at={"gte": iso(since)})
    query.aggs.bucket("groups", "terms", field="incident", size=len(groups))
    return {bucket["key"]: bucket["doc_count"] for bucket in buckets(reader.run("growth", _members(reader), query), "groups")}


def timeline(reader: Reader, groups: Sequence[str], window: Window, step: Step) -> list[Slot]:
    """Count an incident's posts per step, by sentiment and topic; steps without posts are there with zeros."""
    query = _of(groups).filter("range", published_at={"gte": iso(window.start), "lt": iso(window.end)})
    slot = query.aggs.bucket("slots", "date_histogram", field="published_at", min_doc_count=1, **histogram(step, window.start, reader.zone))
    slot.bucket("sentiment", "terms", field="sentiment", size=3)
    slot.bucket("topic", "terms", field="topic", size=MAX_TOPICS)
    found = {int(bucket["key"]): bucket for bucket in buckets(reader.run("timeline", _members(reader), query), "slots")}
    return [
        Slot(start, bucket.get("doc_count", 0), sizes(bucket, "sentiment"), sizes(bucket, "topic"))
        for start in slots(window, step, reader.zone)
        for bucket in [found.get(millis(start), {})]
    ]


def accounts(reader: Reader, groups: Sequence[str]) -> dict[str, int]:
    """Count an incident's posts by the monitored account that they concern, the most first."""
    query = _of(groups)
    query.aggs.bucket("accounts", "terms", field="accounts", size=MAX_ACCOUNTS)
    return {bucket["key"]: bucket["doc_count"] for bucket in buckets(reader.run("accounts", _members(reader), query), "accounts")}


def incident_counts(reader: Reader, query: Search[Any], departments: Sequence[str]) -> dict[str, dict[str, int]]:
    """Count the incidents that a query finds by state, level, topic, account and department that leads or is proposed, the most first."""
    concerned = {name: Q("terms", lead_department=[name]) | Q("terms", departments=[name]) for name in departments}
    fields = {"state": "state", "level": "level", "topic": "topic", "account": "accounts"}
    return _counts(reader, "incident_counts", "incidents", query, fields=fields, departments=concerned)


def request_counts(reader: Reader, query: Search[Any], departments: Sequence[str], *, reports: bool) -> dict[str, dict[str, int]]:
    """Count the requests that a query finds by state, kind and department that has them, the most first.

    Which department has a report (举报) is told only with `reports`.
    """
    concerned = {name: Q("terms", department=[name]) & (Q("match_all") if reports else ~Q("term", report=True)) for name in departments}
    return _counts(reader, "request_counts", "requests", query, fields={"state": "state", "kind": "kind"}, departments=concerned)


def _counts(
    reader: Reader, name: str, family: str, query: Search[Any], *, fields: Mapping[str, str], departments: Mapping[str, Query]
) -> dict[str, dict[str, int]]:
    query = query.extra(size=0)
    for field, column in fields.items():
        query.aggs.bucket(field, "terms", field=column, size=MAX_ACCOUNTS)
    if departments:
        query.aggs.bucket("department", "filters", filters=departments)
    answer = reader.run(name, f"{reader.names.prefix}-{family}", query)
    found = metric(answer, "department").get("buckets", {})
    counted = {department: bucket["doc_count"] for department, bucket in found.items() if bucket["doc_count"]}
    by_size = dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
    return {field: sizes(answer, field) for field in fields} | {"department": by_size}
