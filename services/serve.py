"""The role `serve`: the pages, until told to stop."""

import socket
import threading
from collections.abc import Callable
from types import FrameType

import structlog
import uvicorn
from elasticsearch import Elasticsearch

from config.settings import Settings
from indexers.errors import DatabaseError, DatabaseUnavailable, SetupMismatch
from indexers.names import Names
from indexers.setup import is_set_up, set_up
from services.listen import address_of, listen
from services.stop import Stop
from web.app import create_app
from web.live import Hub

log = structlog.get_logger()

GRACE_S = 5  # requests that still run when the server stops have this long to end
WAIT_S = 0.5


def serve(
    settings: Settings,
    client: Elasticsearch,
    stop: Stop,
    ready: Callable[[str], None] | None = None,
    *,
    listening: socket.socket | None = None,
) -> None:
    """Serve the pages until told to stop. While the database is away, or not set up yet, they say so.

    `ready` is called with the address, once requests are taken. `listening` is a socket that `up` has opened, in place of the one that
    the settings ask for; `up` then also sets the database up. Raises PortTaken, ConfigError, SetupMismatch.
    """
    ending = Stop()
    with listening or listen(settings.web) as taken:
        setting_up = _SettingUp(settings, client, ending, itself=listening is None)
        app = create_app(settings, client, is_set_up=setting_up.done.is_set)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=settings.web.trusted_proxies,
            timeout_graceful_shutdown=GRACE_S,
            ws="none",
        )
        server = _Server(config, stop, ending, app.state.desk.hub)
        server.when_ready = lambda: ready(address_of(taken)) if ready else None
        setting_up.start()
        try:
            server.run(sockets=[taken])
        finally:
            ending.request()
            setting_up.join()
    if setting_up.error is not None:
        raise setting_up.error


class _Server(uvicorn.Server):
    """A server that ends when one of our stops is requested, and first sends the pages away that listen."""

    def __init__(self, config: uvicorn.Config, stop: Stop, ending: Stop, hub: Hub) -> None:
        super().__init__(config)
        self._stop, self._ending = stop, ending
        self._hub = hub
        self.when_ready: Callable[[], object] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.when_ready()

    async def on_tick(self, counter: int) -> bool:
        if (self._stop.requested or self._ending.requested) and not self._hub.closing:
            await self._hub.close()
            self.should_exit = True
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of the server
        self._stop.request()


class _SettingUp(threading.Thread):
    """Sets the database up beside the server, which must answer meanwhile; or waits until somebody else has.

    A database that was made for another program ends both.
    """

    def __init__(self, settings: Settings, client: Elasticsearch, stop: Stop, *, itself: bool) -> None:
        super().__init__(name="serve-set-up")
        self._client, self._settings, self._stop_asked, self._itself = client, settings, stop, itself
        self.done = threading.Event()
        self.error: SetupMismatch | DatabaseError | None = None

    def run(self) -> None:
        said = False
        while not self._stop_asked.requested and not self.done.is_set():
            try:
                if self._ready():
                    self.done.set()
                    return
            except DatabaseUnavailable as error:
                if not said:
                    log.warning("serve.waiting", error=str(error))
                said = True
            except (SetupMismatch, DatabaseError) as error:
                self.error = error
                self._stop_asked.request()
            self._stop_asked.wait(WAIT_S)

    def _ready(self) -> bool:
        given = self._settings.elasticsearch
        if not self._itself:
            return is_set_up(self._client, Names(given.prefix))
        from nlp.office import office_segmenter  # noqa: PLC0415 - 45 MB that are not needed where somebody else sets up

        set_up(self._client, Names(given.prefix), str(office_segmenter(self._settings.nlp).stamp), given.replicas)
        return True
