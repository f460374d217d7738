"""A server that a test sets up for itself: with users, certificates or a tiny disk, which no other test could share."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.stack.keeper import start, stop
from services.stack.servers import Server

READY_S = 120.0  # Elasticsearch takes 20 s on a quiet machine


@contextmanager
def open_folder(name: str) -> Iterator[Path]:
    """A folder that the servers' own user can enter, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix=f"yuqing-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def running(server: Server, ready: Callable[[], bool]) -> Iterator["subprocess.Popen[bytes]"]:
    """The server, once it is ready; stopped at the end."""
    process = start(server)
    try:
        deadline = time.monotonic() + READY_S
        while not ready():
            assert process.poll() is None, f"{server.name} ended by itself:\n{output(server)}"
            assert time.monotonic() < deadline, f"{server.name} is not ready:\n{output(server)}"
            time.sleep(0.2)
        yield process
    finally:
        stop([process])


def output(server: Server) -> str:
    """The end of what a server said."""
    return (Path(server.folder) / "output.log").read_text(encoding="utf-8", errors="replace")[-3000:]
