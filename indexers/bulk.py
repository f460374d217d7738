"""Sends documents in bulk and says of each what became of it."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from elasticsearch import Elasticsearch

from indexers.errors import PAUSES, DatabaseError, DatabaseUnavailable, error_reason, error_type, translated

MAX_BYTES = 8_000_000  # of one request: far below the server's 100 MB, above what one disk flush costs
# A request that the server can't take as a whole is halved until the document at fault stands alone.
HALVED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
# Said of one document, but true of all: no index can be made, or there is no room for another shard.
PAUSING_REASONS = frozenset({"index_not_found_exception", "validation_exception"})

_encode = msgspec.json.Encoder().encode


class Action(NamedTuple):
    """One document to store: created if new, or in place of the version that was read."""

    target: str  # name of the index
    id: str
    source: bytes  # JSON
    read: tuple[int, int] | None = None  # sequence number and primary term; None creates

    def lines(self) -> bytes:
        """Write the two lines of the request."""
        place: dict[str, Any] = {"_index": self.target, "_id": self.id}
        if self.read is None:
            return b'{"create":%b}\n%b\n' % (_encode(place), self.source)
        place |= {"if_seq_no": self.read[0], "if_primary_term": self.read[1]}
        return b'{"index":%b}\n%b\n' % (_encode(place), self.source)


class Outcome(NamedTuple):
    """What became of one document: `status` as of HTTP, and what was wrong if anything was."""

    status: int
    reason: str = ""  # the server's constant
    error: str = ""  # its words

    @property
    def done(self) -> bool:
        return self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def conflict(self) -> bool:
        return self.status == HTTPStatus.CONFLICT


def send(client: Elasticsearch, actions: Sequence[Action], *, refresh: bool = False) -> list[Outcome]:
    """Store documents; one outcome for each, in order. With `refresh` the next search finds them, which costs the server work.

    Raises DatabaseUnavailable where the database takes nothing now, as a whole or for any document: then none counts as
    stored, and the same again is right.
    """
    outcomes: list[Outcome] = []
    for lines in _requests(actions):
        outcomes += _send(client, lines, refresh)
    return outcomes


def _requests(actions: Sequence[Action]) -> Iterator[list[bytes]]:
    """Group the lines of actions into requests of no more than MAX_BYTES; a larger document stands alone."""
    request: list[bytes] = []
    size = 0
    for action in actions:
        lines = action.lines()
        if request and size + len(lines) > MAX_BYTES:
            yield request
            request, size = [], 0
        request.append(lines)
        size += len(lines)
    if request:
        yield request


def _send(client: Elasticsearch, request: list[bytes], refresh: bool) -> list[Outcome]:
    try:
        with translated(f"store {len(request)} documents"):
            operations: Any = (b"".join(request),)  # bytes pass the serialiser as they are
            answer: dict[str, Any] = client.bulk(operations=operations, refresh=refresh or None).body
    except DatabaseError as error:
        if error.http_status not in HALVED:
            raise
        if len(request) == 1:
            return [Outcome(error.http_status, error.reason, str(error))]
        middle = len(request) // 2
        return _send(client, request[:middle], refresh) + _send(client, request[middle:], refresh)
    items = answer["items"]
    if not answer["errors"]:
        return [Outcome(HTTPStatus.CREATED)] * len(items)
    return [_outcome(item) for entry in items for item in entry.values()]


def _outcome(item: dict[str, Any]) -> Outcome:
    status: int = item["status"]
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome(status)
    reason = error_type(item)
    if status in PAUSES or reason in PAUSING_REASONS:
        raise DatabaseUnavailable(f"store documents in {item['_index']}: the database says {status} {reason}", status=status)
    return Outcome(status, reason, error_reason(item))
