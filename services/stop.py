"""A polite request to end: set by a signal, by the parent's death or by a caller; waited on by every loop."""

import os
import signal
import threading
from types import FrameType

PARENT_CHECK_S = 1.0  # a child outlives its killed parent by no more than this


class Stop:
    """Asked of a loop; `requested` stays true once it is."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def requested(self) -> bool:
        """Whether somebody asked the loop to end."""
        return self._event.is_set()

    def request(self) -> None:
        """Ask the loop to end."""
        self._event.set()

    def wait(self, timeout_s: float) -> bool:
        """Sleep for timeout_s, or less when asked to stop; True when asked."""
        return self._event.wait(timeout_s)


def stop_on_signals() -> Stop:
    """Make a Stop that SIGTERM and SIGINT request. Call it in the main thread."""
    stop = Stop()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.request()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop


def stop_with_parent(stop: Stop, parent: int) -> None:
    """Request the stop when the parent process dies, however it dies, so that no orphan goes on working.

    `parent` is its id as it gave it: it may have died before this process came to ask for its own parent.
    """

    def watch() -> None:
        while os.getppid() == parent:
            if stop.wait(PARENT_CHECK_S):
                return
        stop.request()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
