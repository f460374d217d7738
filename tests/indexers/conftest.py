"""The database of the tests, on both engines."""

import contextlib
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from elasticsearch import Elasticsearch

from config.settings import Settings, load_settings
from indexers.connect import connect
from indexers.names import Names
from indexers.reader import Reader
from tests.conftest import delete_indices, prefix_on

ENGINES = ["local", pytest.param("elasticsearch", marks=pytest.mark.stack)]


@pytest.fixture(params=ENGINES)
def database_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Settings that lead to one of the engines; on the server under a prefix of the module's own, in a store of the test's own."""
    given = {"url": None, "prefix": "local"}
    if request.param == "elasticsearch":
        given = {"url": request.getfixturevalue("elasticsearch_url"), "prefix": request.getfixturevalue("server_prefix")}
    return settings.model_copy(update={"elasticsearch": settings.elasticsearch.model_copy(update=given)})


@pytest.fixture
def prefix(database_settings: Settings) -> str:
    """First part of the names of all indices."""
    return database_settings.elasticsearch.prefix


@pytest.fixture
def database(database_settings: Settings, prefix: str) -> Iterator[Elasticsearch]:
    """A client of an empty database; what the test leaves is deleted, but for the index templates."""
    with connect(database_settings) as client:
        yield client
        if database_settings.elasticsearch.url is not None:
            delete_indices(client, prefix)


@pytest.fixture(scope="module", params=ENGINES)
def shared_settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a database that the tests of a module fill once and only read."""
    given: dict[str, Any] = {"prefix": "local"}
    with contextlib.ExitStack() as held:
        if request.param == "elasticsearch":
            url = request.getfixturevalue("elasticsearch_url")
            given = {"url": url, "prefix": held.enter_context(contextlib.contextmanager(prefix_on)(url))}
        yield load_settings(data_dir=tmp_path_factory.mktemp("var"), elasticsearch=given)


@pytest.fixture(scope="module")
def shared_database(shared_settings: Settings) -> Iterator[Elasticsearch]:
    """A client of it, empty at first."""
    with connect(shared_settings) as client:
        yield client


@pytest.fixture(scope="module")
def shared_reader(shared_database: Elasticsearch, shared_settings: Settings) -> Reader:
    """What the named queries read it with."""
    return Reader(shared_database, Names(shared_settings.elasticsearch.prefix), ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def reader(database: Elasticsearch, prefix: str) -> Reader:
    """What the named queries read with."""
    return Reader(database, Names(prefix), ZoneInfo("Asia/Shanghai"))
