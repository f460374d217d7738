"""A real Kafka whose disk is really full."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import KafkaSettings, LogSettings
from services.stack import Missing
from services.stack.servers import LOOPBACK, Server, kafka, kafka_ready
from streams.errors import LogUnavailable
from streams.kafka import KafkaLog
from streams.log import Message, Topic
from tests.conftest import missing
from tests.own_server import open_folder, running

DISK = "48m"
BALLAST = 16_000_000
CHUNK = 250_000  # bytes of a message, random so that nothing compresses it


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own that is soon full."""
    disk = folder / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", disk], check=False).returncode:
        pytest.skip("a small disk of its own can only be mounted by root; the contract suite stops the broker instead")
    try:
        disk.chmod(0o755)
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.fixture
def server() -> Iterator[Server]:
    """A broker whose data lie on a small disk, with a ballast that can be taken away."""
    with open_folder("kafka-disk") as folder, small_disk(folder) as disk:
        (disk / "ballast").write_bytes(bytes(BALLAST))
        try:
            made = kafka(disk / "kafka", brief=True)
        except Missing as error:
            missing(f"no real kafka: {error}")
        with Path(made.folder, "server.properties").open("a", encoding="utf-8") as file:
            file.write("offsets.topic.num.partitions=1\nlog.index.size.max.bytes=65536\n")
        yield made


@pytest.mark.stack
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # see forgotten_sockets
@pytest.mark.usefixtures("forgotten_sockets")
def test_a_full_disk_stops_the_producer_and_loses_nothing(server: Server) -> None:
    """Appends fail until the broker is up again with space; all that it acknowledged before and after is there."""
    settings = KafkaSettings(bootstrap=f"{LOOPBACK}:{server.port}", delivery_timeout_s=3.0)
    acknowledged: list[bytes] = []
    with KafkaLog(settings, LogSettings(partitions=1)) as log:
        with running(server, lambda: kafka_ready(server.port)), pytest.raises(LogUnavailable, match=f"Kafka at {LOOPBACK}"):
            fill(log, acknowledged)
        assert acknowledged
        assert shutil.disk_usage(server.folder).free < CHUNK
        (Path(server.folder).parent / "ballast").unlink()
        with running(server, lambda: kafka_ready(server.port)):
            fill(log, acknowledged, 3)
            found = [record.value for record in log.read(Topic.POSTS)]
    assert list(dict.fromkeys(value for value in found if value in set(acknowledged))) == acknowledged


def fill(log: KafkaLog, acknowledged: list[bytes], most: int = 1000) -> None:
    """Append until it fails; note what was acknowledged."""
    for _ in range(most):
        value = os.urandom(CHUNK)
        log.append([Message(topic=Topic.POSTS, key="k", value=value)])
        acknowledged.append(value)
