"""The log on one machine: SQLite files in one folder, which any number of processes append to and read from.

`messages.db` holds the messages, a table for each partition; `groups.db` who reads how far (`streams.local_group`).
The folder must be on a disk of this machine: SQLite's WAL mode shares memory between its users.
"""

import itertools
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from streams.errors import LogUnavailable
from streams.local_consumer import LocalConsumer
from streams.local_group import Group, committed, handled, open_groups
from streams.log import Message, Place, Record, Topic
from streams.sharing import check, partition_of
from streams.sqlite import Database

COMPACTED = frozenset({Topic.DEAD})
PAGE = 2000  # records read at once by `read`
TIDY_EVERY_S = 3600.0
TIDY_ROWS = 20_000  # removed from one partition at once, so that appends never wait long
TOMBSTONE_KEPT = timedelta(days=1)  # so long a reader of a compacted topic can see that a key was removed, as in Kafka
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_log = structlog.get_logger()
_SCHEMA = """
CREATE TABLE IF NOT EXISTS partitions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL,
    first INTEGER NOT NULL, -- the oldest offset that may still be there
    next INTEGER NOT NULL, -- the offset of the next message; never given twice
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID
"""
_Row = tuple[int, int, str, bytes | None]  # offset, microseconds since 1970, key, value


class LocalLog:
    """The log in a folder of this machine. See `streams.log.Log` for the verbs.

    partitions: of the topic of posts, for a new folder; a folder keeps the number that it was made with.
    retention: so long handled messages stay. What a known group has not committed stays for as long as it takes.
    session_s: after this long without a heartbeat a consumer's share goes to others; at once where its process died.
    longest_work_s: a consumer that does not poll for so long loses its share too.
    """

    def __init__(
        self,
        folder: Path,
        *,
        partitions: int = 6,
        retention: timedelta = timedelta(days=14),
        session_s: float = 10.0,
        longest_work_s: float = 300.0,
    ) -> None:
        self._folder = folder
        self._wanted = {Topic.POSTS: partitions, Topic.COVERAGE: 1, Topic.DEAD: 1}
        self._retention = retention
        self._session_s = session_s
        self._longest_work_s = longest_work_s
        self._messages = Database(folder / "messages.db", _SCHEMA)
        self._groups = open_groups(folder)
        self._partitions: dict[Topic, int] = {}
        self._tidy_at = time.monotonic()

    def prepare(self) -> None:
        self._counts()
        with self._messages.write():
            pass  # there is a right to write

    def append(self, messages: Iterable[Message]) -> None:
        """Store the messages in one transaction, flushed to the disk: all of them or, with LogUnavailable, none.

        Raises ContractError for a message that the log can't carry, before anything is stored.
        """
        checked = [check(message) for message in messages]
        if not checked:
            return
        counts = self._counts()
        split: defaultdict[Place, list[Message]] = defaultdict(list)
        for message in checked:
            split[Place(message.topic, partition_of(message.key, counts[message.topic]))].append(message)
        now = time.time_ns() // 1000
        with self._messages.write() as connection:
            for place, share in split.items():
                _store(connection, place, share, now)
        self._tidy_when_due()

    def consumer(self, group: str, topics: Iterable[Topic]) -> LocalConsumer:
        wanted = frozenset(topics)
        places = [Place(topic, number) for topic, count in self._counts().items() if topic in wanted for number in range(count)]
        member = Group(self._folder, group, self._session_s)
        return LocalConsumer(self, member, places, session_s=self._session_s, longest_work_s=self._longest_work_s)

    def read(self, topic: Topic) -> Iterator[Record]:
        for number in range(self._counts()[topic]):
            place = Place(topic, number)
            ends, offset = self.ends(), 0
            while records := self.records(place, offset, PAGE, before=ends[place]):
                yield from records
                offset = records[-1].offset + 1

    def lag(self, group: str, topics: Iterable[Topic]) -> Mapping[Place, int]:
        wanted = frozenset(topics)
        self._counts()
        done = committed(self._groups, group)
        rows = self._messages.rows("SELECT topic, partition, first, next FROM partitions")
        return {
            place: max(0, end - max(first, done.get(place, 0)))
            for topic, number, first, end in rows
            if (place := Place(Topic(topic), number)).topic in wanted
        }

    def records(self, place: Place, offset: int, limit: int, *, before: int | None = None) -> tuple[Record, ...]:
        """Up to `limit` records of one partition from `offset` on, oldest first."""
        rows: list[_Row] = self._messages.rows(
            f"SELECT offset, at, key, value FROM {_table(place)} WHERE offset >= ? AND offset < ? ORDER BY offset LIMIT ?",  # noqa: S608 a name made from our own enum and a number
            (offset, 2**62 if before is None else before, limit),
        )
        return tuple(
            Record(place=place, offset=number, key=key, value=value, appended_at=EPOCH + timedelta(microseconds=at))
            for number, at, key, value in rows
        )

    def ends(self) -> dict[Place, int]:
        """For each partition the offset that its next message will get."""
        return {
            Place(Topic(topic), number): end for topic, number, end in self._messages.rows("SELECT topic, partition, next FROM partitions")
        }

    def tidy(self) -> int:
        """Remove handled messages past the retention, and old tombstones; returns how many. Runs by itself every hour.

        Handled is what every known group has committed; where no group has ever read a topic, all of it stays.
        """
        counts = self._counts()
        done = handled(self._groups)
        now = time.time_ns() // 1000
        removed = 0
        for topic, count in counts.items():
            for place in (Place(topic, number) for number in range(count)):
                if topic in COMPACTED:
                    removed += self._remove_tombstones(place, now - _microseconds(TOMBSTONE_KEPT))
                else:
                    removed += self._remove_old(place, done.get(place, 0), now - _microseconds(self._retention))
        if removed:
            self._messages.rows("PRAGMA incremental_vacuum(2000)")
        return removed

    def close(self) -> None:
        self._messages.close()
        self._groups.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _counts(self) -> dict[Topic, int]:
        """Say how many partitions each topic has; the first use of a new folder makes them."""
        if not self._partitions:
            with self._messages.write() as connection:
                for topic, count in self._wanted.items():
                    if not connection.execute("SELECT 1 FROM partitions WHERE topic = ?", (topic,)).fetchone():
                        _make(connection, topic, count)
                found = connection.execute("SELECT topic, count(*) FROM partitions GROUP BY topic").fetchall()
            self._partitions = {Topic(topic): count for topic, count in found}
            if self._partitions[Topic.POSTS] != self._wanted[Topic.POSTS]:
                _log.warning("log.partitions_kept", kept=self._partitions[Topic.POSTS], wanted=self._wanted[Topic.POSTS])
        return self._partitions

    def _tidy_when_due(self) -> None:
        if time.monotonic() - self._tidy_at < TIDY_EVERY_S:
            return
        self._tidy_at = time.monotonic()
        try:
            self.tidy()
        except LogUnavailable as error:  # what was appended is safe; the next round tidies
            _log.warning("log.tidy_failed", error=str(error))

    def _remove_old(self, place: Place, handled: int, cutoff: int) -> int:
        rows = self._messages.rows(
            f"SELECT offset, at FROM {_table(place)} WHERE offset < ? ORDER BY offset LIMIT ?",  # noqa: S608 see _table
            (handled, TIDY_ROWS),
        )
        old = [offset for offset, at in itertools.takewhile(lambda row: row[1] < cutoff, rows)]
        if not old:
            return 0
        with self._messages.write() as connection:
            connection.execute(f"DELETE FROM {_table(place)} WHERE offset <= ?", (old[-1],))  # noqa: S608 see _table
            connection.execute("UPDATE partitions SET first = ? WHERE topic = ? AND partition = ?", (old[-1] + 1, *place))
        return len(old)

    def _remove_tombstones(self, place: Place, cutoff: int) -> int:
        with self._messages.write() as connection:
            return connection.execute(f"DELETE FROM {_table(place)} WHERE value IS NULL AND at < ?", (cutoff,)).rowcount  # noqa: S608 see _table


