"""Who owns the folder: one process, by a lock that dies with it, and a file that tells the others how to reach it."""

import contextlib
import functools
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import filelock
import msgspec
from elasticsearch import Elasticsearch

from indexers.embedded.engine import Engine
from indexers.embedded.errors import LocalStoreError, StoreHeld
from indexers.embedded.node import client_for
from indexers.embedded.routes import answer
from indexers.embedded.serve import HOST, Server

OWNER_FILE = "owner.json"
LOCK_FILE = "owner.lock"
_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700  # posts and sign-ins are for this user alone


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner says of itself. The token lets in whoever can read this file, which is the same user."""

    pid: int
    since: str
    port: int | None = None
    token: str | None = None


class LocalStore:
    """The open store of this process. Leave it, or `close` it, to give the folder back."""

    def __init__(self, folder: Path, engine: Engine, lock: filelock.BaseFileLock) -> None:
        self.folder = folder
        self.engine = engine
        self._lock = lock
        self._server: Server | None = None
        self._since = datetime.now(UTC).isoformat(timespec="seconds")
        self._tell()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Take the folder and open what is in it, mending what a crash left behind.

        Raises StoreHeld where another process owns it, LocalStoreError where it can't be read or written.
        """
        try:
            folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            lock = filelock.FileLock(folder / LOCK_FILE, mode=_PRIVATE)
            lock.acquire(timeout=0)
        except filelock.Timeout as error:
            owner = read_owner(folder)
            raise StoreHeld(str(folder), pid=owner.pid if owner else None, since=owner.since if owner else None) from error
        except OSError as error:
            raise LocalStoreError(f"the local store's folder {folder} can't be used: {error}; check its rights and the disk") from error
        try:
            return cls(folder, Engine(folder), lock)
        except BaseException:  # whatever it was, the folder must not stay taken
            lock.release()
            raise

    def client(self) -> Elasticsearch:
        """The official client, answered in this process."""
        return client_for(self.engine)

    def serve(self) -> Server:
        """Answer the other processes of this machine too, until the store or what this gives is closed."""
        if self._server is None:
            self._server = Server(functools.partial(answer, self.engine))
            self._tell()
        return self._server

    def _tell(self) -> None:
        server = self._server
        owner = Owner(pid=os.getpid(), since=self._since, port=server.port if server else None, token=server.token if server else None)
        fresh = self.folder / f"{OWNER_FILE}.{os.getpid()}"
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
            file.write(msgspec.json.encode(owner))
        fresh.replace(self.folder / OWNER_FILE)

    def close(self) -> None:
        """Let requests end, make everything durable, give the folder back."""
        if not self._lock.is_locked:
            return
        if self._server is not None:
            self._server.close()
        self.engine.close()
        with contextlib.suppress(FileNotFoundError):
            (self.folder / OWNER_FILE).unlink()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def read_owner(folder: Path) -> Owner | None:
    """What the owner's file says; None where there is none. It may be left over from one that was killed: the lock decides."""
    try:
        return msgspec.json.decode((folder / OWNER_FILE).read_bytes(), type=Owner)
    except (OSError, msgspec.DecodeError):
        return None


def client_of(owner: Owner) -> Elasticsearch | None:
    """The official client over loopback; None where the owner does not serve."""
    if owner.port is None or owner.token is None:
        return None
    return Elasticsearch(f"http://{HOST}:{owner.port}", bearer_auth=owner.token, max_retries=0)
