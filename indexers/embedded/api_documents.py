"""Requests about single documents and bulk writes."""

import base64
import time
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec

from indexers.embedded.api import Answer, Request, read_flag
from indexers.embedded.engine import Engine
from indexers.embedded.errors import ApiFault, index_not_found, invalid, unsupported
from indexers.embedded.fetch import Wanted
from indexers.embedded.indices import Index
from indexers.embedded.store import Row
from indexers.embedded.writes import PRIMARY_TERM, Operation, Outcome

LONGEST_ID = 512  # bytes, the server's own limit


class _Target(msgspec.Struct, forbid_unknown_fields=True):
    index: str | None = msgspec.field(name="_index", default=None)
    id: str | int | None = msgspec.field(name="_id", default=None)
    if_seq_no: int | None = None
    if_primary_term: int | None = None


class _Action(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    create: _Target | None = None
    index: _Target | None = None
    delete: _Target | None = None


_actions = msgspec.json.Decoder(_Action)


def bulk(engine: Engine, request: Request) -> Answer:
    """Many writes at once; each has its own outcome."""
    started = time.monotonic()
    operations = list(_operations(request.body, request.named.get("index")))
    if not operations:
        raise invalid("Validation Failed: 1: no requests added;", "action_request_validation_exception")
    outcomes = engine.write(operations)
    _refresh(engine, request, outcomes)
    items = [{outcome.operation.action: _item(outcome)} for outcome in outcomes]
    errors = any("error" in outcome.body for outcome in outcomes)
    return Answer(200, {"errors": errors, "took": round((time.monotonic() - started) * 1000), "items": items})


def _item(outcome: Outcome) -> dict[str, Any]:
    operation = outcome.operation
    return {"_index": operation.index, "_id": operation.id, **outcome.body, "status": outcome.status}


def _operations(body: bytes, index: str | None) -> Iterator[Operation]:
    lines = body.split(b"\n")
    if lines.pop().strip():
        raise invalid("The bulk request must be terminated by a newline [\\n]")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.strip():
            continue
        try:
            action = _actions.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise invalid(f"the action on line [{at}] of the bulk request is not one that the local store takes: {error}") from error
        source = None
        if action.delete is None:
            if at >= len(lines):
                raise invalid(f"the action on line [{at}] of the bulk request has no document")
            source = lines[at]
            at += 1
        yield _operation(action, source, index, at)


def _operation(action: _Action, source: bytes | None, index: str | None, line: int) -> Operation:
    given = [(name, target) for name in ("create", "index", "delete") if (target := getattr(action, name)) is not None]
    if len(given) != 1:
        raise invalid(f"expected exactly one action before line [{line}] of the bulk request: create, index or delete")
    name, target = given[0]
    place = target.index or index
    if not place:
        raise invalid("Validation Failed: 1: index is missing;", "action_request_validation_exception")
    if target.id is None and name == "delete":
        raise invalid("Validation Failed: 1: id is missing;", "action_request_validation_exception")
    if name == "create" and target.if_seq_no is not None:
        raise invalid(
            "Validation Failed: 1: create operations do not support compare and set. use index instead;",
            "action_request_validation_exception",
        )
    return Operation(name, place, _identifier(target.id), source, target.if_seq_no, target.if_primary_term)


def _identifier(given: str | int | None) -> str:
    if given is None:
        return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    identifier = str(given)
    size = len(identifier.encode())
    if size > LONGEST_ID or not identifier:
        why = f"id [{identifier}] is too long, must be no longer than {LONGEST_ID} bytes but was: {size}"
        raise invalid(f"Validation Failed: 1: {why if identifier else 'an id must not be empty'};", "action_request_validation_exception")
    return identifier


def index(engine: Engine, request: Request) -> Answer:
    """Write one document; `op_type=create` refuses one that is there."""
    kind = request.parameters.get("op_type", "index")
    if kind not in {"index", "create"}:
        raise unsupported(f"op_type [{kind}]")
    return _write(engine, request, kind)


def create(engine: Engine, request: Request) -> Answer:
    """Write one document that must not be there yet."""
    return _write(engine, request, "create")


def delete(engine: Engine, request: Request) -> Answer:
    """Take one document away."""
    return _write(engine, request, "delete")


def _write(engine: Engine, request: Request, action: str) -> Answer:
    operation = Operation(
        action,
        request.named["index"],
        _identifier(request.named.get("id")),
        None if action == "delete" else request.body,
        _number(request, "if_seq_no"),
        _number(request, "if_primary_term"),
    )
    outcome = engine.write([operation])[0]
    if "error" in outcome.body:
        detail = outcome.body["error"]
        return Answer(outcome.status, {"error": {"root_cause": [detail], **detail}, "status": outcome.status})
    _refresh(engine, request, [outcome])
    return Answer(outcome.status, outcome.body)


def _number(request: Request, name: str) -> int | None:
    value = request.parameters.get(name)
    if value is None:
        return None
    if not value.isdecimal():
        raise invalid(f"Failed to parse int parameter [{name}] with value [{value}]")
    return int(value)


def _refresh(engine: Engine, request: Request, outcomes: list[Outcome]) -> None:
    wanted = request.parameters.get("refresh")
    if wanted != "wait_for" and not read_flag("refresh", wanted):
        return
    names = {outcome.operation.index for outcome in outcomes if "error" not in outcome.body}
    engine.refresh(engine.indices[name].family for name in names if name in engine.indices)


def get(engine: Engine, request: Request) -> Answer:
    """One document, as it is now."""
    index = _index(engine, request.named["index"])
    identifier = request.named["id"]
    found = _found(index, identifier, engine.documents(index, [identifier]), Wanted.of_parameters(request.parameters))
    return Answer(200 if found["found"] else 404, found)


def mget(engine: Engine, request: Request) -> Answer:
    """Several documents, as they are now."""
    body = request.json()
    default = request.named.get("index")
    if set(body) - {"docs", "ids"}:
        raise unsupported(f"{sorted(set(body) - {'docs', 'ids'})} in an mget")
    asked = body.get("docs") or [{"_id": identifier} for identifier in body.get("ids") or ()]
    if not asked:
        raise invalid("Validation Failed: 1: no documents to get;", "action_request_validation_exception")
    wanted = Wanted.of_parameters(request.parameters)
    by_index: dict[str, list[str]] = {}
    for one in asked:
        if set(one) - {"_index", "_id", "_source"}:
            raise unsupported(f"{sorted(set(one) - {'_index', '_id', '_source'})} in a document of an mget")
        by_index.setdefault(one.get("_index") or default or "", []).append(str(one["_id"]))
    rows: dict[str, dict[str, Row] | ApiFault] = {}
    for name, ids in by_index.items():
        try:
            rows[name] = engine.documents(_index(engine, name), ids)
        except ApiFault as fault:
            rows[name] = fault
    docs = [_one_of_many(engine, one, default, rows, wanted) for one in asked]
    return Answer(200, {"docs": docs})


def _one_of_many(
    engine: Engine, asked: dict[str, Any], default: str | None, rows: dict[str, dict[str, Row] | ApiFault], wanted: Wanted
) -> dict[str, Any]:
    name, identifier = asked.get("_index") or default or "", str(asked["_id"])
    found = rows[name]
    if isinstance(found, ApiFault):
        return {"_index": name, "_id": identifier, "error": found.body()["error"]}
    own = Wanted.of_body(asked["_source"]) if "_source" in asked else wanted
    return _found(engine.indices[name], identifier, found, own)


def _index(engine: Engine, name: str) -> Index:
    found = engine.indices.get(name)
    if found is None:
        raise index_not_found(name)
    return found


def _found(index: Index, identifier: str, rows: dict[str, Row], wanted: Wanted) -> dict[str, Any]:
    row = rows.get(identifier)
    if row is None or row.source is None:
        return {"_index": index.name, "_id": identifier, "found": False}
    head = {"_index": index.name, "_id": identifier, "_version": row.version, "_seq_no": row.seq, "_primary_term": PRIMARY_TERM}
    return {**head, "found": True, **wanted.of(row.source)}
