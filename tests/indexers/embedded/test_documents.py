"""Documents: written, read, replaced under their sequence number, refused one by one with the server's status."""

import json
import time
from typing import Any

import pytest
from elasticsearch import ApiError, BadRequestError, ConflictError, Elasticsearch, NotFoundError

INDEX = "things-1"
PATIENCE_S = 60  # far beyond what a loaded machine needs


def items(answer: Any) -> list[tuple[int, str | None]]:
    """Status and kind of error of each item of a bulk answer."""
    found = [next(iter(item.values())) for item in answer["items"]]
    return [(item["status"], item.get("error", {}).get("type")) for item in found]


def count(client: Elasticsearch) -> int:
    client.indices.refresh(index=INDEX)
    return int(client.count(index=INDEX)["count"])


def test_what_is_created_is_read_and_not_created_again(client: Elasticsearch) -> None:
    """A second create is a conflict, and changes nothing."""
    assert client.create(index=INDEX, id="1", document={"id": "1", "n": 1})["result"] == "created"
    with pytest.raises(ConflictError) as caught:
        client.create(index=INDEX, id="1", document={"id": "1", "n": 2})
    assert caught.value.body["error"]["type"] == "version_conflict_engine_exception"
    found = client.get(index=INDEX, id="1")
    assert (found["_source"], found["_version"], found["_seq_no"], found["_primary_term"]) == ({"id": "1", "n": 1}, 1, 0, 1)


def test_a_version_that_was_read_is_replaced_once(client: Elasticsearch) -> None:
    """if_seq_no lets the first writer through and turns the second away."""
    seq = client.index(index=INDEX, id="1", document={"n": 1})["_seq_no"]
    assert client.index(index=INDEX, id="1", document={"n": 2}, if_seq_no=seq, if_primary_term=1)["_version"] == 2
    with pytest.raises(ConflictError):
        client.index(index=INDEX, id="1", document={"n": 3}, if_seq_no=seq, if_primary_term=1)
    with pytest.raises(ConflictError):
        client.delete(index=INDEX, id="1", if_seq_no=seq, if_primary_term=1)
    assert client.get(index=INDEX, id="1")["_source"] == {"n": 2}


def test_a_deleted_document_is_gone_and_can_come_back(client: Elasticsearch) -> None:
    """Its versions go on counting, as on the server."""
    client.index(index=INDEX, id="1", document={"n": 1}, refresh=True)
    assert client.delete(index=INDEX, id="1", refresh=True)["result"] == "deleted"
    assert count(client) == 0
    with pytest.raises(NotFoundError):
        client.get(index=INDEX, id="1")
    with pytest.raises(NotFoundError):
        client.delete(index=INDEX, id="1")
    assert client.create(index=INDEX, id="1", document={"n": 2}, refresh=True)["result"] == "created"
    assert count(client) == 1


def test_items_of_a_bulk_see_those_before_them(client: Elasticsearch) -> None:
    """One id written, created, replaced and deleted in one request: each item has its own outcome, the last one stands."""
    operations: list[dict[str, Any]] = [
        {"create": {"_index": INDEX, "_id": "1"}},
        {"n": 1},
        {"create": {"_index": INDEX, "_id": "1"}},
        {"n": 2},
        {"index": {"_index": INDEX, "_id": "1"}},
        {"n": 3},
        {"delete": {"_index": INDEX, "_id": "2"}},
        {"index": {"_index": INDEX, "_id": "2"}},
        {"n": 4},
        {"delete": {"_index": INDEX, "_id": "2"}},
    ]
    answer = client.bulk(operations=operations, refresh=True)
    assert items(answer) == [(201, None), (409, "version_conflict_engine_exception"), (200, None), (404, None), (201, None), (200, None)]
    assert client.get(index=INDEX, id="1")["_source"] == {"n": 3}
    assert count(client) == 1


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"unknown": 1}, "strict_dynamic_mapping_exception"),
        ({"o": {"unknown": 1}}, "strict_dynamic_mapping_exception"),
        ({"n": "many"}, "document_parsing_exception"),
        ({"n": True}, "document_parsing_exception"),
        ({"n": 2**63}, "document_parsing_exception"),
        ({"i": 10**12}, "document_parsing_exception"),
        ({"d": "2026-13-01"}, "document_parsing_exception"),
        ({"d": "gestern"}, "document_parsing_exception"),
        ({"b": "perhaps"}, "document_parsing_exception"),
        ({"ks": {"a": 1}}, "document_parsing_exception"),
        ({"ks": "水" * 11_000}, "document_parsing_exception"),
        ({"o": "flat"}, "document_parsing_exception"),
        ({"x": 1e400}, "document_parsing_exception"),
    ],
    ids=str,
)
def test_a_document_that_does_not_fit_is_refused_alone(client: Elasticsearch, document: dict[str, Any], kind: str) -> None:
    """With a 400 and the server's name for it; its neighbours are stored."""
    text = json.dumps(document).replace("Infinity", "1e999")
    lines = [b'{"index":{"_index":"things-1","_id":"bad"}}', text.encode(), b'{"index":{"_index":"things-1","_id":"good"}}', b'{"n":1}']
    assert items(client.bulk(operations=lines)) == [(400, kind), (201, None)]
    assert count(client) == 1


