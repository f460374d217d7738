"""A Kibana on loopback, played by its documentation: it checks headers, rights and bodies, refuses what Kibana refuses, and keeps what it was given."""

import base64
import copy
import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.certificates import Certificate
from tests.dashboards import kibana_rules
from tests.dashboards.kibana_rules import KEY, Refused

USER, PASSWORD, API_KEY = "office", "很长的口令-42", "bXkta2V5OnNlY3JldA=="
READER = "reader"  # may sign in, and write nothing
Json = dict[str, Any]


class Seen(NamedTuple):
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class Failing(NamedTuple):
    """An answer that a test wants in place of the right one; a status of 0 breaks the connection off."""

    status: int
    headers: dict[str, str]
    content: bytes = b""


class PlayedKibana:
    """What stands in it, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.number = "9.5.2"
        self.spaces = {"default", "xuanchuan"}
        self.boards: dict[tuple[str, str], Json] = {}
        self.views: dict[tuple[str, str], Json] = {}
        self.seen: list[Seen] = []
        self.failing: list[Failing] = []
        self.warnings: list[Json] = []
        self.forgets = False  # drops the descriptions of dashboards

    def answer(self, method: str, path: str, headers: dict[str, str], content: bytes) -> tuple[int, Json]:
        """Answer as Kibana does: an error has statusCode, error and message."""
        user = _user(headers)
        if user is None:
            return _error(401, "Unauthorized", "unable to authenticate user")
        if path == "/api/status":
            return 200, {"name": "played", "version": {"number": self.number}, "status": {"overall": {"level": "available"}}}
        match = re.fullmatch(r"(?:/s/(?P<space>[^/]+))?(?P<path>/api/.+)", path)
        space = (match and match["space"]) or "default"
        if match is None or space not in self.spaces:
            return _error(404, "Not Found", "Not Found")
        if method != "GET" and user == READER:
            return _error(403, "Forbidden", "API is unauthorized for user, missing privileges")
        try:
            _check_headers(method, headers)
            return self._route(method, space, match["path"], json.loads(content) if content else None)
        except Refused as refused:
            return _error(400, "Bad Request", str(refused))

    def _route(self, method: str, space: str, path: str, body: Any) -> tuple[int, Json]:
        start, _, key = path.rpartition("/")
        if start == "/api/dashboards" and method in {"GET", "PUT"}:
            return self._board(method, space, key, body)
        if (method, path) == ("POST", "/api/data_views/data_view"):
            return self._new_view(space, body)
        if start == "/api/data_views/data_view" and method == "GET":
            view = self.views.get((space, key))
            return (200, {"data_view": view}) if view else _error(404, "Not Found", f"Saved object [index-pattern/{key}] not found")
        return _error(404, "Not Found", "Not Found")

    def _board(self, method: str, space: str, key: str, body: Any) -> tuple[int, Json]:
        if method == "GET":
            found = self.boards.get((space, key))
            missing = _error(404, "Not Found", f"A dashboard with ID [{key}] was not found.")
            return missing if found is None else (200, self._whole(key, space, found))
        if not KEY.fullmatch(key):
            raise Refused("id", "must contain only lowercase letters, numbers, hyphens and underscores")
        kibana_rules.board(body, {name for place, name in self.views if place == space})
        status = 200 if (space, key) in self.boards else 201
        kept = _with_defaults(body)
        if self.forgets:
            kept.pop("description", None)
        self.boards[space, key] = kept
        return status, self._whole(key, space, kept) | ({"warnings": self.warnings} if self.warnings else {})

    def _whole(self, key: str, space: str, kept: Json) -> Json:
        return {"id": key, "data": kept, "meta": {"created_at": "2026-11-18T04:00:00Z", "managed": False}, "spaces": [space]}

    def _new_view(self, space: str, body: Any) -> tuple[int, Json]:
        kibana_rules.data_view(body)
        view = copy.deepcopy(body["data_view"])
        name = view.get("name", view["title"])
        same = [key for (place, key), other in self.views.items() if place == space and other["name"] == name]
        if same and not body.get("override"):
            return _error(400, "Bad Request", f"Duplicate data view: {name}")
        for key in same:
            del self.views[space, key]
        key = view.get("id", f"made-{len(self.views)}")
        self.views[space, key] = {
            "version": "WzEsMV0=",
            "fieldAttrs": {},
            "runtimeFieldMap": {},
            "namespaces": [space],
            "name": name,
        } | view
        return 200, {"data_view": self.views[space, key]}


def _with_defaults(body: Json) -> Json:
    """Fill in what Kibana fills in."""
    kept: Json = copy.deepcopy(body)
    kept.setdefault("pinned_panels", [])
    kept.setdefault("options", {"hide_panel_titles": False, "use_margins": True, "sync_colors": False})
    for panel in kept.get("panels", ()):
        config = panel["config"]
        for layer in config.get("layers", ()):
            layer.setdefault("sampling", 1)
            if layer.get("x", {}).get("operation") == "date_histogram":
                layer["x"].setdefault("suggested_interval", "auto")
                layer["x"].setdefault("include_empty_rows", True)
    return kept


def _check_headers(method: str, headers: dict[str, str]) -> None:
    wanted = {"elastic-api-version": "2023-10-31"}
    if method != "GET":
        wanted |= {"kbn-xsrf": "true", "content-type": "application/json"}
    for name, value in wanted.items():
        if headers.get(name) != value:
            raise Refused(name, f"a request must have the header {name}: {value}")


def _user(headers: dict[str, str]) -> str | None:
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind == "ApiKey":
        return USER if value == API_KEY else None
    if kind == "Basic":
        user, _, password = base64.b64decode(value).decode().partition(":")
        return user if user in {USER, READER} and password == PASSWORD else None
    return None


def _error(status: int, error: str, message: str) -> tuple[int, Json]:
    return status, {"statusCode": status, "error": error, "message": message}


@contextmanager
def played_kibana(certificate: Certificate | None = None) -> Iterator[PlayedKibana]:
    """Run one for the length of a test; with a certificate it speaks https."""
    state = PlayedKibana()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.seen.append(Seen(self.command, self.path, headers, json.loads(content) if content else None))
            if state.failing:
                self.fail(state.failing.pop(0))
                return
            status, body = state.answer(self.command, self.path, headers, content)
            self.reply(status, {"Content-Type": "application/json"}, json.dumps(body, ensure_ascii=False).encode())

        def fail(self, failing: Failing) -> None:
            if failing.status == 0:
                self.close_connection = True
                return
            self.reply(failing.status, failing.headers, failing.content)

        def reply(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = handle_any  # noqa: N815 - the names that the server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.file, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    state.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
