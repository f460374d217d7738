"""Posts through the role `work`, until all can be found; what the benchmarks of both engines share."""

import itertools
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
from services.roles import run_work
from services.stop import Stop
from services.work import Tally
from streams.log import Log, Message, Topic
from streams.messages import encode

APPEND = 5000


class _Until(Stop):
    """Asks the role to end when it has handled so many sightings."""

    def __init__(self, sightings: int) -> None:
        super().__init__()
        self.began = 0.0
        self._sightings = sightings
        self._tally = Tally()

    def ready(self, tally: Tally) -> None:
        """Begin to count: the models are loaded and the group is joined."""
        self.began = time.perf_counter()
        self._tally = tally

    @property
    def requested(self) -> bool:
        return super().requested or self._tally.posts + self._tally.dead >= self._sightings


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


def speed(settings: Settings, log: Log, client: Elasticsearch, count: int) -> float:
    """Posts a second of the role `work`, from its first poll of the log until all of them can be found."""
    until = _Until(fill(log, count))
    with ThreadPoolExecutor(1) as pool:
        role = pool.submit(run_work, settings, client, log, until, until.ready, apart=settings.elasticsearch.url is None)
        while not until.requested:
            if role.done():
                role.result()  # raises what ended it
            time.sleep(0.01)
        while _found(client, Names(settings.elasticsearch.prefix)) < count:
            time.sleep(0.01)
        ended = time.perf_counter()
    if role.result().dead:
        raise RuntimeError(f"{role.result().dead} posts became dead letters")
    return count / (ended - until.began)


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


def _found(client: Elasticsearch, names: Names) -> int:
    found: int = client.search(index=names.posts, size=0, track_total_hits=True, ignore_unavailable=True)["hits"]["total"]["value"]
    return found
