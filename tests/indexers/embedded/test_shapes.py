"""What the docs say the local store takes is what it takes, and our own requests are among it."""

import json

import pytest
from elasticsearch import Elasticsearch

from indexers.embedded.aggregate.registry import AGGREGATIONS
from indexers.embedded.open import LocalStore
from indexers.embedded.query import QUERIES
from indexers.embedded.routes import answer
from indexers.embedded.shapes import OPTIONS, PAGE, filled
from indexers.shapes import Request, shapes


def test_the_page_is_current() -> None:
    """Otherwise run `python -m indexers.embedded.shapes`."""
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page


def test_every_query_and_aggregation_is_described() -> None:
    """None is added without a word on its options, and no word stays behind."""
    named = {*QUERIES, *(name if name not in QUERIES else f"{name} (aggregation)" for name in AGGREGATIONS)}
    assert named == set(OPTIONS)


@pytest.mark.parametrize(("title", "requests"), [pytest.param(title, requests, id=title) for title, requests in shapes()])
def test_every_request_that_our_code_sends_is_taken(store: LocalStore, title: str, requests: list[Request]) -> None:
    """The shapes of `docs/request-shapes.md`, each in an empty store with our templates."""
    setup = next(found for name, found in shapes() if name.startswith("Setting up"))
    for request in [*setup, *requests]:
        body = "".join(json.dumps(line) + "\n" for line in request.body).encode()
        status, _, content = answer(store.engine, request.method, request.target, body)
        assert status < 500
        assert b"unsupported" not in content
        assert b"does not take" not in content


REFUSED = {
    "a query": {"query": {"fuzzy": {"k": "a"}}},
    "an option of a query": {"query": {"match": {"t": {"query": "a", "fuzziness": "AUTO"}}}},
    "slop": {"query": {"match_phrase": {"t": {"query": "a b", "slop": 2}}}},
    "a query within": {"query": {"bool": {"must": [{"nested": {"path": "o", "query": {"match_all": {}}}}]}}},
    "an option of a search": {"collapse": {"field": "k"}},
    "an aggregation": {"aggs": {"x": {"significant_terms": {"field": "k"}}}},
    "an aggregation within": {"aggs": {"x": {"terms": {"field": "k"}, "aggs": {"y": {"rare_terms": {"field": "k"}}}}}},
    "an option of an aggregation": {"aggs": {"x": {"terms": {"field": "k", "collect_mode": "breadth_first"}}}},
    "a regular expression": {"aggs": {"x": {"terms": {"field": "k", "include": "a.*"}}}},
    "empty terms": {"aggs": {"x": {"terms": {"field": "k", "min_doc_count": 0}}}},
    "a composite source": {"aggs": {"x": {"composite": {"sources": [{"h": {"histogram": {"field": "n", "interval": 5}}}]}}}},
    "an option of a sort": {"sort": [{"n": {"order": "asc", "mode": "avg"}}]},
    "missing first": {"sort": [{"n": {"missing": "_first"}}]},
    "a sort of many values": {"sort": ["ns"]},
    "a histogram of many values": {"aggs": {"x": {"histogram": {"field": "ns", "interval": 5}}}},
    "fragments": {"query": {"match": {"t": "水"}}, "highlight": {"fields": {"t": {}}}},
    "an option of a highlight": {"highlight": {"number_of_fragments": 0, "fields": {"t": {"boundary_chars": "."}}}},
    "an option of a source filter": {"_source": {"exclude_vectors": True}},
    "a field that is only shown": {"query": {"term": {"hidden": "x"}}},
    "a text in a terms aggregation": {"aggs": {"x": {"terms": {"field": "t"}}}},
    "too many hits": {"from": 9_999, "size": 2},
    "a negative size": {"size": -1},
    "no number": {"query": {"term": {"n": "many"}}},
    "no date": {"query": {"range": {"d": {"gte": "gestern"}}}},
    "no zone": {"query": {"range": {"d": {"gte": "now/d", "time_zone": "Mars/Olympus"}}}},
    "an unknown field to sort by": {"sort": ["nothing"]},
    "two queries at once": {"query": {"term": {"k": "a"}, "match_all": {}}},
}
NAMES = {"a query": "fuzzy", "a query within": "nested", "an option of a search": "collapse", "an aggregation within": "rare_terms"}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_is_refused_by_name(client: Elasticsearch, store: LocalStore, name: str) -> None:
    """With a 400 that says what it is, never with an answer that leaves it out."""
    client.index(index="things-1", id="1", document={"ns": [1, 2], "t": "水"}, refresh=True)
    status, _, content = answer(store.engine, "POST", "/things-*/_search", json.dumps(REFUSED[name]).encode())
    assert status == 400, content
    assert NAMES.get(name, "") in content.decode()


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/things-1/_update/1"),
        ("POST", "/things-1/_delete_by_query"),
        ("POST", "/_sql"),
        ("GET", "/"),
        ("GET", "/_search"),
        ("GET", "/_cat/indices"),
        ("PATCH", "/things-1"),
        ("GET", "/things-1/_search?explain=true"),
        ("POST", "/_bulk?pipeline=x"),
        ("DELETE", "/things-*"),
        ("PUT", "/Things"),
    ],
)
def test_other_requests_are_refused_by_name(client: Elasticsearch, store: LocalStore, method: str, target: str) -> None:
    """Paths, methods and parameters that are not in the table."""
    client.indices.create(index="things-1")
    status, _, content = answer(store.engine, method, target, b"{}")
    assert status == 400
    assert target.partition("?")[2].partition("=")[0] in content.decode()


@pytest.mark.parametrize(
    "mapping",
    [
        {"properties": {"v": {"type": "dense_vector"}}},
        {"properties": {"v": {"type": "keyword", "normalizer": "lowercase"}}},
        {"properties": {"v": {"type": "text", "analyzer": "ik_max_word"}}},
        {"properties": {"v": {"type": "date", "format": "yyyy"}}},
        {"properties": {"v": {"type": "keyword", "index": False}}},
        {"dynamic_templates": []},
    ],
    ids=str,
)
def test_a_mapping_that_is_not_taken_is_refused_by_name(client: Elasticsearch, store: LocalStore, mapping: dict[str, object]) -> None:
    """Before any document comes."""
    body = json.dumps({"index_patterns": ["other-*"], "template": {"mappings": mapping}}).encode()
    status, _, content = answer(store.engine, "PUT", "/_index_template/other", body)
    assert (status, b"unsupported_by_local_store" in content) == (400, True)


def test_two_families_are_not_searched_at_once(client: Elasticsearch, store: LocalStore) -> None:
    """Their search indices are apart."""
    client.indices.put_index_template(name="others", index_patterns=["others-*"], template={"mappings": {"properties": {}}})
    for name in ("things-1", "others-1"):
        client.indices.create(index=name)
    status, _, content = answer(store.engine, "POST", "/things-1,others-1/_search", b"{}")
    assert (status, b"several families" in content) == (400, True)


def test_a_fault_of_the_engine_itself_is_a_500(client: Elasticsearch, store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches the caller as an error, with its kind and without any text of a document."""
    client.indices.create(index="things-1")
    monkeypatch.setattr("indexers.embedded.api_search.view_of", _stumble)
    status, _, content = answer(store.engine, "POST", "/things-1/_search", b"{}")
    assert (status, b"ZeroDivisionError" in content) == (500, True)


def _stumble(*_: object) -> None:
    raise ZeroDivisionError("by nothing")
