"""The process that keeps the servers: starts them, stops them cleanly, and leaves none behind.

It ends, and the servers with it, on a signal, when its parent dies, or when one of the servers dies. Where the keeper
itself is killed, the kernel tells the servers to stop.

Run as `python -m services.stack.keeper PLAN [PARENT]`, PLAN being a JSON list of `Server`s, PARENT the process without
which it must not go on.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from services.stack.servers import Server

_PR_SET_PDEATHSIG = 1
_LOOK_S = 0.25  # how soon a dead server, or a dead parent, is noticed
_GRACE_S = 30.0  # Elasticsearch flushes, Kafka writes its snapshot; after that they are killed


def start(server: Server) -> "subprocess.Popen[bytes]":
    """Start a server in a session of its own, so that a Ctrl-C at the terminal reaches the keeper only."""
    user = {"user": server.user, "group": Path(server.folder).stat().st_gid, "extra_groups": []} if server.user is not None else {}
    with (Path(server.folder) / "output.log").open("ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # noqa: S603 - a command line of servers.py; the user's arguments come together or not at all
            server.command,
            cwd=server.folder,
            env=server.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_stop_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread, so it is safe
            **user,
        )


def _stop_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def stop(running: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Ask all to stop, wait, and kill what is left, children included (Elasticsearch's launcher has one)."""
    families = [psutil.Process(server.pid) for server in running if server.poll() is None]
    everyone = [member for family in families for member in (family, *family.children(recursive=True))]
    for server in running:
        server.terminate()
    _, stubborn = psutil.wait_procs(everyone, timeout=_GRACE_S)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    for server in running:
        server.wait()


def keep(servers: Sequence[Server], *, parent: int | None = None) -> int:
    """Run the servers until told to stop. Returns the exit status: 1 where one of them died by itself."""
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _nothing)
    running: list[subprocess.Popen[bytes]] = []
    try:
        running += [start(server) for server in servers]
        while all(server.poll() is None for server in running):
            if select.select((wake,), (), (), _LOOK_S)[0] or parent not in (None, os.getppid()):
                return 0
        return 1
    finally:
        stop(running)


def _nothing(_number: int, _frame: object) -> None:
    """Only the wake-up descriptor matters."""


def main(arguments: Sequence[str]) -> int:
    """Read the plan and keep to it."""
    plan = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=list[Server])
    return keep(plan, parent=int(arguments[1]) if arguments[1:] else None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
