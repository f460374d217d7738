"""Lists the panels and what each asks of the database, from the code itself: docs/panels.md, which `make docs` writes."""

import json
from collections.abc import Iterator
from datetime import timedelta

from elasticsearch import Elasticsearch

from dashboards.ask import Scope, ask, listed
from dashboards.boards import BOARDS
from dashboards.panel import Listing, Panel
from dashboards.panels import PANELS
from indexers.names import Names
from indexers.reader import Reader
from indexers.shapes import AT, PREFIX, ZONE, Recorder, Request
from indexers.slots import Window

SCOPE = Scope(Window(AT - timedelta(days=1), AT), timedelta(minutes=30))
HEAD = """# Panels

Made by `python -m docs` from `dashboards/`. Each panel is asked for with the request beneath its name, here for one day in steps of half an hour; in Kibana
the same is asked by the operations of its chart ([dashboards.md](dashboards.md)). Panels over the same documents are asked together.
"""


def shapes() -> Iterator[tuple[Panel | Listing, Request]]:
    """Ask a recorder for every panel; gives each with its request."""
    client = Elasticsearch("http://recorder:9200", node_class=Recorder, max_retries=0)
    node = client.transport.node_pool.get()
    assert isinstance(node, Recorder)
    reader = Reader(client, Names(PREFIX), ZONE)
    for panel in PANELS:
        if isinstance(panel, Listing):
            listed(reader, panel, SCOPE)
        else:
            ask(reader, [panel], SCOPE)
        yield panel, node.requests.pop()


def page() -> str:
    """Write the list as a page of the docs."""
    return "\n".join([HEAD, *_boards(), *(_section(panel, request) for panel, request in shapes())])


def _boards() -> Iterator[str]:
    for board in BOARDS:
        yield f"## {board.title.zh} / {board.title.en}\n"
        yield "| panel | title | drawn as | documents | place (x, y, w, h) |"
        yield "|---|---|---|---|---|"
        for panel, place in board.placed:
            drawn = "discover_session" if isinstance(panel, Listing) else panel.drawn.value
            title = f"{panel.title.zh} / {panel.title.en}"
            yield f"| `{panel.id}` | {title} | `{drawn}` | {panel.view.title.zh} | {', '.join(map(str, place))} |"
        yield ""


def _section(panel: Panel | Listing, request: Request) -> str:
    (body,) = request.body
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return f"## `{panel.id}`\n\n`{request.method} {request.target}`\n\n```json\n{text}\n```\n"
