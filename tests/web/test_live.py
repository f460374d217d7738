"""The hub: one look for all, each listener hears each post once, also over a database that goes away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from elasticsearch import Elasticsearch

from indexers.errors import DatabaseUnavailable
from indexers.merge import StoredPost, lift
from indexers.names import Names
from indexers.reader import Reader
from tests.indexers.posts import NOW, tagged
from web import live
from web.live import Hub
from web.position import Key, Position, key_of, start

READER = Reader(Elasticsearch("http://unused:9200"), Names("office"), ZoneInfo("Asia/Shanghai"))


class Database:
    """Stands for the query: posts that can be found, and whether it answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.posts: list[StoredPost] = []
        self.away = False
        self.looks = 0
        monkeypatch.setattr(live, "arrivals", self.arrivals)
        monkeypatch.setattr(live, "LOOK_S", 0.001)
        monkeypatch.setattr(live, "LOOK_AGAIN_S", 0.001)

    def arrivals(self, _: Reader, since: datetime, *, after: Key | None = None) -> list[StoredPost]:
        self.looks += 1
        if self.away:
            raise DatabaseUnavailable("away")
        ordered = sorted(self.posts, key=key_of)
        return [post for post in ordered if post.indexed_at and post.indexed_at >= since and (after is None or key_of(post) > after)][
            : live.PAGE
        ]

    def add(self, number: int, seconds: float = 0) -> None:
        self.posts.append(lift(tagged(number), NOW + timedelta(seconds=seconds)))


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    return Database(monkeypatch)


class Listener:
    """Collects what one hears."""

    def __init__(self, hub: Hub, position: Position) -> None:
        self.got: list[str] = []
        self.reachable: list[bool] = []
        self.desk = 0  # how often it has changed
        self.task = asyncio.create_task(self._listen(hub, position))

    async def _listen(self, hub: Hub, position: Position) -> None:
        async for news in hub.listen(position):
            self.got += [post.id for post in news.posts]
            self.reachable.append(news.reachable)
            self.desk += news.desk


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for is no event of its own
            await asyncio.sleep(0.001)


def play(scene: Callable[[Hub], Awaitable[None]]) -> None:
    async def run() -> None:
        hub = Hub(READER, lambda: NOW)
        try:
            await scene(hub)
        finally:
            await hub.close()

    asyncio.run(run())


def test_each_listener_hears_each_post_once(database: Database) -> None:
    """What was missed comes first, then what arrives, whoever else listens."""

    async def scene(hub: Hub) -> None:
        database.add(1)
        one = Listener(hub, start(NOW - timedelta(seconds=1)))
        await until(lambda: one.got)
        database.add(2, 1)
        await until(lambda: len(one.got) == 2)
        other = Listener(hub, start(NOW - timedelta(seconds=1)))
        database.add(3, 2)
        await until(lambda: len(one.got) == 3 and len(other.got) == 3)
        assert one.got == other.got == ["weibo:1", "weibo:2", "weibo:3"]

    play(scene)


def test_a_listener_that_missed_more_than_is_read_at_once_hears_all(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a long break everything comes, in order, each once, before what is new."""
    monkeypatch.setattr(live, "PAGE", 3)
    monkeypatch.setattr(live, "PAGES", 2)

    async def scene(hub: Hub) -> None:
        for number in range(20):
            database.add(number, 60 * number)
        one = Listener(hub, start(NOW - timedelta(seconds=1)))
        await until(lambda: one.got)
        database.add(20, 60 * 20)
        await until(lambda: "weibo:20" in one.got)
        assert one.got == [f"weibo:{number}" for number in range(21)]

    play(scene)


def test_a_post_that_was_on_its_way_is_heard(database: Database) -> None:
    """Written before anybody listened, searchable only after: its time is earlier than the first look."""

    async def scene(hub: Hub) -> None:
        one = Listener(hub, start(NOW - timedelta(seconds=5)))
        await until(lambda: one.reachable)
        database.add(1, -2)
        await until(lambda: one.got)

    play(scene)


def test_a_database_that_goes_away_is_told_and_waited_for(database: Database) -> None:
    """Listeners hear that nothing can be known now, then what came meanwhile."""

    async def scene(hub: Hub) -> None:
        one = Listener(hub, start(NOW - timedelta(seconds=1)))
        await until(lambda: one.reachable == [True])
        database.away = True
        await until(lambda: one.reachable[-1] is False)
        late = Listener(hub, start(NOW - timedelta(seconds=1)))
        await until(lambda: late.reachable)
        assert late.reachable[0] is False
        database.add(1)
        database.away = False
        await until(lambda: one.got and late.got)
        assert one.got == late.got == ["weibo:1"]
        assert one.reachable[-1]
        assert late.reachable[-1]

    play(scene)


def test_who_was_passed_by_reads_the_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """More arrives between two looks than is remembered: nothing is lost."""
    monkeypatch.setattr(live, "REMEMBERED", 3)

    async def scene(hub: Hub) -> None:
        one = Listener(hub, start(NOW - timedelta(seconds=1)))
        await until(lambda: one.reachable)
        for number in range(10):
            database.add(number, number / 10)
        await until(lambda: len(one.got) >= 10)
        assert sorted(one.got) == sorted(f"weibo:{number}" for number in range(10))

    play(scene)


def test_nobody_listening_nobody_looks(database: Database) -> None:
    """The database is left alone once the last page is closed."""

    async def scene(hub: Hub) -> None:
        one = Listener(hub, start(NOW))
        await until(lambda: database.looks > 3)
        one.task.cancel()
        await until(lambda: hub._task is not None and hub._task.done())
        looks = database.looks
        await asyncio.sleep(0.02)
        assert database.looks == looks

    play(scene)


def test_a_closed_hub_sends_listeners_away(database: Database) -> None:
    """A server that stops does not wait for pages that stay open."""

    async def scene(hub: Hub) -> None:
        one = Listener(hub, start(NOW))
        await until(lambda: one.reachable)
        await hub.close()
        await asyncio.wait_for(one.task, 5)

    play(scene)


def test_a_look_that_broke_is_begun_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in one look does not leave pages that seem alive and hear nothing."""
    monkeypatch.setattr(live, "QUIET_S", 0.01)

    async def scene(hub: Hub) -> None:
        one = Listener(hub, start(NOW - timedelta(seconds=1)))
        await until(lambda: one.reachable)
        assert hub._task is not None
        hub._task.cancel()
        await until(lambda: hub._task is not None and hub._task.done())
        database.add(1)
        await until(lambda: one.got == ["weibo:1"])

    play(scene)


def test_a_change_on_the_desk_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """How things stood when the first page was opened is no news; what changes afterwards is, once a change, to everybody."""
    monkeypatch.setattr(live, "MARK_S", 0.0)
    stands = [1]

    async def scene() -> None:
        hub = Hub(READER, lambda: NOW, (lambda: stands[0],))
        try:
            one, other = Listener(hub, start(NOW)), Listener(hub, start(NOW))
            await until(lambda: one.reachable and database.looks > 5)
            assert one.desk == 0
            stands[0] = 2
            await until(lambda: one.desk == 1 and other.desk == 1)
            looks = database.looks
            await until(lambda: database.looks > looks + 5)
            assert (one.desk, other.desk) == (1, 1)
        finally:
            await hub.close()

    asyncio.run(scene())
