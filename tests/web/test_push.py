"""Delivering posts: through the same edge as crawlers, acknowledged when the log has them."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from indexers.people import People, Role
from streams.errors import LogUnavailable
from streams.log import Log, Topic
from streams.messages import Post, decode
from tests.web.conftest import Clock, SignIn
from web.push import LARGEST, MOST
from web.users import Users

POST = {
    "id": "1",
    "platform": "weibo",
    "text": "云溪发布说的停水什么时候结束",
    "published_at": "2026-11-18T11:00:00+08:00",
    "author": "张三丰",
    "likes": "1.2万",
}


@pytest.fixture
def vendor(app: FastAPI, people: People, clock: Clock) -> TestClient:
    """A program with a token; no browser."""
    token = Users(people, clock, "test").add_source("vendor")
    return TestClient(app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)


def posts(log: Log) -> list[Post]:
    found = [decode(record.value, Post) for record in log.read(Topic.POSTS) if record.value is not None]
    return sorted(found, key=lambda post: post.id)


def test_posts_go_the_way_of_crawled_ones(vendor: TestClient, log: Log) -> None:
    """Kept, left out, or in the dead letters; a private author becomes a pseudonym; the ledger says who delivered."""
    given = [POST, {**POST, "id": "2", "text": "与谁都无关"}, {"id": "3"}, "no post", {**POST, "id": "4", "url": "https://a.example/4"}]
    answer = vendor.post("/api/posts", json=given)
    assert answer.json() == {"rows": 5, "kept": 2, "irrelevant": 1, "broken": 2}
    first, _ = posts(log)
    assert (first.id, first.likes, first.source, first.accounts) == ("weibo:1", 12000, "push-vendor", ("yunxi-fabu",))
    assert first.author.id.startswith("p:")
    assert first.author.name is None
    assert len(list(log.read(Topic.DEAD))) == 2
    assert len(list(log.read(Topic.COVERAGE))) == 1
    assert not any("张三丰".encode() in (record.value or b"") for topic in Topic for record in log.read(topic))


def test_a_delivery_is_written_down(vendor: TestClient, people: People, sign_in: SignIn) -> None:
    """By which token, how many came and how many were kept; the page says it in words."""
    vendor.post("/api/posts", json=[POST, {**POST, "id": "2", "text": "与谁都无关"}, {"id": "3"}])
    people.client.indices.refresh(index=people.names.everything)
    record = next(one for one in people.audit() if one.action == "pushed")
    assert (record.who, record.target, record.detail, record.address) == ("vendor", "push-vendor", "1/3", "testclient")
    assert "推送 3 条，收下 1 条" in sign_in(Role.ADMIN).get("/audit").text


def test_an_object_with_posts_will_do(vendor: TestClient, log: Log) -> None:
    """Vendors wrap their lists."""
    assert vendor.post("/api/posts", json={"posts": [POST]}).json()["kept"] == 1


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'"x"', b'{"posts": 1}', b"[" * 5000, b"\xff\xfe", b"null"])
def test_what_is_no_list_of_posts_is_refused(vendor: TestClient, log: Log, body: bytes) -> None:
    """400 with what was expected, and nothing in the log."""
    answer = vendor.post("/api/posts", content=body)
    assert answer.status_code == 400, answer.text
    assert "JSON" in answer.json()["detail"]
    assert posts(log) == []


def test_too_much_at_once_is_refused(vendor: TestClient, log: Log) -> None:
    """413 for a body or a list that is too large: nothing of it is taken."""
    assert vendor.post("/api/posts", content=b" " * (LARGEST + 1)).status_code == 413
    assert vendor.post("/api/posts", json=[POST] * (MOST + 1)).status_code == 413
    assert posts(log) == []


def test_only_a_token_that_holds_may_deliver(vendor: TestClient, app: FastAPI, people: People, clock: Clock, sign_in: SignIn) -> None:
    """No token, a wrong one, a disabled one, and an officer's sign-in are refused."""
    stranger = TestClient(app)
    assert stranger.post("/api/posts", json=[POST]).status_code == 401
    for token in ("", "vendor", "vendor.", "vendor.wrong", "nobody.x", "x" * 5000, ".", "vendor.\u00e9"):
        headers = {"Authorization": b"Bearer " + token.encode()}
        assert stranger.post("/api/posts", json=[POST], headers=headers).status_code == 401, token
    assert sign_in(Role.ADMIN).post("/api/posts", json=[POST]).status_code == 403
    Users(people, clock, "test").disable("vendor")
    assert vendor.post("/api/posts", json=[POST]).status_code == 401


def test_a_log_away_is_not_an_acknowledgement(vendor: TestClient, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with when to send them again."""

    def refuse(_: Any) -> None:
        raise LogUnavailable("no broker", retry_after=3)

    monkeypatch.setattr(log, "append", refuse)
    answer = vendor.post("/api/posts", json=[POST])
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
