"""`yuqing stack`: real servers on this machine, for development and tests."""

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import msgspec

from config.settings import load_settings
from services.stack import Stack


@click.group()
def stack() -> None:
    """Run a real Kafka and a real Elasticsearch on loopback, without Docker.

    Needs Maven, and Java 17 (Kafka) or 21 (Elasticsearch). The data stay in the data folder until they are removed.

    Exit codes: 0 done, 1 not possible (says what is missing), or none are running; 2 wrong usage or configuration.
    """


_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@stack.command()
@click.option("--kafka/--no-kafka", default=True, help="Whether to start Kafka.")
@click.option("--elasticsearch/--no-elasticsearch", default=True, help="Whether to start Elasticsearch.")
@click.option("--security", is_flag=True, help="Elasticsearch asks for a password, which is printed.")
@_AS_JSON
def up(*, kafka: bool, elasticsearch: bool, security: bool, as_json: bool) -> None:
    """Start the servers and leave them running.

    Example: yuqing stack up --no-kafka
    """
    from services.stack.launch import up as start

    if not (kafka or elasticsearch):
        raise click.UsageError("nothing to start: leave out one of --no-kafka and --no-elasticsearch")
    with _waiting("正在启动 … 首次运行需要下载约 180 MB"):
        started = start(_folder(), kafka=kafka, elasticsearch=elasticsearch, security=security)
    _show(started, as_json=as_json)


@stack.command()
@_AS_JSON
def down(*, as_json: bool) -> None:
    """Stop the servers. Status 0 also where none were running.

    Example: yuqing stack down
    """
    from services.stack.launch import down as stop

    with _waiting("正在停止 …"):
        stopped = stop(_folder())
    _say({"stopped": stopped}, "已停止" if stopped else "没有在运行", as_json=as_json)


@stack.command()
@_AS_JSON
def status(*, as_json: bool) -> None:
    """Tell where the servers are. Status 1 where none are running.

    Example: eval "$(yuqing stack status)"
    """
    from services.stack.launch import status as look

    _show(look(_folder()), as_json=as_json)


@stack.command()
@_AS_JSON
def fetch(*, as_json: bool) -> None:
    """Download the servers and check them, without starting them.

    Example: yuqing stack fetch
    """
    from services.stack.artifacts import cache_folder, elasticsearch_home, kafka_jars
    from services.stack.java import find_java
    from services.stack.servers import ELASTICSEARCH_JAVA

    find_java(ELASTICSEARCH_JAVA)
    cache = cache_folder()
    with _waiting("正在下载，约 180 MB …"):
        places = {"kafka": str(kafka_jars(cache)), "elasticsearch": str(elasticsearch_home(cache))}
    _say(places, "\n".join(places.values()), as_json=as_json)


@contextlib.contextmanager
def _waiting(what: str) -> Iterator[None]:
    """Show on a terminal that something is being done; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def _folder() -> Path:
    return load_settings().data_dir / "stack"


def _say(data: Mapping[str, object], words: str, *, as_json: bool) -> None:
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else words)


def _show(running: Stack | None, *, as_json: bool) -> None:
    if running is None:
        _say({"running": False}, "没有在运行", as_json=as_json)
        raise click.exceptions.Exit(1)
    lines = [f"export {name}={value}" for name, value in _variables(running).items()]
    _say({"running": True, **msgspec.to_builtins(running)}, "\n".join(["# 正在运行；使用这些服务：", *lines]), as_json=as_json)


def _variables(running: Stack) -> dict[str, str]:
    """Name the settings that make the program use these servers."""
    found = {
        "YUQING_KAFKA__BOOTSTRAP": running.kafka_bootstrap,
        "YUQING_ELASTICSEARCH__URL": running.elasticsearch_url,
        "YUQING_ELASTICSEARCH__USER": running.elasticsearch_user,
        "YUQING_ELASTICSEARCH__PASSWORD": running.elasticsearch_password,
    }
    return {name: value for name, value in found.items() if value}
