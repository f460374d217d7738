"""The role `watch` as processes: killed at any moment, the next one goes on; a receiver sees each alert once."""

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from elasticsearch import Elasticsearch

from alerts.book import DELIVERIES, Book
from alerts.desk import Desk
from config.check import load_office
from config.settings import Settings
from config.topic_names import TOPIC_NAMES
from indexers.embedded.open import LocalStore, folder_of
from indexers.errors import DatabaseUnavailable
from indexers.names import Names
from indexers.records import Records
from indexers.writer import Writer
from services.stop import Stop
from services.watch import run_watch
from tests.indexers.conftest import database_settings, prefix
from tests.indexers.posts import tagged

__all__ = ["database_settings", "prefix"]

PATIENCE_S = 60.0

ACCOUNTS = "accounts:\n  - {id: metro, name: 云溪地铁, keywords: [地铁]}\n"
SOURCES = "sources: []\n"
ALERTS = """
rules:
  - {{id: burst, name: 集中, kind: frequency, parameters: {{posts: 10, within_s: 3600, by: [account]}}}}
channels:
  - {{id: hook, kind: webhook, url: "http://127.0.0.1:{port}/", secret: s}}
subscriptions:
  - {{id: duty, name: 值班室, channels: [hook]}}
"""


class Gate:
    """A receiver that may be told to hold its answer, or to be away."""

    def __init__(self, port: int = 0) -> None:
        self.keys: list[str] = []
        self.answering = threading.Event()
        self.answering.set()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                gate.keys.append(self.headers["Idempotency-Key"])
                gate.answering.wait(PATIENCE_S)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port


@contextmanager
def served(receiver: Gate) -> Iterator[Gate]:
    thread = threading.Thread(target=_serve, args=(receiver,), daemon=True)
    thread.start()
    yield receiver
    receiver.answering.set()
    receiver.server.shutdown()
    receiver.server.server_close()
    thread.join()


def _serve(receiver: Gate) -> None:
    with contextlib.suppress(ValueError, OSError):  # its socket was closed, by a test that wants nobody there
        receiver.server.serve_forever(poll_interval=0.02)


@pytest.fixture
def gate() -> Iterator[Gate]:
    with served(Gate()) as receiver:
        yield receiver


