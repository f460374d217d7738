"""How named queries reach the database: which indices, in which zone, and with whose errors."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from elasticsearch import Elasticsearch
from elasticsearch.dsl import Search

from indexers.errors import translated
from indexers.names import Names

Body = Mapping[str, Any]


class Reader(NamedTuple):
    """The database as queries see it. `zone` is the office's: in it days begin."""

    client: Elasticsearch
    names: Names
    zone: ZoneInfo

    def run(self, name: str, index: str, search: Search[Any]) -> Body:
        """Run a query and give the answer's body. `name` is for messages.

        An index that does not exist yet is an empty one. Raises DatabaseUnavailable and DatabaseError.
        """
        with translated(f"query {name}"):
            answer = self.client.search(index=index, body=search.to_dict(), ignore_unavailable=True)
        body: Body = answer.body
        return body


def buckets(answer: Body, *path: str) -> Iterator[Body]:
    """Walk the buckets of an aggregation; none where no index exists yet, since the answer then has no aggregations."""
    found: Any = answer.get("aggregations", answer)
    for name in path:
        found = found.get(name, {})
    yield from found.get("buckets", ())


def sizes(answer: Body, name: str) -> dict[Any, int]:
    """Give how many documents each bucket of an aggregation has, by its key."""
    return {bucket["key"]: bucket["doc_count"] for bucket in buckets(answer, name)}


def metric(answer: Body, name: str) -> Body:
    """Give a metric of the answer or of a bucket; empty where no index exists yet."""
    found: Body = answer.get("aggregations", answer).get(name, {})
    return found


def hits(answer: Body) -> list[Body]:
    """Give the hits of the answer."""
    found: list[Body] = answer["hits"]["hits"]
    return found


def total(answer: Body) -> int:
    """Give how many documents match in all."""
    count: int = answer["hits"]["total"]["value"]
    return count


def iso(at: datetime) -> str:
    """Write an aware time as queries carry it: UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
