"""How each server is started: its files, its command, its user, and how one knows that it is ready."""

import base64
import http.client
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import uuid
from pathlib import Path
from typing import NamedTuple

import msgspec

from services.stack.artifacts import cache_folder, elasticsearch_home, kafka_jars
from services.stack.errors import StackError
from services.stack.java import find_java

LOOPBACK = "127.0.0.1"
KAFKA_JAVA = 17
ELASTICSEARCH_JAVA = 21
# The quick compiler alone: a server starts with half the work, and so is whoever sends it little. Not for measuring.
BRIEF = ("-XX:TieredStopAtLevel=1",)
_UNPRIVILEGED = 65534  # the number of `nobody` where the system doesn't know the name
_PREPARE_S = 120.0  # formatting and keystores take seconds, more on a busy machine
_PROBE_S = 2.0  # a server that is starting may take the connection and not answer


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is ready to be started: the keeper needs nothing else."""

    name: str
    command: list[str]
    folder: str  # it runs there, and its output goes to `output.log` there
    environment: dict[str, str]
    user: int | None = None  # None: the user who started us
    port: int


class Owner(NamedTuple):
    """The user and group that servers run as where we are root."""

    uid: int
    gid: int


def unprivileged() -> Owner | None:
    """Elasticsearch refuses to run as root; None where we are not."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Owner(_UNPRIVILEGED, _UNPRIVILEGED)
    return Owner(entry.pw_uid, entry.pw_gid)


def free_port() -> int:
    """Find a port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def kafka(folder: Path, *, brief: bool = False) -> Server:
    """Prepare a single Kafka broker in KRaft mode, formatted. Its data outlive it in `folder`."""
    java = find_java(KAFKA_JAVA)
    classpath = f"{kafka_jars(cache_folder())}/*"
    owner = own(folder)
    port, properties = free_port(), folder / "server.properties"
    properties.write_text(_kafka_properties(folder / "data", port, free_port()), encoding="utf-8")
    environment = _environment(folder)
    if not (folder / "data" / "meta.properties").exists():
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        named = f"--cluster-id={cluster}"  # one id in 64 begins with a dash, which by itself is taken for another option
        format_it = [java.command, *BRIEF, "-cp", classpath, "kafka.tools.StorageTool", "format", named, "-c", str(properties)]
        _prepare(format_it, environment, folder, owner)
    command = [java.command, "-Xmx512m", *(BRIEF if brief else ()), "-cp", classpath, "kafka.Kafka", str(properties)]
    return Server(name="kafka", command=command, folder=str(folder), environment=environment, user=owner and owner.uid, port=port)


def _kafka_properties(data: Path, port: int, controller: int) -> str:
    return "\n".join(
        (
            "process.roles=broker,controller",
            "node.id=1",
            f"controller.quorum.voters=1@{LOOPBACK}:{controller}",
            f"listeners=PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller}",
            "controller.listener.names=CONTROLLER",
            f"log.dirs={data}",
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=8",  # 50 by default: seconds of work before the first group can form
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "group.initial.rebalance.delay.ms=0",
            "group.min.session.timeout.ms=1000",  # tests that kill a consumer don't wait 6 s for its share
            "auto.create.topics.enable=false",
            "",
        )
    )


class Credentials(NamedTuple):
    """How to sign in to Elasticsearch, with security on."""

    user: str
    password: str


def elasticsearch(folder: Path, *, security: bool = False, brief: bool = False) -> tuple[Server, Credentials | None]:
    """Prepare a single Elasticsearch node. Its data outlive it in `folder`; with security on a password is made each time."""
    java = find_java(ELASTICSEARCH_JAVA)
    home = elasticsearch_home(cache_folder())
    owner = own(folder)
    config = folder / "config"
    shutil.rmtree(config, ignore_errors=True)
    shutil.copytree(home / "config", config)
    for part in ("data", "logs", "tmp"):
        (folder / part).mkdir(exist_ok=True)
    _give(folder, owner)
    environment = _environment(folder) | {
        "ES_JAVA_HOME": str(java.home),
        "ES_JAVA_OPTS": " ".join(("-Xms1g", "-Xmx1g", *(BRIEF if brief else ()))),
        "ES_PATH_CONF": str(config),
        "ES_TMPDIR": str(folder / "tmp"),
    }
    credentials = Credentials("elastic", secrets.token_urlsafe(24)) if security else None
    if credentials:
        add = [str(home / "bin" / "elasticsearch-keystore"), "add", "--stdin", "--force", "bootstrap.password"]
        _prepare(add, environment, folder, owner, said=credentials.password)
    port = free_port()
    command = [str(home / "bin" / "elasticsearch"), *_options(_elasticsearch_settings(folder, port, security=security))]
    server = Server(name="elasticsearch", command=command, folder=str(folder), environment=environment, user=owner and owner.uid, port=port)
    return server, credentials


def _elasticsearch_settings(folder: Path, port: int, *, security: bool) -> dict[str, str]:
    settings = {
        "discovery.type": "single-node",
        "network.host": LOOPBACK,
        "http.port": str(port),
        "transport.port": str(free_port()),
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        "cluster.routing.allocation.disk.threshold_enabled": "false",  # a developer's full disk is no cluster's
        "xpack.security.enabled": str(security).lower(),
    }
    if security:
        settings |= {"xpack.security.http.ssl.enabled": "false", "xpack.security.transport.ssl.enabled": "false"}
    return settings


def _options(settings: dict[str, str]) -> list[str]:
    return [part for key, value in settings.items() for part in ("-E", f"{key}={value}")]


def own(folder: Path) -> Owner | None:
    """Make the folder, and give it to the servers' user. Raises StackError where that user could not reach it."""
    folder.mkdir(parents=True, exist_ok=True)
    owner = unprivileged()
    if owner is None:
        return None
    closed = [parent for parent in folder.resolve().parents if not parent.stat().st_mode & 0o001]
    if closed:
        raise StackError(
            f"the servers don't run as root, and their user can't reach {folder} through {closed[0]}. "
            "Set YUQING_DATA_DIR to a folder that every user can enter, or start them as an ordinary user."
        )
    _give(folder, owner)
    return owner


