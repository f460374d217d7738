"""What readers remember: whole or not at all, and one writer wins."""

import pytest
from elasticsearch import Elasticsearch

from indexers import cursors
from indexers.cursors import CURSORS, Cursors
from indexers.errors import DatabaseError
from indexers.names import Names
from indexers.records import Records
from indexers.setup import set_up


@pytest.fixture
def records(database: Elasticsearch, prefix: str) -> Records:
    set_up(database, Names(prefix), "stamp")
    return Records(database, Names(prefix))


@pytest.fixture
def kept(records: Records, monkeypatch: pytest.MonkeyPatch) -> Cursors:
    monkeypatch.setattr(cursors, "PIECE", 1000)
    return Cursors(records)


@pytest.mark.parametrize("size", [0, 1, 1000, 3500])
def test_bytes_come_back_as_they_went(kept: Cursors, size: int) -> None:
    """However many pieces they take."""
    data = bytes(number % 256 for number in range(size))
    assert kept.load("spike:a") is None
    assert kept.save("spike:a", data, None) is not None
    found = kept.load("spike:a")
    assert found is not None
    assert found.data == data


def test_of_two_writers_one_wins(kept: Cursors) -> None:
    """The other is told, and what it wrote is no trace."""
    first = kept.save("spike:a", b"x" * 2500, None)
    assert first is not None
    assert kept.save("spike:a", b"y" * 2500, first) is not None
    assert kept.save("spike:a", b"z" * 2500, first) is None
    assert kept.save("spike:a", b"z" * 2500, None) is None
    found = kept.load("spike:a")
    assert found is not None
    assert found.data == b"y" * 2500


def test_a_piece_that_is_gone_is_an_error(kept: Cursors, records: Records) -> None:
    """Half of what was kept is never taken for all of it."""
    saved = kept.save("spike:a", b"x" * 2500, None)
    assert saved is not None
    records.delete(CURSORS, f"spike:a#{saved.generation}.2")
    with pytest.raises(DatabaseError, match="pieces of the cursor spike:a are gone"):
        kept.load("spike:a")
