"""The bad modes: each does to a client what it is named for."""

import gzip
import http.client
import socket
from collections.abc import Callable

import pytest

from city import City, Fault
from city.faults import BIG
from tests.city.conftest import Page

Get = Callable[[str], Page]
PUBLIC = "/mastodon/api/v1/timelines/public"


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault.NOT_FOUND, 404), (Fault.SERVER_ERROR, 500), (Fault.SLOW_DOWN, 429), (Fault.SIGN_IN, 302), (Fault.HTML, 200)],
)
def test_statuses(get: Get, fault: Fault, status: int) -> None:
    """Each fault has its path, for tests of feeds, and answers with its status."""
    assert get(f"/faults/{fault}").status == status


def test_sign_in_leads_to_a_page_that_asks_for_a_password(get: Get) -> None:
    """The redirect leads to a form."""
    assert b"type='password'" in get(get("/faults/sign-in").headers["Location"]).body


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.CAPTCHA])
def test_a_page_where_json_was_due(get: Get, city: City, fault: Fault) -> None:
    """Any source can be made to answer with a web page, and is well again afterwards."""
    with city.faulty("/mastodon", fault):
        assert get(PUBLIC).body.startswith(b"<!DOCTYPE html>")
    assert isinstance(get(PUBLIC).json, list)


def test_cut_off_mid_body(get: Get, city: City) -> None:
    """The connection ends before the promised length."""
    with city.faulty("/mastodon", Fault.CUT_OFF), pytest.raises(http.client.IncompleteRead):
        get(PUBLIC)


def test_timeout_keeps_the_client_waiting(city: City) -> None:
    """Nothing comes while the client waits."""
    with city.faulty("/mastodon", Fault.TIMEOUT), socket.create_connection(("127.0.0.1", city.port), timeout=0.5) as sock:
        sock.sendall(f"GET {PUBLIC} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        with pytest.raises(TimeoutError):
            sock.recv(1)


def test_gb18030_says_so_and_wrong_charset_does_not(get: Get) -> None:
    """Both are GB18030; one names it, the other claims UTF-8."""
    honest, wrong = get("/faults/gb18030"), get("/faults/wrong-charset")
    assert "gb18030" in honest.headers["Content-Type"]
    assert "utf-8" in wrong.headers["Content-Type"]
    for page in (honest, wrong):
        assert "云溪" in page.body.decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            page.body.decode()


def test_big_bodies(get: Get) -> None:
    """One is 50 MB as it comes, the other only when it is unpacked."""
    assert len(get("/faults/big-body").body) > BIG
    packed = get("/faults/zip-bomb")
    assert len(packed.body) < BIG / 100
    assert len(gzip.decompress(packed.body)) > BIG


def test_feed_bomb_nests_entities(get: Get) -> None:
    """Ten entities of ten each: a parser that expands them makes gigabytes."""
    body = get("/faults/feed-bomb").body
    assert body.count(b"<!ENTITY") == 10
    assert b"&i;&i;" in body


def test_robots_refuse_a_source(get: Get, city: City) -> None:
    """With this fault robots.txt names the source's path."""
    with city.faulty("/forum", Fault.ROBOTS):
        assert "Disallow: /forum\n" in get("/robots.txt").body.decode()
    assert "Disallow: /forum\n" not in get("/robots.txt").body.decode()


def test_other_layout_is_json_with_other_names(get: Get, city: City) -> None:
    """All is there, under keys that nobody knows; and what is no JSON is none."""
    with city.faulty("/mastodon", Fault.OTHER_LAYOUT):
        assert "new_content" in get(PUBLIC).json[0]
    with city.faulty("/mastodon", Fault.NOT_JSON), pytest.raises(ValueError, match="Expecting"):
        _ = get(PUBLIC).json


def test_every_fault_has_its_effect(city: City) -> None:
    """No member of the list is without its spoiling."""
    from city.faults import _SPOILT  # noqa: PLC0415 - only here

    assert set(_SPOILT) == set(Fault)
