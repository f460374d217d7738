"""The store of documents that are more than posts, on both engines."""

from datetime import datetime, timedelta

import msgspec
import pytest
from elasticsearch import Elasticsearch
from elasticsearch.dsl import Search

from indexers.errors import DatabaseError
from indexers.names import Names
from indexers.records import Family, Records
from indexers.setup import set_up
from tests.indexers.posts import NOW


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A made-up record that fits the index of deliveries."""

    name: str
    state: str
    at: datetime
    inner: dict[str, str] = msgspec.field(default_factory=dict)


NOTES = Family("deliveries", Note, lambda note: note.name, lambda note: {"state": note.state, "created_at": note.at, "due_at": None})
NOTE = Note(name="a", state="waiting", at=NOW, inner={"whatever.stands": "here"})


@pytest.fixture
def records(database: Elasticsearch, prefix: str) -> Records:
    set_up(database, Names(prefix), "stamp")
    return Records(database, Names(prefix))


def waiting() -> Search:
    return Search().filter("term", state="waiting")


def test_what_is_written_is_read_and_found_at_once(records: Records) -> None:
    """By its id and by the next search, whole."""
    assert records.get(NOTES, "a") is None
    version = records.create(NOTES, NOTE)
    read = records.get(NOTES, "a")
    assert read is not None
    assert (read.body, read.version) == (NOTE, version)
    assert records.page(NOTES, waiting(), {"created_at": "asc"}).rows == [read]


def test_of_two_writers_one_wins(records: Records) -> None:
    """A name is given once, and a version replaced once."""
    version = records.create(NOTES, NOTE)
    assert version is not None
    assert records.create(NOTES, NOTE) is None
    newer = records.replace(NOTES, msgspec.structs.replace(NOTE, state="sent"), version)
    assert newer is not None
    assert records.replace(NOTES, NOTE, version) is None
    assert records.replace(NOTES, NOTE, newer) is not None


def test_pages_neither_skip_nor_repeat(records: Records) -> None:
    """Also among documents of the same time."""
    notes = [msgspec.structs.replace(NOTE, name=f"n{number:02}", at=NOW + timedelta(minutes=number // 3)) for number in range(10)]
    assert records.create_all(NOTES, notes) == [True] * 10
    found, after = [], None
    while True:
        page = records.page(NOTES, waiting(), {"created_at": "desc"}, size=4, after=after)
        found += [read.body.name for read in page.rows]
        assert page.total == 10
        if page.after is None:
            break
        after = page.after
    assert sorted(found) == [note.name for note in notes]
    assert found[:2] == ["n09", "n06"]
    assert [read.body.name for read in records.walk(NOTES, waiting(), {"created_at": "asc"})] == [note.name for note in notes]
    assert records.count(NOTES, waiting()) == 10


def test_storing_many_twice_stores_them_once(records: Records) -> None:
    """Each is told apart: new, or there already."""
    other = msgspec.structs.replace(NOTE, name="b")
    assert records.create_all(NOTES, [NOTE]) == [True]
    assert records.create_all(NOTES, [NOTE, other]) == [False, True]
    assert records.create_all(NOTES, []) == []


def test_many_are_read_at_once_and_replaced_by_version(records: Records) -> None:
    """What is not there is left out; of two writers one wins, each document for itself."""
    assert records.get_all(NOTES, ["a"]) == {}
    other = msgspec.structs.replace(NOTE, name="b")
    records.create_all(NOTES, [NOTE, other])
    read = records.get_all(NOTES, ["a", "b", "none", "a"])
    assert {key: found.body for key, found in read.items()} == {"a": NOTE, "b": other}
    sent = [(msgspec.structs.replace(found.body, state="sent"), found.version) for found in read.values()]
    assert records.write_all(NOTES, sent[:1]) == [True]
    assert records.write_all(NOTES, sent) == [False, True]
    assert records.count(NOTES, waiting()) == 0


def test_deleting_minds_the_version(records: Records) -> None:
    """What was changed since it was read stays; what is gone is gone."""
    version = records.create(NOTES, NOTE)
    assert version is not None
    records.replace(NOTES, NOTE, version)
    assert not records.delete(NOTES, "a", version)
    assert records.delete(NOTES, "a")
    assert not records.delete(NOTES, "a")


def test_what_somebody_else_wrote_is_named(records: Records, database: Elasticsearch) -> None:
    """A document that is none of ours is an error that says which."""
    database.index(index=records.index(NOTES), id="x", document={"id": "x", "body": {"name": 7}}, refresh=True)
    with pytest.raises(DatabaseError, match="deliveries/x is no Note of ours"):
        records.get(NOTES, "x")


def test_nothing_is_there_before_the_first_write(records: Records) -> None:
    """An index that was never made is an empty one."""
    assert records.page(NOTES, waiting(), {"created_at": "asc"}).rows == []
    assert records.count(NOTES, waiting()) == 0
