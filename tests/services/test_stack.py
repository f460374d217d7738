"""The real servers: found, fetched, started, stopped, and none left behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from services.stack import Missing, StackError, launch, running_stack
from services.stack.artifacts import _POM, cache_folder, elasticsearch_home, kafka_jars, verify
from services.stack.java import find_java, parse_version
from services.stack.servers import elasticsearch_ready, kafka, kafka_ready, own

PATIENCE_S = 60


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Make a folder that the servers' own user can enter; pytest's temporary folders are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="yuqing-stack-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def eventually(what: Callable[[], bool]) -> bool:
    """Whether it comes true before patience ends; the time it takes is no part of the test."""
    until = time.monotonic() + PATIENCE_S
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.stack
def test_a_broker_is_made_whatever_its_name_begins_with(reachable: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that begins with a dash is no option."""
    monkeypatch.setattr("services.stack.servers.uuid.uuid4", lambda: uuid.UUID(bytes=b"\xf8" + bytes(15)))
    kafka(reachable)
    assert "cluster.id=-AAAAAAAAAAAAAAAAAAAAA" in (reachable / "data" / "meta.properties").read_text(encoding="utf-8")


def closed(place: str) -> bool:
    """Whether nothing listens there any more."""
    host, _, port = place.removeprefix("http://").partition(":")
    with socket.socket() as sock:
        return sock.connect_ex((host, int(port))) != 0


def fake_java(folder: Path, version: str) -> Path:
    """Make an installation that says it is of this version."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2026-01-01' >&2\n")
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("oops", None),
    ],
)
def test_reads_the_feature_version(said: str, version: int | None) -> None:
    """The first number counts, and after 1. the second."""
    assert parse_version(said) == version


def test_finds_a_java_beside_an_older_default(tmp_path: Path) -> None:
    """An old JAVA_HOME is passed over for a newer Java among the installed ones."""
    old = fake_java(tmp_path / "old", "17.0.1")
    new = fake_java(tmp_path / "jvm" / "new", "21.0.2")
    found = find_java(21, {"JAVA_HOME": str(old), "PATH": ""}, [str(tmp_path / "jvm")])
    assert (found.home, found.version) == (new, 21)


def test_says_which_java_is_needed_and_what_was_found(tmp_path: Path) -> None:
    """Without a Java that is new enough the error names the version, what is there, and what to do."""
    old = fake_java(tmp_path / "old", "17.0.1")
    with pytest.raises(Missing, match=r"version 21 or newer.*old \(17\).*apt-get install"):
        find_java(21, {"JAVA_HOME": str(old), "PATH": ""}, [])


def test_says_that_maven_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing in the cache and no mvn on the PATH the error says what to install."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Missing, match="apt-get install maven"):
        kafka_jars(tmp_path)
    assert not [left for left in tmp_path.iterdir() if left.suffix != ".lock"]


def test_maven_failing_is_told_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Maven says of its failure reaches the reader, and nothing half-fetched stays."""
    program = tmp_path / "bin" / "mvn"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho '[ERROR] no route to the registry'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    with pytest.raises(Missing, match="no route to the registry"):
        elasticsearch_home(tmp_path / "cache")
    assert not [left for left in (tmp_path / "cache").iterdir() if left.is_dir()]


def test_an_artifact_with_another_sum_is_refused(tmp_path: Path) -> None:
    """A file that is not the one chosen is never unpacked or run."""
    file = tmp_path / "server.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a", "b")
    with pytest.raises(StackError, match="SHA-256"):
        verify(file, "0" * 64)


def test_the_pom_names_no_registry() -> None:
    """Where artifacts come from is Maven's own configuration."""
    assert "<repositor" not in _POM
    assert "<mirror" not in _POM


@pytest.mark.parametrize(("environment", "tail"), [({"XDG_CACHE_HOME": "/x"}, "/x/yuqing"), ({}, "cache/yuqing")])
def test_cache_is_the_users(environment: Mapping[str, str], tail: str) -> None:
    """Downloads survive between runs in the user's cache folder."""
    assert str(cache_folder(environment)).endswith(tail)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives servers another user")
def test_a_folder_closed_to_the_servers_is_refused(tmp_path: Path) -> None:
    """Root is told at once that the servers' user could not reach the data folder."""
    closed_to_others = tmp_path / "closed"
    closed_to_others.mkdir(mode=0o700)
    with pytest.raises(StackError, match="can't reach"):
        own(closed_to_others / "kafka")


