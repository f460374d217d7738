"""Sends what is due: claimed in the database first, marked as sent afterwards. A channel that hangs holds up no other one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import structlog

from alerts import outbox
from alerts.book import Book
from alerts.channels.base import Channel
from alerts.errors import SendFailed
from alerts.outbox import Delivery, Policy
from indexers.errors import DatabaseUnavailable
from indexers.records import Read

log = structlog.get_logger()

WORKERS = 8
AT_ONCE = 20  # deliveries of one channel between two looks at what is due


class Sender:
    """Sends by several channels at once, each in the order of its deliveries. `clock` gives aware UTC times."""

    def __init__(
        self, book: Book, channels: Mapping[str, Channel], policy: Policy, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._book, self._channels, self._policy, self._clock = book, channels, policy, clock
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="send")
        self._busy: dict[str, Future[int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def start(self) -> int:
        """Begin to send what is due by the channels that are free; gives how many deliveries that is.

        Raises what the database raises, and what a channel's last batch met there.
        """
        for channel, future in [*self._busy.items()]:
            if future.done():
                del self._busy[channel]
                future.result()
        begun = 0
        for channel, batch in _by_channel(self._book.due(self._clock(), tuple(self._channels))).items():
            if channel not in self._busy:
                self._busy[channel] = self._pool.submit(self._send_all, batch[:AT_ONCE])
                begun += len(batch[:AT_ONCE])
        return begun

    def finish(self) -> int:
        """Wait for what was begun; gives how many were sent."""
        busy, self._busy = self._busy, {}
        return sum(future.result() for future in busy.values())

    def _send_all(self, batch: Iterable[Read[Delivery]]) -> int:
        return sum(self._send(read) for read in batch)

    def _send(self, read: Read[Delivery]) -> bool:
        now = self._clock()
        claimed = self._book.put_delivery(outbox.claim(read.body, now, self._policy), read)
        if claimed is None:
            return False  # somebody else has it
        delivery = claimed.body
        try:
            self._hand(delivery)
        except SendFailed as error:
            after = outbox.failed(delivery, error, self._clock(), self._policy)
            log.warning("alerts.send_failed", delivery=delivery.id, reason=error.reason, attempts=len(after.attempts), state=after.state)
        else:
            after = outbox.sent(delivery, self._clock())
            log.info("alerts.sent", delivery=delivery.id)
        self._book.put_delivery(after, claimed)
        return after.state == "sent"

    def _hand(self, delivery: Delivery) -> None:
        channel = self._channels.get(delivery.channel)
        if channel is None:
            raise SendFailed("no_channel", f"there is no channel {delivery.channel} (any more), or it is off: see alerts.yaml", final=True)
        try:
            channel.send(delivery.message)
        except (SendFailed, DatabaseUnavailable):
            raise
        except Exception as error:
            raise SendFailed("broken_channel", f"the channel failed with {type(error).__name__}") from error


def _by_channel(due: Iterable[Read[Delivery]]) -> dict[str, list[Read[Delivery]]]:
    found: dict[str, list[Read[Delivery]]] = defaultdict(list)
    for read in due:
        found[read.body.channel].append(read)
    return found
