"""The role `serve`: the pages, until told to stop."""

import socket
from collections.abc import Callable
from types import FrameType

import structlog
import uvicorn
from elasticsearch import Elasticsearch

from config.settings import Settings
from indexers.errors import DatabaseUnavailable
from indexers.names import Names
from indexers.setup import set_up
from nlp.office import office_segmenter
from services.errors import PortTaken
from services.stop import Stop
from web.app import create_app
from web.live import Hub

log = structlog.get_logger()

GRACE_S = 5  # requests that still run when the server stops have this long to end
WAIT_S = 2.0


def serve(settings: Settings, client: Elasticsearch, stop: Stop, ready: Callable[[str], None] | None = None) -> None:
    """Serve the pages until told to stop. Waits for a database that is away before it begins.

    `ready` is called with the address, once requests are taken. Raises PortTaken, ConfigError, SetupMismatch.
    """
    _make_ready(settings, client, stop)
    app = create_app(settings, client)
    taken = _take_port(settings)
    host, port = taken.getsockname()[:2]
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_S, ws="none")
    server = _Server(config, stop, app.state.desk.hub)
    server.when_ready = lambda: ready(f"http://{f'[{host}]' if ':' in host else host}:{port}") if ready else None
    with taken:
        server.run(sockets=[taken])


class _Server(uvicorn.Server):
    """A server that stops when it is asked by our Stop, and first sends the pages away that listen."""

    def __init__(self, config: uvicorn.Config, stop: Stop, hub: Hub) -> None:
        super().__init__(config)
        self._stop = stop
        self._hub = hub
        self.when_ready: Callable[[], object] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.when_ready()

    async def on_tick(self, counter: int) -> bool:
        if self._stop.requested and not self._hub.closing:
            await self._hub.close()
            self.should_exit = True
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of the server
        self._stop.request()


def _make_ready(settings: Settings, client: Elasticsearch, stop: Stop) -> None:
    names = Names(settings.elasticsearch.prefix)
    while not stop.requested:
        try:
            set_up(client, names, str(office_segmenter(settings.nlp).stamp), settings.elasticsearch.replicas)
        except DatabaseUnavailable as error:
            log.warning("serve.waiting", error=str(error))
            stop.wait(WAIT_S)
        else:
            return


def _take_port(settings: Settings) -> socket.socket:
    host, port = settings.web.host, settings.web.port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTaken(f"can't serve pages at {host}:{port}: {error.strerror}; give another with --host and --port") from error
