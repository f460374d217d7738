"""The list of request shapes: it is current, and no query is about authors."""

import inspect
import json
from pathlib import Path

from indexers import coverage_queries, opinion_queries, queries, series
from indexers.shapes import page, shapes

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_current() -> None:
    """The docs list what the code sends; otherwise run `python -m indexers.shapes > docs/request-shapes.md`."""
    assert page() == (DOCS / "request-shapes.md").read_text(encoding="utf-8")


def test_every_named_query_is_listed() -> None:
    """A query that is added must be in the list, so that the local store learns to take it."""
    named = {
        name
        for module in (queries, opinion_queries, series, coverage_queries)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and "reader" in inspect.signature(function).parameters
    }
    assert named <= {name for title, _ in shapes() for name in title.partition(":")[0].split(", ")}


def test_no_query_selects_groups_or_ranks_by_author() -> None:
    """In what the queries send the author does not occur at all, but for the standing, which tells groups and not persons."""
    searches = [request for _, requests in shapes() for request in requests if "_search" in request.target]
    assert len(searches) > 10
    for request in searches:
        assert "author" not in json.dumps(request.body, ensure_ascii=False).replace('{"term": {"author.standing": "monitored"}}', ""), (
            request
        )


def test_requests_stay_with_what_the_smallest_server_has() -> None:
    """No scripts, pipelines, updates or deletes by query: they are missing where tests run and in the local store."""
    for title, requests in shapes():
        for request in requests:
            words = json.dumps(request.body) + request.target
            assert not any(word in words for word in ("script", "pipeline", "_update", "_delete_by", "bucket_", "runtime_mappings")), title
