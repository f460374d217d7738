"""Which requests the engine takes: one table. What is not in it, and every parameter that is not named in it, is refused."""

import traceback
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
import structlog

from indexers.embedded import api_documents, api_indices, api_search
from indexers.embedded.api import Answer, Request
from indexers.embedded.engine import Engine
from indexers.embedded.errors import ApiFault, invalid, is_panic, unsupported

CONTENT = "application/vnd.elasticsearch+json;compatible-with=9"
_log = structlog.get_logger(__name__)
_encoder = msgspec.json.Encoder()
_WRITE = frozenset({"refresh", "timeout"})
_GUARDED = _WRITE | {"if_seq_no", "if_primary_term"}
_INDICES = frozenset({"ignore_unavailable", "allow_no_indices", "expand_wildcards"})
_SOURCE = frozenset({"_source", "_source_includes", "_source_excludes", "realtime"})
_MAKE = frozenset({"timeout", "master_timeout", "wait_for_active_shards"})
_SEARCH = _INDICES | {"preference", "request_cache", "timeout", "batched_reduce_size"}

Handler = Callable[[Engine, Request], Answer]


class Route(NamedTuple):
    """One kind of request."""

    methods: str  # separated by blanks
    path: str  # {name} stands for one part
    handler: Handler
    parameters: frozenset[str] = frozenset()


ROUTES = (
    Route("GET", "/_cluster/health", api_indices.health, _MAKE | {"wait_for_status"}),
    Route("GET", "/_cluster/health/{index}", api_indices.health, _MAKE | {"wait_for_status"}),
    Route("PUT POST", "/_index_template/{name}", api_indices.put_template, frozenset({"create", "master_timeout", "cause"})),
    Route("GET", "/_index_template/{name}", api_indices.get_template),
    Route("HEAD", "/_index_template/{name}", api_indices.get_template),
    Route("DELETE", "/_index_template/{name}", api_indices.delete_template, _MAKE),
    Route("PUT POST", "/_bulk", api_documents.bulk, _WRITE),
    Route("PUT POST", "/{index}/_bulk", api_documents.bulk, _WRITE),
    Route("GET POST", "/_mget", api_documents.mget, _SOURCE),
    Route("GET POST", "/{index}/_mget", api_documents.mget, _SOURCE),
    Route("GET POST", "/_msearch", api_search.msearch),
    Route("GET POST", "/{index}/_msearch", api_search.msearch),
    Route("GET POST", "/{index}/_search", api_search.search, _SEARCH),
    Route("GET POST", "/{index}/_count", api_search.count, _INDICES),
    Route("GET POST", "/_refresh", api_indices.refresh, _INDICES),
    Route("GET POST", "/{index}/_refresh", api_indices.refresh, _INDICES),
    Route("GET", "/{index}/_mapping", api_indices.get_mapping, _INDICES),
    Route("PUT POST", "/{index}/_doc/{id}", api_documents.index, _GUARDED | {"op_type"}),
    Route("POST", "/{index}/_doc", api_documents.index, _WRITE | {"op_type"}),
    Route("PUT POST", "/{index}/_create/{id}", api_documents.create, _WRITE),
    Route("GET HEAD", "/{index}/_doc/{id}", api_documents.get, _SOURCE),
    Route("DELETE", "/{index}/_doc/{id}", api_documents.delete, _GUARDED),
    Route("PUT", "/{index}", api_indices.create, _MAKE),
    Route("GET", "/{index}", api_indices.get, _INDICES),
    Route("HEAD", "/{index}", api_indices.exists, _INDICES),
    Route("DELETE", "/{index}", api_indices.delete, _MAKE | _INDICES),
)


def answer(engine: Engine, method: str, target: str, body: bytes) -> tuple[int, str, bytes]:
    """Carry out one request; gives status, content type and body. What fails is an answer too."""
    try:
        status, content = _dispatch(engine, method, target, body)
    except ApiFault as fault:
        status, content = fault.code, fault.body()
    except BaseException as error:  # a fault of ours, or a panic of tantivy's, must reach the caller as a 500, not end a thread
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        frame = traceback.extract_tb(error.__traceback__)[-1]  # no values: they may hold the text of posts
        where = f"{frame.filename}:{frame.lineno}"
        _log.error("local_store.request.failed", method=method, path=target.partition("?")[0], error=type(error).__name__, at=where)
        status, content = 500, ApiFault(500, "local_store_error", f"{type(error).__name__}: {error}").body()
    return status, CONTENT, b"" if method == "HEAD" else _encoder.encode(content)


def _dispatch(engine: Engine, method: str, target: str, body: bytes) -> Answer:
    path, _, query = target.partition("?")
    parts = [urllib.parse.unquote(part) for part in path.strip("/").split("/")]
    for route in ROUTES:
        named = _match(route.path, parts)
        if named is not None and method in route.methods.split():
            given = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
            _check_parameters(path, given, route.parameters)
            return route.handler(engine, Request(named, given, body))
    raise unsupported(f"the request [{method} {path}]")


def _match(pattern: str, parts: list[str]) -> dict[str, str] | None:
    wanted = pattern.strip("/").split("/")
    if len(wanted) != len(parts):
        return None
    named: dict[str, str] = {}
    for want, part in zip(wanted, parts, strict=True):
        if want.startswith("{"):
            if not part or (part.startswith("_") and want == "{index}"):
                return None
            named[want[1:-1]] = part
        elif want != part:
            return None
    return named


def _check_parameters(path: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
    for name in given:
        if name not in known:
            raise invalid(f"request [{path}] contains a parameter that the local store does not take: [{name}]")
