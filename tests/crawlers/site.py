"""A small web site on loopback that answers as told, also badly."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """What the site answers. `says` is a Content-Length other than the body's; `waits_s` comes before it."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    says: int | None = None
    waits_s: float = 0.0


Route = Answer | Callable[[dict[str, str]], Answer]


def as_json(value: Any, **headers: str) -> Answer:
    """Answer JSON."""
    return Answer(json.dumps(value, ensure_ascii=False).encode(), content_type="application/json; charset=utf-8", headers=headers)


def as_feed(text: str, encoding: str = "utf-8", says: str = "utf-8") -> Answer:
    """Answer a feed."""
    return Answer(text.encode(encoding), content_type=f"application/rss+xml; charset={says}")


class Site:
    """The site. `routes` maps paths to answers, or to functions of the query; `asked` lists what was asked, in order."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[str] = []
        self.times: list[float] = []
        self._released = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site._answer(self)

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def paths(self) -> list[str]:
        """What was asked, but for robots.txt."""
        return [path for path in self.asked if path != "/robots.txt"]

    def close(self) -> None:
        """Stop, and let go of whoever waits for a slow answer."""
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.asked.append(handler.path)
        self.times.append(time.monotonic())
        route = self.routes.get(parts.path, Answer(b"nothing here", status=404))
        answer = route if isinstance(route, Answer) else route({name: values[0] for name, values in parse_qs(parts.query).items()})
        if answer.waits_s:
            self._released.wait(answer.waits_s)
        try:
            handler.send_response(answer.status)
            handler.send_header("Content-Type", answer.content_type)
            handler.send_header("Content-Length", str(len(answer.body) if answer.says is None else answer.says))
            for name, value in answer.headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(answer.body)
            handler.close_connection = True
        except OSError:
            pass  # the crawler went away, as it should where it refuses an answer