@pytest.mark.parametrize(
    ("document", "query"),
    [
        ({"n": "12"}, {"term": {"n": 12}}),
        ({"n": 12.7}, {"term": {"n": 12}}),
        ({"x": "2.5"}, {"term": {"x": 2.5}}),
        ({"b": "true"}, {"term": {"b": True}}),
        ({"b": ""}, {"term": {"b": False}}),
        ({"ks": 7}, {"term": {"ks": "7"}}),
        ({"ks": [True, ["a", None]]}, {"terms": {"ks": ["true"]}}),
        ({"d": "2026-11-01T08:00:00.5+08:00"}, {"range": {"d": {"gte": "2026-11-01T00:00:00.500Z", "lte": "2026-11-01T00:00:00.500Z"}}}),
        ({"d": [None, 0]}, {"term": {"d": 0}}),
        ({"o": [{"k": "a"}, {"k": "b"}]}, {"term": {"o.k": "b"}}),
        ({"t": "a\u0000b 水"}, {"match": {"t": "水"}}),
        ({"ks": "nul\u0000"}, {"term": {"ks": "nul\u0000"}}),
        ({"t": "x" * 300}, {"match": {"t": "x" * 45}}),
    ],
    ids=str,
)
def test_values_are_read_as_the_server_reads_them(client: Elasticsearch, document: dict[str, Any], query: dict[str, Any]) -> None:
    """Numbers as text, text as numbers, lists in lists, objects in lists, NUL, words that are too long for one."""
    client.index(index=INDEX, id="1", document=document, refresh=True)
    hits = client.search(index=INDEX, query=query)["hits"]["hits"]
    assert [hit["_source"] for hit in hits] == [document]


def test_a_keyword_beyond_its_limit_is_kept_and_not_found(client: Elasticsearch) -> None:
    """ignore_above counts as the server does: a sign outside the basic plane is two."""
    client.index(index=INDEX, id="1", document={"k": "😀😀😀"}, refresh=True)
    client.index(index=INDEX, id="2", document={"k": "😀😀a"}, refresh=True)
    assert client.count(index=INDEX, query={"exists": {"field": "k"}})["count"] == 1
    assert client.get(index=INDEX, id="1")["_source"] == {"k": "😀😀😀"}


@pytest.mark.parametrize("source", [b'{"t": "\\ud800"}', b'{"t": "\xff"}', b"[]", b"{", b"null"], ids=repr)
def test_what_is_no_json_object_of_text_is_refused_alone(client: Elasticsearch, source: bytes) -> None:
    """A lone surrogate, a stray byte, another shape: 400 for that document."""
    answer = client.bulk(operations=[b'{"index":{"_index":"things-1","_id":"1"}}', source])
    assert items(answer) == [(400, "document_parsing_exception")]


