"""A lease in the database: of all who want to, one works. Needs no clocks that agree.

Who holds it renews it; each renewal makes a new version of its document. Somebody else takes it once the version has not changed
for as long as the lease lasts, measured by their own clock. The holder stops believing in it earlier than that, and every take-over
raises its term. What must not be done twice is written under versions as well, so a holder who wakes up too late does no harm.
"""

import time
from collections.abc import Callable

import msgspec
import structlog

from indexers.records import Family, Read, Records, Version

log = structlog.get_logger()

BELIEF = 0.8  # the share of its length for which a holder believes in a renewal
RENEWAL = 3.0  # renewals in its length


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a lease, for which time in a row, and since which renewal."""

    id: str
    holder: str
    term: int
    renewal: int = 0
    released: bool = False


LEASES: Family[Held] = Family("leases", Held, lambda held: held.id, lambda _: {})


class Lease:
    """One candidate for one lease. `ticks` gives seconds that only grow. Not safe to share between threads, but for `held` and `term`."""

    def __init__(self, records: Records, name: str, holder: str, length_s: float, ticks: Callable[[], float] = time.monotonic) -> None:
        self._records, self._name, self._holder, self._length, self._ticks = records, name, holder, length_s, ticks
        self._mine: Read[Held] | None = None
        self._until = 0.0
        self._renew_at = 0.0
        self._other: tuple[Version, float] | None = None  # the version that somebody else holds, and when it was first seen
        self.term = 0

    @property
    def held(self) -> bool:
        """Whether this candidate may work now."""
        return self._mine is not None and self._ticks() < self._until

    def hold(self) -> bool:
        """Take or renew the lease where that is due; say whether it is held. Raises what the database raises."""
        now = self._ticks()
        if self._mine is not None and now < self._renew_at:
            return self.held
        if self._mine is not None:
            body = msgspec.structs.replace(self._mine.body, renewal=self._mine.body.renewal + 1)
            self._take(body, self._mine, now)
        if self._mine is None:
            self._try(now)
        return self.held

    def release(self) -> None:
        """Give it back, so that the next one need not wait. Raises what the database raises."""
        mine, self._mine = self._mine, None
        if mine is not None:
            self._records.replace(LEASES, msgspec.structs.replace(mine.body, released=True), mine.version)

    def _try(self, now: float) -> None:
        there = self._records.get(LEASES, self._name)
        if there is None:
            self._take(Held(id=self._name, holder=self._holder, term=1), None, now)
            return
        if self._other is None or self._other[0] != there.version:
            self._other = (there.version, now)
        if there.body.released or now - self._other[1] >= self._length:
            self._take(Held(id=self._name, holder=self._holder, term=there.body.term + 1), there, now)

    def _take(self, body: Held, before: Read[Held] | None, now: float) -> None:
        """Write it; `now` was noted before the writing, so that belief ends before anybody else's patience does."""
        fresh = self._records.create(LEASES, body) if before is None else self._records.replace(LEASES, body, before.version)
        if fresh is None:
            if self._mine is not None:
                log.warning("lease.lost", lease=self._name, term=self.term)
            self._mine = None
            return
        if body.term != self.term:
            log.info("lease.taken", lease=self._name, term=body.term)
        self._mine, self._other, self.term = Read(body, fresh), None, body.term
        self._until, self._renew_at = now + BELIEF * self._length, now + self._length / RENEWAL
