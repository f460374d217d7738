"""A site with one feed, to which a benchmark adds articles; it remembers when each was first handed out."""

import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

ACCOUNTS = """\
departments:
  - {id: one, name: 市政府办公室}
accounts:
  - id: office
    name: 云溪发布
    department: one
"""
SOURCES = """\
sources:
  - id: news
    spider: feed
    urls: ["http://127.0.0.1:%d/feed.xml"]
    keep: all
    interval: %g
    delay: 0
"""
TOPICS = "topics:\n" + "".join(
    f"  - {{name: {name}, departments: [one]}}\n"
    for name in ("城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输")
)
SHOWN = 60


class Site(ThreadingHTTPServer):
    """A web server on loopback. Use it as a context manager: it serves from a thread."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.articles: list[tuple[str, str, datetime]] = []  # id, text, published
        self.handed_out: dict[str, float] = {}  # id: when the request came that was the first to get it, by time.monotonic

    def add(self, identifier: str, text: str) -> None:
        """Publish an article."""
        self.articles = [*self.articles, (identifier, text, datetime.now(UTC))][-SHOWN:]

    def feed(self) -> bytes:
        """The feed as it is now."""
        asked_at, articles = time.monotonic(), self.articles
        for identifier, _, _ in articles:
            self.handed_out.setdefault(identifier, asked_at)
        items = "".join(
            f'<item><title/><guid isPermaLink="false">{identifier}</guid><pubDate>{format_datetime(at)}</pubDate>'
            f"<description>{text}</description></item>"
            for identifier, text, at in reversed(articles)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>news</title>{items}</channel></rss>'.encode()

    def configure(self, folder: Path, interval_s: float) -> None:
        """Write an office's files that read this site."""
        folder.mkdir(parents=True)
        (folder / "accounts.yaml").write_text(ACCOUNTS, encoding="utf-8")
        (folder / "sources.yaml").write_text(SOURCES % (self.server_port, interval_s), encoding="utf-8")
        (folder / "topics.yaml").write_text(TOPICS, encoding="utf-8")

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        if self.path == "/feed.xml":
            self._answer("application/rss+xml; charset=utf-8", self.server.feed())
        else:
            self._answer("text/plain", b"User-agent: *\nAllow: /\n")

    def _answer(self, kind: str, body: bytes) -> None:
        self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name for it
        """Say nothing."""
