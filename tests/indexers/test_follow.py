"""A client that outlives the owner of the local store."""

import pytest
from elasticsearch import Elasticsearch

from config.settings import Settings
from indexers.connect import connect, follow
from indexers.embedded.follow import follow_owner
from indexers.embedded.open import LocalStore, folder_of
from indexers.errors import DatabaseUnavailable
from indexers.names import Names
from indexers.people import People, Role, User
from indexers.setup import set_up
from tests.indexers.posts import NOW

USER = User(id="zhou", role=Role.DUTY, secret="hash", created_at=NOW, changed_at=NOW)


def people(client: Elasticsearch) -> People:
    set_up(client, Names("office"), "stamp")
    return People(client, Names("office"))


def test_it_goes_on_with_the_next_owner(settings: Settings) -> None:
    """What one owner stored is read through the next; between the two the database is away, and that is all."""
    folder = folder_of(settings)
    with LocalStore.open(folder) as store:
        store.serve()
        client = follow(settings)
        followed = people(client)
        followed.create(USER)
    with pytest.raises(DatabaseUnavailable):
        followed.get(User, "zhou")
    with LocalStore.open(folder) as store:
        store.serve()
        read = followed.get(User, "zhou")
        client.close()
    assert read is not None
    assert read.body == USER


def test_where_nobody_owns_the_store_it_takes_it(settings: Settings) -> None:
    """One process alone needs no other; what it stores is there for others, while it runs and after."""
    with follow(settings) as client:
        people(client).create(USER)
        with follow_owner(folder_of(settings)) as other:
            assert people(other).get(User, "zhou") is not None
    with connect(settings) as client:
        assert people(client).get(User, "zhou") is not None
