"""What the watcher asks of posts, on both engines."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch

from indexers import series
from indexers.queries import Filters
from indexers.reader import Reader
from indexers.series import began, edge, newest_complete, oldest_complete, own_posts, published, volume
from indexers.slots import Window
from indexers.writer import Writer
from streams.messages import Author, Coverage, Standing
from tests.indexers.posts import NOW, tagged

STEP = timedelta(minutes=5)
DAY = Window(NOW - timedelta(hours=12), NOW + timedelta(hours=12))
OFFICE = Author(id="weibo:77", standing=Standing.MONITORED, name="云溪地铁", followers=5000)


@pytest.fixture
def posts(database: Elasticsearch, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setattr(series, "PAGE", 3)
    monkeypatch.setattr(series, "POSTS_PAGE", 3)
    written = [
        tagged(
            number,
            published_at=NOW + number * timedelta(minutes=2),
            accounts=("metro",) if number % 2 else ("metro", "bus"),
            tags={"sentiment": -1 if number % 3 else 1},
        )
        for number in range(10)
    ]
    written.append(tagged(99, published_at=NOW, accounts=(), author=OFFICE, collected_at=NOW + timedelta(hours=1)))
    Writer(database, reader.names.prefix).write(written)
    database.indices.refresh(index=reader.names.posts)
    return reader


def test_posts_are_counted_by_subject_and_step(posts: Reader) -> None:
    """A post counts for each of its accounts, in the step of its publication; several pages make one answer."""
    cells = list(series.series(posts, DAY, STEP, ("account", "sentiment"), Filters()))
    assert all(cell.topic is None and cell.start % 300 == 0 for cell in cells)
    by_subject: Counter[tuple[str | None, int | None]] = Counter()
    for cell in cells:
        by_subject[cell.account, cell.sentiment] += cell.posts
    assert by_subject == {("metro", -1): 6, ("metro", 1): 4, ("bus", -1): 3, ("bus", 1): 2}
    first = [cell for cell in cells if cell.account == "metro" and cell.start == NOW.timestamp()]
    assert {cell.sentiment: cell.posts for cell in first} == {-1: 2, 1: 1}


def test_without_accounts_each_post_counts_once(posts: Reader) -> None:
    """A topic's series is no sum over accounts, for a post may have several, or none."""
    cells = list(series.series(posts, DAY, timedelta(days=1), ("topic",), Filters(sentiments=(-1,))))
    assert [(cell.account, cell.topic, cell.posts) for cell in cells] == [(None, "交通运输", 7)]
    assert sum(cell.posts for cell in series.series(posts, DAY, STEP, (), Filters())) == 11


def test_the_newest_and_the_oldest_are_found(posts: Reader) -> None:
    """Within the window, whose end does not count."""
    assert edge(posts, DAY, newest=True) == NOW + timedelta(minutes=18)
    assert edge(posts, DAY, newest=False) == NOW
    assert edge(posts, Window(NOW, NOW + timedelta(minutes=18)), newest=True) == NOW + timedelta(minutes=16)
    assert edge(posts, Window(NOW - timedelta(days=2), NOW), newest=True) is None


def test_posts_of_the_office_are_told_apart(posts: Reader) -> None:
    """Only those by monitored accounts, and where asked only those seen, or first written, lately."""
    assert [post.id for post in own_posts(posts, DAY)] == ["weibo:99"]
    assert own_posts(posts, DAY, seen_since=NOW + timedelta(hours=1))[0].author.followers == 5000
    assert len(own_posts(posts, DAY, seen_since=max(NOW + timedelta(hours=2), datetime.now(UTC) - timedelta(hours=1)))) == 1
    assert own_posts(posts, DAY, seen_since=max(NOW, datetime.now(UTC)) + timedelta(hours=2)) == []
    assert (volume(posts, DAY), volume(posts, DAY, own=True)) == (11, 1)


def test_posts_are_listed_newest_first_up_to_a_number(posts: Reader) -> None:
    """Over several pages."""
    found = published(posts, Filters(accounts=("metro",), window=DAY), most=7)
    assert [post.id for post in found] == [f"weibo:{number}" for number in range(9, 2, -1)]
    assert len(published(posts, Filters(window=DAY), most=100)) == 11


def test_what_a_source_has_covered_is_known_by_its_complete_runs(database: Elasticsearch, reader: Reader) -> None:
    """A run that ended early covers nothing for good; one that says not how far it came tells only when it was."""
    assert newest_complete(reader, "metro") is None
    assert oldest_complete(reader, "metro") is None
    runs = [(0, "complete", 20), (1, "complete", None), (2, "partial", 90)]
    reports = [
        Coverage(
            id=f"metro:{hour}",
            source="metro",
            started_at=NOW + timedelta(hours=hour),
            ended_at=NOW + timedelta(hours=hour, minutes=1),
            outcome=outcome,
            oldest_at=None if days is None else NOW - timedelta(days=days),
        )
        for hour, outcome, days in runs
    ]
    Writer(database, reader.names.prefix).write_coverage(reports)
    database.indices.refresh(index=reader.names.coverage)
    newest, oldest = newest_complete(reader, "metro"), oldest_complete(reader, "metro")
    assert newest is not None
    assert oldest is not None
    assert (newest.id, oldest.id) == ("metro:1", "metro:0")


def test_collection_began_with_the_first_sighting(posts: Reader) -> None:
    """Whenever the posts themselves were published."""
    assert began(posts) == NOW
