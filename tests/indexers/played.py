"""A database played by a test: it answers what the test says, and keeps what it was asked."""

import json
from collections.abc import Callable
from typing import Any

from elastic_transport import ApiResponseMeta, BaseNode, HttpHeaders
from elastic_transport._node._base import NodeApiResponse
from elasticsearch import Elasticsearch

Answer = tuple[int, Any]


class PlayedNode(BaseNode):
    """Asks `reply(method, path, lines)` for each answer; an exception that it returns is raised as the transport would."""

    reply: Callable[[str, str, list[Any]], Answer | Exception]
    said: dict[str, str]

    def perform_request(
        self, method: str, target: str, body: bytes | None = None, headers: Any = None, request_timeout: Any = None
    ) -> NodeApiResponse:
        answer = self.reply(method, target, [json.loads(line) for line in (body or b"").splitlines()])
        if isinstance(answer, Exception):
            raise answer
        status, content = answer
        kind = HttpHeaders({"x-elastic-product": "Elasticsearch", "content-type": "application/json"} | self.said)
        return NodeApiResponse(ApiResponseMeta(status, "1.1", kind, 0.0, self.config), json.dumps(content).encode())


def played(reply: Callable[[str, str, list[Any]], Answer | Exception], **headers: str) -> Elasticsearch:
    """A client of a played database."""
    client = Elasticsearch("http://played:9200", node_class=PlayedNode, max_retries=0)
    node = client.transport.node_pool.get()
    assert isinstance(node, PlayedNode)
    node.reply = reply
    node.said = headers
    return client


def refusal(kind: str, why: str = "") -> dict[str, Any]:
    """How the server words an error."""
    return {"error": {"type": kind, "reason": why}}
