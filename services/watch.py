"""The role `watch`: evaluates the alert rules round after round, and sends what is to be told. Of several one works, by a lease.

Two threads: this one looks and writes; the other keeps the lease and sends, so that neither a long look nor a receiver that hangs
holds up the other. Whatever ends the process, the next one goes on from what stands in the database.
"""

import os
import platform
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import structlog
from elasticsearch import Elasticsearch

from alerts.book import Book
from alerts.channels.base import Channel, open_channels
from alerts.channels.kinds import OPENERS
from alerts.errors import LeaseLost, Superseded
from alerts.health import Round, judged, write_health
from alerts.outbox import Policy
from alerts.sender import Sender
from alerts.watcher import More, Seen, Watcher
from config.check import Office
from config.settings import Settings
from config.topic_names import TOPIC_NAMES
from indexers.cursors import Cursors, Remembered
from indexers.errors import DatabaseError, DatabaseUnavailable
from indexers.names import Names
from indexers.reader import Reader
from indexers.records import Records
from indexers.setup import is_set_up
from services.follow import desk_of, run_follow
from services.incident_facts import IncidentFacts
from services.lease import Lease
from services.stop import Stop

log = structlog.get_logger()

LEASE = "watch"
SEND_EVERY_S = 1.0
LONGEST_PAUSE_S = 60.0
HEALTH_EVERY_S = 15.0
BROKEN = (DatabaseUnavailable, DatabaseError)


def run_watch(settings: Settings, client: Elasticsearch, office: Office, stop: Stop, *, more: Sequence[More] = ()) -> None:
    """Watch, and follow posts into incidents, until told to stop.

    Raises what the configuration raises; what the database raises is waited out.
    """
    told = IncidentFacts(Records(client, Names(settings.elasticsearch.prefix)), desk_of(settings, client, office))
    service = Service(settings, client, office, open_channels(office.alerts.channels, OPENERS), (*more, told))
    own = Stop()
    with ThreadPoolExecutor(2, thread_name_prefix="watch-beside") as pool:
        beside = [pool.submit(service.keep_sending, own), pool.submit(run_follow, settings, client, office, own)]
        try:
            service.keep_watching(stop, lambda: not any(role.done() for role in beside))
        finally:
            own.request()
    for role in beside:
        role.result()


class Service:
    """One watcher: a candidate for the lease, and what it does once it holds it."""

    def __init__(
        self, settings: Settings, client: Elasticsearch, office: Office, channels: dict[str, Channel], more: Sequence[More] = ()
    ) -> None:
        self._settings, self._client, self._office, self._channels, self._more = settings, client, office, channels, more
        self._names = Names(settings.elasticsearch.prefix)
        self._records = Records(client, self._names)
        self._holder = f"{platform.node()}:{os.getpid()}:{id(self):x}"
        self.lease = Lease(self._records, LEASE, self._holder, settings.watch.lease_s)
        self._watcher: Watcher | None = None
        self._term = 0
        self._ready = threading.Event()  # the indices' templates are made
        self._health: Remembered | None = None
        self._said: tuple[float, str | None] = (0.0, "")

    def keep_watching(self, stop: Stop, sending: Callable[[], bool]) -> None:
        """Look at the database until told to stop, or until nobody sends."""
        failures = 0
        while not stop.requested and sending():
            try:
                self._step()
                failures = 0
                stop.wait(self._settings.watch.interval_s if self.lease.held else min(1.0, self._settings.watch.interval_s))
            except (LeaseLost, Superseded) as error:
                log.warning("watch.superseded", error=str(error))
                self._watcher = None
                stop.wait(1.0)
            except BROKEN as error:
                failures += 1
                pause = min(LONGEST_PAUSE_S, 2.0 ** min(failures - 1, 6))
                log.warning("watch.paused", error=str(error), seconds=pause)
                stop.wait(pause)

    def keep_sending(self, stop: Stop) -> None:
        """Keep the lease and send what is due until told to stop; then give the lease back."""
        policy = Policy(claim=timedelta(seconds=self._settings.watch.claim_s))
        with Sender(Book(self._records), self._channels, policy) as sender:
            while not stop.wait(SEND_EVERY_S if self._ready.is_set() else 0.05):
                if self._ready.is_set():
                    self._quietly(lambda: self.lease.hold() and sender.start())
            self._quietly(sender.finish)
            self._quietly(self.lease.release)

    def _step(self) -> None:
        if not self._ready.is_set():
            if not is_set_up(self._client, self._names):
                return  # the first writer of posts makes the indices; before that there is nothing to see
            self.lease.hold()
            self._ready.set()
        if not self.lease.held:
            self._watcher = None
            return
        if self._watcher is None or self._term != self.lease.term:
            self._term, self._watcher = self.lease.term, self._fresh()
        began = time.monotonic()
        seen = self._watcher.round(datetime.now(UTC))
        self._say(seen, time.monotonic() - began)

    def _fresh(self) -> Watcher:
        reader = Reader(self._client, self._names, self._settings.zone)
        office, watch = self._office, self._settings.watch
        return Watcher(reader, office.alerts, office.accounts, TOPIC_NAMES, watch, more=self._more, keep_on=lambda: self.lease.held)

    def _say(self, seen: Seen, took_s: float) -> None:
        """Say how it fares, now and then, and at once where that has changed."""
        book, now = Book(self._records), datetime.now(UTC)
        waiting = book.waiting()
        found = Round(seen.to, took_s, seen.series, seen.learning, seen.running, waiting.total, waiting.oldest, book.dead(size=1).total)
        health = judged(self._holder, now, found, self._settings.watch.interval_s)
        at, reason = self._said
        if health.reason == reason and time.monotonic() - at < HEALTH_EVERY_S:
            return
        if health.reason != reason and health.reason is not None:
            log.warning("watch.partial", reason=health.reason, waiting=health.waiting, dead=health.dead)
        self._health = write_health(Cursors(self._records), health, self._health)
        self._said = (time.monotonic(), health.reason)

    @staticmethod
    def _quietly(action: Callable[[], object]) -> None:
        """Do something that the next second does again where the database is away."""
        try:
            action()
        except BROKEN as error:
            log.warning("watch.sending_paused", error=str(error))
