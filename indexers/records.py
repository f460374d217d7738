"""A small store for documents that are more than posts: created once, replaced under the version that was read, listed by page.

A document holds its `id`, some columns to find it by, and the whole struct as `body`, which is not indexed. Whoever has read one may
replace it as long as nobody else did: of two writers one wins, and the other is told. What is written is found by the next search.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from elasticsearch import Elasticsearch
from elasticsearch.dsl import Search

from indexers.bulk import Action, send
from indexers.errors import DatabaseError, DatabaseUnavailable, error_reason, error_type, translated
from indexers.names import Names, document_id
from indexers.reader import Body, buckets, hits, total

CONFLICT = 409
NOT_FOUND = 404
PAGE = 500
MOST_VALUES = 1000  # of one column, counted at once

Kept = TypeVar("Kept", bound=msgspec.Struct)
Version = tuple[int, int]  # sequence number and primary term


class Family(NamedTuple, Generic[Kept]):
    """One kind of document: the last part of its index's name, its struct, and the columns it is found by."""

    name: str
    kind: type[Kept]
    key: Callable[[Kept], str]
    columns: Callable[[Kept], Mapping[str, Any]]


class Read(NamedTuple, Generic[Kept]):
    """A document as it was read, and the version that may be replaced."""

    body: Kept
    version: Version


class Page(NamedTuple, Generic[Kept]):
    """Some documents, how many there are in all, and what asks for the next; None when this is the last."""

    rows: list[Read[Kept]]
    total: int
    after: tuple[Any, ...] | None


