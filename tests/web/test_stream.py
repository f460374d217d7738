"""The live stream on a real socket: each post once, over reconnects, restarts and an expired sign-in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import msgspec
import pytest
from elastic_transport import ConnectionError as Unreachable
from elasticsearch import Elasticsearch

from indexers.people import Role
from streams.messages import Author
from tests.indexers.posts import tagged
from tests.web.conftest import PSEUDONYM, Served
from tests.web.test_pages import ENGINES
from web.pages import live


class Event(msgspec.Struct):
    """One server-sent event."""

    name: str = ""
    id: str = ""
    data: Any = None


@pytest.fixture
def browser(served: Served) -> Iterator[httpx2.Client]:
    """A signed-in client."""
    with httpx2.Client(base_url=served.url, timeout=20, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        assert client.get(served.entry(Role.DUTY)).status_code == 303
        yield client


@contextmanager
def listening(browser: httpx2.Client, *, after: str = "", last: str | None = None) -> Iterator[Iterator[Event]]:
    headers = {} if last is None else {"Last-Event-ID": last}
    with browser.stream("GET", "/live", params={"after": after}, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer.iter_lines())


def events(lines: Iterator[str]) -> Iterator[Event]:
    event = Event()
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            event.name = value
        elif name == "id":
            event.id = value
        elif name == "data":
            event.data = msgspec.json.decode(value)
        elif not line and event.name:
            yield event
            event = Event()


def posts(stream: Iterator[Event], number: int) -> list[Event]:
    """The next events that are posts."""
    found: list[Event] = []
    while len(found) < number:
        event = next(stream)
        if event.name == "post":
            found.append(event)
    return found


def ids(found: list[Event]) -> list[str]:
    return [event.data["id"] for event in found]


@ENGINES
def test_nothing_is_lost_or_doubled_over_a_reconnect(served: Served, browser: httpx2.Client) -> None:
    """Whoever comes back with the id of its last event gets the rest, each once, also from a server that was started anew."""
    served.write(tagged(0))
    position = browser.get("/duty", headers={"Accept": "application/json"}).json()["position"]
    with listening(browser, after=position) as stream:
        assert next(stream).name == "state"
        served.write(tagged(1), tagged(2))
        first = posts(stream, 2)
        served.write(tagged(3))
        third = posts(stream, 1)
    assert sorted(ids(first)) == ["weibo:1", "weibo:2"]
    served.write(tagged(4))
    with listening(browser, last=first[0].id) as stream:
        assert sorted([*ids(first[:1]), *ids(posts(stream, 3))]) == ["weibo:1", "weibo:2", "weibo:3", "weibo:4"]
    served.stop()
    served.write(tagged(5))
    served.start()
    with listening(browser, last=third[0].id) as stream:
        assert ids(posts(stream, 2)) == ["weibo:4", "weibo:5"]
        served.write(tagged(6))
        assert ids(posts(stream, 1)) == ["weibo:6"]


def test_an_event_holds_the_post_and_its_row(served: Served, browser: httpx2.Client) -> None:
    """For programs and for the page; hostile text is escaped, a private author is not in it."""
    with listening(browser) as stream:
        next(stream)
        served.write(tagged(1, text="<script>alert(1)</script>\nevent: state\ndata: x", author=Author(id=PSEUDONYM)))
        (event,) = posts(stream, 1)
    assert event.data["post"]["text"][0]["text"].startswith("<script>")
    assert "<script>" not in event.data["html"]
    assert "&lt;script&gt;" in event.data["html"]
    assert PSEUDONYM not in str(event.data)


def test_a_flood_is_listed_in_part_and_said(served: Served, browser: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more posts than one can read the newest come, with a line that leads to the others."""
    monkeypatch.setattr(live, "MOST", 5)
    with listening(browser) as stream:
        next(stream)
        served.write(*(tagged(n) for n in range(20)))
        gap = next(event for event in stream if event.name == "gap")
        assert len(posts(stream, 5)) == 5
    assert gap.data["posts"] == 15
    assert gap.data["link"].startswith("/search?from=")


def test_a_database_away_is_said(served: Served, browser: httpx2.Client, database: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    """An open page hears that nothing can be known now, and afterwards what came meanwhile."""
    node: Any = database.transport.node_pool.get()
    with listening(browser) as stream:
        assert next(stream).data["database"] is True
        with monkeypatch.context() as patch:
            patch.setattr(node, "perform_request", _refuse)
            assert next(event for event in stream if event.name == "state").data["database"] is False
        served.write(tagged(1))
        assert ids(posts(stream, 1)) == ["weibo:1"]


def _refuse(*_: object, **__: object) -> None:
    raise Unreachable("refused")


def test_a_sign_in_that_ends_closes_the_stream(served: Served, browser: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is kept out sees no more posts on a page that was open before."""
    monkeypatch.setattr(live, "CHECK_S", 0.0)
    with listening(browser) as stream:
        next(stream)
        served.users.disable(f"some-{Role.DUTY}")
        served.write(tagged(1))
        assert "signed-out" in [event.name for event in stream]
    assert browser.get("/live").status_code == 401


def test_a_made_up_position_is_refused(browser: httpx2.Client) -> None:
    """400, and not the stream from some other place."""
    assert browser.get("/live", params={"after": "x"}).status_code == 400
    assert browser.get("/live", headers={"Last-Event-ID": "A" * 9000}).status_code == 400
