"""Foreign requests are refused, and no script but ours runs."""

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from web.shield import foreign


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
