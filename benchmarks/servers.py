"""Kafka → tag → Elasticsearch, with both servers on the same cores; beside it, one `es.index` a post."""

import itertools

from benchmarks.handling import folder, obvious_speed, speed
from benchmarks.posts import texts
from benchmarks.rows import Given, Row, median
from config.settings import Settings, load_settings
from indexers.connect import connect
from nlp.tagger import Tagger
from services.stack import Stack, running_stack
from streams.engines import open_log

ASKED = 3500
POSTS = 50_000
WARMING = 2  # rounds that are not counted
FEW = 1000  # posts for the obvious way
_numbers = itertools.count()


def run(given: Given) -> list[Row]:
    """Measure by the clock on the wall, on servers that have run for a while.

    Java compiles what it has seen often: Elasticsearch takes 2,600 µs of a core for each of its first 5,000 posts, 940 for those of
    the next 20,000, 525 after 40,000 more. So as many posts as are measured go through twice before.
    """
    count = given.posts or POSTS
    tagger = Tagger.load()
    with folder() as path, running_stack(path) as stack:
        for _ in range(WARMING):
            _speed(stack, count)
        return [
            Row(
                f"Kafka → tag → Elasticsearch, {count:,} posts",
                median(lambda: _speed(stack, count)),
                "posts/s",
                ASKED,
                texts().origin,
            ),
            Row("obvious way: one es.index a post", median(lambda: _obvious(stack, tagger, min(FEW, count))), "posts/s"),
        ]


def _settings(stack: Stack) -> Settings:
    prefix = f"bench{next(_numbers)}"
    kafka = {"bootstrap": stack.kafka_bootstrap}
    return load_settings(kafka=kafka, log={"prefix": prefix}, elasticsearch={"url": stack.elasticsearch_url, "prefix": prefix})


def _speed(stack: Stack, count: int) -> float:
    settings = _settings(stack)
    with open_log(settings) as log, connect(settings) as client:
        found = speed(settings, log, client, count)
        client.indices.delete(index=[*client.indices.get(index=f"{settings.elasticsearch.prefix}-*")])
        return found


def _obvious(stack: Stack, tagger: Tagger, count: int) -> float:
    settings = _settings(stack)
    with connect(settings) as client:
        return obvious_speed(client, settings.elasticsearch.prefix, tagger, count)
