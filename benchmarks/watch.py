"""A round of the watcher: 5,040 series (accounts x topics x sentiments) over a store of 1,000,000 posts, late ones looked at anew.

The posts are tagged beforehand with made-up tags, for this measures the looking; they spread over 28 days.
"""

import random
import time
from collections.abc import Iterator
from datetime import timedelta

from elasticsearch import Elasticsearch

from alerts.watcher import Watcher
from benchmarks.embedded import opened
from benchmarks.posts import END, tagged
from benchmarks.rows import Given, Row, median
from config.accounts import MonitoredAccount
from config.alerts import AlertPlan, Rule
from config.settings import WatchSettings
from config.topic_names import TOPIC_NAMES
from indexers.names import Names
from indexers.reader import Reader
from indexers.writer import Writer
from streams.messages import TaggedPost

POSTS, FULL = 100_000, 1_000_000
ACCOUNTS = tuple(MonitoredAccount(id=f"office-{number:03}", name=f"单位{number:03}") for number in range(240))
DAYS = 28
ASKED_S = 3.0  # of a round over FULL posts; fewer prove nothing of it
BATCH = 5000
NEW = 200  # posts between two rounds, some of them late
RULE = Rule(id="all", name="全部", kind="spike", parameters={"by": ["account", "topic", "sentiment"]})


def run(given: Given) -> list[Row]:
    """Measure by the clock on the wall."""
    count = given.posts or (FULL if given.full else POSTS)
    with opened() as (settings, store, _):
        client = store.client()
        names = Names(settings.elasticsearch.prefix)
        writer = Writer(client, names.prefix, segmenter="stamp")
        for batch in _batches(count):
            writer.write(batch)
        client.indices.refresh(index=names.posts)  # else the first rounds see nothing, and learning is measured as a round
        reader = Reader(client, names, settings.zone)
        watcher = _watcher(reader)
        began = time.perf_counter()
        while (seen := watcher.round(END)).learning:
            pass
        learned = time.perf_counter() - began
        assert seen.to is not None, "no posts are seen, so nothing is measured"
        rounds = median(lambda: _round(watcher, client, writer), 5)
        again = _watcher(reader)
        began = time.perf_counter()
        again.round(END)
        restarted = time.perf_counter() - began
    series = len(ACCOUNTS) * len(TOPIC_NAMES) * 3
    return [
        Row(
            f"watch: a round over {count:,} posts, {series:,} series, with late posts",
            rounds,
            "s",
            ASKED_S if count >= FULL else None,
            "" if count >= FULL else f"asked with {FULL:,} posts: --full",
        ),
        Row(f"watch: the first round after a restart, {count:,} posts", restarted, "s"),
        Row(f"watch: learning {DAYS} days of {count:,} posts for the first time", learned, "s"),
    ]


def _watcher(reader: Reader) -> Watcher:
    return Watcher(reader, AlertPlan(rules=(RULE,)), ACCOUNTS, TOPIC_NAMES, WatchSettings())


def _round(watcher: Watcher, client: Elasticsearch, writer: Writer) -> float:
    """Time one round after new posts have come, published in the last three hours."""
    chance = random.Random(time.perf_counter_ns())
    writer.write([_post(chance.getrandbits(60), chance, chance.uniform(0, 3 * 3600)) for _ in range(NEW)])
    client.indices.refresh(index="yuqing-posts-*")
    began = time.perf_counter()
    seen = watcher.round(END)
    took = time.perf_counter() - began
    assert not seen.learning, "a round that learns the past is no round as they come"
    return took


def _batches(count: int) -> Iterator[list[TaggedPost]]:
    chance = random.Random(0)
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        yield [_post(number, chance, DAYS * 86400 * (1 - number / count)) for number in numbers]


def _post(number: int, chance: random.Random, before_s: float) -> TaggedPost:
    return tagged(number, END - timedelta(seconds=before_s), chance.choice(ACCOUNTS).id, chance, found_after=timedelta(minutes=5))
