"""What the posts of incidents add up to, and the queries that the follower reads posts with; on both engines."""

from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from incidents.filed import MEMBERS, Member
from indexers import case_queries, queries
from indexers.reader import Reader
from indexers.records import Records
from indexers.slots import Window
from indexers.writer import Writer
from tests.indexers.posts import NOW, tagged

HOUR = timedelta(hours=1)


@pytest.fixture
def filled(database: Elasticsearch, reader: Reader) -> Reader:
    """Six posts, an hour apart; every other one in each of two incidents."""
    Writer(database, reader.names.prefix, segmenter="stamp").write([])
    members = [
        Member(
            id=f"weibo:{n}",
            incident=f"inc-{n % 2}",
            published_at=NOW - n * HOUR,
            added_at=NOW,
            platform="weibo",
            kind="post",
            sentiment=-1 if n < 3 else 0,
            spread=n,
            topic="交通运输",
            accounts=("metro",) if n else ("metro", "bus"),
        )
        for n in range(6)
    ]
    Records(database, reader.names).create_all(MEMBERS, members)
    return reader


def test_growth_counts_since_a_moment(filled: Reader) -> None:
    """Each id for itself; the moment is included."""
    assert case_queries.growth(filled, ["inc-0", "inc-1", "none"], NOW - 2 * HOUR) == {"inc-0": 2, "inc-1": 1}
    assert case_queries.growth(filled, [], NOW) == {}


def test_the_timeline_has_empty_steps_too(filled: Reader) -> None:
    """Posts of all the ids that an incident's posts carry, by sentiment and topic."""
    slots = case_queries.timeline(filled, ["inc-0"], Window(NOW - 4 * HOUR, NOW + HOUR), HOUR)
    assert [slot.posts for slot in slots] == [1, 0, 1, 0, 1]
    assert (slots[2].sentiments, slots[2].topics) == ({-1: 1}, {"交通运输": 1})
    both = case_queries.timeline(filled, ["inc-0", "inc-1"], Window(NOW - 4 * HOUR, NOW + HOUR), HOUR)
    assert [slot.posts for slot in both] == [1, 1, 1, 1, 1]


def test_accounts_are_counted(filled: Reader) -> None:
    """The one that most posts concern comes first."""
    assert case_queries.accounts(filled, ["inc-0"]) == {"metro": 3, "bus": 1}


def test_nothing_is_there_before_the_first_post(reader: Reader) -> None:
    """An incident without posts has no growth, no timeline and no accounts."""
    assert case_queries.growth(reader, ["inc-0"], NOW) == {}
    assert [slot.posts for slot in case_queries.timeline(reader, ["inc-0"], Window(NOW - HOUR, NOW), HOUR)] == [0]
    assert case_queries.accounts(reader, ["inc-0"]) == {}
    assert queries.get_posts(reader, ["weibo:1"]) == {}
    assert list(queries.spreading(reader, NOW, 1)) == []


def test_posts_are_found_by_id_and_by_spread(database: Elasticsearch, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pages; what is unknown, too old or has not come so far is left out."""
    monkeypatch.setattr(queries, "PAGE", 2)
    writer = Writer(database, reader.names.prefix, segmenter="stamp")
    writer.write([tagged(n, forwards=n * 10, published_at=NOW - n * HOUR) for n in range(1, 8)])
    database.indices.refresh(index=reader.names.everything)
    assert sorted(queries.get_posts(reader, [f"weibo:{n}" for n in range(1, 6)] + ["weibo:99"])) == [f"weibo:{n}" for n in range(1, 6)]
    assert dict(queries.spreading(reader, NOW - 6 * HOUR, 20)) == {f"weibo:{n}": n * 10 for n in range(2, 7)}
