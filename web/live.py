"""New posts as they become searchable, for every open page, from one look at the database every half second.

Nobody listening, nobody looks. Each listener has a `Position` of its own, which goes with every event; what a listener
missed while it was away is read from the database.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from starlette.concurrency import run_in_threadpool

from indexers.errors import DatabaseError, DatabaseUnavailable
from indexers.merge import StoredPost
from indexers.queries import PAGE, arrivals
from indexers.reader import Reader
from web.position import OVERLAP, Position, key_of, start

log = structlog.get_logger()

LOOK_S = 0.5  # so a post is on the screen within a second of being searchable
MARK_S = 1.0  # between two looks at the desk
LOOK_AGAIN_S = 2.0  # while the database doesn't answer
PAGES = 5  # read at once; what is more comes with the next look
REMEMBERED = 2000  # posts that wait for slow listeners; who is further behind reads the database
QUIET_S = 15.0  # a listener hears at least this often, so that a dead connection is noticed


class News(NamedTuple):
    """What a listener hears: posts, whether the database answers, and whether the desk has changed. No posts for a sign of life."""

    posts: tuple[StoredPost, ...]
    reachable: bool
    desk: bool = False  # what waits for officers is not what it was


class Arrived(NamedTuple):
    """What arrived since a position, oldest first, and whether there may be more of it."""

    posts: list[StoredPost]
    more: bool


def read_since(reader: Reader, position: Position) -> Arrived:
    """Read what arrived since a position, some thousands of posts at most. Raises DatabaseUnavailable."""
    found: list[StoredPost] = []
    after: tuple[int, str] | None = None
    for _ in range(PAGES):
        page = arrivals(reader, position.since, after=after)
        found += page
        if len(page) < PAGE:
            return Arrived(position.fresh(found), more=False)
        after = key_of(page[-1])
    return Arrived(position.fresh(found), more=True)


class Hub:
    """Looks for all listeners of this process. Used on the event loop only."""

    def __init__(self, reader: Reader, clock: Callable[[], datetime], marks: Sequence[Callable[[], object]] = ()) -> None:
        """Give in `marks` what says how things stand on the desk: when one gives another value than before, listeners are told."""
        self._reader = reader
        self._marks = marks
        self._mark: list[object] | None = None
        self._marked = 0.0
        self._turn = 0  # how often the desk has changed
        self._clock = clock
        self._recent: deque[tuple[int, StoredPost]] = deque(maxlen=REMEMBERED)  # numbered
        self._number = 0
        self._reachable = True
        self._changed = asyncio.Condition()
        self._listeners = 0
        self._task: asyncio.Task[None] | None = None
        self.closing = False

    async def listen(self, position: Position) -> AsyncIterator[News]:
        """Hear of posts after a position, each once, until the hub is closed. Says at once whether the database answers."""
        self._listeners += 1
        try:
            while not self.closing:
                self._keep_looking()
                heard, turn = self._number, self._turn
                missed = await self._missed(position)
                yield News(tuple(missed.posts if missed else ()), missed is not None)
                if missed is None:
                    await asyncio.sleep(LOOK_AGAIN_S)
                    continue
                position, reachable = position.after(missed.posts), True
                if missed.more and missed.posts:  # else what lies between these and the news would never be heard of
                    continue
                while not self.closing:
                    await self._news(heard, turn, reachable=reachable)
                    if self._passed_by(heard):
                        break
                    fresh = position.fresh(post for number, post in self._recent if number > heard)
                    news = News(tuple(fresh), self._reachable, desk=self._turn > turn)
                    heard, turn, reachable, position = self._number, self._turn, self._reachable, position.after(fresh)
                    yield news
                    self._keep_looking()
        finally:
            self._listeners -= 1

    async def close(self) -> None:
        """Send every listener away."""
        self.closing = True
        async with self._changed:
            self._changed.notify_all()
        if self._task is not None:
            await self._task

    def _keep_looking(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())

    def _passed_by(self, heard: int) -> bool:
        """Whether posts were forgotten before a listener heard of them."""
        return bool(self._recent) and self._recent[0][0] > heard + 1

    async def _missed(self, position: Position) -> Arrived | None:
        try:
            return await run_in_threadpool(read_since, self._reader, position)
        except (DatabaseUnavailable, DatabaseError):
            return None

    async def _news(self, heard: int, turn: int, *, reachable: bool) -> None:
        """Wait for something new, or for the time to give a sign of life."""
        try:
            async with asyncio.timeout(QUIET_S), self._changed:
                await self._changed.wait_for(
                    lambda: self.closing or self._number > heard or self._turn > turn or self._reachable != reachable
                )
        except TimeoutError:
            return

    async def _look(self) -> None:
        position = start(self._clock() - OVERLAP)  # one that is on its way has an earlier time than now
        self._mark = None
        while self._listeners and not self.closing:
            try:
                found = (await run_in_threadpool(read_since, self._reader, position)).posts
                changed = await run_in_threadpool(self._desk_changed)
            except (DatabaseUnavailable, DatabaseError) as error:
                if self._reachable:
                    log.warning("live.database_away", error=str(error))
                await self._tell([], reachable=False)
                await asyncio.sleep(LOOK_AGAIN_S)
                continue
            position = position.after(found)
            await self._tell(found, reachable=True, changed=changed)
            await asyncio.sleep(LOOK_S)

    def _desk_changed(self) -> bool:
        """Look at the desk, now and then; the first look only notes how things stand."""
        if not self._marks or time.monotonic() - self._marked < MARK_S:
            return False
        before, self._mark, self._marked = self._mark, [mark() for mark in self._marks], time.monotonic()
        return before is not None and before != self._mark

    async def _tell(self, found: list[StoredPost], *, reachable: bool, changed: bool = False) -> None:
        if not found and not changed and reachable == self._reachable:
            return
        async with self._changed:
            self._turn += changed
            for post in found:
                self._number += 1
                self._recent.append((self._number, post))
            self._reachable = reachable
            self._changed.notify_all()
