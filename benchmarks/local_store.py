"""The local store alone: how fast it takes posts, answers the charts and searches, and what it keeps in memory and on disk.

Posts are made up, with 68 words each, spread over 90 days; the whole path from the log is `benchmarks.embedded`'s.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import psutil
from elasticsearch import Elasticsearch

from benchmarks.rows import Given, Row
from indexers.documents import templates
from indexers.embedded.open import LocalStore
from indexers.names import Names, month

SIZES = (10_000, 100_000)
LARGEST = 1_000_000  # with --full
ASKED_SPEED = 12_000  # posts/s
ASKED_MS = {"timeline": 150, "search": 50}
BATCH = 2000
DAYS = 90
END = datetime(2026, 11, 18, tzinfo=UTC)
WORDS = 20_000
ROUNDS = 5
TOPICS = ("城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输")
WEEK = {"range": {"published_at": {"gte": "2026-11-01T00:00:00Z", "lt": "2026-11-08T00:00:00Z"}}}
ORDER = [{"published_at": {"order": "desc"}}, {"id": {"order": "asc"}}]


def run(given: Given) -> list[Row]:
    """Measure each size in a process of its own."""
    sizes = (given.posts,) if given.posts else (*SIZES, LARGEST) if given.full else SIZES
    rows: list[Row] = []
    for size in sizes:
        done = subprocess.run([sys.executable, "-m", "benchmarks.local_store", str(size)], stdout=subprocess.PIPE, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        rows.append(Row(f"local store, {size:,} posts: bulk to searchable", found.pop("speed"), "posts/s", ASKED_SPEED))
        asked = ASKED_MS if size >= LARGEST else {}
        rows += [Row(f"local store, {size:,} posts: {name}", value, unit, asked.get(name)) for name, (value, unit) in found.items()]
    return rows


def measure(size: int) -> dict[str, Any]:
    """Fill a store with so many posts and ask it."""
    chance = random.Random(size)
    words = [
        "".join(chr(0x4E00 + int(chance.paretovariate(0.8)) % 3000) for _ in range(chance.choice((1, 2, 2, 2, 3)))) for _ in range(WORDS)
    ]
    with tempfile.TemporaryDirectory() as folder, LocalStore.open(Path(folder) / "store") as store, store.client() as client:
        for name, body in templates(Names("yuqing"), "made-up", 0).items():
            client.indices.put_index_template(name=name, **body)
        taken = 0.0
        for operations in _batches(chance, words, size):
            began = time.perf_counter()
            assert not client.bulk(operations=operations)["errors"]
            taken += time.perf_counter() - began
        began = time.perf_counter()
        client.indices.refresh(index="yuqing-posts-*")
        taken += time.perf_counter() - began
        found: dict[str, Any] = {"speed": size / taken}
        found |= {name: (_milliseconds(client, body), "ms") for name, body in _requests(words).items()}
        found["memory (PSS) after the queries"] = (psutil.Process().memory_full_info().pss / 1e6, "MB")
        found["disk"] = (sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e6, "MB")
    return found


def _batches(chance: random.Random, words: list[str], size: int) -> Iterator[list[bytes]]:
    for first in range(0, size, BATCH):
        operations: list[bytes] = []
        for number in range(first, min(first + BATCH, size)):
            at = END - timedelta(seconds=chance.randrange(DAYS * 86_400))
            post = _post(chance, words, number, at.isoformat().replace("+00:00", "Z"))
            operations.append(msgspec.json.encode({"create": {"_index": f"yuqing-posts-{month(at)}", "_id": post["id"]}}))
            operations.append(msgspec.json.encode(post))
        yield operations


def _post(chance: random.Random, words: list[str], number: int, at: str) -> dict[str, Any]:
    chosen = chance.choices(words, k=68)
    return {
        "id": f"weibo:{5_331_146_212_902_202 + number}",
        "platform": "weibo",
        "kind": "post",
        "author": {"id": f"p:{chance.getrandbits(80):x}", "standing": "private"},
        "text": "".join(chosen),
        "tokens": " ".join(chosen),
        "keywords": chosen[:8],
        "published_at": at,
        "collected_at": at,
        "first_collected_at": at,
        "forwards": chance.randrange(100),
        "comments": chance.randrange(50),
        "likes": chance.randrange(500),
        "spread": chance.randrange(150),
        "sources": ["made-up"],
        "accounts": chance.sample([f"account-{name}" for name in range(30)], k=chance.choice((1, 1, 1, 2))),
        "topic": chance.choice(TOPICS),
        "topic_score": 0.9,
        "sentiment": chance.choice((-1, 0, 1)),
        "sentiment_score": 0.8,
        "tag_revision": 1,
    }


def _requests(words: list[str]) -> dict[str, dict[str, Any]]:
    slots = {"date_histogram": {"field": "published_at", "fixed_interval": "1h", "min_doc_count": 1}}
    inside = {"sentiment": {"terms": {"field": "sentiment", "size": 3}}, "topic": {"terms": {"field": "topic", "size": 50}}}
    marked = {"number_of_fragments": 0, "fields": {"tokens": {}, "text": {}}}
    wanted = {"bool": {"filter": [{"match_phrase": {"tokens": words[7]}}]}}
    top = {"top_hits": {"size": 1, "sort": [{"spread": {"order": "desc"}}, {"id": {"order": "asc"}}]}}
    return {
        "timeline": {"size": 0, "query": WEEK, "aggs": {"slots": {**slots, "aggs": inside}}},
        "search": {"size": 20, "query": wanted, "sort": ORDER, "track_total_hits": True, "highlight": marked},
        "newest": {"size": 20, "sort": ORDER},
        "facets": {
            "size": 0,
            "aggs": {name: {"terms": {"field": name, "size": 50}} for name in ("topic", "sentiment", "kind", "accounts")},
        },
        "word cloud": {"size": 0, "query": WEEK, "aggs": {"words": {"terms": {"field": "keywords", "size": 100}}}},
        "leading posts": {"size": 0, "aggs": {"accounts": {"terms": {"field": "accounts", "size": 1000}, "aggs": {"posts": top}}}},
    }


def _milliseconds(client: Elasticsearch, body: dict[str, Any]) -> float:
    def once(ask: Callable[..., Any] = client.search) -> float:
        began = time.perf_counter()
        ask(index="yuqing-posts-*", body=body)
        return (time.perf_counter() - began) * 1000

    once()
    return median(once() for _ in range(ROUNDS))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
