"""The role `follow`: keeps incidents and requests of the posts that come in. Of several one works, by a lease of its own."""

import os
import platform
import time
from collections.abc import Callable

import structlog
from elasticsearch import Elasticsearch

from config.check import Office
from config.incidents import load_incidents
from config.settings import Settings
from incidents.desk import Desk
from incidents.errors import IncidentError, Superseded
from incidents.follow import Done, Follower
from indexers.errors import DatabaseError, DatabaseUnavailable
from indexers.names import Names
from indexers.reader import Reader
from indexers.records import Records
from indexers.setup import is_set_up
from services.lease import Lease
from services.stop import Stop

log = structlog.get_logger()

LEASE = "follow"
LEASE_S = 15.0
PAUSE_S = 1.0  # between two turns where nothing waits
LONGEST_PAUSE_S = 60.0
BROKEN = (DatabaseUnavailable, DatabaseError)


def run_follow(settings: Settings, client: Elasticsearch, office: Office, stop: Stop) -> None:
    """Follow posts until told to stop. What the database raises is waited out; raises what the configuration raises."""
    reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
    rules = office.incidents or load_incidents(settings)
    holder = f"{platform.node()}:{os.getpid()}:follow"
    following = Following(
        lambda: Follower(reader, office, rules),
        Lease(Records(reader.client, reader.names), LEASE, holder, LEASE_S),
        lambda: is_set_up(client, reader.names),
    )
    following.keep_on(stop)


def desk_of(settings: Settings, client: Elasticsearch, office: Office) -> Desk:
    """The desk of an office."""
    reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
    return Desk(reader, office, office.incidents or load_incidents(settings))


class Following:
    """A candidate for the lease, and the follower that it works with while it holds it."""

    def __init__(self, make: Callable[[], Follower], lease: Lease, ready: Callable[[], bool]) -> None:
        self._make, self._lease, self._ready = make, lease, ready
        self._follower: Follower | None = None
        self._term = 0

    def keep_on(self, stop: Stop) -> None:
        """Do turn after turn until told to stop; then give the lease back."""
        failures = 0
        while not stop.requested:
            try:
                done = self.step()
                failures = 0
                if not done.full:
                    stop.wait(PAUSE_S)
            except Superseded as error:
                log.warning("follow.superseded", error=str(error))
                stop.wait(PAUSE_S)
            except (*BROKEN, IncidentError) as error:
                failures += 1
                pause = min(LONGEST_PAUSE_S, 2.0 ** min(failures - 1, 6))
                log.warning("follow.paused", error=str(error), seconds=pause)
                stop.wait(pause)
        self._give_back()

    def step(self) -> Done:
        """One turn, where the lease is held and the first writer of posts has made the indices."""
        if not self._ready() or not self._lease.hold():
            self._follower = None
            return Done()
        if self._follower is None or self._term != self._lease.term:
            self._term, self._follower = self._lease.term, self._make()
        began = time.monotonic()
        done = self._follower.once()
        if done:
            seconds = round(time.monotonic() - began, 3)
            log.info("follow.turn", read=done.read, added=done.added, opened=done.opened, requests=done.requests, seconds=seconds)
        return done

    def _give_back(self) -> None:
        try:
            self._lease.release()
        except BROKEN as error:
            log.warning("follow.lease_kept", error=str(error))
