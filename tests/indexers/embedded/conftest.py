"""The local store in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from indexers.embedded.open import LocalStore
from tests.indexers.embedded.generate import MAPPING


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[LocalStore]:
    """An open, empty store."""
    with LocalStore.open(folder) as opened:
        yield opened


@pytest.fixture
def client(store: LocalStore) -> Elasticsearch:
    """A client of it, with a template for all that begins with `things-`."""
    client = store.client()
    client.indices.put_index_template(name="things", index_patterns=["things-*"], template={"mappings": MAPPING})
    return client
