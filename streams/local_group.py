"""Consumer groups of the local log: who is alive, who owns which partition, and how far each was handled.

Members are equal. Each one, when it polls, removes members that died, computes who should own what (`share_out`), lets go
of what others should have and takes what is its own and free. So a partition changes hands only between two polls of a
living owner, or when the owner died. A commit is checked against the ownership in the same transaction.

Liveness: a member holds a file lock, which the kernel frees when the process dies, and its own thread writes a heartbeat,
which stops when the process hangs. Heartbeats are times of the monotonic clock, which all processes of a machine share and
nobody can set; one that lies in the future was written before the last boot.
"""

import sqlite3
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import structlog
from filelock import FileLock, Timeout

from streams.errors import LogUnavailable, PartitionsLost
from streams.log import Batch, Place, Topic
from streams.sharing import share_out
from streams.sqlite import Database

_log = structlog.get_logger()
_SCHEMA = """
CREATE TABLE IF NOT EXISTS generations (team TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS members (
    team TEXT NOT NULL, member TEXT NOT NULL, beat REAL NOT NULL, topics TEXT NOT NULL, PRIMARY KEY (team, member)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shares (
    team TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    owner TEXT, -- NULL: free
    since INTEGER NOT NULL, -- the generation in which the owner took it
    committed INTEGER NOT NULL,
    PRIMARY KEY (team, topic, partition)
) WITHOUT ROWID
"""


class Share(NamedTuple):
    """One partition as a group sees it."""

    owner: str | None
    since: int
    committed: int


class Member(NamedTuple):
    """One consumer as its group sees it."""

    beat: float  # of the monotonic clock
    topics: frozenset[Topic]


class Standing(NamedTuple):
    """What a member needs to know after balancing: the generation of the group, and the member's own partitions."""

    generation: int
    shares: Mapping[Place, Share]


class Group:
    """One group in the file `groups.db`, and the locks of the living members beside it."""

    def __init__(self, folder: Path, name: str, session_s: float) -> None:
        self.name = name
        self._locks = folder / "members"
        self._session_s = session_s
        self._database = open_groups(folder)
        self._beats = open_groups(folder, durable=False)

    def hold(self, member: str) -> FileLock:
        """Take the lock that says a member's process lives. Raises Timeout where another process has it."""
        lock = FileLock(self._lock_path(member), blocking=False, thread_local=False)
        try:
            self._locks.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise
        except OSError as error:
            raise LogUnavailable(f"the local log can't use {self._locks}: {error}; make the folder writable for this user") from error
        return lock

    def join(self, member: str, places: Iterable[Place]) -> None:
        """Make the member known; its partitions come with the next `balance`."""
        wanted = sorted(places)
        topics = " ".join(sorted({place.topic for place in wanted}))
        with self._database.write() as db:
            db.execute("INSERT OR IGNORE INTO generations VALUES (?, 0)", (self.name,))
            db.execute("INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)", (self.name, member, time.monotonic(), topics))
            db.executemany("INSERT OR IGNORE INTO shares VALUES (?, ?, ?, NULL, 0, 0)", [(self.name, *place) for place in wanted])

    def beat(self, member: str) -> None:
        """Say that the member lives."""
        with self._beats.write() as db:
            db.execute("UPDATE members SET beat = ? WHERE team = ? AND member = ?", (time.monotonic(), self.name, member))

    def leave(self, member: str) -> None:
        """Forget the member and free its partitions."""
        with self._database.write() as db:
            db.execute("DELETE FROM members WHERE team = ? AND member = ?", (self.name, member))
            db.execute("UPDATE shares SET owner = NULL WHERE team = ? AND owner = ?", (self.name, member))
        self._lock_path(member).unlink(missing_ok=True)

    def balance(self, member: str) -> Standing | None:
        """Remove the dead, let go of what others should own, take what is this member's and free.

        None where others took this member for dead: it must join again.
        """
        members = self._members()
        if member not in members:
            return None
        for name, other in members.items():
            if name != member and self._is_dead(name, other.beat):
                _log.info("log.member_gone", group=self.name, member=name)
                self.leave(name)
        if _changes(member, self._members(), self._shares()):
            self._exchange(member)
        (generation,) = self._database.rows("SELECT generation FROM generations WHERE team = ?", (self.name,))[0]
        return Standing(generation, {place: share for place, share in self._shares().items() if share.owner == member})

    def commit(self, member: str, batch: Batch) -> None:
        """Store how far the batch goes. Raises PartitionsLost, storing nothing, where the member lost a partition meanwhile."""
        with self._database.write() as db:
            for place, offset in batch.positions().items():
                done = db.execute(
                    "UPDATE shares SET committed = max(committed, ?) WHERE team = ? AND topic = ? AND partition = ? AND owner = ? AND since <= ?",
                    (offset, self.name, *place, member, batch.generation),
                )
                if done.rowcount != 1:
                    raise PartitionsLost(f"group {self.name!r} gave {place.topic} partition {place.partition} to another consumer")

    def close(self) -> None:
        self._database.close()
        self._beats.close()

    def _exchange(self, member: str) -> None:
        with self._database.write() as db:
            # Looked at again inside the transaction, since others balance at the same time.
            changes = _changes(member, _members_in(db, self.name), _shares_in(db, self.name))
            db.execute("UPDATE generations SET generation = generation + 1 WHERE team = ?", (self.name,))
            (generation,) = db.execute("SELECT generation FROM generations WHERE team = ?", (self.name,)).fetchone()
            db.executemany(
                "UPDATE shares SET owner = ?, since = ? WHERE team = ? AND topic = ? AND partition = ?",
                [(owner, generation, self.name, *place) for place, owner in changes.items()],
            )

    def _members(self) -> dict[str, Member]:
        return self._database.read(lambda db: _members_in(db, self.name))

    def _shares(self) -> dict[Place, Share]:
        return self._database.read(lambda db: _shares_in(db, self.name))

    def _is_dead(self, member: str, beat: float) -> bool:
        now = time.monotonic()
        if beat > now or now - beat > self._session_s:
            return True
        try:
            self.hold(member).release()
        except Timeout:
            return False
        return True  # nobody held it: the process is gone

    def _lock_path(self, member: str) -> Path:
        return self._locks / f"{member}.lock"