def test_nothing_listening_is_not_ready() -> None:
    """A port without a server is not ready, and asking raises nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert not kafka_ready(port)
        assert not elasticsearch_ready(port)


def test_state_of_a_process_that_is_gone_is_not_believed(tmp_path: Path) -> None:
    """A process number that now belongs to another process does not count as running."""
    stack = launch.Stack(folder=str(tmp_path), keeper=os.getpid(), keeper_started=1.0, kafka_bootstrap="127.0.0.1:1")
    launch._write_state(tmp_path / launch.STATE, stack)
    assert launch.status(tmp_path) is None
    assert launch.down(tmp_path) is False
    assert not (tmp_path / launch.STATE).exists()


def test_up_refuses_servers_that_lack_what_is_asked(tmp_path: Path) -> None:
    """Servers that run already are handed out, but never with one missing in silence."""
    started = psutil.Process().create_time()
    standing = launch.Stack(folder=str(tmp_path), keeper=os.getpid(), keeper_started=started, kafka_bootstrap="127.0.0.1:1")
    launch._write_state(tmp_path / launch.STATE, standing)
    assert launch.up(tmp_path, elasticsearch=False) == standing
    with pytest.raises(StackError, match=r"without Elasticsearch.*stack down"):
        launch.up(tmp_path)


def test_broken_state_counts_as_none(tmp_path: Path) -> None:
    """A state file cut off by a full disk does not stand in the way of a new start."""
    (tmp_path / launch.STATE).write_text('{"folder": ')
    assert launch.status(tmp_path) is None


@pytest.mark.stack
def test_both_servers_answer(kafka_bootstrap: str, elasticsearch_url: str) -> None:
    """The fixtures hand out servers that take requests."""
    assert kafka_ready(int(kafka_bootstrap.rpartition(":")[2]))
    assert elasticsearch_ready(int(elasticsearch_url.rpartition(":")[2]))


@pytest.mark.stack
def test_with_security_only_the_password_opens(reachable: Path, elasticsearch_url: str) -> None:
    """With security on a request without sign-in gets 401, and the password that was made is good."""
    with running_stack(reachable, kafka=False, security=True, brief=True) as stack:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{stack.elasticsearch_url}/_cluster/health", timeout=30)
        place = str(stack.elasticsearch_url)
    assert eventually(lambda: closed(place))


SCRIPT = """
import sys, time
from pathlib import Path
from services.stack import running_stack
with running_stack(Path(sys.argv[1]), elasticsearch=False, brief=True) as stack:
    print(stack.kafka_bootstrap, stack.keeper, flush=True)
    time.sleep(600)
"""


@pytest.mark.stack
@pytest.mark.parametrize("victim", ["parent", "keeper"])
def test_no_server_outlives_who_started_it(reachable: Path, kafka_bootstrap: str, victim: str) -> None:
    """After `kill -9` of the program, or of the process that keeps the servers, no server is left."""
    script = textwrap.dedent(SCRIPT)
    with subprocess.Popen([sys.executable, "-c", script, str(reachable)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        place, keeper = program.stdout.readline().split()
        servers = psutil.Process(int(keeper)).children(recursive=True)
        assert servers
        os.kill(program.pid if victim == "parent" else int(keeper), signal.SIGKILL)
        assert eventually(lambda: not any(server.is_running() and server.status() != psutil.STATUS_ZOMBIE for server in servers))
        assert closed(place)
        program.kill()


@pytest.mark.stack
def test_up_status_down(reachable: Path, kafka_bootstrap: str) -> None:
    """`up` leaves the server running for later commands, a second `up` finds it, `down` stops it."""

    def yuqing(*arguments: str) -> tuple[int, dict[str, object]]:
        environment = {**os.environ, "YUQING_DATA_DIR": str(reachable)}
        done = subprocess.run(
            [sys.executable, "-m", "cli", "stack", *arguments, "--json"], env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, json.loads(done.stdout)

    assert yuqing("status") == (1, {"running": False})
    code, first = yuqing("up", "--no-elasticsearch")
    assert (code, first["running"]) == (0, True)
    assert yuqing("up", "--no-elasticsearch") == (0, first)
    assert yuqing("status") == (0, first)
    assert yuqing("down") == (0, {"stopped": True})
    assert closed(str(first["kafka_bootstrap"]))
    assert yuqing("down") == (0, {"stopped": False})
