"""The local log alone: its disk and folder, its clock, retention, and members that hang or come from before the last boot."""

import itertools
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
import time_machine

from streams import local
from streams.errors import LogUnavailable, PartitionsLost
from streams.local import LocalLog
from streams.local_group import open_groups
from streams.log import Message, Topic
from streams.sqlite import LAYOUT, Database
from tests.nobody import as_nobody, read_only
from tests.streams.engines import drain, numbered, numbers, poll_some, share

NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def log(folder: Path) -> Iterator[LocalLog]:
    with LocalLog(folder, partitions=1, retention=timedelta(days=14)) as opened:
        yield opened


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user can reach, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="yuqing-log-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def test_a_read_only_folder_is_said_and_loses_nothing(open_folder: Path) -> None:
    """Appending says that the folder is not writable; when it is again, the log goes on with all it had."""
    with LocalLog(open_folder / "log", partitions=1) as log:
        log.append(numbered([1]))
    with LocalLog(open_folder / "log", partitions=1) as log:
        with read_only(open_folder / "log"), as_nobody():
            with pytest.raises(LogUnavailable, match=r"messages\.db.*make the folder"):
                log.append(numbered([2]))
            with pytest.raises(LogUnavailable, match=r"messages\.db.*make the folder"):
                log.prepare()
            with pytest.raises(LogUnavailable, match="make the folder"):
                log.consumer("work", [Topic.POSTS])
        log.append(numbered([3]))
        assert numbers(list(log.read(Topic.POSTS))) == [1, 3]


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    """A file where the folder should be is named."""
    (tmp_path / "log").write_text("a file")
    with LocalLog(tmp_path / "log") as log, pytest.raises(LogUnavailable, match=r"log/messages\.db"):
        log.append(numbered([1]))


def test_a_full_disk_stops_the_producer_and_loses_nothing(tmp_path: Path) -> None:
    """On a file system that is really full, appends fail until there is space; what was acknowledged is all there."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=False).returncode:
        pytest.skip("a small disk of its own can only be mounted by root; the contract suite fills a disk by a limit instead")
    try:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(300_000))
        with LocalLog(disk / "log", partitions=1) as log:
            acknowledged: list[int] = []
            with pytest.raises(LogUnavailable, match="free some space"):
                fill(log, acknowledged)
            ballast.unlink()
            log.append([Message(topic=Topic.POSTS, key="k", value=b"last")])
            assert [int((record.value or b"")[:8]) for record in log.read(Topic.POSTS) if record.value != b"last"] == acknowledged
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(log: LocalLog, acknowledged: list[int]) -> None:
    """Append until it fails; note what was acknowledged."""
    for number in itertools.count():
        log.append([Message(topic=Topic.POSTS, key="k", value=b"%08d" % number * 500)])
        acknowledged.append(number)


def test_a_damaged_file_is_said_and_never_written_over(folder: Path) -> None:
    """What is no database is left as it is, and the error says what to do."""
    folder.mkdir()
    (folder / "messages.db").write_bytes(b"not a database, but long enough to be read as one" * 100)
    before = (folder / "messages.db").read_bytes()
    with LocalLog(folder) as log, pytest.raises(LogUnavailable, match="the file is damaged"):
        log.append(numbered([1]))
    assert (folder / "messages.db").read_bytes() == before


def test_a_file_of_a_newer_program_is_refused(log: LocalLog, folder: Path) -> None:
    """A layout that this program does not know is not touched."""
    log.append(numbered([1]))
    log.close()
    with sqlite3.connect(folder / "messages.db") as connection:
        connection.execute(f"PRAGMA user_version={LAYOUT + 1}")
    connection.close()
    with pytest.raises(LogUnavailable, match=f"has layout {LAYOUT + 1}"):
        log.append(numbered([2]))


def test_a_lock_held_for_long_is_said(tmp_path: Path) -> None:
    """A writer that another process keeps out says so, and goes on when the lock is free."""
    database = Database(tmp_path / "x.db", "CREATE TABLE IF NOT EXISTS x (n)", busy_s=0.01)
    with database.write() as connection:
        connection.execute("INSERT INTO x VALUES (1)")
    holder = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogUnavailable, match="another process has it locked"), database.write():
        pass
    holder.execute("ROLLBACK")
    holder.close()
    with database.write() as connection:
        connection.execute("INSERT INTO x VALUES (2)")
    assert database.rows("SELECT n FROM x") == [(1,), (2,)]
    database.close()


def test_many_processes_make_a_new_log_at_once(folder: Path) -> None:
    """Threads with connections of their own stand for processes: all of their messages are there, none twice."""
    logs = [LocalLog(folder, partitions=3) for _ in range(6)]
    threads = [threading.Thread(target=log.append, args=(numbered(range(n * 10, n * 10 + 10)),)) for n, log in enumerate(logs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers(list(logs[0].read(Topic.POSTS)))) == list(range(60))
    for log in logs:
        log.close()


def test_a_folder_keeps_its_number_of_partitions(folder: Path) -> None:
    """A changed setting would tear keys from their partitions: the folder's number stays, and it is said."""
    with LocalLog(folder, partitions=2) as log:
        log.append(numbered([1]))
    with structlog.testing.capture_logs() as said, LocalLog(folder, partitions=8) as log:
        assert len(log.lag("work", [Topic.POSTS])) == 2
    assert [entry["event"] for entry in said] == ["log.partitions_kept"]


