"""The health check of our containers."""

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

HEALTH = Path(__file__).parents[2] / "deploy" / "health.py"


def health(*options: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run the check as Docker does, with these settings."""
    return subprocess.run([sys.executable, str(HEALTH), *options], env=settings, capture_output=True, text=True, check=False)


@pytest.fixture
def database() -> Iterator[str]:
    """Serve a cluster whose health is red."""

    class Red(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "red"}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has in the base
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Red) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_embedded_has_nothing_that_could_be_away() -> None:
    """With no server in the settings the check passes."""
    assert health().returncode == 0


def test_one_broker_of_several_is_enough() -> None:
    """A broker that answers knows the others; none that answers is a failure that names each."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        up, away = listening.getsockname()[1], closed.getsockname()[1]
        assert health(YUQING_KAFKA__BOOTSTRAP=f"127.0.0.1:{away},127.0.0.1:{up}").returncode == 0
        lost = health(YUQING_KAFKA__BOOTSTRAP=f"127.0.0.1:{away}")
    assert lost.returncode == 1
    assert f"127.0.0.1:{away}" in lost.stderr


def test_a_red_database_is_unhealthy(database: str) -> None:
    """A cluster that answers but is red fails the check."""
    done = health(YUQING_ELASTICSEARCH__URL=database)
    assert done.returncode == 1
    assert "red" in done.stderr


def test_pages_are_asked_where_they_are_served(database: str) -> None:
    """With `--pages` a server that listens on every address is asked at this machine's own; one that does not answer is named."""
    port = database.rpartition(":")[2]
    assert health("--pages", YUQING_WEB__HOST="0.0.0.0", YUQING_WEB__PORT=port).returncode == 0
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = closed.getsockname()[1]
        lost = health("--pages", YUQING_WEB__PORT=str(away))
    assert lost.returncode == 1
    assert f"127.0.0.1:{away}" in lost.stderr


@pytest.mark.stack
def test_a_real_database_is_healthy(elasticsearch_url: str) -> None:
    """A real Elasticsearch passes."""
    assert health(YUQING_ELASTICSEARCH__URL=elasticsearch_url).returncode == 0
