"""The truth: sources, versions, sequence numbers and tombstones in SQLite. tantivy can always be made again from it.

One sequence number is given to each write of the whole store, and a document's newest row carries it; so what a search
index has not seen yet is what lies above the highest number that it holds. WAL with `synchronous=FULL`: what was
acknowledged survives a crash.
"""

import contextlib
import queue
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from indexers.embedded.errors import ApiFault, LocalStoreError, blocked

FORMAT = "1"  # raise it when the tables change
_PAGES_KIB = 16_384  # of cache per connection
_LOOKUP = 500
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE templates (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE indices (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, family TEXT NOT NULL, body TEXT NOT NULL,
    multiple TEXT NOT NULL DEFAULT '[]');
CREATE TABLE documents (seq INTEGER PRIMARY KEY, place INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, source BLOB);
CREATE UNIQUE INDEX documents_by_id ON documents (place, id);
CREATE INDEX tombstones ON documents (place) WHERE source IS NULL;
"""


class Row(NamedTuple):
    """The newest state of one document; `source` is None where it was deleted."""

    seq: int
    place: int  # id of its index
    id: str
    version: int
    source: bytes | None


class State(NamedTuple):
    """What a write needs to know of the document before it."""

    seq: int
    version: int
    live: bool


class IndexRow(NamedTuple):
    """One index: its number, name, family and body (mappings, settings)."""

    id: int
    name: str
    family: str
    body: str
    multiple: str  # JSON list of the fields with several values in some document


class Store:
    """The SQLite file. One thread writes at a time (the caller sees to it); any thread may read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._readers: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._open_readers: list[sqlite3.Connection] = []
        try:
            self.connection = self._connect()
            self._prepare()
        except sqlite3.Error as error:
            raise LocalStoreError(f"the local store's file {path} can't be opened: {error}; check the folder's rights and space") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=30)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{_PAGES_KIB}")
        return connection

    def _prepare(self) -> None:
        if not self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            with self.writing():
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self.connection.execute(statement)
                self.connection.executemany("INSERT INTO meta VALUES (?, ?)", [("format", FORMAT), ("next_seq", "0")])
        found = dict(self.connection.execute("SELECT name, value FROM meta"))
        if found.get("format") != FORMAT:
            raise LocalStoreError(
                f"{self.path} has format {found.get('format')}, this program reads {FORMAT}: move the folder away and replay the log"
            )
        self.next_seq = int(found["next_seq"])
        with self.writing():  # fails at once where the folder is read-only
            self.connection.execute("UPDATE meta SET value = value WHERE name = 'format'")

    @contextlib.contextmanager
    def writing(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction; durable when it ends. Raises ApiFault (429 or 403) where nothing can be written: then nothing is.

        Not `flushed`, it outlives this process, but a power cut only together with the next one that is: for what is made anew at
        each start.
        """
        try:
            self.connection.execute(f"PRAGMA synchronous = {'FULL' if flushed else 'NORMAL'}")
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            self.connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._roll_back()
            raise _fault(error) from error
        except BaseException:  # whatever it was, a half-done transaction must not stay open
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own for one read; it sees all that was acknowledged before."""
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = self._connect()
            self._open_readers.append(connection)
        try:
            yield connection
        finally:
            self._readers.put(connection)

    def close(self) -> None:
        """Let go of the file."""
        for connection in (*self._open_readers, self.connection):
            connection.close()

    # -- documents

    def states(self, wanted: Iterable[tuple[int, Sequence[str]]]) -> dict[tuple[int, str], State]:
        """How the documents of some ids stand, by index and id; absent where there never was one."""
        found: dict[tuple[int, str], State] = {}
        for place, ids in wanted:
            rows = self.connection.execute(  # CROSS JOIN: look up each id, never walk the whole index
                "SELECT d.id, d.seq, d.version, d.source IS NOT NULL FROM json_each(?) j CROSS JOIN documents d ON d.place = ? AND d.id = j.value",
                (msgspec.json.encode(ids).decode(), place),
            )
            found.update(((place, row[0]), State(row[1], row[2], bool(row[3]))) for row in rows)
        return found

    def commit(self, rows: Sequence[Row], replaced: Sequence[int], next_seq: int) -> None:
        """Store the newest rows and take away those they replace, as one. Raises ApiFault as `writing` does."""
        with self.writing() as connection:
            connection.executemany("DELETE FROM documents WHERE seq = ?", [(seq,) for seq in replaced])
            connection.executemany("INSERT INTO documents VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute("UPDATE meta SET value = ? WHERE name = 'next_seq'", (str(next_seq),))
        self.next_seq = next_seq

    def get(self, place: int, ids: Sequence[str]) -> dict[str, Row]:
        """The live documents of some ids of one index."""
        found: dict[str, Row] = {}
        with self.reading() as connection:
            for at in range(0, len(ids), _LOOKUP):
                part = ids[at : at + _LOOKUP]
                marks = ",".join("?" * len(part))
                query = f"SELECT * FROM documents WHERE place = ? AND id IN ({marks}) AND source IS NOT NULL"  # noqa: S608 - marks only
                found.update((row[2], Row(*row)) for row in connection.execute(query, (place, *part)))
        return found

    def fetch(self, seqs: Sequence[int]) -> dict[int, Row]:
        """Rows by sequence number; absent where a newer write has replaced the row."""
        found: dict[int, Row] = {}
        with self.reading() as connection:
            for at in range(0, len(seqs), _LOOKUP):
                part = seqs[at : at + _LOOKUP]
                query = f"SELECT * FROM documents WHERE seq IN ({','.join('?' * len(part))}) AND source IS NOT NULL"  # noqa: S608 - marks only
                found.update((row[0], Row(*row)) for row in connection.execute(query, tuple(part)))
        return found

    def above(self, seq: int, places: Sequence[int]) -> Iterator[Row]:
        """Rows of some indices, tombstones too, above a sequence number, oldest first."""
        wanted = frozenset(places)
        with self.reading() as connection:
            rows = connection.execute("SELECT * FROM documents WHERE seq > ? ORDER BY seq", (seq,))
            yield from (Row(*row) for row in rows if row[1] in wanted)

    def live(self, places: Sequence[int]) -> int:
        """How many documents some indices hold."""
        query = "SELECT (SELECT count(*) FROM documents WHERE place = ?1) - (SELECT count(*) FROM documents WHERE place = ?1 AND source IS NULL)"
        with self.reading() as connection:
            return sum(int(connection.execute(query, (place,)).fetchone()[0]) for place in places)

    def forget_tombstones(self) -> None:
        """Drop what marks deleted documents; only when every search index has seen them."""
        with self.writing() as connection:
            connection.execute("DELETE FROM documents WHERE source IS NULL")

    # -- indices and templates

    def indices(self) -> list[IndexRow]:
        with self.reading() as connection:
            return [IndexRow(*row) for row in connection.execute("SELECT id, name, family, body, multiple FROM indices ORDER BY name")]

    def add_index(self, name: str, family: str, body: str) -> IndexRow:
        with self.writing() as connection:
            number = connection.execute("INSERT INTO indices (name, family, body) VALUES (?, ?, ?)", (name, family, body)).lastrowid
        return IndexRow(number or 0, name, family, body, "[]")

    def note_multiple(self, number: int, fields: str) -> None:
        with self.writing() as connection:
            connection.execute("UPDATE indices SET multiple = ? WHERE id = ?", (fields, number))

    def drop_index(self, number: int) -> None:
        with self.writing() as connection:
            connection.execute("DELETE FROM documents WHERE place = ?", (number,))
            connection.execute("DELETE FROM indices WHERE id = ?", (number,))

    def templates(self) -> dict[str, str]:
        with self.reading() as connection:
            return dict(connection.execute("SELECT name, body FROM templates"))

    def put_template(self, name: str, body: str) -> None:
        with self.writing(flushed=False) as connection:
            connection.execute("INSERT OR REPLACE INTO templates VALUES (?, ?)", (name, body))

    def drop_template(self, name: str) -> None:
        with self.writing() as connection:
            connection.execute("DELETE FROM templates WHERE name = ?", (name,))


def _fault(error: sqlite3.OperationalError) -> ApiFault:
    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
        return blocked(f"FORBIDDEN/8/index write: the store's folder is read-only ({error})", code=403)
    return blocked(f"TOO_MANY_REQUESTS/12: the store can't be written now ({error}); is the disk full?", code=429)
