"""The database of the watcher's tests, on both engines."""

from collections.abc import Callable, Sequence

import pytest
from elasticsearch import Elasticsearch

from alerts.book import Book
from alerts.watcher import Watcher
from config.accounts import MonitoredAccount
from config.alerts import AlertPlan
from config.settings import WatchSettings
from config.topic_names import TOPIC_NAMES
from indexers.reader import Reader
from indexers.records import Records
from indexers.setup import set_up
from indexers.writer import Writer
from streams.messages import TaggedPost
from tests.indexers.conftest import database, database_settings, prefix, reader

__all__ = ["database", "database_settings", "prefix", "reader"]

METRO = MonitoredAccount(id="metro", name="云溪地铁", platforms={"weibo": "77"})
BUS = MonitoredAccount(id="bus", name="云溪公交", platforms={"weibo": "78"})


@pytest.fixture
def book(database: Elasticsearch, reader: Reader) -> Book:
    """An empty book, in indices that are made."""
    set_up(database, reader.names, "stamp")
    return Book(Records(database, reader.names))


@pytest.fixture
def store(database: Elasticsearch, reader: Reader, book: Book) -> Callable[[Sequence[TaggedPost]], None]:
    """Writes posts so that they are found."""
    writer = Writer(database, reader.names.prefix, segmenter="stamp")

    def write(posts: Sequence[TaggedPost]) -> None:
        assert writer.write(posts) == []
        database.indices.refresh(index=reader.names.posts)

    return write


@pytest.fixture
def watcher(reader: Reader, book: Book) -> Callable[..., Watcher]:
    """Makes watchers of a plan; two of them are a restart."""

    def make(plan: AlertPlan, **given: int) -> Watcher:
        return Watcher(reader, plan, (METRO, BUS), TOPIC_NAMES, WatchSettings(**given))  # type: ignore[arg-type]

    return make
