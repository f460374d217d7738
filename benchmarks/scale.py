"""How the local store grows from 10⁴ to 10⁶ posts: writing, queries, disk and memory. Each size in a process of its own."""

import functools
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Self

import psutil

from benchmarks.embedded import opened
from benchmarks.handling import speed
from benchmarks.posts import END
from benchmarks.rows import Given, Row
from indexers.names import Names
from indexers.queries import Filters, search, sentiment_timeline
from indexers.reader import Reader
from indexers.search_box import parse
from indexers.slots import Window
from nlp.segment import cut

SIZES = (10_000, 100_000)
LARGEST = 1_000_000  # with --full
TIMELINE_ASKED = 150  # ms
SEARCH_ASKED = 50  # ms
TYPED = ("医院", "地铁 安全", "学生 老师", '"网友"', "天气 -高温", "小区 OR 物业", "中国", "sentiment:负面 公司")
ROUNDS = 5
LOOK_S = 0.5


def run(given: Given) -> list[Row]:
    """Measure each size; the queries' targets are those for the largest."""
    sizes = (given.posts,) if given.posts else (*SIZES, LARGEST) if given.full else SIZES
    rows: list[Row] = []
    for size in sizes:
        done = subprocess.run([sys.executable, "-m", "benchmarks.scale", str(size)], stdout=subprocess.PIPE, check=True)
        rows += _rows(size, json.loads(done.stdout.splitlines()[-1]))
    return rows


def _rows(size: int, found: dict[str, float]) -> list[Row]:
    asked = size >= LARGEST
    return [
        Row(f"{size:,} posts: log to searchable", found["speed"], "posts/s"),
        Row(f"{size:,} posts: 7-day timeline, hourly, by sentiment and topic", found["timeline"], "ms", TIMELINE_ASKED if asked else None),
        Row(f"{size:,} posts: full-text search of 20 hits", found["search"], "ms", SEARCH_ASKED if asked else None),
        Row(f"{size:,} posts: slowest of the searches", found["slowest"], "ms"),
        Row(f"{size:,} posts: store on disk", found["disk"], "MB"),
        Row(f"{size:,} posts: most memory (PSS) while writing", found["peak"], "MB"),
        Row(f"{size:,} posts: memory (PSS) after the queries", found["memory"], "MB"),
    ]


def measure(size: int) -> dict[str, float]:
    """Fill a store with so many posts and ask it."""
    with opened() as (settings, store, log), _Peak() as peak:
        client = store.client()
        found = {"speed": speed(settings, log, client, size), "peak": peak.most}
        reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
        week = Window(END - timedelta(days=7), END)
        found["timeline"] = _median(lambda: sentiment_timeline(reader, week, timedelta(hours=1)))
        queries = [Filters(text=parse(typed, cut, settings.zone)) for typed in TYPED]
        times = [_median(functools.partial(search, reader, filters, size=20)) for filters in queries]
        found |= {"search": statistics.median(times), "slowest": max(times)}
        found["disk"] = sum(path.stat().st_size for path in (settings.data_dir / "store").rglob("*") if path.is_file()) / 1e6
        found["memory"] = _memory()
    return found


def _median(work: Callable[[], Any]) -> float:
    work()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _memory() -> float:
    return float(psutil.Process().memory_full_info().pss) / 1e6


class _Peak:
    """Looks at this process's memory now and then, for the length of a `with`."""

    def __init__(self) -> None:
        self.most = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._end.wait(LOOK_S):
            self.most = max(self.most, _memory())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
