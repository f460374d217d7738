"""`yuqing up` as an office runs it, reading a site of ours: how soon a change can be found."""

import os
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil
from elasticsearch import Elasticsearch

from benchmarks.handling import folder
from benchmarks.posts import texts
from benchmarks.rows import Given, Row
from benchmarks.site import Site
from config.settings import ENVIRONMENT_PREFIX, Settings, load_settings
from indexers.embedded.open import open_local
from indexers.names import Names
from indexers.setup import is_set_up
from services.demo import free_port
from services.supervise import with_parent, yuqing

LATENCY_ASKED = 1000  # ms
ARTICLES = 60
INTERVAL_S = 1.0  # of the crawl
GAPS_S = (0.2, 1.2)  # between two articles
PATIENCE_S = 60.0
PERCENT = 95


def latency(given: Given) -> list[Row]:
    """From the request that first gets a new article to its being found, in milliseconds."""
    count = given.posts or ARTICLES
    with folder() as path, Site() as site, up(site, path) as (_, client, names, _):
        times = sorted(_times(site, client, names, count))
    p95 = times[min(len(times) - 1, round(len(times) * PERCENT / 100))]
    note = f"{count} articles, crawl every {INTERVAL_S:g} s"
    return [
        Row("page changed → searchable, p95", p95, "ms", LATENCY_ASKED, note),
        Row("page changed → searchable, median", statistics.median(times), "ms"),
    ]


@contextmanager
def up(site: Site, path: Path) -> Iterator[tuple[psutil.Process, Elasticsearch, Names, str]]:
    """The whole system in a folder, its database, and the address of its pages, which answer."""
    site.configure(path / "config", INTERVAL_S)
    port, address = free_port(load_settings().web)
    settings = load_settings(data_dir=path / "var", config_dir=path / "config")
    given = {"DATA_DIR": settings.data_dir, "CONFIG_DIR": settings.config_dir, "LOG_LEVEL": "warning", "WEB__PORT": port}
    variables = {f"{ENVIRONMENT_PREFIX}{name}": str(value) for name, value in given.items()}
    process = subprocess.Popen(yuqing("up", *with_parent()), env={**os.environ, **variables}, stdout=subprocess.DEVNULL)
    try:
        with _client(settings, process) as client:
            names = Names(settings.elasticsearch.prefix)
            _wait(lambda: is_set_up(client, names) and _answers(address), process)
            yield psutil.Process(process.pid), client, names, address
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    with urlopen(f"{address}/health") as answer:
        return bool(answer.status == 200)


def _client(settings: Settings, process: "subprocess.Popen[bytes]") -> Elasticsearch:
    owner = settings.data_dir / "store" / "owner.json"
    _wait(lambda: owner.exists() and b"token" in owner.read_bytes(), process)
    return open_local(settings)


def _times(site: Site, client: Elasticsearch, names: Names, count: int) -> Iterator[float]:
    chance = random.Random(1)
    waiting: set[str] = set()
    due, number = time.monotonic(), 0
    while number < count or waiting:
        if number < count and time.monotonic() >= due:
            site.add(str(number), texts().texts[number].replace("&", "").replace("<", ""))
            waiting.add(str(number))
            number, due = number + 1, time.monotonic() + chance.uniform(*GAPS_S)
        if time.monotonic() - due > PATIENCE_S:
            raise RuntimeError(f"{len(waiting)} of {count} articles were not found within {PATIENCE_S:.0f} s")
        for identifier in sorted(waiting & set(site.handed_out)):
            found = client.search(index=names.posts, query={"term": {"id": f"web:{identifier}"}}, size=0, ignore_unavailable=True)
            if found["hits"]["total"]["value"]:
                waiting.remove(identifier)
                yield (time.monotonic() - site.handed_out[identifier]) * 1000
        time.sleep(0.01)


def _wait(done: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_S
    while not done():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("`yuqing up` did not come up")
        time.sleep(0.05)