@dataclass(frozen=True)
class Records:
    """Reads and writes such documents. All methods raise DatabaseUnavailable and DatabaseError."""

    client: Elasticsearch
    names: Names

    def index(self, family: Family[Any]) -> str:
        """Name the index of a family."""
        return f"{self.names.prefix}-{family.name}"

    def get(self, family: Family[Kept], key: str) -> Read[Kept] | None:
        """Read one by its id, as it is now; None where there is none."""
        place = self.index(family)
        with translated(f"read one of {place}"):
            answer = self.client.options(ignore_status=NOT_FOUND).get(index=place, id=document_id(key))
        return None if answer.meta.status == NOT_FOUND else _read(answer.body, family)

    def create(self, family: Family[Kept], body: Kept) -> Version | None:
        """Store a new one; gives its version, None where its id is taken."""
        return self._write("create", family, body, {})

    def replace(self, family: Family[Kept], body: Kept, version: Version) -> Version | None:
        """Store one in place of the version that was read; gives the new one, None where somebody else was faster."""
        return self._write("index", family, body, {"if_seq_no": version[0], "if_primary_term": version[1]})

    def get_all(self, family: Family[Kept], keys: Iterable[str]) -> dict[str, Read[Kept]]:
        """Read many by their ids, as they are now; those that are not there are left out."""
        place, wanted = self.index(family), list(dict.fromkeys(keys))
        found: dict[str, Read[Kept]] = {}
        for start in range(0, len(wanted), PAGE):
            part = wanted[start : start + PAGE]
            with translated(f"read {len(part)} of {place}"):
                answer = self.client.mget(docs=[{"_index": place, "_id": document_id(key)} for key in part])
            for key, doc in zip(part, answer["docs"], strict=True):
                if doc.get("found"):
                    found[key] = _read(doc, family)
                elif "error" in doc and error_type(doc) != "index_not_found_exception":
                    raise DatabaseUnavailable(f"read from {place}: {error_type(doc)}: {error_reason(doc)}")
        return found

    def create_all(self, family: Family[Kept], bodies: Iterable[Kept]) -> list[bool]:
        """Store many new ones; says of each whether it was new. Raises DatabaseError for the first that is refused."""
        return self.write_all(family, [(body, None) for body in bodies])

    def write_all(self, family: Family[Kept], changes: Sequence[tuple[Kept, Version | None]]) -> list[bool]:
        """Store many, each a new one (None) or in place of the version that was read; says of each whether it won.

        Raises DatabaseError for the first that is refused.
        """
        place = self.index(family)
        actions = [
            Action(place, document_id(family.key(body)), msgspec.json.encode(_document(family, body)), version) for body, version in changes
        ]
        outcomes = send(self.client, actions, refresh=True)
        for action, outcome in zip(actions, outcomes, strict=True):
            if not outcome.done and not outcome.conflict:
                raise DatabaseError(f"store {place}/{action.id}: {outcome.error}", status=outcome.status, reason=outcome.reason)
        return [outcome.done for outcome in outcomes]

    def delete(self, family: Family[Kept], key: str, version: Version | None = None) -> bool:
        """Take one away; False where it is gone, or is another version by now."""
        place = self.index(family)
        guard: dict[str, Any] = {} if version is None else {"if_seq_no": version[0], "if_primary_term": version[1]}
        try:
            with translated(f"delete one of {place}"):
                self.client.delete(index=place, id=document_id(key), refresh=True, **guard)
        except DatabaseError as error:
            if error.http_status in {CONFLICT, NOT_FOUND}:
                return False
            raise
        return True

    def page(
        self, family: Family[Kept], query: Search[Any], sort: Mapping[str, str], *, size: int = PAGE, after: Sequence[Any] | None = None
    ) -> Page[Kept]:
        """List a page. `sort` is column to "asc" or "desc"; pages end in the id, so that none repeats or skips."""
        place = self.index(family)
        order = [{column: {"order": way}} for column, way in sort.items()] + [{"id": {"order": "asc"}}]
        query = query.sort(*order).extra(size=size, track_total_hits=True, seq_no_primary_term=True)
        if after is not None:
            query = query.extra(search_after=list(after))
        with translated(f"list {place}"):
            answer = self.client.search(index=place, body=query.to_dict(), ignore_unavailable=True).body
        found = hits(answer)
        last = tuple(found[-1]["sort"]) if found and len(found) == size else None
        return Page([_read(hit, family) for hit in found], total(answer), last)

    def walk(self, family: Family[Kept], query: Search[Any], sort: Mapping[str, str]) -> Iterator[Read[Kept]]:
        """List all, page after page."""
        after: tuple[Any, ...] | None = None
        while True:
            page = self.page(family, query, sort, after=after)
            yield from page.rows
            if page.after is None:
                return
            after = page.after

    def count(self, family: Family[Any], query: Search[Any]) -> int:
        """Count those that match."""
        return self.page(family, query, {}, size=0).total

    def tally(self, family: Family[Any], query: Search[Any], columns: Sequence[str]) -> dict[str, dict[str, int]]:
        """Count those that match by the values of each column, the most frequent first."""
        asked = query.extra(size=0)
        for column in columns:
            asked.aggs.bucket(column, "terms", field=column, size=MOST_VALUES)
        answer = self._count(family, asked)
        return {column: {bucket["key"]: bucket["doc_count"] for bucket in buckets(answer, column)} for column in columns}

    def cross(self, family: Family[Any], query: Search[Any], column: str, inner: str) -> dict[str, dict[str, int]]:
        """Count those that match by the values of two columns together."""
        asked = query.extra(size=0)
        asked.aggs.bucket(column, "terms", field=column, size=MOST_VALUES).bucket(inner, "terms", field=inner, size=MOST_VALUES)
        return {
            bucket["key"]: {part["key"]: part["doc_count"] for part in buckets(bucket, inner)}
            for bucket in buckets(self._count(family, asked), column)
        }

    def _count(self, family: Family[Any], query: Search[Any]) -> Body:
        place = self.index(family)
        with translated(f"count {place}"):
            answer: Body = self.client.search(index=place, body=query.to_dict(), ignore_unavailable=True).body
        return answer

    def _write(self, verb: str, family: Family[Kept], body: Kept, guard: Mapping[str, Any]) -> Version | None:
        place, document = self.index(family), _document(family, body)
        try:
            with translated(f"write one of {place}"):
                answer = getattr(self.client, verb)(index=place, id=document["id"], document=document, refresh=True, **guard).body
        except DatabaseError as error:
            if error.http_status == CONFLICT:
                return None
            raise
        return answer["_seq_no"], answer["_primary_term"]


def _document(family: Family[Kept], body: Kept) -> dict[str, Any]:
    columns = {name: value for name, value in family.columns(body).items() if value is not None}
    document: dict[str, Any] = msgspec.to_builtins({"id": document_id(family.key(body)), **columns, "body": body})
    return document


def _read(found: Mapping[str, Any], family: Family[Kept]) -> Read[Kept]:
    try:
        body = msgspec.convert(found["_source"]["body"], family.kind)
    except (KeyError, msgspec.ValidationError) as error:
        raise DatabaseError(
            f"{found['_index']}/{found['_id']} is no {family.kind.__name__} of ours: {error}", status=200, reason="foreign_document"
        ) from error
    return Read(body, (found["_seq_no"], found["_primary_term"]))
