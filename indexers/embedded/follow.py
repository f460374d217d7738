"""A client that outlives the owner of the local store: each request goes to whoever owns it then."""

from pathlib import Path
from typing import ClassVar

from elastic_transport import BaseNode, HttpHeaders, NodeConfig, Urllib3HttpNode
from elastic_transport import ConnectionError as Unreachable
from elastic_transport._node import NodeApiResponse  # the type that a node must answer with has no public name
from elastic_transport.client_utils import DEFAULT, DefaultType
from elasticsearch import Elasticsearch

from indexers.embedded.owner import Owner, read_owner
from indexers.embedded.serve import HOST

_ADDRESS = "http://local-store:9200"  # no socket is ever opened to it


class FollowingNode(BaseNode):
    """Passes requests on to the present owner. A subclass made by `follow_owner` names the folder."""

    folder: ClassVar[Path]

    def __init__(self, config: NodeConfig) -> None:
        super().__init__(config)
        self._owner: Owner | None = None
        self._node: Urllib3HttpNode | None = None

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> NodeApiResponse:
        owner = read_owner(self.folder)
        if owner is None or owner.port is None:
            raise Unreachable("nobody owns the local store now: `yuqing up` does")
        if owner != self._owner or self._node is None:
            self.close()
            self._owner, self._node = owner, Urllib3HttpNode(NodeConfig("http", HOST, owner.port, connections_per_node=20))
        signed = HttpHeaders({**(headers or {}), "authorization": f"Bearer {owner.token}"})
        return self._node.perform_request(method, target, body, signed, request_timeout)

    def close(self) -> None:
        """Let go of the sockets."""
        if self._node is not None:
            self._node.close()
            self._node = None


def follow_owner(folder: Path) -> Elasticsearch:
    """Give the official client on whoever owns the folder when it is asked."""
    node_class = type("BoundFollowingNode", (FollowingNode,), {"folder": folder})
    return Elasticsearch(_ADDRESS, node_class=node_class, max_retries=0)
