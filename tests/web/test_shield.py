"""Foreign requests are refused, and no script but ours runs."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from web.shield import LARGEST, foreign


@pytest.mark.parametrize(
    ("method", "headers", "refused"),
    [
        ("POST", {"sec-fetch-site": "same-origin"}, False),
        ("POST", {"sec-fetch-site": "none"}, False),
        ("POST", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {"sec-fetch-site": "same-site"}, True),
        ("POST", {"sec-fetch-site": "cross-site", "origin": "http://testserver", "host": "testserver"}, True),
        ("POST", {"origin": "http://testserver", "host": "testserver"}, False),
        ("POST", {"origin": "https://evil.example", "host": "testserver"}, True),
        ("POST", {"origin": "null", "host": "testserver"}, True),
        ("POST", {"host": "testserver", "cookie": "yuqing=x"}, True),
        ("POST", {"host": "testserver", "authorization": "Bearer x"}, False),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, False),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, True),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, True),
        ("GET", {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}, False),
        ("GET", {}, False),
    ],
)
def test_a_foreign_page_can_t_act_here(method: str, headers: dict[str, str], *, refused: bool) -> None:
    """Told by Fetch metadata, by the origin in older browsers; a program without a sign-in has nothing to be stolen."""
    assert foreign(method, Headers(headers)) is refused


def test_a_refused_request_does_nothing(duty: TestClient) -> None:
    """A form on another site signs nobody out."""
    assert duty.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert duty.get("/me").status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/static/app.js", "/nowhere", "/search?q=%22"])
def test_every_answer_has_the_policy(duty: TestClient, path: str) -> None:
    """Also errors and files: nothing inline, nothing from elsewhere, in nobody's frame."""
    answer = duty.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_are_not_kept_by_caches(duty: TestClient) -> None:
    """What one role may see is not handed to another by a proxy."""
    assert duty.get("/duty").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/report", "/nowhere", "/api/posts"])
def test_files_are_not_taken(stranger: TestClient, path: str) -> None:
    """No page sends any; a stranger can't fill the disk with them."""
    answer = stranger.post(path, files={"file": b"x" * 10})
    assert answer.status_code == 415
    assert "default-src" in answer.headers["content-security-policy"]


def test_programs_are_refused_as_json_and_people_by_a_page(stranger: TestClient) -> None:
    """What stands before every route answers as every route does, by what was asked for."""
    files, large = {"files": {"file": b"x"}}, {"data": {"text": "x" * (LARGEST + 1)}}
    foreign = {"headers": {"Sec-Fetch-Site": "cross-site"}}
    for path, given, status in (
        ("/api/posts", files, 415),
        ("/report.json", files, 415),
        ("/api/proofread", large, 413),
        ("/sign-in.json", large, 413),
        ("/sign-out.json", foreign, 403),
    ):
        answer = stranger.post(path, **given)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json"), path
        assert answer.json()["status"] == status, path
        assert answer.json()["title"], path
        page = stranger.post("/sign-in", **given)
        assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
        assert answer.json()["detail"] in page.text, path


@pytest.mark.parametrize("path", ["/report.json", "/report"])
def test_what_gets_too_large_on_the_way_is_told_alike(app: FastAPI, duty: TestClient, path: str) -> None:
    """Also where nobody had announced how much would come."""

    def pieces() -> Iterator[bytes]:
        yield from [b"text=" + b"x" * 400_000] * 4

    answer = duty.post(path, content=pieces(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("application/json" if path.endswith(".json") else "text/html")
    assert "请求太大" in answer.text


@pytest.mark.parametrize(
    ("path", "largest"), [("/sign-in", LARGEST), ("/report.json", LARGEST), ("/api/proofread", LARGEST), ("/api/posts", 9_000_000)]
)
def test_a_request_that_says_it_is_too_large_is_not_read(app: FastAPI, path: str, largest: int) -> None:
    """By its Content-Length, before a byte of it."""
    assert sent(app, path, [b""], length=largest + 1) == (413, 0)


@pytest.mark.parametrize(("path", "said"), [("/sign-in", 413), ("/sign-out", 413), ("/report", 413), ("/api/posts", 401)])
def test_a_request_of_unknown_length_is_read_so_far(app: FastAPI, path: str, said: int) -> None:
    """What comes in pieces is refused when it gets too large: no more than one piece is read beyond."""
    status, read = sent(app, path, [b"name=" + b"x" * 500_000] * 100)
    assert (status, read <= 3) == (said, True)


def test_what_a_form_may_hold_is_taken(duty: TestClient) -> None:
    """The longest text that is kept over an expired sign-in, in Chinese: nine bytes a character."""
    assert duty.post("/report", data={"text": "停" * 100_000}).status_code not in {413, 415}


def sent(app: FastAPI, path: str, pieces: list[bytes], length: int | None = None) -> tuple[int, int]:
    """Send a form in pieces; gives the status, and how many pieces were read."""
    headers = [(b"host", b"testserver"), (b"content-type", b"application/x-www-form-urlencoded"), (b"sec-fetch-site", b"same-origin")]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}
    scope |= {"http_version": "1.1", "scheme": "http", "server": ("testserver", 80), "client": ("192.0.2.1", 1), "root_path": ""}
    read, statuses = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": pieces[read - 1], "more_body": read < len(pieces)}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(app(scope, receive, send))
    (status,) = statuses
    return status, read
