"""Installs data views and dashboards in a Kibana. The same again changes nothing.

Each thing has a fixed id and is written whole, so an installation that broke off is made good by the next one.
"""

from typing import NamedTuple
from urllib.parse import quote

from dashboards.boards import BOARDS
from dashboards.kibana import Json, board_body, board_key, view_body
from dashboards.server import Kibana
from dashboards.views import VIEWS
from indexers.names import Names


class Thing(NamedTuple):
    """Something to install: how it is written, where it is read again, and under which key answers hold it."""

    kind: str  # "data_view" or "dashboard"
    key: str
    method: str
    path: str
    body: Json
    read: str
    under: str

    @property
    def sent(self) -> Json:
        """The thing itself, without what is around it in a request."""
        return self.body["data_view"] if self.kind == "data_view" else self.body


class Installed(NamedTuple):
    """What became of a thing: Kibana's own warnings, and what it did not keep as it was sent."""

    thing: Thing
    warnings: tuple[str, ...]


def things(names: Names, language: str, pages: str | None = None) -> list[Thing]:
    """List what is installed, data views first: dashboards lead to them. `pages` is where our own pages are."""
    found = []
    for view in VIEWS:
        key, path = view.key(names), "/api/data_views/data_view"
        body = {"data_view": view_body(view, names, language, pages), "override": True}
        found.append(Thing("data_view", key, "POST", path, body, f"{path}/{quote(key, safe='')}", "data_view"))
    for board in BOARDS:
        key = board_key(board, names)
        path = f"/api/dashboards/{quote(key, safe='')}"
        found.append(Thing("dashboard", key, "PUT", path, board_body(board, names, language), path, "data"))
    return found


def install(kibana: Kibana, thing: Thing) -> Installed:
    """Write one thing whole, and look at what Kibana made of it. Raises KibanaError."""
    said = kibana.ask(thing.method, thing.path, thing.body)
    warnings = [str(warning) for warning in said.get("warnings") or ()]
    return Installed(thing, (*warnings, *differences(thing.sent, kept(said, thing))))


def installed(kibana: Kibana, thing: Thing) -> Json:
    """Read what stands there, in the shape in which it is sent. Raises KibanaError."""
    return kept(kibana.ask("GET", thing.read), thing)


def kept(said: Json, thing: Thing) -> Json:
    """Find the thing in an answer; empty where the answer does not hold it."""
    found = said.get(thing.under)
    return found if isinstance(found, dict) else {}


def differences(sent: object, stands: object, path: str = "") -> list[str]:
    """Say where what stands is not what was sent. What Kibana added on its own is none."""
    if isinstance(sent, dict):
        if not isinstance(stands, dict):
            return [f"{path}: missing"]
        return [line for key, value in sent.items() for line in differences(value, stands.get(key), f"{path}.{key}" if path else key)]
    if isinstance(sent, list):
        if not isinstance(stands, list) or len(sent) != len(stands):
            return [f"{path}: {len(stands) if isinstance(stands, list) else 'no'} entries, not {len(sent)}"]
        pairs = zip(sent, stands, strict=True)
        return [line for number, (one, other) in enumerate(pairs) for line in differences(one, other, f"{path}[{number}]")]
    return [] if sent == stands else [f"{path}: {stands!r}, not {sent!r}"]
