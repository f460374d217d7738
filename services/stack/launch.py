"""Starts and stops the servers: for the length of a `with`, or until `down`."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
from filelock import FileLock

from services.stack.errors import StackError
from services.stack.servers import LOOPBACK, Credentials, Server, elasticsearch, elasticsearch_ready, kafka, kafka_ready

STATE = "state.json"
_READY_S = 180.0  # 20 s on a quiet machine; CI runs other things beside it
_LOOK_S = 0.2
_STOP_S = 45.0  # longer than the keeper's own patience with the servers
_SAME_START_S = 1.0  # the resolution of a process's start time


class Stack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Servers that are up: where they are, and the process that keeps them."""

    folder: str
    keeper: int  # its process number
    keeper_started: float  # when it started, in seconds since 1970: a number that is used again is recognised by it
    kafka_bootstrap: str | None = None  # "127.0.0.1:port"
    elasticsearch_url: str | None = None  # "http://127.0.0.1:port"
    elasticsearch_user: str | None = None
    elasticsearch_password: str | None = None

    @property
    def alive(self) -> bool:
        """Whether the keeper is the process that it was."""
        return _keeper(self) is not None


def _keeper(stack: Stack) -> psutil.Process | None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(stack.keeper)
        same = abs(process.create_time() - stack.keeper_started) < _SAME_START_S
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


@contextlib.contextmanager
def running_stack(
    folder: Path, *, kafka: bool = True, elasticsearch: bool = True, security: bool = False, brief: bool = False
) -> Iterator[Stack]:
    """Servers for the length of a `with`; they also stop when this process dies, however it dies.

    Their data lie in `folder` and outlive them. `brief` ones start sooner and work slower (see `servers.BRIEF`). Raises Missing where Maven or Java is missing, StackError where a
    server can't be fetched or doesn't get ready.
    """
    plan, credentials = _plan(folder, with_kafka=kafka, with_elasticsearch=elasticsearch, security=security, brief=brief)
    keeper = _launch(folder, plan, detached=False)
    try:
        yield _when_ready(folder, keeper, plan, credentials)
    finally:
        _end(keeper)


def up(folder: Path, *, kafka: bool = True, elasticsearch: bool = True, security: bool = False) -> Stack:
    """Start servers that stay until `down`; those that are up already are returned as they are.

    Raises StackError where those lack something that is asked for now, and what `running_stack` raises.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "stack.lock"):
        standing = status(folder)
        if standing:
            return _sufficient(standing, kafka=kafka, elasticsearch=elasticsearch, security=security)
        plan, credentials = _plan(folder, with_kafka=kafka, with_elasticsearch=elasticsearch, security=security)
        keeper = _launch(folder, plan, detached=True)
        try:
            stack = _when_ready(folder, keeper, plan, credentials)
            _write_state(folder / STATE, stack)
        except BaseException:  # an interrupt too must not leave servers that nobody knows of
            _end(keeper)
            raise
        return stack


def _sufficient(standing: Stack, *, kafka: bool, elasticsearch: bool, security: bool) -> Stack:
    lacking = {
        "Kafka": kafka and not standing.kafka_bootstrap,
        "Elasticsearch": elasticsearch and not standing.elasticsearch_url,
        "security": security and not standing.elasticsearch_password,
    }
    names = [name for name, lacks in lacking.items() if lacks]
    if names:
        raise StackError(f"servers are running already, but without {' and '.join(names)}; stop them first (yuqing stack down)")
    return standing


def status(folder: Path) -> Stack | None:
    """Find the servers that `up` started, or None: none were started, or they are gone."""
    try:
        stack = msgspec.json.decode((folder / STATE).read_bytes(), type=Stack)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return stack if stack.alive else None


def down(folder: Path) -> bool:
    """Stop the servers that `up` started; False where none were up. Raises StackError where they don't stop."""
    stack = status(folder)
    keeper = stack and _keeper(stack)
    if keeper:
        keeper.send_signal(signal.SIGTERM)
        try:
            keeper.wait(timeout=_STOP_S)
        except psutil.TimeoutExpired as error:
            raise StackError(f"the servers did not stop within {_STOP_S:.0f} s; their keeper is process {keeper.pid}") from error
    (folder / STATE).unlink(missing_ok=True)
    return keeper is not None


def _plan(
    folder: Path, *, with_kafka: bool, with_elasticsearch: bool, security: bool, brief: bool = False
) -> tuple[list[Server], Credentials | None]:
    folder = folder.resolve()
    servers, credentials = [], None
    if with_elasticsearch:
        server, credentials = elasticsearch(folder / "elasticsearch", security=security, brief=brief)
        servers.append(server)
    if with_kafka:
        servers.append(kafka(folder / "kafka", brief=brief))
    return servers, credentials


def _launch(folder: Path, plan: list[Server], *, detached: bool) -> "subprocess.Popen[bytes]":
    paper = folder / "plan.json"
    paper.write_bytes(msgspec.json.encode(plan))
    with (folder / "keeper.log").open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "services.stack.keeper", str(paper.resolve()), *([] if detached else [str(os.getpid())])],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        )


def _when_ready(folder: Path, keeper: "subprocess.Popen[bytes]", plan: list[Server], credentials: Credentials | None) -> Stack:
    until = time.monotonic() + _READY_S
    waiting = {server.name: server for server in plan}
    while waiting:
        if keeper.poll() is not None:
            raise StackError(f"a server ended while it was starting. {_last_words(plan)}")
        if time.monotonic() > until:
            raise StackError(f"not ready after {_READY_S:.0f} s: {', '.join(waiting)}. {_last_words(list(waiting.values()))}")
        waiting = {name: server for name, server in waiting.items() if not _ready(server, credentials)}
        if waiting:
            time.sleep(_LOOK_S)
    ports = {server.name: server.port for server in plan}
    return Stack(
        folder=str(folder.resolve()),
        keeper=keeper.pid,
        keeper_started=psutil.Process(keeper.pid).create_time(),
        kafka_bootstrap=f"{LOOPBACK}:{ports['kafka']}" if "kafka" in ports else None,
        elasticsearch_url=f"http://{LOOPBACK}:{ports['elasticsearch']}" if "elasticsearch" in ports else None,
        elasticsearch_user=credentials.user if credentials else None,
        elasticsearch_password=credentials.password if credentials else None,
    )


def _ready(server: Server, credentials: Credentials | None) -> bool:
    return kafka_ready(server.port) if server.name == "kafka" else elasticsearch_ready(server.port, credentials)


def _last_words(plan: list[Server]) -> str:
    said = []
    for server in plan:
        log = Path(server.folder) / "output.log"
        if log.exists():
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
            said.append(f"{log}:\n  " + "\n  ".join(lines))
    return "Its output ends so:\n" + "\n".join(said)


def _end(keeper: "subprocess.Popen[bytes]") -> None:
    keeper.terminate()
    try:
        keeper.wait(timeout=_STOP_S)
    except subprocess.TimeoutExpired:
        keeper.kill()  # the kernel then tells the servers to stop
        keeper.wait()


def _write_state(path: Path, stack: Stack) -> None:
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it may hold a password
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(stack))
    fresh.replace(path)
