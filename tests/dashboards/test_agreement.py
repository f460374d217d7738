"""Kibana's question and ours are the same: the body of each dashboard, read back as Kibana reads it, on a real Elasticsearch."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from elasticsearch import Elasticsearch

from dashboards.ask import ask, cells, listed
from dashboards.boards import BOARDS, Board
from dashboards.errors import NotExpressible
from dashboards.expand import Asked, Seen, requests
from dashboards.kibana import board_body, view_body
from dashboards.panel import Listing, Panel
from dashboards.views import VIEWS
from indexers.names import Names
from indexers.reader import Reader
from indexers.slots import millis
from streams.messages import TaggedPost
from tests.dashboards.conftest import SCOPE, WINDOW

Table = dict[tuple[Any, ...], tuple[float | None, ...]]
REAL = pytest.mark.parametrize("shared_settings", [pytest.param("elasticsearch", marks=pytest.mark.stack)], indirect=True)


SEEN = Seen(WINDOW.start, WINDOW.end, ZoneInfo("Asia/Shanghai"), "30m")


def kibanas(board: Board, names: Names, *, turned: bool = False) -> dict[str, Asked]:
    """What Kibana asks for the panels of a dashboard, read from the body alone."""
    views = {view.key(names): view_body(view, names, "zh") for view in VIEWS}
    return {asked.panel: asked for asked in requests(board_body(board, names, "zh"), views, SEEN, turned=turned)}


def ours(reader: Reader, panel: Panel) -> Table:
    """What our pages show, cell by cell."""
    return {
        tuple(millis(key) if isinstance(key, datetime) else key for key in keys): measures
        for keys, measures in cells(ask(reader, [panel], SCOPE)[panel.id])
    }


@REAL
@pytest.mark.parametrize("turned", [False, True], ids=["axis first", "colours first"])
@pytest.mark.parametrize("board", BOARDS, ids=[board.id for board in BOARDS])
def test_every_cell_is_the_same(database: Elasticsearch, reader: Reader, filled: Sequence[TaggedPost], board: Board, turned: bool) -> None:
    """Whichever way Kibana nests the splits of a chart."""
    asked = kibanas(board, reader.names, turned=turned)
    assert set(asked) == {panel.id for panel, _ in board.placed}
    for panel, _ in board.placed:
        request = asked[panel.id]
        answer = database.search(index=request.indices, body=request.body)
        if isinstance(panel, Listing):
            found = [hit["_source"]["id"] for hit in answer["hits"]["hits"]]
            assert found == [row["id"] for row in listed(reader, panel, SCOPE)]
        else:
            found = ours(reader, panel)
            assert dict(request.rows(answer.body)) == found, panel.id
        assert len(found) > 1 or panel.drawn == "metric", panel.id


SPOILT: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "another field": ("received", lambda config: config["metrics"][1].update(field="comments")),
    "no condition": ("published-per-day", lambda config: config.pop("query")),
    "another condition": ("incidents", lambda config: config["query"].update(expression="merged: true")),
    "fewer parts": ("topics", lambda config: config["layers"][0]["x"].update(limit=2)),
    "another step": ("published-per-day", lambda config: config["x"].update(suggested_interval="12h")),
    "no part for what has no value": ("incidents", lambda config: config["y"].pop("other_bucket")),
    "another share": ("negative-share", lambda config: config["metrics"][0].update(formula="count(kql='sentiment: 1') / count()")),
    "another documents' time": ("runs", lambda config: config["layers"][0]["x"].update(field="ended_at")),
}


@REAL
@pytest.mark.parametrize("name", SPOILT)
def test_a_body_that_asks_something_else_is_found_out(
    database: Elasticsearch, reader: Reader, filled: Sequence[TaggedPost], name: str
) -> None:
    """The comparison above can fail: one thing other in the body, and the cells are others."""
    key, spoil = SPOILT[name]
    board, panel = next((board, panel) for board in BOARDS for panel, _ in board.placed if panel.id == key)
    body = board_body(board, reader.names, "zh")
    body["panels"] = [one for one in body["panels"] if one["id"] == key]
    spoil(body["panels"][0]["config"])
    views = {view.key(reader.names): view_body(view, reader.names, "zh") for view in VIEWS}
    (request,) = requests(body, views, SEEN)
    assert isinstance(panel, Panel)
    assert dict(request.rows(database.search(index=request.indices, body=request.body).body)) != ours(reader, panel)


@pytest.mark.parametrize("board", BOARDS, ids=[board.id for board in BOARDS])
def test_only_what_the_panel_says_is_asked(board: Board) -> None:
    """The body leads to the same documents and fields as the panel, without a server."""
    asked = kibanas(board, Names("yuqing"))
    for panel, _ in board.placed:
        request = asked[panel.id]
        assert request.indices == panel.view.indices(Names("yuqing"))
        said = str(request.body)
        assert all(f"'{field}'" in said for field in (panel.fields if isinstance(panel, Panel) else panel.columns))


@pytest.mark.parametrize(
    "spoil",
    [
        {"type": "gauge"},
        {"metrics": [{"operation": "median", "field": "spread"}]},
        {"metrics": [{"operation": "formula", "formula": "count() * 2"}]},
        {"query": {"language": "kql", "expression": "topic: a or topic: b"}},
        {"query": {"language": "kql", "expression": "not topic: a"}},
        {"query": {"language": "kql", "expression": "topic: *"}},
    ],
    ids=str,
)
def test_what_is_not_known_is_not_guessed(spoil: dict[str, Any]) -> None:
    """A body with something that our reading does not know is an error, not a comparison of something else."""
    source = {"type": "data_view_reference", "ref_id": "v"}
    config = {"type": "metric", "data_source": source, "metrics": [{"operation": "count"}]} | spoil
    views = {"v": {"title": "posts-*", "timeFieldName": "published_at"}}
    with pytest.raises(NotExpressible):
        list(requests({"panels": [{"type": "vis", "id": "p", "config": config}]}, views, SEEN))