def open_groups(folder: Path, *, durable: bool = True) -> Database:
    """Open the file that keeps the groups of the log in this folder."""
    return Database(folder / "groups.db", _SCHEMA, durable=durable)


def committed(groups: Database, group: str) -> dict[Place, int]:
    """How far a group has handled each partition that it knows."""
    return {place: share.committed for place, share in groups.read(lambda db: _shares_in(db, group)).items()}


def handled(groups: Database) -> dict[Place, int]:
    """How far all known groups have handled each partition."""
    rows = groups.rows("SELECT topic, partition, min(committed) FROM shares GROUP BY topic, partition")
    return {Place(Topic(topic), number): offset for topic, number, offset in rows}


def _members_in(db: sqlite3.Connection, group: str) -> dict[str, Member]:
    rows = db.execute("SELECT member, beat, topics FROM members WHERE team = ?", (group,)).fetchall()
    return {member: Member(beat, frozenset(map(Topic, topics.split()))) for member, beat, topics in rows}


def _shares_in(db: sqlite3.Connection, group: str) -> dict[Place, Share]:
    rows = db.execute("SELECT topic, partition, owner, since, committed FROM shares WHERE team = ?", (group,)).fetchall()
    return {Place(Topic(topic), number): Share(*rest) for topic, number, *rest in rows}


def _changes(member: str, members: Mapping[str, Member], shares: Mapping[Place, Share]) -> dict[Place, str | None]:
    """Decide what this member takes (its own name) and lets go (None) now; it leaves alone what a living member owns."""
    target = share_out(shares, {name: each.topics for name, each in members.items()})
    changes: dict[Place, str | None] = {}
    for place, share in shares.items():
        free = share.owner is None or share.owner not in members
        if target.get(place) == member and free:
            changes[place] = member
        elif target.get(place) != member and share.owner == member:
            changes[place] = None
    return changes