def _give(folder: Path, owner: Owner | None) -> None:
    if owner:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.uid, owner.gid)


def _environment(folder: Path) -> dict[str, str]:
    """Keep what a server needs of the environment: no setting or secret of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | {"HOME": str(folder)}


def _prepare(command: list[str], environment: dict[str, str], folder: Path, owner: Owner | None, said: str = "") -> None:
    user = {"user": owner.uid, "group": owner.gid, "extra_groups": []} if owner else {}
    done = subprocess.run(  # noqa: S603 - our own command line
        command, env=environment, cwd=folder, input=said, capture_output=True, text=True, timeout=_PREPARE_S, check=False, **user
    )  # type: ignore[call-overload]  # the user's three arguments come together or not at all
    if done.returncode != 0:
        raise StackError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-500:]}")


def kafka_ready(port: int) -> bool:
    """Whether the broker answers: an ApiVersions request, the first thing that any client sends."""
    request = bytes.fromhex("0012 0000 0000 0001 0008") + b"yuqing--"  # api 18, version 0, correlation 1, client id
    try:
        with socket.create_connection((LOOPBACK, port), timeout=_PROBE_S) as sock:
            sock.sendall(len(request).to_bytes(4, "big") + request)
            return len(sock.recv(4)) > 0
    except OSError:
        return False


def elasticsearch_ready(port: int, credentials: Credentials | None = None) -> bool:
    """Whether the node has formed its cluster and takes writes."""
    headers = {}
    if credentials:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(credentials).encode()).decode()
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PROBE_S)
    try:
        connection.request("GET", "/_cluster/health", headers=headers)
        health = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return health.get("status") in ("yellow", "green")
