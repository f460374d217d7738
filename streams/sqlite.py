"""One SQLite file in WAL mode, shared by many processes and threads: opened when needed, reopened after an error."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

from streams.errors import LogUnavailable

Answer = TypeVar("Answer")
LAYOUT = 1  # of the tables; raise it when an older program could misread the file
LARGEST_JOURNAL = 64 * 1024 * 1024  # bytes; what a burst made of it beyond that is given back to the disk
_ADVICE = {
    sqlite3.SQLITE_FULL: "free some space on the disk",
    sqlite3.SQLITE_IOERR: "look at the disk and its free space",
    sqlite3.SQLITE_READONLY: "make the folder writable for this user",
    sqlite3.SQLITE_CANTOPEN: "make the folder readable and writable for this user",
    sqlite3.SQLITE_PERM: "make the folder readable and writable for this user",
    sqlite3.SQLITE_BUSY: "another process has it locked for long; look which",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; move it away and restore a copy",
    sqlite3.SQLITE_NOTADB: "the file is damaged; move it away and restore a copy",
}
_PRIVATE = 0o700  # what citizens wrote is for this user alone
_PRIMARY_CODE = 0xFF  # the low byte of an extended result code


class Database:
    """A connection that is opened when it is first used, closed on every error, and opened again at the next use.

    Every failure of the file (disk full, read-only, locked, damaged) comes as LogUnavailable with what to do. `durable`
    False leaves out the flush to the disk: right for what may be forgotten in a power cut, such as heartbeats.
    Safe to share between threads: one at a time gets in.
    """

    def __init__(self, path: Path, schema: str, *, durable: bool = True, busy_s: float = 10.0) -> None:
        self.path = path
        self._schema = schema
        self._durable = durable
        self._busy_s = busy_s  # so long a writer waits for another process's transaction
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its start; committed at the end, else rolled back."""
        with self._usable() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:  # whatever ends the block, its half-done work must not stay open
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def read(self, what: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Hand back what a function reads; it must take all rows, so that no old snapshot stays open."""
        with self._usable() as connection:
            return what(connection)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Answer one query, read whole so that no old snapshot stays open."""
        with self._usable() as connection:
            return connection.execute(sql, values).fetchall()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _usable(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                yield self._connection
            except (sqlite3.DatabaseError, OSError) as error:
                if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
                    raise  # a mistake of ours, not of the disk
                self.close()
                raise LogUnavailable(f"the local log can't use {self.path}: {error}; {_advice(error)}") from error

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=self._busy_s, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(connection)
        except BaseException:  # an open file must not leak, whatever went wrong
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA synchronous={'FULL' if self._durable else 'NORMAL'}")
        connection.execute(f"PRAGMA journal_size_limit={LARGEST_JOURNAL}")
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        if layout == 0:
            # Two processes that switch a new file to WAL at once would get "locked" in spite of the timeout.
            with FileLock(f"{self.path}.lock"):
                connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(f"BEGIN IMMEDIATE; {self._schema}; PRAGMA user_version={LAYOUT}; COMMIT;")
        elif layout != LAYOUT:
            raise LogUnavailable(f"{self.path} has layout {layout}, this program knows {LAYOUT}; use the program that wrote it")


def _advice(error: Exception) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return "make the folder readable and writable for this user"
    return _ADVICE.get(code & _PRIMARY_CODE, "look at the disk")
