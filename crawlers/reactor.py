"""The event loop in which Scrapy runs: Twisted's on asyncio, in a thread of its own, started once and for as long as the process.

A reactor can't be started twice in a process, so each crawl borrows this one; the thread that asks waits and stays free for signals.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.main import installReactor

from crawlers.errors import CrawlError

START_S = 10.0  # a loop that does not turn by then never will

Result = TypeVar("Result")


class _Thread:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        """Start the loop, if it does not run yet."""
        with self._lock:
            if self._loop is None:
                turning = threading.Event()
                loop = asyncio.new_event_loop()
                threading.Thread(target=_turn, args=(loop, turning), name="crawl", daemon=True).start()
                if not turning.wait(START_S):
                    raise CrawlError("the crawler's event loop did not start; is another Twisted reactor in use in this process?")
                self._loop = loop
            return self._loop


def _turn(loop: asyncio.AbstractEventLoop, turning: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    reactor = AsyncioSelectorReactor(loop)
    installReactor(reactor)  # type: ignore[no-untyped-call]
    reactor.callWhenRunning(turning.set)
    reactor.run(installSignalHandlers=False)  # type: ignore[no-untyped-call]


_thread = _Thread()


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in the loop and wait for what it returns or raises."""
    return asyncio.run_coroutine_threadsafe(work, _thread.loop()).result()
