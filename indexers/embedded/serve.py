"""The same requests over loopback, for the other processes of this machine, with a token that only this user can read."""

import contextlib
import hmac
import secrets
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

HOST = "127.0.0.1"
LARGEST_BODY = 256 * 1024 * 1024  # bytes
_CLOSE_S = 10.0  # for requests that are under way
Answerer = Callable[[str, str, bytes], tuple[int, str, bytes]]  # method, target and body to status, type and body


class Server(ThreadingHTTPServer):
    """One port on loopback; a thread a connection."""

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, answer: Answerer) -> None:
        self.token = secrets.token_urlsafe(32)
        self.answer = answer
        self.closing = False
        self._connections: set[socket.socket] = set()
        self._under_way = 0
        self._changed = threading.Condition()
        super().__init__((HOST, 0), _Handler)
        self._thread = threading.Thread(target=self._accept, name="local-store-server", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        """Wait for connections without looking up in between, which would cost an idle machine; `close` makes one that ends it."""
        while not self.closing:
            self.handle_request()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @contextlib.contextmanager
    def request(self) -> Any:
        """Count a request that is under way."""
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def joined(self, connection: socket.socket) -> None:
        with self._changed:
            self._connections.add(connection)

    def left(self, connection: socket.socket) -> None:
        with self._changed:
            self._connections.discard(connection)
            self._changed.notify_all()

    def close(self) -> None:
        """Take no more requests, let those under way end, and hang up. Once is enough."""
        if self.closing:
            return
        self.closing = True
        with contextlib.suppress(OSError):  # where no more connections are taken, those that wait wake the thread
            socket.create_connection((HOST, self.port), _CLOSE_S).close()
        self._thread.join()
        with self._changed:
            self._changed.wait_for(lambda: self._under_way == 0, _CLOSE_S)
            for connection in self._connections:
                with contextlib.suppress(OSError):  # the other side may have hung up already
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._connections, _CLOSE_S)
        self.server_close()

    def __exit__(self, *args: object) -> None:
        self.close()


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.server.joined(self.connection)

    def finish(self) -> None:
        with contextlib.suppress(OSError):  # the other side may have hung up already
            super().finish()
        self.connection.close()
        self.server.left(self.connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: what matters is logged where it happens."""

    def handle_one_request(self) -> None:
        with contextlib.suppress(ConnectionError):  # a client that went away
            super().handle_one_request()
            return
        self.close_connection = True

    def _handle(self) -> None:
        length = self.headers.get("content-length", "0")
        if (
            not length.isdecimal()
            or int(length) > LARGEST_BODY
            or "transfer-encoding" in self.headers
            or "content-encoding" in self.headers
        ):
            self._refuse(413, "a body must be plain, with its length, and no larger than 256 MB")
            return
        body = self.rfile.read(int(length))
        given = self.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode("latin-1", "replace"), f"Bearer {self.server.token}".encode()):
            self._refuse(401, "the token is missing or is not the owner's")
            return
        if self.server.closing:
            self._refuse(503, "the owner of the local store is stopping")
            return
        with self.server.request():
            self._send(*self.server.answer(self.command, self.path, body))

    def _refuse(self, status: int, reason: str) -> None:
        self.close_connection = True
        error = {"type": "local_store_refused", "reason": reason}
        self._send(status, "application/json", msgspec.json.encode({"error": {"root_cause": [error], **error}, "status": status}))

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - the base's names
