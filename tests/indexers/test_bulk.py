"""Sending in bulk: sizes, and what becomes of each answer."""

from typing import Any

import pytest
from elastic_transport import ConnectionError as Unreachable
from elastic_transport import ConnectionTimeout

from indexers import bulk
from indexers.bulk import Action, send
from indexers.errors import DatabaseError, DatabaseUnavailable
from tests.indexers.played import Answer, played, refusal


def actions(number: int) -> list[Action]:
    return [Action("office-posts-2026.11", f"id:{n}", b'{"number":%d}' % n) for n in range(number)]


def items(lines: list[Any], **statuses: tuple[int, str]) -> dict[str, Any]:
    """Answer a bulk request: created, but for the ids that are named."""
    places = [line["create"] for line in lines[::2]]
    said = [(place["_index"], *statuses.get(place["_id"].replace(":", "_"), (201, ""))) for place in places]
    entries = [{"create": {"_index": index, "status": status, **(refusal(kind, "why") if kind else {})}} for index, status, kind in said]
    return {"errors": any(status > 299 for _, status, _ in said), "items": entries}


def test_each_document_gets_its_outcome_in_order() -> None:
    """Created, conflicting and refused documents are told apart, by place."""
    client = played(
        lambda _, __, lines: (200, items(lines, id_1=(409, "version_conflict_engine_exception"), id_2=(400, "document_parsing_exception")))
    )
    outcomes = send(client, actions(4))
    assert [(one.done, one.conflict, one.reason) for one in outcomes] == [
        (True, False, ""),
        (False, True, "version_conflict_engine_exception"),
        (False, False, "document_parsing_exception"),
        (True, False, ""),
    ]


def test_nothing_to_send_asks_nothing() -> None:
    """An empty batch costs no request."""
    assert send(played(lambda *_: AssertionError("asked")), []) == []


def test_requests_are_kept_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are grouped by bytes; one that is larger than a request may be goes alone."""
    monkeypatch.setattr(bulk, "MAX_BYTES", 200)
    sizes: list[int] = []

    def reply(_: str, __: str, lines: list[Any]) -> Answer:
        sizes.append(len(lines) // 2)
        return 200, items(lines)

    large = Action("office-posts-2026.11", "id:9", b'{"text":"%s"}' % (b"x" * 500))
    outcomes = send(played(reply), [*actions(4), large, *actions(1)])
    assert (sizes, len(outcomes)) == ([2, 2, 1, 1], 6)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "cluster_block_exception"),
        (403, "security_exception"),
        (429, "circuit_breaking_exception"),
        (503, "unavailable_shards_exception"),
        (404, "index_not_found_exception"),
        (400, "validation_exception"),
    ],
)
def test_one_document_that_can_t_be_taken_now_pauses_all(status: int, reason: str) -> None:
    """A write block, a full disk or too many shards say nothing of the document: nothing counts as stored."""
    client = played(lambda _, __, lines: (200, items(lines, id_1=(status, reason))))
    with pytest.raises(DatabaseUnavailable, match=f"{status} {reason}") as error:
        send(client, actions(3))
    assert error.value.http_status == status


@pytest.mark.parametrize("status", [401, 403, 408, 429, 502, 503, 504])
def test_a_request_that_can_t_be_taken_now_pauses(status: int) -> None:
    """No right, overload and a server that is going away are waited out."""
    with pytest.raises(DatabaseUnavailable):
        send(played(lambda *_: (status, refusal("some_exception"))), actions(1))


@pytest.mark.parametrize("error", [Unreachable("refused"), ConnectionTimeout("too slow")])
def test_a_lost_connection_pauses(error: Exception) -> None:
    """A server that is not there, or does not answer, is waited for."""
    with pytest.raises(DatabaseUnavailable, match="store 1 documents"):
        send(played(lambda *_: error), actions(1))


def test_the_server_may_say_how_long_to_wait() -> None:
    """Retry-After is passed on; without it a second is assumed."""
    with pytest.raises(DatabaseUnavailable) as error:
        send(played(lambda *_: (429, refusal("busy")), **{"retry-after": "17"}), actions(1))
    assert error.value.retry_after == 17
    with pytest.raises(DatabaseUnavailable) as error:
        send(played(lambda *_: (429, refusal("busy"))), actions(1))
    assert error.value.retry_after == 1


@pytest.mark.parametrize("status", [400, 413])
def test_one_document_does_not_spoil_the_request(status: int) -> None:
    """Where the server refuses a whole request, it is halved until the document at fault stands alone."""

    def reply(_: str, __: str, lines: list[Any]) -> Answer:
        spoilt = any(line.get("number") == 5 for line in lines)
        return (status, refusal("illegal_argument_exception", "bad line")) if spoilt else (200, items(lines))

    outcomes = send(played(reply), actions(9))
    assert [n for n, one in enumerate(outcomes) if not one.done] == [5]
    assert (outcomes[5].status, outcomes[5].reason) == (status, "illegal_argument_exception")


def test_a_fault_of_ours_is_not_waited_out() -> None:
    """A request that the server does not know would be refused for ever: it is an error with its reason."""
    with pytest.raises(DatabaseError, match="no handler") as error:
        send(played(lambda *_: (405, refusal("method_not_allowed", "no handler"))), actions(1))
    assert (error.value.http_status, error.value.reason) == (405, "method_not_allowed")


def test_what_the_server_quotes_of_a_document_is_not_passed_on() -> None:
    """Messages go to logs, and logs hold no text of posts."""
    words = "failed to parse field [likes]. Preview of field's value: '某人的话'"
    answer = {"errors": True, "items": [{"create": {"_index": "i", "status": 400, **refusal("document_parsing_exception", words)}}]}
    (outcome,) = send(played(lambda *_: (200, answer)), actions(1))
    assert outcome.error == "failed to parse field [likes]."


def test_an_error_without_words_is_still_an_error() -> None:
    """A proxy in between may answer with anything."""
    with pytest.raises(DatabaseError, match="500 unknown"):
        send(played(lambda *_: (500, {"oops": True})), actions(1))


def test_a_version_that_was_read_is_replaced_under_its_number() -> None:
    """What is written in place of something says what it replaces, so that nobody's change is lost."""
    asked: list[Any] = []

    def reply(_: str, __: str, lines: list[Any]) -> Answer:
        asked.extend(lines)
        return 200, {"errors": False, "items": [{"index": {"status": 200}}]}

    send(played(reply), [Action("i", "id:1", b"{}", (7, 2))])
    assert asked[0] == {"index": {"_index": "i", "_id": "id:1", "if_seq_no": 7, "if_primary_term": 2}}
