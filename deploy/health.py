"""Whether a role can do its work: the servers that its settings name answer, with `--pages` also the pages that it serves.

Status 0 or 1, for Docker's health check.
"""

import base64
import json
import socket
import ssl
import sys
import urllib.request
from collections.abc import Iterator

from config.settings import Settings, load_settings

PATIENCE_S = 5.0


def failures(settings: Settings) -> Iterator[str]:
    """What doesn't answer, with the reason. Nothing where all is well, or where everything is embedded."""
    brokers = [broker.rpartition(":") for broker in (settings.kafka.bootstrap or "").split(",") if broker]
    reached = [problem for host, _, port in brokers if (problem := _broker(host, int(port)))]
    if brokers and len(reached) == len(brokers):  # one broker is enough: it knows the others
        yield from reached
    if settings.elasticsearch.url and (problem := _database(settings)):
        yield problem


def pages(settings: Settings) -> Iterator[str]:
    """What is wrong with the pages that this machine serves."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.web.host, settings.web.host)  # noqa: S104 - asked, not opened
    try:
        urllib.request.urlopen(f"http://{host}:{settings.web.port}/health", timeout=PATIENCE_S).close()
    except (OSError, ValueError) as error:
        yield f"pages at {host}:{settings.web.port}: {error}"


def _broker(host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), timeout=PATIENCE_S).close()
    except OSError as error:
        return f"Kafka at {host}:{port}: {error}"
    return None


def _database(settings: Settings) -> str | None:
    asked = settings.elasticsearch
    request = urllib.request.Request(f"{str(asked.url).rstrip('/')}/_cluster/health")  # noqa: S310 - the office's own setting
    if asked.user and asked.password:
        pair = f"{asked.user}:{asked.password.get_secret_value()}"
        request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
    elif asked.api_key:
        request.add_header("Authorization", f"ApiKey {asked.api_key.get_secret_value()}")
    trusted = ssl.create_default_context(cafile=asked.ca)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S, context=trusted) as answer:  # noqa: S310 - as above
            status = json.load(answer).get("status")
    except (OSError, ValueError) as error:
        return f"Elasticsearch: {error}"
    return None if status in ("green", "yellow") else f"Elasticsearch: its health is {status}"


if __name__ == "__main__":
    given = load_settings()
    found = [*failures(given), *(pages(given) if "--pages" in sys.argv[1:] else ())]
    print(*found, sep="\n", file=sys.stderr)  # noqa: T201 - Docker keeps it with the container's state
    sys.exit(bool(found))
