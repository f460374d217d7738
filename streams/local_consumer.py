"""A consumer of the local log: it polls what it owns, keeps its place, and says that it lives."""

import os
import secrets
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Protocol, Self

import structlog
from filelock import FileLock

from streams.errors import LogUnavailable, PartitionsLost
from streams.local_group import Group, Standing
from streams.log import Batch, Place, Record

LOOK_S = 0.02  # between two looks for new messages while waiting
BALANCE_S = 0.1  # between two looks at who is alive
BEATS_PER_SESSION = 5

_log = structlog.get_logger()


class Source(Protocol):
    """What a consumer needs of the messages."""

    def records(self, place: Place, offset: int, limit: int) -> tuple[Record, ...]: ...
    def ends(self) -> dict[Place, int]: ...


class LocalConsumer:
    """One member of a group of the local log. See `streams.log.Consumer` for the verbs. For one thread at a time.

    session_s: after so long without a heartbeat the others take this member for dead.
    longest_work_s: after so long without a poll or a commit the heartbeats stop.
    """

    def __init__(self, source: Source, group: Group, places: Iterable[Place], *, session_s: float, longest_work_s: float) -> None:
        self._source = source
        self._group = group
        self._places = tuple(places)
        self._standing = Standing(0, {})
        self._positions: dict[Place, int] = {}
        self._turn = 0
        self._balanced_at = self._worked_at = time.monotonic()
        self._member, self._lock = self._join()
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._beat, args=(session_s / BEATS_PER_SESSION, longest_work_s), name=f"heartbeat-{group.name}", daemon=True
        )
        self._thread.start()
        self._balance()

    def poll(self, limit: int, timeout_s: float) -> Batch:
        until = time.monotonic() + timeout_s
        while True:
            self._worked_at = time.monotonic()
            if self._worked_at - self._balanced_at >= BALANCE_S:
                self._balance()
            records = self._next(limit)
            left = until - time.monotonic()
            if records or left <= 0:
                return Batch(records=records, generation=self._standing.generation)
            time.sleep(min(LOOK_S, left))

    def commit(self, batch: Batch) -> None:
        self._worked_at = time.monotonic()
        if not batch:
            return
        try:
            self._group.commit(self._member, batch)
        except PartitionsLost:
            self._balance()
            self.rewind()
            raise

    def rewind(self) -> None:
        self._balance()
        self._positions = {place: share.committed for place, share in self._standing.shares.items()}

    def close(self) -> None:
        if self._stop.is_set():
            return
        self._stop.set()
        self._thread.join()
        try:
            self._group.leave(self._member)
        except LogUnavailable as error:  # the freed lock tells the others as well
            _log.warning("log.leave_failed", group=self._group.name, error=str(error))
        self._group.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _next(self, limit: int) -> tuple[Record, ...]:
        """Take the next records, starting with another partition each time so that a busy one does not starve the others."""
        ends = self._source.ends()
        waiting = [place for place, position in sorted(self._positions.items()) if position < ends[place]]
        if not waiting:
            return ()
        self._turn += 1
        first = self._turn % len(waiting)
        records: list[Record] = []
        for place in waiting[first:] + waiting[:first]:
            records += self._source.records(place, self._positions[place], limit - len(records))
            if len(records) >= limit:
                break
        for record in records:
            self._positions[record.place] = record.offset + 1
        return tuple(records)

    def _join(self) -> tuple[str, FileLock]:
        """Become a new member; one that was taken for dead can't come back under its old name, whose lock is gone."""
        # Names sort by age, so a newcomer moves as little as can be.
        member = f"{time.monotonic_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}"
        lock = self._group.hold(member)
        try:
            self._group.join(member, self._places)
        except LogUnavailable:
            lock.release()
            raise
        return member, lock

    def _balance(self) -> None:
        standing = self._group.balance(self._member)
        if standing is None:
            _log.warning("log.rejoined", group=self._group.name, member=self._member)
            self._lock.release()
            self._member, self._lock = self._join()
            standing = self._group.balance(self._member) or Standing(0, {})
        # A partition that went and came back in between starts at its commit again, as does a new one.
        self._positions = {
            place: self._positions.get(place, share.committed) if self._kept(place, share.since) else share.committed
            for place, share in standing.shares.items()
        }
        self._standing = standing
        self._balanced_at = time.monotonic()

    def _kept(self, place: Place, since: int) -> bool:
        before = self._standing.shares.get(place)
        return before is not None and before.since == since

    def _beat(self, every_s: float, longest_work_s: float) -> None:
        while not self._stop.wait(every_s):
            if time.monotonic() - self._worked_at > longest_work_s:
                continue
            try:
                self._group.beat(self._member)
            except LogUnavailable as error:  # a full disk: the others can't take over either, so go on
                _log.warning("log.heartbeat_failed", group=self._group.name, error=str(error))
