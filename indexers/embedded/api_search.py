"""Requests that search, count and aggregate."""

import time
from collections.abc import Sequence
from typing import Any

from indexers.embedded.aggregate.registry import aggregate
from indexers.embedded.api import Answer, Request, known_only, read_object
from indexers.embedded.clauses import All, Clause, narrowed
from indexers.embedded.engine import Engine
from indexers.embedded.errors import ApiFault, invalid, unsupported
from indexers.embedded.fetch import Wanted
from indexers.embedded.highlight import Highlighter
from indexers.embedded.indices import Index
from indexers.embedded.query import parse
from indexers.embedded.sort import Found, Key, Sorter, Stale, parse_sort
from indexers.embedded.view import View, view_of

BODY = frozenset(
    {
        "query",
        "from",
        "size",
        "sort",
        "search_after",
        "_source",
        "aggs",
        "aggregations",
        "highlight",
        "track_total_hits",
        "version",
        "seq_no_primary_term",
        "timeout",
    }
)
_HEADER = frozenset({"index", "ignore_unavailable", "allow_no_indices", "expand_wildcards", "preference", "request_cache", "search_type"})
_WINDOW = 10_000
_TOTAL = 10_000
_ATTEMPTS = 3


def search(engine: Engine, request: Request) -> Answer:
    """Hits and aggregations."""
    return Answer(200, run(engine, request.named["index"], request.json(), request))


def count(engine: Engine, request: Request) -> Answer:
    """How many documents match."""
    body = request.json()
    known_only(body, frozenset({"query"}), "a count")
    whole = run(engine, request.named["index"], {**body, "size": 0, "track_total_hits": True}, request)
    return Answer(200, {"count": whole["hits"]["total"]["value"], "_shards": whole["_shards"]})


def msearch(engine: Engine, request: Request) -> Answer:
    """Several searches; each has its own answer or error."""
    started = time.monotonic()
    lines = [line for line in request.body.split(b"\n") if line.strip()]
    if len(lines) % 2:
        raise invalid("an msearch has a header and a body for each search")
    responses = []
    for at in range(0, len(lines), 2):
        header = read_object(lines[at])
        known_only(header, _HEADER, "the header of an msearch")
        index = header.get("index", request.named.get("index"))
        flags: dict[str, str] = {name: str(header[name]).lower() for name in ("ignore_unavailable", "allow_no_indices") if name in header}
        try:
            name = ",".join(index) if isinstance(index, list) else index
            if not name:
                raise unsupported("a search of all indices")
            answer = run(engine, name, read_object(lines[at + 1]), Request({}, flags, b""))
            responses.append({**answer, "status": 200})
        except ApiFault as fault:
            responses.append(fault.body())
    return Answer(200, {"took": _ms(started), "responses": responses})


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def run(engine: Engine, expression: str, body: dict[str, Any], request: Request) -> dict[str, Any]:
    """One search. Raises ApiFault."""
    started = time.monotonic()
    known_only(body, BODY, "a search")
    indices = engine.resolve(
        expression,
        ignore_unavailable=request.flag("ignore_unavailable"),
        allow_none=request.flag("allow_no_indices", default=True),
    )
    shards = len(indices)
    answer = {
        "took": 0,
        "timed_out": False,
        "_shards": {"total": shards, "successful": shards, "skipped": 0, "failed": 0},
        **(_attempt(engine, indices, body) if indices else _nothing(body)),
    }
    answer["took"] = _ms(started)
    return answer


def _nothing(body: dict[str, Any]) -> dict[str, Any]:
    total = {} if body.get("track_total_hits") is False else {"total": {"value": 0, "relation": "eq"}}
    return {"hits": {**total, "max_score": 0.0, "hits": []}}


def _attempt(engine: Engine, indices: list[Index], body: dict[str, Any]) -> dict[str, Any]:
    """Search; where a document was replaced meanwhile, refresh and search again, at last with writers kept out."""
    for _ in range(_ATTEMPTS):
        try:
            return _once(engine, indices, body)
        except Stale:
            engine.refresh([indices[0].family])
    with engine.lock:
        engine.refresh([indices[0].family])
        return _once(engine, indices, body)


def _once(engine: Engine, indices: list[Index], body: dict[str, Any]) -> dict[str, Any]:
    view = view_of(engine, indices)
    query = parse(body["query"], view.context) if body.get("query") is not None else All()
    clause = narrowed(view.within, query) if not isinstance(view.within, All) else query
    keys = parse_sort(body.get("sort"), view.snapshot.fields, view.multiple)
    size, start = _number(body, "size", 10), _number(body, "from", 0)
    if start + size > _WINDOW:
        raise invalid(f"Result window is too large, from + size must be less than or equal to: [{_WINDOW}] but was [{start + size}]")
    sorter = Sorter(view.snapshot, view.read, keys)
    found = _hits(sorter, clause, body, start, size)
    answer: dict[str, Any] = {"hits": {**_total(sorter, clause, body.get("track_total_hits", _TOTAL)), "max_score": None}}
    if not keys and found:
        answer["hits"]["max_score"] = max(one.score or 0.0 for one in found)
    answer["hits"]["hits"] = _shown(view, found, keys, query, body)
    aggs = body.get("aggs", body.get("aggregations"))
    if aggs:
        answer["aggregations"] = aggregate(view, clause, aggs)
    return answer


def _number(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise invalid(f"[{name}] parameter cannot be negative or not a number, found [{value}]")
    return value


def _hits(sorter: Sorter, clause: Clause, body: dict[str, Any], start: int, size: int) -> list[Found]:
    after = body.get("search_after")
    if after is not None:
        if start:
            raise invalid("`from` parameter must be set to 0 when `search_after` is used", "action_request_validation_exception")
        if not sorter.keys or not isinstance(after, list):
            raise invalid("Sort must contain at least one field when using search_after.")
        return sorter.after(clause, after, size)
    if not sorter.keys:
        return sorter.by_score(clause, start + size if size else 0)[start:]
    return sorter.first(clause, start + size if size else 0)[start:]


def _total(sorter: Sorter, clause: Clause, track: object) -> dict[str, Any]:
    if track is False:
        return {}
    exact = sorter.count(clause)
    if track is True:
        return {"total": {"value": exact, "relation": "eq"}}
    if not isinstance(track, int) or track < 0:
        raise invalid(f"[track_total_hits] parameter must be positive or a boolean, found [{track}]")
    return {"total": {"value": min(exact, track), "relation": "gte" if exact > track else "eq"}}


def _shown(view: View, found: list[Found], keys: Sequence[Key], query: Clause, body: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = Wanted.of_body(body.get("_source"))
    marker = Highlighter.of(body["highlight"], query, view.context) if body.get("highlight") else None
    hits = []
    for one in found:
        hit = view.hit(one, keys, wanted, body)
        marked = marker.marked(one.row.source or b"{}") if marker else {}
        hits.append({**hit, "highlight": marked} if marked else hit)
    return hits
