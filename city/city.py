"""The simulated city 云溪: its sites on one port of loopback, and a story that unfolds while you watch."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from city.answers import Answer, Request, Route, as_html, route
from city.clock import CITY_ZONE, CityClock
from city.faults import Fault, routes, spoil
from city.feeds import Feeds
from city.mastodon import Mastodon
from city.replay import Replay
from city.server import LOOPBACK, Server
from city.story import LENGTH
from city.weibo import Weibo
from city.wordpress import WordPress
from city.world import World

SPEED = 1500.0  # city seconds a real second: the story takes some 100 s
ROBOTS = "User-agent: *\nDisallow: /faults/robots\nAllow: /\n"


class City:
    """A web server that speaks as the sources do. Use it as a context manager, or `start` and `stop` it.

    The same seed and start give the same city. Without a start the story ends about now, so no date lies in the future.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        start: datetime | None = None,
        speed: float = SPEED,
        port: int = 0,
        replay: Path | None = None,
        clock: CityClock | None = None,
    ) -> None:
        begin = (start or datetime.now(CITY_ZONE) - LENGTH).astimezone(CITY_ZONE).replace(microsecond=0)
        self.world = World(seed, begin)
        self.clock = clock or CityClock(begin, self.world.beats.end, speed, self.world.beats.slow)
        self.faults: dict[str, Fault] = {}  # the beginning of a path, and what is wrong there
        self.replay = Replay(replay) if replay else None
        self._routes = self._all_routes()
        self._server = Server(port, self.respond)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def asked(self) -> int:
        """How many requests have come so far."""
        return self._server.asked

    def start(self) -> None:
        """Serve from a thread; the story begins now."""
        self.clock.restart()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="city", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port."""
        self._server.stopping.set()
        if self._thread:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @contextmanager
    def faulty(self, prefix: str, fault: Fault) -> Iterator[None]:
        """Let everything under a path go wrong for a while."""
        self.faults[prefix] = fault
        try:
            yield
        finally:
            del self.faults[prefix]

    def respond(self, request: Request) -> Answer:
        """Answer one request, spoilt where a fault was set."""
        answer = route(self._routes, request)
        fault = next((fault for prefix, fault in list(self.faults.items()) if request.path.startswith(prefix)), None)
        return spoil(fault, answer) if fault and request.path != "/robots.txt" else answer

    def _robots(self, _request: Request) -> Answer:
        closed = [f"Disallow: {prefix}\n" for prefix, fault in self.faults.items() if fault is Fault.ROBOTS]
        return Answer(ROBOTS.replace("Allow:", "".join(closed) + "Allow:", 1).encode(), "text/plain; charset=utf-8")

    def _all_routes(self) -> Sequence[Route]:
        feeds = Feeds(self.world, self.clock)
        sample = feeds.news(Request("/news/feed.xml", {}, f"http://{LOOPBACK}"))
        return [
            Route(re.compile(r"/robots\.txt"), self._robots),
            *Weibo(self.world, self.clock).routes(),
            *Mastodon(self.world, self.clock).routes(),
            *WordPress(self.world, self.clock).routes(),
            *feeds.routes(),
            *(self.replay.routes() if self.replay else ()),
            *routes(sample),
            Route(re.compile(r"/"), self._front),
        ]

    def _front(self, _request: Request) -> Answer:
        now = self.clock.now()
        said = sum(1 for _ in self.world.said(now))
        return as_html(f"<!DOCTYPE html><title>云溪</title><h1>云溪市（虚构）</h1><p>{now:%Y-%m-%d %H:%M}，已有 {said} 条</p>")
