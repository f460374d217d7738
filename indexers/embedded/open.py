"""Opens the local store for one process: as its owner where nobody is, else through the owner."""

import time
from pathlib import Path

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from config.settings import Settings
from indexers.embedded.errors import StoreHeld
from indexers.embedded.node import client_for
from indexers.embedded.owner import LocalStore, client_of, read_owner

__all__ = ["LocalStore", "folder_of", "open_local", "reach"]

_STARTING_S = 15.0  # an owner that has the lock but doesn't answer yet may be mending what a crash left behind
_ASK_AGAIN_S = 0.1


def folder_of(settings: Settings) -> Path:
    """Where the local store lives."""
    return settings.data_dir / "store"


def open_local(settings: Settings, *, patience_s: float = _STARTING_S) -> Elasticsearch:
    """Give the official client on the local store. Closing the client gives the folder back where this process owns it.

    Raises StoreHeld where another process owns the folder and can't be reached, LocalStoreError where it can't be used.
    """
    folder = folder_of(settings)
    deadline = time.monotonic() + patience_s
    while True:
        try:
            store = LocalStore.open(folder)
        except StoreHeld:
            client = reach(folder)
            if client is not None:
                return client
            if time.monotonic() > deadline:
                raise
            time.sleep(_ASK_AGAIN_S)
        else:
            store.serve()
            return client_for(store.engine, on_close=store.close)


def reach(folder: Path) -> Elasticsearch | None:
    """Give a client of the process that owns the folder; None where nobody does, or where it doesn't answer."""
    owner = read_owner(folder)
    client = None if owner is None else client_of(owner)
    if client is None:
        return None
    try:
        client.cluster.health()
    except (ApiError, TransportError):  # a file left over from an owner that was killed
        client.close()
        return None
    return client
