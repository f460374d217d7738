"""Who is told, in the demo: a receiver on loopback that checks the signature of each notification, drops repeats, and keeps the rest."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

from alerts.channels.webhook import KEY, SIGNATURE, TIMESTAMP, signature

LOOPBACK = "127.0.0.1"
LONGEST_BODY = 1_000_000  # bytes
OLDEST_S = 300.0  # a signature older than this may be somebody's who listened


class Received(NamedTuple):
    """One notification as it came."""

    key: str
    title: str
    text: str


class Receiver:
    """A small web server. Use it as a context manager."""

    def __init__(self, secret: str) -> None:
        self._secret, self._keys, self._lock = secret, set[str](), threading.Lock()
        self.received: list[Received] = []  # each once, in the order in which they came
        self.repeats = 0
        self.refused = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                body = self.rfile.read(int(length)) if length.isdecimal() and int(length) <= LONGEST_BODY else b""
                self.send_response(receiver.take({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_given: Any) -> None:
                """Say nothing: what came is kept."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="receiver", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.server_port

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Take one notification; gives the status to answer with: 204, 400 or 401."""
        stamp, key = headers.get(TIMESTAMP.lower(), ""), headers.get(KEY.lower(), "")
        fresh = stamp.isdecimal() and abs(time.time() - int(stamp)) < OLDEST_S
        with self._lock:
            if not fresh or headers.get(SIGNATURE.lower()) != signature(self._secret, stamp, body):
                self.refused += 1
                return 401
            try:
                said = msgspec.json.decode(body, type=dict[str, Any])
            except msgspec.DecodeError:
                self.refused += 1
                return 400
            if key in self._keys:
                self.repeats += 1
            else:
                self._keys.add(key)
                self.received.append(Received(key, str(said.get("title", "")), str(said.get("text", ""))))
            return 204

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