@pytest.mark.parametrize(
    "lines",
    [
        [b'{"update":{"_index":"things-1","_id":"1"}}', b"{}"],
        [b'{"index":{"_index":"things-1","_id":"1","routing":"x"}}', b"{}"],
        [b'{"index":{"_index":"things-1","_id":"' + b"x" * 513 + b'"}}', b"{}"],
        [b'{"create":{"_index":"things-1","_id":"1","if_seq_no":1,"if_primary_term":1}}', b"{}"],
        [b'{"index":{"_id":"1"}}', b"{}"],
        [b'{"index":{"_index":"things-1","_id":"1"}}'],
        [b"not json", b"{}"],
    ],
    ids=lambda lines: lines[0][:50].decode(),
)
def test_a_bulk_that_is_not_understood_is_refused_as_a_whole(client: Elasticsearch, lines: list[bytes]) -> None:
    """As on the server: nothing of it is stored, whatever stands before."""
    before = [b'{"index":{"_index":"things-1","_id":"ok"}}', b'{"n":1}']
    with pytest.raises(BadRequestError):
        client.bulk(operations=before + lines)
    assert not client.indices.exists(index=INDEX)


def test_many_are_read_at_once_each_with_its_own_fate(client: Elasticsearch) -> None:
    """Found, not found, and an index that isn't there."""
    client.index(index=INDEX, id="1", document={"id": "1", "n": 5})
    asked = [{"_index": INDEX, "_id": "1"}, {"_index": INDEX, "_id": "2"}, {"_index": "nowhere", "_id": "1"}]
    docs = client.mget(docs=asked)["docs"]
    assert [doc.get("found") for doc in docs] == [True, False, None]
    assert docs[2]["error"]["type"] == "index_not_found_exception"
    assert client.mget(index=INDEX, ids=["1"], source_includes=["n"])["docs"][0]["_source"] == {"n": 5}


def test_an_index_without_a_mapping_is_not_made_up(client: Elasticsearch) -> None:
    """A write to a name that fits no template is refused: this engine guesses no types."""
    answer = client.bulk(
        operations=[{"index": {"_index": "elsewhere", "_id": "1"}}, {"n": 1}, {"delete": {"_index": "nowhere", "_id": "1"}}]
    )
    assert items(answer) == [(400, "unsupported_by_local_store"), (404, "index_not_found_exception")]


def test_an_index_is_deleted_with_its_documents(client: Elasticsearch) -> None:
    """And a new one of the same name begins empty."""
    client.index(index=INDEX, id="1", document={"n": 1}, refresh=True)
    client.index(index="things-2", id="1", document={"n": 1}, refresh=True)
    client.indices.delete(index=INDEX)
    with pytest.raises(NotFoundError):
        client.search(index=INDEX)
    client.indices.create(index=INDEX)
    client.indices.refresh()
    assert [client.count(index=name)["count"] for name in (INDEX, "things-2", "things-*")] == [0, 1, 1]
    with pytest.raises(BadRequestError) as caught:
        client.indices.create(index=INDEX)
    assert caught.value.body["error"]["type"] == "resource_already_exists_exception"


def test_a_wider_template_is_for_new_indices_and_both_are_searched(client: Elasticsearch) -> None:
    """A field that a template gains later is there in the next index; older documents go on being found beside it."""
    client.index(index=INDEX, id="1", document={"n": 1}, refresh=True)
    mapping = client.indices.get(index=INDEX)[INDEX]["mappings"]
    wider = {**mapping, "properties": {**mapping["properties"], "colour": {"type": "keyword"}}}
    client.indices.put_index_template(name="things", index_patterns=["things-*"], template={"mappings": wider})
    client.index(index="things-2", id="2", document={"n": 1, "colour": "red"}, refresh=True)
    assert client.count(index="things-*", query={"term": {"n": 1}})["count"] == 2
    assert client.count(index="things-*", query={"term": {"colour": "red"}})["count"] == 1
    with pytest.raises(ApiError) as caught:
        client.index(index=INDEX, id="3", document={"colour": "red"})
    assert caught.value.body["error"]["type"] == "strict_dynamic_mapping_exception"


def test_what_is_written_is_found_without_being_asked_to_refresh(client: Elasticsearch) -> None:
    """The engine refreshes by itself soon after a write."""
    client.index(index=INDEX, id="1", document={"n": 1})
    deadline = time.monotonic() + PATIENCE_S
    while not client.count(index=INDEX)["count"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