@pytest.fixture
def office(database_settings: Settings, tmp_path: Path, gate: Gate) -> Settings:
    folder = tmp_path / "config"
    folder.mkdir()
    topics = "topics:\n" + "".join(f"  - {{name: {name}}}\n" for name in TOPIC_NAMES)
    (folder / "accounts.yaml").write_text(ACCOUNTS, encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (folder / "topics.yaml").write_text(topics, encoding="utf-8")
    (folder / "alerts.yaml").write_text(ALERTS.format(port=gate.port), encoding="utf-8")
    return database_settings.model_copy(update={"config_dir": folder})


@contextmanager
def owned(office: Settings) -> Iterator[Elasticsearch]:
    """The database, as `up` would own it: other processes reach the local store through its owner."""
    if office.elasticsearch.url is not None:
        with Elasticsearch(office.elasticsearch.url) as client:
            yield client
            indices = list(client.indices.get(index=f"{office.elasticsearch.prefix}-*"))
            client.indices.delete(index=indices)
            client.options(ignore_status=404).indices.delete_index_template(name=f"{office.elasticsearch.prefix}-*")
        return
    with LocalStore.open(folder_of(office)) as store, store.serve():
        yield store.client()


def storm(client: Elasticsearch, office: Settings, first: int = 0) -> None:
    """Twenty posts of the last minutes: one episode."""
    now = datetime.now(UTC)
    posts = [
        tagged(first + number, published_at=now - timedelta(seconds=60 - number), collected_at=now, accounts=("metro",))
        for number in range(20)
    ]
    Writer(client, office.elasticsearch.prefix, segmenter="stamp").write(posts)
    client.indices.refresh(index=f"{office.elasticsearch.prefix}-posts-*")


@contextmanager
def watching(office: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """One `yuqing watch`, ended in any case."""
    environment = {
        "YUQING_DATA_DIR": office.data_dir,
        "YUQING_CONFIG_DIR": office.config_dir,
        "YUQING_ELASTICSEARCH__PREFIX": office.elasticsearch.prefix,
        "YUQING_ELASTICSEARCH__URL": office.elasticsearch.url or "",
        "YUQING_WATCH__INTERVAL_S": 0.2,
        "YUQING_WATCH__LEASE_S": 2,
        "YUQING_WATCH__CLAIM_S": 2,
    }
    given = os.environ | {name: str(value) for name, value in environment.items()}
    process = subprocess.Popen([sys.executable, "-m", "cli", "watch"], env=given)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(happens: Callable[[], object]) -> None:
    def happened() -> object:
        try:
            return happens()
        except DatabaseUnavailable:  # a server answers 503 while an index is being made
            return False

    end = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def desk(client: Elasticsearch, office: Settings) -> Desk:
    return Desk(Book(Records(client, Names(office.elasticsearch.prefix))))


def states(client: Elasticsearch, office: Settings) -> list[str]:
    own = desk(client, office)
    return [delivery.state for episode in own.running() for delivery in own.book.deliveries_of(episode.id)]


def test_killed_while_it_sends_nothing_is_lost_or_doubled(office: Settings, gate: Gate) -> None:
    """Killed after the receiver got the alert and before that was written down: the next one sends it again under the same key."""
    gate.answering.clear()
    with owned(office) as client:
        storm(client, office)
        with watching(office) as first:
            until(lambda: gate.keys)
            first.kill()
            first.wait()
        assert states(client, office) == ["claimed"]
        gate.answering.set()
        with watching(office):
            until(lambda: states(client, office) == ["sent"])
        assert len(gate.keys) >= 2
        assert len(set(gate.keys)) == 1


def test_killed_before_it_sends_the_next_one_sends(office: Settings, gate: Gate) -> None:
    """What was written while no receiver was there goes out once it is, by whichever watcher runs then."""
    gate.server.server_close()
    with owned(office) as client:
        storm(client, office)
        with watching(office) as first:
            until(lambda: states(client, office))
            first.kill()
            first.wait()
        with served(Gate(gate.port)) as late:
            own = desk(client, office)
            (episode,) = own.running()
            (delivery,) = own.book.deliveries_of(episode.id)
            assert delivery.state != "sent"
            read = own.book.records.get(DELIVERIES, delivery.id)
            assert read is not None
            own.book.put_delivery(msgspec.structs.replace(delivery, due_at=datetime.now(UTC)), read)  # its first wait is 15 s
            with watching(office):
                until(lambda: states(client, office) == ["sent"])
            assert late.keys == [delivery.notice]


def test_a_second_watcher_waits_and_takes_over(office: Settings, gate: Gate) -> None:
    """Two run, one works; when it dies the other goes on, and what was told is not told again."""
    with owned(office) as client:
        storm(client, office)
        with watching(office) as first:
            until(lambda: states(client, office) == ["sent"] and desk(client, office).health())
            with watching(office):
                first.kill()
                first.wait()
                before = desk(client, office).health()
                assert before is not None
                until(lambda: (now := desk(client, office).health()) and now.holder != before.holder)
        assert len(gate.keys) == len(set(gate.keys)) == 1
        assert len(desk(client, office).running()) == 1


def test_the_watch_waits_for_a_database_and_ends_when_told(office: Settings, gate: Gate) -> None:
    """Before the first post there are no indices: it waits, works once they are there, and gives its lease back."""
    stop = Stop()
    quick = office.model_copy(update={"watch": office.watch.model_copy(update={"interval_s": 0.05})})
    with owned(office) as client:
        thread = threading.Thread(target=run_watch, args=(quick, client, load_office(office), stop))
        thread.start()
        time.sleep(random.random() / 10)
        storm(client, office)
        until(lambda: gate.keys)
        stop.request()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        assert states(client, office) == ["sent"]
        lease = client.get(index=f"{office.elasticsearch.prefix}-leases", id="watch")
        assert lease["_source"]["body"]["released"] is True
