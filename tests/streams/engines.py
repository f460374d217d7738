"""What the contract suite needs of an engine: opening it here and in other processes, and breaking what it stands on."""

import os
import resource
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.settings import KafkaSettings, LogSettings, Settings, load_settings
from streams.engines import open_log
from streams.errors import PartitionsLost
from streams.log import Batch, Consumer, Log, Message, Place, Record, Topic

PROJECT = Path(__file__).parents[2]
LONG_S = 30.0  # nothing that comes at all takes so long


@dataclass(frozen=True)
class Engine:
    """One engine with a place of its own for one test."""

    folder: Path
    bootstrap: str | None = None
    prefix: str = ""
    session_s: float = 2.0
    delivery_s: float = 4.0

    @property
    def settings(self) -> Settings:
        return load_settings(
            data_dir=self.folder,
            log=LogSettings(partitions=4, prefix=self.prefix or "yuqing"),
            kafka=KafkaSettings(bootstrap=self.bootstrap, session_timeout_s=self.session_s, delivery_timeout_s=self.delivery_s),
        )

    def open(self) -> Log:
        return open_log(self.settings)

    @contextmanager
    def child(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Run `tests.streams.child` in a process of its own; it is killed at the end."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.streams.child", *words],
            cwd=PROJECT,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.send_signal(signal.SIGKILL)

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Take away what the engine writes to: the disk is full, or the broker does not answer."""
        with self._full_disk() if self.bootstrap is None else self._stopped_broker():
            yield

    @contextmanager
    def _full_disk(self) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        largest = max(path.stat().st_size for path in (self.folder / "log").iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    @contextmanager
    def _stopped_broker(self) -> Iterator[None]:
        assert self.bootstrap is not None
        port = int(self.bootstrap.rpartition(":")[2])
        (pid,) = {c.pid for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.laddr.port == port}
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def _environment(self) -> Mapping[str, str]:
        given = {
            "DATA_DIR": str(self.folder),
            "LOG__PARTITIONS": "4",
            "LOG__PREFIX": self.prefix or "yuqing",
            "KAFKA__BOOTSTRAP": self.bootstrap or "",
            "KAFKA__SESSION_TIMEOUT_S": str(self.session_s),
            "KAFKA__DELIVERY_TIMEOUT_S": str(self.delivery_s),
        }
        return os.environ | {f"YUQING_{name}": value for name, value in given.items()}


def new_prefix() -> str:
    """Make a prefix for topics that no other test has."""
    return f"t{secrets.token_hex(4)}"


def numbered(numbers: Sequence[int], keys: int = 5) -> list[Message]:
    """Messages of the topic of posts whose values are the numbers, spread over some keys."""
    return [Message(topic=Topic.POSTS, key=f"key-{number % keys}", value=b"%d" % number) for number in numbers]


def numbers(records: Sequence[Record]) -> list[int]:
    """Read the numbers of records that `numbered` made."""
    return [int(record.value or b"") for record in records]


def poll_some(consumer: Consumer, count: int) -> list[Batch]:
    """Poll until this many records came."""
    batches: list[Batch] = []
    until = time.monotonic() + LONG_S
    while sum(len(batch.records) for batch in batches) < count:
        assert time.monotonic() < until, f"only {sum(len(b.records) for b in batches)} of {count} records came"
        if batch := consumer.poll(count, 0.2):
            batches.append(batch)
    return batches


def drain(consumer: Consumer, count: int) -> list[Record]:
    """Poll this many records and commit them."""
    batches = poll_some(consumer, count)
    for batch in batches:
        consumer.commit(batch)
    return [record for batch in batches for record in batch.records]


def share(log: Log, consumers: Sequence[Consumer], partitions: int) -> list[set[Place]]:
    """Feed the log until each consumer got something and together they got every partition, in one and the same round."""
    until = time.monotonic() + LONG_S
    while time.monotonic() < until:
        log.append(numbered(range(40), keys=40))
        shares: list[set[Place]] = []
        for consumer in consumers:
            batch = consumer.poll(1000, 0.2)
            try:
                consumer.commit(batch)
            except PartitionsLost:
                continue
            shares.append(set(batch.positions()))
        if len(shares) == len(consumers) and all(shares) and len(set().union(*shares)) == partitions == sum(map(len, shares)):
            return shares
    raise AssertionError("the work was never shared")


def wait_for(process: subprocess.Popen[str], word: str) -> str:
    """Read what a child says until it says the word."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(word):
            return line.strip()
    raise AssertionError(f"the child ended without saying {word!r}")