def test_the_clock_going_backwards_changes_no_order(log: LocalLog) -> None:
    """Order is by offset, and heartbeats don't look at the wall clock, so a member keeps its share."""
    with time_machine.travel(NOW, tick=True), log.consumer("work", [Topic.POSTS]) as consumer:
        log.append(numbered([1]))
        with time_machine.travel(NOW - timedelta(days=30), tick=True):
            log.append(numbered([2]))
            assert numbers(drain(consumer, 2)) == [1, 2]
        with time_machine.travel(NOW + timedelta(days=30), tick=True), log.consumer("work", [Topic.POSTS]) as second:
            log.append(numbered([3]))
            assert not second.poll(10, 0.2)
            assert numbers(drain(consumer, 1)) == [3]


def append_at(log: LocalLog, at: datetime, *values: int) -> None:
    with time_machine.travel(at, tick=False):
        log.append(numbered(values))


def test_tidy_removes_what_is_handled_and_old(log: LocalLog) -> None:
    """Handled messages past the retention go, younger ones stay; offsets are never given twice."""
    append_at(log, NOW - timedelta(days=15), 1, 2)
    append_at(log, NOW - timedelta(days=13), 3)
    with log.consumer("work", [Topic.POSTS]) as consumer:
        drain(consumer, 3)
    with time_machine.travel(NOW, tick=False):
        assert log.tidy() == 2
    append_at(log, NOW, 4)
    assert [(record.offset, *numbers([record])) for record in log.read(Topic.POSTS)] == [(2, 3), (3, 4)]
    assert sum(log.lag("work", [Topic.POSTS]).values()) == 1
    assert sum(log.lag("new", [Topic.POSTS]).values()) == 2


@pytest.mark.parametrize("groups", [[], ["work"], ["work", "audit"]])
def test_tidy_never_removes_what_a_known_group_has_not_committed(log: LocalLog, groups: list[str]) -> None:
    """However old: a topic that nobody reads, a group that only joined, or the slower of two groups holds it."""
    append_at(log, NOW - timedelta(days=100), 1, 2)
    for group in groups:
        with log.consumer(group, [Topic.POSTS]) as consumer:
            if group == "work" and len(groups) == 2:
                drain(consumer, 2)
    with time_machine.travel(NOW, tick=False):
        assert log.tidy() == 0
    assert numbers(list(log.read(Topic.POSTS))) == [1, 2]


def test_tidy_forgets_removed_letters_after_a_day(log: LocalLog, folder: Path) -> None:
    """The dead topic keeps one message a key at once, and the mark of a removal for a day."""
    with time_machine.travel(NOW, tick=False):
        for value in (b"1", b"2", None):
            log.append([Message(topic=Topic.DEAD, key="a", value=value)])
        log.append([Message(topic=Topic.DEAD, key="b", value=b"1")])
        assert [(record.key, record.value) for record in log.read(Topic.DEAD)] == [("a", None), ("b", b"1")]
        assert log.tidy() == 0
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert log.tidy() == 1
    assert [record.key for record in log.read(Topic.DEAD)] == ["b"]


