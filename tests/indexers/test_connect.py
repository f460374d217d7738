"""The only place that makes a client."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.settings import load_settings
from indexers.connect import FastJson, connect
from indexers.errors import DatabaseError, DatabaseUnavailable
from indexers.names import Names
from indexers.queries import get_post
from indexers.reader import Reader
from tests.certificates import Authority


def test_nothing_is_asked_before_the_first_query(tmp_path: Path) -> None:
    """A server that is away is found by a query, as a pause, and not by making a client."""
    settings = load_settings(data_dir=tmp_path, elasticsearch={"url": "http://127.0.0.1:9", "timeout_s": 5})
    with connect(settings) as client, pytest.raises(DatabaseUnavailable, match="query get_post: no connection"):
        get_post(Reader(client, Names("office"), settings.zone), "weibo:1")


def test_user_and_password_are_sent(tmp_path: Path) -> None:
    """Basic sign-in, as the settings say."""
    settings = load_settings(data_dir=tmp_path, elasticsearch={"url": "http://127.0.0.1:9", "user": "office", "password": "geheim"})
    with connect(settings) as client:
        assert client._headers["authorization"].startswith("Basic ")


def test_an_api_key_is_sent(tmp_path: Path) -> None:
    """An API key instead of user and password."""
    settings = load_settings(data_dir=tmp_path, elasticsearch={"url": "http://127.0.0.1:9", "api_key": "abc"})
    with connect(settings) as client:
        assert client._headers["authorization"] == "ApiKey abc"


def test_the_authority_is_the_one_given(tmp_path: Path) -> None:
    """With an authority file the server's certificate is checked against it."""
    authority = Authority(tmp_path, "authority").file
    settings = load_settings(data_dir=tmp_path, elasticsearch={"url": "https://127.0.0.1:9", "ca": authority})
    with connect(settings) as client:
        config = client.transport.node_pool.get().config
        assert (config.ca_certs, config.verify_certs) == (str(authority), True)


@pytest.mark.parametrize(("content", "said"), [(None, "No such file"), ("made up", "holds no certificates")])
def test_an_authority_that_can_not_be_used_is_told_by_its_setting(tmp_path: Path, content: str | None, said: str) -> None:
    """A wrong path or file is a problem of the configuration, found before the first query."""
    if content is not None:
        (tmp_path / "ca.pem").write_text(content, encoding="utf-8")
    settings = load_settings(data_dir=tmp_path, elasticsearch={"url": "https://127.0.0.1:9", "ca": tmp_path / "ca.pem"})
    with pytest.raises(ConfigError, match=rf"YUQING_ELASTICSEARCH__CA: .*{said}"):
        connect(settings)


def test_a_query_is_not_tried_again_behind_our_back(tmp_path: Path) -> None:
    """Callers know how long they can wait, so the client itself retries nothing."""
    settings = load_settings(data_dir=tmp_path, elasticsearch={"url": "http://127.0.0.1:9"})
    with connect(settings) as client:
        assert client._max_retries == 0


def test_an_answer_that_is_not_json_is_an_error_the_client_knows() -> None:
    """A page of a proxy in place of JSON does not escape as an error of the decoder."""
    with pytest.raises(ValueError, match="JSON is malformed"):
        FastJson().json_loads(b"<html>")


class Stranger(BaseHTTPRequestHandler):
    """A web server that answers each question with an empty object."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"] or 0))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def test_what_is_no_elasticsearch_is_told_apart(tmp_path: Path) -> None:
    """Another web server at the address is a fault to mend, not one to wait out; the error names the setting."""
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings = load_settings(data_dir=tmp_path, elasticsearch={"url": f"http://127.0.0.1:{server.server_port}"})
        try:
            with connect(settings) as client, pytest.raises(DatabaseError, match=r"no Elasticsearch 9.*YUQING_ELASTICSEARCH__URL"):
                get_post(Reader(client, Names("office"), settings.zone), "weibo:1")
        finally:
            server.shutdown()
            thread.join()
