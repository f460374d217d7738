"""The engine under the official client: a node that answers in this process instead of over a socket."""

import time
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from elastic_transport import ApiResponseMeta, BaseNode, HttpHeaders
from elastic_transport import ConnectionError as Unreachable
from elastic_transport._node import NodeApiResponse  # the type that a node must answer with has no public name
from elasticsearch import Elasticsearch

from indexers.connect import FastJson
from indexers.embedded.engine import Engine
from indexers.embedded.routes import answer

_ADDRESS = "http://local-store:9200"  # no socket is ever opened to it


class EmbeddedNode(BaseNode):
    """Answers the client's requests from an engine. A subclass made by `client_for` names the engine."""

    engine: ClassVar[Engine | None]
    on_close: ClassVar[Callable[[], None] | None] = None

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,  # noqa: ARG002 - there is no one to sign in to
        request_timeout: Any = None,  # noqa: ARG002 - nothing is waited for
    ) -> NodeApiResponse:
        if self.engine is None:
            raise Unreachable("the local store is not open yet")
        started = time.monotonic()
        status, kind, content = answer(self.engine, method, target, body or b"")
        meta = ApiResponseMeta(
            status=status,
            http_version="1.1",
            headers=HttpHeaders({"x-elastic-product": "Elasticsearch", "content-type": kind}),
            duration=time.monotonic() - started,
            node=self.config,
        )
        return NodeApiResponse(meta, content)

    def close(self) -> None:
        """Do what was asked for at the end: give the folder back where the client's maker opened it."""
        end = type(self).__dict__.get("on_close")
        if end is not None:
            end()


def client_for(engine: Engine, on_close: Callable[[], None] | None = None) -> Elasticsearch:
    """The official client on an engine of this process; `on_close` is called when the client is closed."""
    return _client(type("BoundNode", (EmbeddedNode,), {"engine": engine, "on_close": on_close}))


class Coming(NamedTuple):
    """The official client on an engine that this process will open: the database is away until `opened` is told of it."""

    client: Elasticsearch
    opened: Callable[[Engine], None]


def client_to_come() -> Coming:
    """For what must answer while the store is opened, which can take long after a crash."""
    node_class = type("ComingNode", (EmbeddedNode,), {"engine": None})
    return Coming(_client(node_class), lambda engine: setattr(node_class, "engine", engine))


def _client(node_class: type[EmbeddedNode]) -> Elasticsearch:
    return Elasticsearch(_ADDRESS, node_class=node_class, max_retries=0, serializers={FastJson.mimetype: FastJson()})
