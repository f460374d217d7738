"""From many spiders into one log: waits a moment for company, appends together, answers each when the log has acknowledged.

A log that can't be reached holds everything up and is tried again; nothing is dropped.
"""

import asyncio
import math
import time

import structlog

from streams.errors import LogUnavailable
from streams.log import Log, Message

LONGEST_PAUSE_S = 30.0

log = structlog.get_logger()


class Appender:
    """Appends messages in batches. Lives in one event loop; `log.append` runs in a thread, one call at a time.

    patience_s: so long a log that can't be reached is tried again; then it is given up, and `lost` says why.
    """

    def __init__(self, messages: Log, *, batch: int, linger_s: float, patience_s: float = math.inf) -> None:
        self._log = messages
        self._batch = batch
        self._linger_s = linger_s
        self._patience_s = patience_s
        self.lost: LogUnavailable | None = None
        self._waiting: list[tuple[Message, asyncio.Future[None]]] = []
        self._full = asyncio.Event()
        self._flushing: asyncio.Task[None] | None = None
        self._given_up = asyncio.Event()

    async def add(self, *messages: Message) -> None:
        """Return when the log has acknowledged the messages.

        Raises LogUnavailable only after `give_up`, or when patience has ended; what was not acknowledged is then to be found
        again by the next run.
        """
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in messages]
        self._waiting.extend(zip(messages, futures, strict=True))
        if len(self._waiting) >= self._batch:
            self._full.set()
        if self._flushing is None or self._flushing.done():
            self._flushing = loop.create_task(self._flush())
        await asyncio.gather(*futures)

    def give_up(self) -> None:
        """Wait no longer for a log that can't be reached."""
        self._given_up.set()

    async def _flush(self) -> None:
        while self._waiting:
            await _wait(self._full, self._linger_s)
            self._full.clear()
            batch, self._waiting = self._waiting[: self._batch], self._waiting[self._batch :]
            if len(self._waiting) >= self._batch:
                self._full.set()
            error = await self._append([message for message, _ in batch])
            for _, future in batch:
                if not future.done():
                    _settle(future, error)

    async def _append(self, messages: list[Message]) -> Exception | None:
        tries, until = 0, time.monotonic() + self._patience_s
        while self.lost is None:
            try:
                await asyncio.to_thread(self._log.append, messages)
            except LogUnavailable as error:
                left = until - time.monotonic()
                if self._given_up.is_set():
                    return error
                if left <= 0:
                    self.lost = error
                    break
                pause = min(LONGEST_PAUSE_S, error.retry_after * 2 ** min(tries, 6), left)
                tries += 1
                log.warning("crawl.log_unavailable", error=str(error), waiting=len(messages), seconds=pause)
                await _wait(self._given_up, pause)
            except Exception as error:  # noqa: BLE001 - handed to whoever waits for these messages, instead of leaving them waiting
                return error
            else:
                return None
        return self.lost


def _settle(future: asyncio.Future[None], error: Exception | None) -> None:
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), timeout_s)
    except TimeoutError:
        return