def test_the_log_tidies_by_itself(log: LocalLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """An append tidies when it is time; a failure to do so is logged and does not fail the append."""
    monkeypatch.setattr(local, "TIDY_EVERY_S", 0.0)
    append_at(log, NOW - timedelta(days=15), 1)
    with log.consumer("work", [Topic.POSTS]) as consumer:
        drain(consumer, 1)
    append_at(log, NOW, 2)
    assert numbers(list(log.read(Topic.POSTS))) == [2]

    def fail() -> int:
        raise LogUnavailable("no space")

    monkeypatch.setattr(log, "tidy", fail)
    with structlog.testing.capture_logs() as said:
        append_at(log, NOW, 3)
    assert [entry["event"] for entry in said] == ["log.tidy_failed"]
    assert numbers(list(log.read(Topic.POSTS))) == [2, 3]


def test_a_member_from_before_the_last_boot_is_dead(log: LocalLog, folder: Path) -> None:
    """The monotonic clock starts anew at a boot: a heartbeat in its future is no sign of life."""
    log.append(numbered([1]))
    with log.consumer("work", [Topic.POSTS]) as hung:
        poll_some(hung, 1)
        hung._stop.set()  # no more heartbeats, while its process lives and holds its lock
        with open_groups(folder).write() as connection:
            connection.execute("UPDATE members SET beat = ?", (time.monotonic() + 1000,))
        with log.consumer("work", [Topic.POSTS]) as other:
            assert numbers(drain(other, 1)) == [1]
        hung._stop.clear()


def test_a_member_that_works_too_long_loses_its_share(folder: Path) -> None:
    """A thread that beats for a main thread that hangs would hold a partition for ever: without polls it stops."""
    with LocalLog(folder, partitions=1, session_s=0.3, longest_work_s=0.1) as log:
        log.append(numbered([1]))
        with log.consumer("work", [Topic.POSTS]) as slow:
            (batch,) = poll_some(slow, 1)
            with log.consumer("work", [Topic.POSTS]) as other:
                assert numbers(drain(other, 1)) == [1]
                with pytest.raises(PartitionsLost, match="posts partition 0"):
                    slow.commit(batch)


def test_a_member_that_was_taken_for_dead_is_a_full_member_again(folder: Path) -> None:
    """After its commit was refused it shares the work under a new name, and nobody throws it out again."""
    with LocalLog(folder, partitions=2, session_s=0.4, longest_work_s=0.2) as log:
        log.append(numbered(range(20), keys=20))
        with log.consumer("work", [Topic.POSTS]) as slow:
            (batch,) = poll_some(slow, 20)
            with log.consumer("work", [Topic.POSTS]) as other:
                drain(other, 20)
                with pytest.raises(PartitionsLost):
                    slow.commit(batch)
                assert [len(places) for places in share(log, [slow, other], 2)] == [1, 1]
                name = slow._member
                assert [len(places) for places in share(log, [slow, other], 2)] == [1, 1]
                assert slow._member == name


def test_a_lost_batch_is_not_skipped_by_its_loser(folder: Path) -> None:
    """After a refused commit a member that owns the partition again starts at the last commit."""
    with LocalLog(folder, partitions=1, session_s=0.3, longest_work_s=0.1) as log:
        log.append(numbered([1, 2]))
        with log.consumer("work", [Topic.POSTS]) as slow:
            (batch,) = poll_some(slow, 2)
            with log.consumer("work", [Topic.POSTS]) as other:
                poll_some(other, 2)  # and leaves without a commit
            with pytest.raises(PartitionsLost):
                slow.commit(batch)
            assert numbers(drain(slow, 2)) == [1, 2]


def test_a_living_member_keeps_its_batch_when_another_joins(folder: Path) -> None:
    """A join takes nothing from under a batch: a partition moves when its owner polls again."""
    with LocalLog(folder, partitions=2) as log, log.consumer("work", [Topic.POSTS]) as first:
        log.append(numbered(range(20), keys=20))
        (batch,) = poll_some(first, 20)
        assert len(batch.positions()) == 2
        with log.consumer("work", [Topic.POSTS]) as second:
            assert not second.poll(100, 0.3)
            first.commit(batch)
            assert not first.poll(100, 0.3)
            log.append(numbered(range(20, 40), keys=20))
            assert {record.place.partition for record in drain(second, 1)} == {1}


def test_heartbeats_that_fail_are_said_and_tried_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk stops no consumer; the event tells the operator."""
    beats = threading.Semaphore(0)

    def fail(*_: object) -> None:
        beats.release()
        raise LogUnavailable("no space")

    with structlog.testing.capture_logs() as said, LocalLog(folder, partitions=1, session_s=0.1) as log:
        log.append(numbered([1]))
        with log.consumer("work", [Topic.POSTS]) as consumer:
            monkeypatch.setattr(consumer._group, "beat", fail)
            assert beats.acquire(timeout=10)
            assert beats.acquire(timeout=10)
            assert numbers(drain(consumer, 1)) == [1]
    assert "log.heartbeat_failed" in {entry["event"] for entry in said}


@pytest.mark.parametrize("verb", [lambda log: log.append([]), lambda log: log.close()])
def test_doing_nothing_makes_no_files(folder: Path, verb: Callable[[LocalLog], None]) -> None:
    """Opening, an empty append and closing leave no trace."""
    with LocalLog(folder) as log:
        verb(log)
    assert not folder.exists()


def test_only_its_own_user_may_look_into_the_folder(tmp_path: Path) -> None:
    """What citizens wrote is not for the other users of the machine."""
    with LocalLog(tmp_path / "log") as log:
        log.append([Message(topic=Topic.POSTS, key="k", value=b"{}")])
    assert (tmp_path / "log").stat().st_mode & 0o077 == 0
