"""The search index of one family of indices: a tantivy folder, made anew from SQLite whenever it is not what it should be."""

import contextlib
import importlib.metadata
import shutil
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import structlog
import tantivy

from indexers.embedded import analysis
from indexers.embedded.errors import BROKEN, is_panic
from indexers.embedded.intake import FIELD_NAMES
from indexers.embedded.mapping import ANALYZERS, Column, Field, FieldTable

SEQ = "_seq"  # a document's sequence number: the way to its row in SQLite
PLACE = "_place"  # number of the index in which it stands
ID = "_id"
_HEAP = 80_000_000  # bytes, for both threads; taken only as it is filled
_THREADS = 2
_SIGNATURE = "schema.json"
_log = structlog.get_logger(__name__)


class Snapshot(NamedTuple):
    """The search index as it stood at one refresh: what one request reads from."""

    searcher: tantivy.Searcher
    schema: tantivy.Schema
    fields: FieldTable


class Family:
    """One tantivy folder. Any thread may write, refresh and read; what is written during a commit waits for it, its writer does not."""

    def __init__(self, folder: Path, fields: Mapping[str, Field]) -> None:
        self.folder = folder
        self.fields = dict(fields)
        self.dirty = False
        self.damaged = False  # a write failed: to be opened anew
        self._writer: tantivy.IndexWriter | None = None
        self._turn = threading.RLock()  # whose turn it is to use the writer: a commit takes long
        self._waiting: deque[tuple[Sequence[int], Sequence[str]]] = deque()  # applied, for whoever has the turn next
        self._swap = threading.Lock()
        self._schema = _schema(self.fields)
        self._open()

    def _open(self) -> None:
        signature = _signature(self.fields)
        known = self.folder / _SIGNATURE
        try:
            if not known.is_file() or known.read_bytes() != signature:
                self._start_anew(signature)
            self._load()
            self.highest()  # reads a column of each segment
        except BaseException as error:  # also tantivy's panics over a damaged file
            if not isinstance(error, BROKEN) and not is_panic(error):
                raise
            _log.warning("local_store.index.rebuilt", family=self.folder.name, error=type(error).__name__)
            self._start_anew(signature)
            self._load()

    def _start_anew(self, signature: bytes) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / _SIGNATURE).write_bytes(signature)

    def _load(self) -> None:
        self._index = tantivy.Index(self._schema, str(self.folder))
        for name in ANALYZERS:
            self._index.register_tokenizer(_tokenizer(name), analysis.build_laid_out())
        self._index.config_reader("manual")
        self._reload()

    def _reload(self) -> None:
        self._index.reload()
        searcher = self._index.searcher()
        with self._swap:
            self._snapshot = Snapshot(searcher, self._schema, FieldTable(self.fields))

    def snapshot(self) -> Snapshot:
        with self._swap:
            return self._snapshot

    def highest(self) -> int:
        """The highest sequence number that the index holds, -1 when it is empty."""
        found = self.snapshot().searcher.search(tantivy.Query.all_query(), 1, order_by_field=SEQ, count=False).hits
        return int(found[0][0]) if found else -1

    def places(self) -> list[int]:
        """Numbers of the indices of which it holds documents."""
        asked = {"places": {"terms": {"field": PLACE, "size": 10_000}}}
        found = self.snapshot().searcher.aggregate(tantivy.Query.all_query(), asked)["places"]["buckets"]
        return [int(bucket["key"]) for bucket in found]

    def writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, _THREADS)
        return self._writer

    def apply(self, replaced: Sequence[int], documents: Sequence[str]) -> None:
        """Take away documents by sequence number and add others, as JSON. They are found after `commit`."""
        self._waiting.append((replaced, documents))
        self.dirty = True
        if self._turn.acquire(blocking=False):
            try:
                self._take_in()
            finally:
                self._turn.release()

    def _take_in(self) -> None:
        """Hand to the writer what waits, in order. For whoever has the turn."""
        writer = self.writer()
        while self._waiting:
            replaced, documents = self._waiting.popleft()
            for seq in replaced:
                writer.delete_documents_by_term(SEQ, seq)
            for document in documents:
                writer.add_json(document)

    def remove(self, place: int, identifier: str) -> None:
        """Take away a document by its id, for replaying."""
        term = tantivy.Query.term_query
        both = [(tantivy.Occur.Must, term(self._schema, PLACE, place)), (tantivy.Occur.Must, term(self._schema, ID, identifier))]
        with self._turn:
            self._take_in()
            self.writer().delete_documents_by_query(tantivy.Query.boolean_query(both))
            self.dirty = True

    def remove_place(self, place: int) -> None:
        """Take away all documents of one index."""
        with self._turn:
            self._take_in()
            self.writer().delete_documents_by_term(PLACE, place)
            self.dirty = True

    def commit(self) -> None:
        """Make what was applied durable and found. Raises what the binding raises where the disk doesn't take it."""
        with self._turn:
            if self.dirty:
                self.dirty = False  # before it is taken in: what is applied from here on may be left for the next commit
                self._take_in()
                self.writer().commit()
                self._reload()

    def rest(self) -> None:
        """Let go of the writer's threads and memory; the next write takes them again."""
        with self._turn:
            if self.dirty:
                return
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.wait_merging_threads()

    def discard(self) -> None:
        """Take the folder away; the next one to open it begins anew."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Finish what is under way, where the disk lets it."""
        with contextlib.suppress(*BROKEN):  # a folder that failed before fails again; SQLite has it all
            self.commit()
        with contextlib.suppress(*BROKEN):
            self.rest()


def _tokenizer(name: str) -> str:
    return f"yuqing_{name}"


def _signature(fields: Mapping[str, Field]) -> bytes:
    shown = [(field.name, field.column.value, field.analyzer) for field in fields.values() if not field.stored_only]
    return msgspec.json.encode({"tantivy": importlib.metadata.version("tantivy"), "fields": sorted(shown)})


def _schema(fields: Mapping[str, Field]) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in (SEQ, PLACE):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_text_field(ID, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(FIELD_NAMES, tokenizer_name="raw", index_option="basic")
    for field in fields.values():
        if not field.stored_only:
            _ADD[field.column](builder, field)
    return builder.build()


def _add_keyword(builder: Any, field: Field) -> None:
    builder.add_text_field(field.name, tokenizer_name="raw", fast=True, index_option="basic")


def _add_text(builder: Any, field: Field) -> None:
    builder.add_text_field(field.name, tokenizer_name=_tokenizer(field.analyzer))


def _add_integer(builder: Any, field: Field) -> None:
    builder.add_integer_field(field.name, indexed=True, fast=True)


def _add_float(builder: Any, field: Field) -> None:
    builder.add_float_field(field.name, indexed=True, fast=True)


_ADD = {Column.KEYWORD: _add_keyword, Column.TEXT: _add_text, Column.INTEGER: _add_integer, Column.FLOAT: _add_float}
