"""The pages on a thread of a process that does more: whatever ends them ends nothing else, and they are served anew."""

import socket
import time

import structlog
from elasticsearch import Elasticsearch

from config.settings import Settings
from services.stop import Stop

log = structlog.get_logger()

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STEADY_S = 60.0  # pages that were served for so long were well: the next pause is short


def keep_serving(settings: Settings, client: Elasticsearch, listening: socket.socket, stop: Stop) -> None:
    """Serve pages on a socket, which stays open, until told to stop; after a failure again, each time after a longer pause."""
    from services.serve import serve  # noqa: PLC0415 - takes a second, in which the store can be opened

    failures = 0
    while not stop.requested:
        began = time.monotonic()
        try:
            serve(settings, client, stop, listening=listening.dup())
        except Exception:  # whatever it is: posts go on being taken in, and alerts being sent
            log.exception("serve.failed")
        if not stop.requested:
            failures = 1 if time.monotonic() - began > STEADY_S else failures + 1
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (failures - 1))
            log.warning("serve.ended", restart_in_s=pause)
            stop.wait(pause)
