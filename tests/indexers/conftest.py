"""The database of the tests, on both engines."""

import uuid
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from elasticsearch import Elasticsearch

from config.settings import Settings
from indexers.connect import connect
from indexers.names import Names
from indexers.reader import Reader


@pytest.fixture
def prefix() -> str:
    """A prefix of the test's own, so that tests share a server."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture(params=["local", pytest.param("elasticsearch", marks=pytest.mark.stack)])
def database_settings(request: pytest.FixtureRequest, settings: Settings, prefix: str) -> Settings:
    """Settings that lead to one of the engines, with the prefix of the test."""
    url = request.getfixturevalue("elasticsearch_url") if request.param == "elasticsearch" else None
    given = settings.elasticsearch.model_copy(update={"url": url, "prefix": prefix})
    return settings.model_copy(update={"elasticsearch": given})


@pytest.fixture
def database(database_settings: Settings, prefix: str) -> Iterator[Elasticsearch]:
    """A client of an empty database; what the test leaves is deleted."""
    with connect(database_settings) as client:
        yield client
        if database_settings.elasticsearch.url is not None:
            indices = list(client.indices.get(index=f"{prefix}-*"))
            if indices:
                client.indices.delete(index=indices)
            client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}-*")


@pytest.fixture
def reader(database: Elasticsearch, prefix: str) -> Reader:
    """What the named queries read with."""
    return Reader(database, Names(prefix), ZoneInfo("Asia/Shanghai"))
