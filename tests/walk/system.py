"""The office's system as its processes, for tests that start it, kill parts of it, and look what is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from config.settings import Settings, load_settings
from config.topic_names import TOPIC_NAMES
from indexers.connect import connect
from indexers.embedded.errors import LocalStoreError
from indexers.embedded.open import folder_of, reach
from indexers.names import Names
from indexers.queries import Order, search
from indexers.reader import Reader
from services.work import TOPICS
from streams.engines import open_log

PATIENCE_S = 240.0

ACCOUNTS = """
accounts:
  - {{id: watched, name: 云溪瞭望, keywords: {keywords}}}
"""
SOURCES = """
sources:
  - id: replay
    spider: mastodon
    base_url: "{url}/replay/mastodon"
    public: true
    interval: 1
    delay: 0
    max_pages: 1000
"""


def write_office(folder: Path, url: str, keywords: list[str]) -> None:
    """An office with one account that watches the words, and the replayed posts as its only source."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "accounts.yaml").write_text(ACCOUNTS.format(keywords="[" + ", ".join(keywords) + "]"), encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCES.format(url=url), encoding="utf-8")
    topics = "".join(f"  - {{name: {name}}}\n" for name in TOPIC_NAMES)
    (folder / "topics.yaml").write_text(f"topics:\n{topics}", encoding="utf-8")


class System:
    """Some roles of the program, each a process of its own."""

    def __init__(self, roles: tuple[tuple[str, ...], ...], environment: Mapping[str, str]) -> None:
        self._roles = roles
        self.environment = {**os.environ, **environment}
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, number: int) -> None:
        """Start one role."""
        command = [sys.executable, "-m", "cli", *self._roles[number]]
        self._processes[number] = subprocess.Popen(command, env=self.environment)

    def kill(self, number: int) -> None:
        """Kill -9 one role; what it started must notice by itself."""
        process = self._processes.pop(number)
        process.kill()
        process.wait()

    def kill_crawler_of(self, number: int) -> None:
        """Kill -9 the crawl that a supervising role started."""
        for child in psutil.Process(self._processes[number].pid).children():
            if "crawl" in child.cmdline():
                child.send_signal(signal.SIGKILL)
                return
        raise AssertionError("no crawl is running")

    def stop(self) -> None:
        """End everything politely."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(60)

    @property
    def alive(self) -> bool:
        """Whether every role that was started still runs."""
        return all(process.poll() is None for process in self._processes.values())


@contextmanager
def running(roles: tuple[tuple[str, ...], ...], environment: Mapping[str, str]) -> Iterator[System]:
    """The roles, started; ended with the test."""
    system = System(roles, environment)
    try:
        for number in range(len(roles)):
            system.start(number)
        yield system
    finally:
        system.stop()


def stored_ids(settings: Settings) -> list[str]:
    """The id of every post that can be found, page by page; one that stands twice is there twice."""
    ids, after = [], None
    with _reach(settings) as client:
        reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
        while True:
            page = search(reader, order=Order.TIME, size=1000, after=after)
            ids += [hit.post.id for hit in page.hits]
            after = page.after
            if after is None:
                return ids


def count(settings: Settings) -> int:
    """How many posts can be found now; 0 while the database doesn't answer."""
    try:
        with _reach(settings) as client:
            return int(client.count(index=Names(settings.elasticsearch.prefix).posts, ignore_unavailable=True)["count"])
    except (ApiError, TransportError, LocalStoreError):  # it is being killed and started all the time
        return 0


def _reach(settings: Settings) -> Elasticsearch:
    """A client that never owns the local store: `yuqing up` must."""
    client = connect(settings) if settings.elasticsearch.url else reach(folder_of(settings))
    if client is None:
        raise LocalStoreError("nobody owns the store yet")
    return client


def waiting(settings: Settings) -> int:
    """Messages on the log that are not handled."""
    with open_log(settings) as log:
        return sum(log.lag(settings.work.group, TOPICS).values())


def wait_until(system: System, condition: Callable[[], bool], what: str) -> None:
    """Wait for something that the system does."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert system.alive, f"{what}: a role ended by itself"
        assert time.monotonic() < deadline, f"{what}: it never happened"
        time.sleep(0.2)


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings as the processes have them."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        return load_settings()
    finally:
        os.environ.clear()
        os.environ.update(before)
