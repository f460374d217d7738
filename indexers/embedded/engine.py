"""The engine: indices by template, writes to SQLite and then to tantivy, refreshes on a thread of its own."""

import fnmatch
import functools
import threading
import urllib.parse
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import structlog

from indexers.embedded.errors import BROKEN, ApiFault, blocked, index_not_found, invalid, unsupported
from indexers.embedded.index import Family
from indexers.embedded.indices import Index, Template, best_template, parse_template
from indexers.embedded.mapping import merge_fields
from indexers.embedded.store import IndexRow, Row, Store
from indexers.embedded.typed import Flat
from indexers.embedded.writes import Operation, Outcome, Resolved, plan

REFRESH_S = 0.2  # what was written is found after this long, and a commit
_LOADED_S = 0.9  # while much is written: fewer, larger segments are less work
_MUCH = 1000  # documents in REFRESH_S
_IDLE_ROUNDS = 50  # without a write; then the threads and memory for writing are given back
_RETRY_S = 2.0  # after a refresh that failed
_REPLAY = 2000
_log = structlog.get_logger(__name__)


class Engine:
    """One open folder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "documents.sqlite")
        self.lock = threading.RLock()  # one writer at a time; taken before a family's turn
        self.indices: dict[str, Index] = {}
        self.families: dict[str, Family] = {}
        self.templates: dict[str, Template] = {}
        self._written = 0  # documents since the refresher last looked
        self._stop = threading.Event()
        self._dirty = threading.Event()
        for name, body in self.store.templates().items():
            self.templates[name] = parse_template(name, msgspec.json.decode(body))
        for row in self.store.indices():
            self.indices[row.name] = Index.of(row)
        for name in {index.family for index in self.indices.values()}:
            self._open_family(name)
        self.store.forget_tombstones()
        self._refresher = threading.Thread(target=self._keep_fresh, name="local-store-refresh", daemon=True)
        self._refresher.start()

    def close(self) -> None:
        """Finish what is under way and let go of the files."""
        self._stop.set()
        self._dirty.set()
        self._refresher.join()
        with self.lock:
            for family in self.families.values():
                family.close()
            self.store.close()

    # -- families

    def members(self, family: str) -> list[Index]:
        return [index for index in self.indices.values() if index.family == family]

    def _open_family(self, name: str) -> None:
        fields: dict[str, Any] = {}
        for index in self.members(name):
            fields = merge_fields(fields, index.mapping.fields())
        old = self.families.get(name)  # searches go on in it until the new one is there
        if old is not None:
            old.damaged = True
            old.close()
        family = Family(self.folder / "index" / urllib.parse.quote(name, safe=""), fields)
        self._replay(name, family)
        if family.snapshot().searcher.num_docs != self.store.live([index.id for index in self.members(name)]):
            _log.warning("local_store.index.incomplete", family=name)
            family.close()
            family.discard()
            family = Family(family.folder, fields)
            self._replay(name, family)
        self.families[name] = family

    def _replay(self, name: str, family: Family) -> None:
        """Bring a search index up to what SQLite has: all that lies above the highest sequence number it holds."""
        by_place = {index.id: index for index in self.members(name)}
        for place in family.places():
            if place not in by_place:
                family.remove_place(place)
        highest, count = family.highest(), 0
        batch: dict[int, list[tuple[Row, Flat]]] = {}
        for row in self.store.above(highest, list(by_place)):
            if highest >= 0:
                family.remove(row.place, row.id)
            if row.source is not None:
                batch.setdefault(row.place, []).append((row, by_place[row.place].intake.flatten(row.source)))
            count += 1
            if count % _REPLAY == 0:
                _hand_over(batch, by_place, family)
        _hand_over(batch, by_place, family)
        family.commit()
        if count:
            _log.info("local_store.index.replayed", family=name, rows=count)

    # -- indices and templates

    def resolve(self, expression: str | None, *, ignore_unavailable: bool = False, allow_none: bool = True) -> list[Index]:
        """The indices that a name, a wildcard or several with commas mean. Raises ApiFault (404) for a name that isn't there."""
        found: dict[str, Index] = {}
        for part in (expression or "_all").split(","):
            if part == "_all" or "*" in part:
                pattern = "*" if part == "_all" else part
                found |= {name: index for name, index in self.indices.items() if fnmatch.fnmatchcase(name, pattern)}
            elif part in self.indices:
                found[part] = self.indices[part]
            elif not ignore_unavailable:
                raise index_not_found(part)
        if not found and not allow_none:
            raise index_not_found(expression or "_all")
        return [found[name] for name in sorted(found)]

    def create_index(self, name: str, body: dict[str, Any] | None = None) -> Index:
        """Make an index, from its body and the template that fits its name. Raises ApiFault (400) where it is there already."""
        with self.lock:
            if name in self.indices:
                raise ApiFault(400, "resource_already_exists_exception", f"index [{name}] already exists", index=name)
            template = best_template(self.templates.values(), name)
            whole, family = Index.compose(name, body or {}, template)
            trial = Index.of(IndexRow(0, name, family, msgspec.json.encode(whole).decode(), "[]"))
            known = self.families.get(family)
            merged = merge_fields(known.fields if known else {}, trial.mapping.fields())
            index = Index.of(self.store.add_index(name, family, trial.body))
            self.indices = {**self.indices, name: index}  # searches walk it meanwhile
            if known is None or merged != known.fields:
                self._open_family(family)
            return index

    def delete_index(self, index: Index) -> None:
        with self.lock:
            self.store.drop_index(index.id)
            self.indices = {name: one for name, one in self.indices.items() if name != index.name}
            self._guarded(index.family, lambda family: family.remove_place(index.id))
            self._dirty.set()

    def put_template(self, name: str, body: dict[str, Any]) -> None:
        with self.lock:
            template = parse_template(name, body)
            self.store.put_template(name, msgspec.json.encode(body).decode())
            self.templates[name] = template

    def delete_template(self, name: str) -> None:
        with self.lock:
            self.store.drop_template(name)
            self.templates.pop(name, None)

    # -- writing

    def write(self, operations: Sequence[Operation]) -> list[Outcome]:
        """Carry out writes in order, each on its own; when this returns they are durable, and found after the next refresh.

        Raises ApiFault (429, 403) where nothing can be written: then nothing of it is.
        """
        resolved = [self._resolve(operation) for operation in operations]
        with self.lock:
            by_place: dict[int, list[str]] = {}
            for one in resolved:
                if one.index is not None:
                    by_place.setdefault(one.index.id, []).append(one.operation.id)
            self._note_multiple(index for one in resolved if (index := one.index) is not None)
            states = self.store.states(by_place.items())
            made = plan(resolved, states, self.store.next_seq)
            if made.next_seq != self.store.next_seq:
                self.store.commit(made.rows, made.replaced, made.next_seq)
                for name, (gone, documents) in made.by_family().items():
                    self._guarded(name, functools.partial(Family.apply, replaced=gone, documents=documents))
                self._written += len(made.newest)
                self._dirty.set()
        return made.outcomes

    def _resolve(self, operation: Operation) -> Resolved:
        try:
            index = self.indices.get(operation.index)
            if index is None:
                if operation.action == "delete":
                    raise index_not_found(operation.index)
                index = self._create_for(operation.index)
            flat = None if operation.source is None else index.intake.flatten(operation.source)
        except ApiFault as fault:
            return Resolved(operation, None, None, fault)
        return Resolved(operation, index, flat, None)

    def _note_multiple(self, indices: Iterable[Index]) -> None:
        """Remember, before they are stored, that some fields have several values: such can't be sorted by."""
        for index in {index.id: index for index in indices}.values():
            if len(index.intake.multiple) > index.noted:
                self.store.note_multiple(index.id, msgspec.json.encode(sorted(index.intake.multiple)).decode())
                index.noted = len(index.intake.multiple)

    def _create_for(self, name: str) -> Index:
        with self.lock:
            if name in self.indices:
                return self.indices[name]
            if best_template(self.templates.values(), name) is None:
                raise unsupported(f"a write to [{name}], which neither exists nor fits an index template")
            return self.create_index(name)

    def _guarded(self, name: str, act: Callable[[Family], None]) -> None:
        """Change a search index; where that fails, SQLite has it all and the next refresh makes it good."""
        family = self.families[name]
        if family.damaged:
            return
        try:
            act(family)
        except BROKEN as error:
            family.damaged = True
            _log.warning("local_store.index.failed", family=name, error=str(error))

    # -- refreshing

    def refresh(self, names: Iterable[str] | None = None) -> None:
        """Make what was acknowledged found. Raises ApiFault (429) where the disk does not take it."""
        for name in list(self.families) if names is None else sorted(set(names)):
            self._guarded(name, Family.commit)  # without the lock: writes go on meanwhile
            if self.families[name].damaged:
                self._repair(name)

    def _repair(self, name: str) -> None:
        try:
            with self.lock:
                if self.families[name].damaged:
                    self._open_family(name)
        except BROKEN as error:
            _log.warning("local_store.index.unrepaired", family=name, error=str(error))
            raise blocked(f"TOO_MANY_REQUESTS/12: the search index can't be written now ({error}); is the disk full?", code=429) from error

    def _keep_fresh(self) -> None:
        idle = 0
        while not self._stop.is_set():
            if self._dirty.wait(REFRESH_S):
                self._gather()
                self._dirty.clear()
                idle = 0
                try:
                    self.refresh()
                except ApiFault:
                    self._dirty.set()
                    self._stop.wait(_RETRY_S)
            else:
                idle += 1
                if idle == _IDLE_ROUNDS:
                    self._rest()

    def _gather(self) -> None:
        """Wait for what comes together, longer while much comes."""
        waited = 0.0
        while waited < _LOADED_S and not self._stop.wait(REFRESH_S):
            waited += REFRESH_S
            count, self._written = self._written, 0
            if count < _MUCH:
                return

    def _rest(self) -> None:
        with self.lock:
            for family in self.families.values():
                family.rest()

    # -- reading

    def documents(self, index: Index, ids: Sequence[str]) -> dict[str, Row]:
        """The live documents of some ids, as they are now."""
        return self.store.get(index.id, ids)

    def one_family(self, indices: Sequence[Index]) -> tuple[Family, list[int] | None]:
        """The family that some indices share, and their numbers; None for all there are. Raises ApiFault for several families."""
        names = sorted({index.family for index in indices})
        if len(names) != 1:
            raise unsupported(f"a search over several families of indices at once: {', '.join(names)}")
        places = [index.id for index in indices]
        family = self.families.get(names[0])
        if family is None:  # its first index is being made
            with self.lock:
                family = self.families[names[0]]
        return family, None if len(places) == len(self.members(names[0])) else places


def _hand_over(batch: dict[int, list[tuple[Row, Flat]]], by_place: Mapping[int, Index], family: Family) -> None:
    """Give documents to a search index, by their own index, and forget them."""
    for place, made in batch.items():
        family.apply((), by_place[place].documents(made))
    batch.clear()


def valid_name(name: str) -> str:
    """Check the name of an index to be made. Raises ApiFault (400)."""
    if not name or name != name.lower() or name.startswith(("_", "-", "+")) or any(sign in name for sign in ' "*\\<>|,/?#:'):
        raise invalid(f"Invalid index name [{name}]", "invalid_index_name_exception")
    return name
