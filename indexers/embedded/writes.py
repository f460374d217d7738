"""What a series of writes does, as a function of values: outcomes in order, rows to store, rows to take away."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from indexers.embedded.errors import ApiFault
from indexers.embedded.indices import Index
from indexers.embedded.store import Row, State
from indexers.embedded.typed import Flat

PRIMARY_TERM = 1
_SHARDS = {"total": 1, "successful": 1, "failed": 0}
_ABSENT = State(-1, 0, live=False)


class Operation(NamedTuple):
    """One write as it was asked for."""

    action: str  # "create", "index", "delete"
    index: str  # type: ignore[assignment]  # hides tuple.index, which nobody asks a write for
    id: str
    source: bytes | None = None  # None for a delete
    if_seq_no: int | None = None
    if_primary_term: int | None = None


class Resolved(NamedTuple):
    """A write with its index and its indexed values, or with the reason why it can't be done."""

    operation: Operation
    index: Index | None  # type: ignore[assignment]  # as above
    flat: Flat | None
    fault: ApiFault | None


class Outcome(NamedTuple):
    """What became of one write."""

    operation: Operation
    status: int
    body: dict[str, Any]  # the answer's fields, or the error's


class Plan(NamedTuple):
    """What is to be stored for a series of writes."""

    outcomes: list[Outcome]
    newest: dict[tuple[int, str], tuple[Row, Resolved]]
    before: Mapping[tuple[int, str], State]
    next_seq: int

    @property
    def rows(self) -> list[Row]:
        return [row for row, _ in self.newest.values()]

    @property
    def replaced(self) -> list[int]:
        return [self.before[key].seq for key in self.newest if key in self.before]

    def by_family(self) -> dict[str, tuple[list[int], list[str]]]:
        """For each family the sequence numbers that go and the documents that come."""
        found: dict[str, tuple[list[int], list[str]]] = {}
        made: dict[int, tuple[Index, list[tuple[Row, Flat]]]] = {}
        for key, (row, resolved) in self.newest.items():
            assert resolved.index is not None
            gone, _ = found.setdefault(resolved.index.family, ([], []))
            before = self.before.get(key)
            if before is not None and before.live:
                gone.append(before.seq)
            if resolved.flat is not None:
                made.setdefault(resolved.index.id, (resolved.index, []))[1].append((row, resolved.flat))
        for index, documents in made.values():
            found[index.family][1].extend(index.documents(documents))
        return found


def plan(writes: Sequence[Resolved], states: Mapping[tuple[int, str], State], next_seq: int) -> Plan:
    """Decide each write in order, each seeing those before it."""
    outcomes: list[Outcome] = []
    newest: dict[tuple[int, str], tuple[Row, Resolved]] = {}
    for write in writes:
        operation, index = write.operation, write.index
        if index is None:
            assert write.fault is not None
            outcomes.append(Outcome(operation, write.fault.code, {"error": write.fault.detail()}))
            continue
        key = (index.id, operation.id)
        done = newest.get(key)
        state = State(done[0].seq, done[0].version, done[0].source is not None) if done else states.get(key, _ABSENT)
        fault = _conflict(operation, state)
        if fault is not None:
            outcomes.append(Outcome(operation, fault.code, {"error": fault.detail()}))
            continue
        row = Row(next_seq, index.id, operation.id, state.version + 1, operation.source)
        next_seq += 1
        if operation.action != "delete" or state.live or key in newest:
            newest[key] = (row, write)
        outcomes.append(_done(operation, row, state))
    return Plan(outcomes, newest, states, next_seq)


def _conflict(operation: Operation, state: State) -> ApiFault | None:
    if operation.action == "create" and state.live:
        return _version_conflict(operation, f"document already exists (current version [{state.version}])")
    wanted = operation.if_seq_no
    if wanted is None or (state.live and wanted == state.seq and operation.if_primary_term == PRIMARY_TERM):
        return None
    asked = f"required seqNo [{wanted}], primary term [{operation.if_primary_term}]"
    if not state.live:
        return _version_conflict(operation, f"{asked}. but no document was found")
    return _version_conflict(operation, f"{asked}. current document has seqNo [{state.seq}] and primary term [{PRIMARY_TERM}]")


def _version_conflict(operation: Operation, why: str) -> ApiFault:
    return ApiFault(
        409, "version_conflict_engine_exception", f"[{operation.id}]: version conflict, {why}", shard="0", index=operation.index
    )


def _done(operation: Operation, row: Row, state: State) -> Outcome:
    if operation.action == "delete":
        result, status = ("deleted", 200) if state.live else ("not_found", 404)
    else:
        result, status = ("updated", 200) if state.live else ("created", 201)
    body = {
        "_index": operation.index,
        "_id": operation.id,
        "_version": row.version,
        "result": result,
        "_shards": _SHARDS,
        "_seq_no": row.seq,
        "_primary_term": PRIMARY_TERM,
    }
    return Outcome(operation, status, body)
