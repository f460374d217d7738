"""The pages on a real socket: started, stopped and started again at the same address."""

import threading
import time
from datetime import UTC, datetime
from http import HTTPStatus

import httpx2
from elasticsearch import Elasticsearch

from config.settings import Settings
from indexers.names import Names
from indexers.people import People, Role
from indexers.writer import Writer
from services.serve import serve
from services.stop import Stop
from streams.messages import TaggedPost
from web.users import Users

PATIENCE_S = 30.0


class Served:
    """One server on a thread of the test's process."""

    def __init__(self, settings: Settings, client: Elasticsearch) -> None:
        self._settings = settings
        self._client = client
        self._stop = Stop()
        self._thread: threading.Thread | None = None
        self.url = ""
        self.users = Users(People(client, Names(settings.elasticsearch.prefix)), lambda: datetime.now(UTC), "test")

    def start(self) -> None:
        """Serve; at the second start at the address of the first."""
        port = int(self.url.rpartition(":")[2]) if self.url else 0
        settings = self._settings.model_copy(update={"web": self._settings.web.model_copy(update={"port": port})})
        self._stop = Stop()
        ready = threading.Event()

        def note(url: str) -> None:
            self.url = url
            ready.set()

        self._thread = threading.Thread(target=serve, args=(settings, self._client, self._stop, note))
        self._thread.start()
        assert ready.wait(PATIENCE_S), "the server did not come up"
        self._wait_for_the_database()

    def _wait_for_the_database(self) -> None:
        """Pages say that the database is being made ready, and a test that asks once would take that for the answer."""
        until = time.monotonic() + PATIENCE_S
        while httpx2.get(f"{self.url}/duty").status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            assert time.monotonic() < until, "the database was not made ready"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop politely; what still listens is sent away."""
        self._stop.request()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)
            assert not self._thread.is_alive(), "the server did not stop"

    def entry(self, role: Role) -> str:
        """An address that signs somebody of this role in, once."""
        name = f"some-{role}"
        if name not in {user.id for user in self.users.all()}:
            self.users.add(name, role, "quiet-river-42")
            self._client.indices.refresh(index=Names(self._settings.elasticsearch.prefix).everything)
        return f"{self.url}/enter/{self.users.entry(name)}"

    def write(self, *posts: TaggedPost) -> None:
        """Write posts, as the role `work` does; they can be searched when this returns."""
        assert Writer(self._client, self._settings.elasticsearch.prefix).write(posts) == []
        self._client.indices.refresh(index=Names(self._settings.elasticsearch.prefix).everything)
