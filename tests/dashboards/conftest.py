"""A database with some hundreds of made-up posts, runs, incidents, alerts and profiles, on both engines."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from dashboards.ask import Scope
from indexers.reader import Reader, iso
from indexers.setup import set_up
from indexers.slots import Window
from indexers.writer import Writer
from streams.messages import Author, Coverage, Kind, Standing, TaggedPost
from tests.indexers.conftest import shared_database, shared_reader, shared_settings
from tests.indexers.posts import NOW, tagged

__all__ = ["shared_database", "shared_reader", "shared_settings"]

POSTS = 400
DAYS = 3
WINDOW = Window(NOW - timedelta(days=DAYS), NOW)
SCOPE = Scope(WINDOW, timedelta(minutes=30))
TOPICS = ("交通运输", "环境保护", "医疗卫生", "城乡建设")
ACCOUNTS = ("metro", "bus", "museum")
PLATFORMS = ("weibo", "web", "wechat")
WORDS = ("停运", "自来水", "早高峰", "排队", "噪声")


def posts() -> list[TaggedPost]:
    """The posts, in the same way each time; a fifth of them before the window."""
    dice = random.Random(5)
    return [_post(number, dice) for number in range(POSTS)]


def _post(number: int, dice: random.Random) -> TaggedPost:
    owner = dice.choice(ACCOUNTS) if dice.random() < 0.3 else None
    author = Author(id=f"weibo:{owner}", standing=Standing.MONITORED, name=owner) if owner else Author(id=f"p:{number}")
    at = NOW - timedelta(minutes=dice.uniform(1, DAYS * 1440 * 1.25))
    mentioned = dice.sample(ACCOUNTS, dice.randrange(3))
    return tagged(
        number,
        platform=dice.choice(PLATFORMS),
        kind=dice.choice(tuple(Kind)),
        author=author,
        owner=owner,
        accounts=tuple(dict.fromkeys([*([owner] if owner else []), *mentioned])),
        source=dice.choice(("weibo-metro", "yunxi-news")),
        published_at=at.replace(microsecond=0),
        collected_at=at.replace(microsecond=0) + timedelta(minutes=dice.randrange(90)),
        forwards=dice.choice((None, dice.randrange(1000))),
        comments=dice.choice((None, dice.randrange(1000))),
        likes=dice.choice((None, dice.randrange(1000))),
        tags={"topic": dice.choice(TOPICS), "sentiment": dice.choice((-1, -1, 0, 1)), "keywords": tuple(dice.sample(WORDS, 2))},
    )


def runs() -> list[Coverage]:
    """Runs of two sources, an hour apart."""
    dice = random.Random(6)
    return [
        Coverage(
            id=f"{source}:{hour}",
            source=source,
            started_at=NOW - timedelta(hours=hour, minutes=7),
            ended_at=NOW - timedelta(hours=hour),
            outcome=dice.choice(("complete", "complete", "partial", "failed")),
            seen=dice.randrange(50),
            kept=dice.randrange(20),
            failed_pages=dice.randrange(3),
        )
        for source in ("weibo-metro", "yunxi-news")
        for hour in range(1, 40)
    ]


def records(prefix: str) -> list[dict[str, Any]]:
    """Incidents, episodes and profiles, as far as their columns."""
    dice, found = random.Random(7), []
    for number in range(60):
        at = iso(NOW - timedelta(minutes=dice.uniform(1, DAYS * 1440)))
        case = {"state": dice.choice(("found", "judged", "assigned")), "merged": dice.random() < 0.2, "found_at": at}
        if dice.random() < 0.6:
            case["level"] = dice.choice(("red", "yellow", "blue"))
        alert = {"rule": dice.choice(("spike", "takeover")), "status": dice.choice(("open", "resolved")), "opened_at": at}
        profile = {"account": dice.choice(ACCOUNTS), "platform": dice.choice(PLATFORMS), "at": at, "followers": dice.randrange(10_000)}
        for family, columns in (("incidents", case), ("episodes", alert), ("accounts", profile)):
            found.append({"_index": f"{prefix}-{family}", "_id": str(number), "_source": {"id": str(number), "body": {}, **columns}})
    return found


@pytest.fixture(scope="module")
def database(shared_database: Elasticsearch) -> Elasticsearch:
    """A database that nobody changes once it is filled, so the tests of a module share it."""
    return shared_database


@pytest.fixture(scope="module")
def reader(shared_reader: Reader) -> Reader:
    return shared_reader


@pytest.fixture(scope="module")
def filled(database: Elasticsearch, reader: Reader) -> Sequence[TaggedPost]:
    """The database with all of that in it; gives the posts of the window."""
    set_up(database, reader.names, "stamp")
    writer = Writer(database, reader.names.prefix, segmenter="stamp")
    made = posts()
    assert writer.write(made) == []
    writer.write_coverage(runs())
    bulk(database, records(reader.names.prefix))
    database.indices.refresh(index=reader.names.everything)
    return [one for one in made if WINDOW.start <= one.post.published_at < WINDOW.end]
