"""Posts through the real worker, until all can be found; what the benchmarks of both engines share."""

import itertools
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from benchmarks.posts import posts
from benchmarks.rows import watch
from config.settings import Settings
from indexers.merge import lift
from indexers.names import Names, month
from indexers.writer import Writer
from nlp.tagger import Tagger
from services.stop import Stop
from services.work import TOPICS, Tally, Worker
from streams.dead import DeadLetters
from streams.log import Log, Message, Topic
from streams.messages import encode

APPEND = 5000


class _Until(Stop):
    """Asks the worker to end when it has handled so many sightings."""

    def __init__(self, tally: Tally, sightings: int) -> None:
        super().__init__()
        self._tally = tally
        self._sightings = sightings

    @property
    def requested(self) -> bool:
        return self._tally.posts + self._tally.dead >= self._sightings


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="yuqing-bench-", ignore_cleanup_errors=True) as path:
        Path(path).chmod(0o755)  # servers run as a user of their own
        yield Path(path)


def fill(log: Log, count: int) -> int:
    """Append posts to the log; returns how many sightings of posts that made."""
    stream = (Message(topic=Topic.POSTS, key=post.key, value=encode(post)) for post in posts(count))
    sightings = 0
    while part := list(itertools.islice(stream, APPEND)):
        log.append(part)
        sightings += len(part)
    return sightings


def speed(settings: Settings, log: Log, client: Elasticsearch, tagger: Tagger, count: int) -> float:
    """Posts a second, from the first poll of the log until all of them can be found."""
    sightings = fill(log, count)
    with watch() as taken:
        with log.consumer(settings.work.group, TOPICS) as consumer:
            worker = Worker(consumer, tagger, Writer(client, settings.elasticsearch.prefix), DeadLetters(log))
            worker.run(_Until(worker.tally, sightings), limit=settings.work.batch, poll_s=settings.work.poll_s)
        _wait_for(client, Names(settings.elasticsearch.prefix), count)
    if worker.tally.dead:
        raise RuntimeError(f"{worker.tally.dead} posts became dead letters")
    return count / taken.seconds


def obvious_speed(client: Elasticsearch, prefix: str, tagger: Tagger, count: int) -> float:
    """The obvious way: each post is tagged and indexed by a request of its own, without merging or observations."""
    Writer(client, prefix).write([])  # makes the templates
    names = Names(prefix)
    given = list(posts(count))
    with watch() as taken:
        for post in given:
            (tagged,) = tagger.tag([post])
            document: dict[str, Any] = msgspec.to_builtins(lift(tagged))
            client.index(index=names.posts_of(month(post.published_at)), id=post.id, document=document)
    return len(given) / taken.seconds


def _wait_for(client: Elasticsearch, names: Names, count: int) -> None:
    while client.search(index=names.posts, size=0, track_total_hits=True)["hits"]["total"]["value"] < count:
        time.sleep(0.01)
