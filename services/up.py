"""Everything on one machine in one supervised run: the store, `work`, `watch` and `serve` in this process, the tagger and `crawl` in their own.

docs/decisions.md says why the pages are a thread here.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

import structlog
from elasticsearch import Elasticsearch

from config.check import load_office
from config.settings import Settings
from indexers.connect import connect
from indexers.embedded.errors import StoreHeld
from indexers.embedded.node import Coming, client_to_come
from indexers.embedded.open import LocalStore, folder_of
from indexers.errors import DatabaseError, DatabaseUnavailable
from indexers.names import Names
from indexers.people import People
from services.listen import address_of, listen
from services.memory import few_arenas, give_back
from services.pages import keep_serving
from services.roles import run_work
from services.stop import Stop
from services.supervise import Child, with_parent, yuqing
from services.watch import run_watch
from streams.engines import open_log

log = structlog.get_logger()

TEND_S = 0.5
GIVE_BACK_S = 2.0  # takes a few milliseconds
MOMENT_S = 5.0


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


class Ready(NamedTuple):
    """What can be said once posts can be searched."""

    address: str  # of the pages
    users: bool | None  # whether anybody may sign in; None where the database can't say yet


def up(settings: Settings, stop: Stop, ready: Callable[[Ready], None] | None = None) -> None:
    """Run crawl, work, watch and serve until told to stop, or until work or watch fails for good, which it raises.

    `ready` is called when posts can be searched. Pages answer before that, while the store is opened. A crawl or a server of pages
    that ends is started again after a growing pause; the pages' socket stays open meanwhile, so browsers wait. Raises PortTaken, and
    StoreHeld where another process owns the local store.
    """
    few_arenas()
    with ExitStack() as stack:
        pages = stack.enter_context(listen(settings.web))
        client, opening = _database(settings)
        stack.callback(client.close)
        serve = _Role("serve", lambda: keep_serving(settings, client, pages, stop))
        end_serving = stack.enter_context(_running(serve, stop))
        stack.enter_context(opening)
        messages = stack.enter_context(open_log(settings))
        apart = settings.elasticsearch.url is None
        office = load_office(settings)
        roles = [
            _Role("work", lambda: run_work(settings, client, messages, stop, apart=apart)),
            _Role("watch", lambda: run_watch(settings, client, office, stop)),
        ]
        for role in roles:
            stack.enter_context(_running(role, stop))
        crawl = Child("crawl", yuqing("crawl", "--forever", *with_parent()), os.environ)
        stack.callback(crawl.end)
        stack.callback(end_serving)  # before the database is closed
        if ready is not None:
            ready(Ready(address_of(pages), _has_users(settings, client)))
        given_back = 0.0
        while not stop.requested and all(role.is_alive() for role in roles):
            crawl.tend()
            if time.monotonic() - given_back > GIVE_BACK_S:
                give_back()
                given_back = time.monotonic()
            stop.wait(TEND_S)


def _database(settings: Settings) -> tuple[Elasticsearch, AbstractContextManager[object]]:
    """A client of the database, and what opens that where it is the local store: until then it is away."""
    if settings.elasticsearch.url is not None:
        return connect(settings), nullcontext()
    coming = client_to_come()
    return coming.client, _opened(folder_of(settings), coming)


@contextmanager
def _opened(folder: Path, coming: Coming) -> Iterator[None]:
    with _own_store(folder) as store, store.serve():
        coming.opened(store.engine)
        yield


def _has_users(settings: Settings, client: Elasticsearch) -> bool | None:
    try:
        return bool(People(client, Names(settings.elasticsearch.prefix)).users())
    except (DatabaseUnavailable, DatabaseError):  # whoever needs it says so; this is a hint
        return None


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
def _running(role: _Role, stop: Stop) -> Iterator[Callable[[], None]]:
    """Run a role for the length of a `with`; gives what ends it earlier. What ended it by itself is raised."""

    def end() -> None:
        stop.request()
        role.join()

    role.start()
    try:
        yield end
    finally:
        end()
    if role.error is not None:
        raise role.error
