"""A small HTTP server for the city's sites: loopback only, a thread a connection, connections kept alive."""

import socket
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from city.answers import Answer, Request, parse

LOOPBACK = "127.0.0.1"
_IDLE_S = 60.0  # a client that keeps a connection and asks nothing
_NAP_S = 0.2  # how soon a waiting answer notices that the server stops


class Server(ThreadingHTTPServer):
    """Hands each GET to `respond`, and sends what it returns, spoilt as it says."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, respond: Callable[[Request], Answer]) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.respond = respond
        self.stopping = threading.Event()
        self.asked = 0  # requests so far; a count for people, so a lost increment is no harm


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    server: Server

    def setup(self) -> None:
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        self.server.asked += 1
        host = self.headers.get("Host") or f"{LOOPBACK}:{self.server.server_port}"
        try:
            self._send(self.server.respond(parse(self.path, host)))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has left, as it may

    def _send(self, answer: Answer) -> None:
        until = time.monotonic() + answer.wait_s
        while time.monotonic() < until and not self.server.stopping.wait(_NAP_S):
            pass
        head = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", f"Content-Type: {answer.content_type}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        head.append(f"Content-Length: {len(answer.body)}")
        self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n" + answer.body[: answer.sent])
        if answer.sent is not None or answer.wait_s:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name for it
        """Say nothing: a crawl asks thousands of pages."""
