"""Everything on one machine in one supervised run: the store, `work` and `watch` in this process, the tagger and `crawl` in their own."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog
from elasticsearch import Elasticsearch

from config.check import load_office
from config.settings import Settings
from indexers.connect import connect
from indexers.embedded.errors import StoreHeld
from indexers.embedded.open import LocalStore, folder_of
from services.memory import give_back
from services.roles import run_work
from services.stop import Stop
from services.supervise import Child, with_parent, yuqing
from services.watch import run_watch
from streams.engines import open_log

log = structlog.get_logger()

TEND_S = 0.5
GIVE_BACK_S = 2.0  # takes a few milliseconds
MOMENT_S = 5.0


@contextmanager
def database(settings: Settings) -> Iterator[Elasticsearch]:
    """The database for a process that owns it: the local store, served to our other commands, or a client of Elasticsearch.

    Raises StoreHeld where another process owns the local store.
    """
    if settings.elasticsearch.url is not None:
        with connect(settings) as client:
            yield client
        return
    with _own_store(folder_of(settings)) as store, store.serve():
        yield store.client()


def _own_store(folder: Path) -> LocalStore:
    """Take the local store; one of our commands that looks something up may hold it for a moment."""
    deadline = time.monotonic() + MOMENT_S
    while True:
        try:
            return LocalStore.open(folder)
        except StoreHeld:
            if time.monotonic() > deadline:
                raise
            time.sleep(TEND_S)


def up(settings: Settings, stop: Stop, ready: Callable[[], None] | None = None) -> None:
    """Run crawl, work and watch until told to stop, or until one of the latter fails for good, which it raises.

    `ready` is called when posts can be searched. A crawl that ends is started again after a growing pause.
    """
    with ExitStack() as stack:
        client = stack.enter_context(database(settings))
        messages = stack.enter_context(open_log(settings))
        apart = settings.elasticsearch.url is None
        office = load_office(settings)
        roles = [
            stack.enter_context(_running("work", lambda: run_work(settings, client, messages, stop, apart=apart), stop)),
            stack.enter_context(_running("watch", lambda: run_watch(settings, client, office, stop), stop)),
        ]
        crawl = Child("crawl", yuqing("crawl", "--forever", *with_parent()), os.environ)
        stack.callback(crawl.end)
        if ready is not None:
            ready()
        given_back = 0.0
        while not stop.requested and all(role.is_alive() for role in roles):
            crawl.tend()
            if time.monotonic() - given_back > GIVE_BACK_S:
                give_back()
                given_back = time.monotonic()
            stop.wait(TEND_S)


class _Role(threading.Thread):
    """A role on a thread; what ended it is raised when it is joined."""

    def __init__(self, name: str, body: Callable[[], object]) -> None:
        super().__init__(name=name)
        self._body = body
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._body()
        except BaseException as error:  # handed to the thread that waits for this one
            log.exception("role.failed", role=self.name)
            self.error = error


@contextmanager
def _running(name: str, body: Callable[[], object], stop: Stop) -> Iterator[threading.Thread]:
    role = _Role(name, body)
    role.start()
    try:
        yield role
    finally:
        stop.request()
        role.join()
    if role.error is not None:
        raise role.error