def _make(connection: sqlite3.Connection, topic: Topic, count: int) -> None:
    for number in range(count):
        table = _table(Place(topic, number))
        connection.execute(f"CREATE TABLE {table} (offset INTEGER PRIMARY KEY, at INTEGER NOT NULL, key TEXT NOT NULL, value BLOB)")
        if topic in COMPACTED:
            connection.execute(f"CREATE INDEX {table}_key ON {table} (key)")
    connection.executemany("INSERT INTO partitions VALUES (?, ?, 0, 0)", [(topic, number) for number in range(count)])


def _store(connection: sqlite3.Connection, place: Place, messages: list[Message], now: int) -> None:
    table = _table(place)
    (start,) = connection.execute("SELECT next FROM partitions WHERE topic = ? AND partition = ?", place).fetchone()
    if place.topic in COMPACTED:
        messages = list({message.key: message for message in messages}.values())
        connection.executemany(f"DELETE FROM {table} WHERE key = ?", [(message.key,) for message in messages])  # noqa: S608 see _table
    rows: list[tuple[Any, ...]] = [(start + number, now, message.key, message.value) for number, message in enumerate(messages)]
    connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows)  # noqa: S608 see _table
    connection.execute("UPDATE partitions SET next = ? WHERE topic = ? AND partition = ?", (start + len(rows), *place))


def _table(place: Place) -> str:
    """Name a partition's table, from our own enum and a number, so nobody's text gets into the SQL."""
    return f"{place.topic.value}_{place.partition:d}"


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
