"""No page, query, facet or export selects, groups or ranks private authors, and none shows one."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from indexers.people import Role
from streams.messages import Author
from tests.incidents.posted import post
from tests.incidents.stories import WATER
from tests.web.alerting import Desk, desk, spike
from tests.web.city import Town
from tests.web.conftest import PSEUDONYM, REPORT, SignIn
from web.access import ACCESS
from web.pages.search import COLUMNS
from web.pages.sent import STANDS_ON
from web.search_form import FACETS, SearchQuery

__all__ = ["desk"]

WORDS = ("author", "user", "pseudonym", "standing", "region", "followers", "person")
ALERT = "an-alert"
PAGES = (
    "/duty",
    "/search",
    "/search?q=停运",
    "/posts/weibo:1",
    "/posts/weibo:2",
    "/reasons/weibo:1",
    "/alerts",
    "/alerts?account=yunxi-fabu",
    f"/alerts/{ALERT}",
    "/incidents?show=all&small=1",
    "/incidents/{incident}",
    "/incidents/{incident}/posts",
    "/requests?show=all",
    "/requests/{request}",
    "/accounts",
    "/accounts/yunxi-fabu",
    "/sources",
    "/sources/yunxi-news",
    "/reports",
    f"/reports/{REPORT}",
    "/report",
    "/me",
    "/audit",
)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_nothing_shows_a_private_author(sign_in: SignIn, town: Town, filled: None, desk: Desk, accept: str) -> None:
    """The pseudonym of a private author stands on no page, in no twin and in no file."""
    town.city.put(*(post(f"own{n}", WATER[0], hours=1, author=Author(id=PSEUDONYM)) for n in range(3)))
    town.follow()
    browser = sign_in(Role.ADMIN)
    alert = desk.open(spike(posts=tuple(f"weibo:{number}" for number in range(1, 6))))
    places = {"{incident}": town.city.incident_of("own0"), "{request}": town.question, ALERT: alert.id}
    for named in (*PAGES, "/search.csv", "/openapi.json"):
        path = placed(named, places)
        answer = browser.get(path, headers={"Accept": accept})
        assert answer.status_code == 200, path
        assert PSEUDONYM not in answer.text, path


def test_every_page_is_looked_at(app: FastAPI) -> None:
    """A page that is added must be added above."""
    looked = {path.partition("?")[0] for path in PAGES} | {"/search.csv", "/openapi.json"}
    looked |= {
        "/reports/{report_id}/docx",
        "/accounts.xlsx",
        "/live",
        "/",
        "/health",
        "/sign-in",
        "/enter/{token}",
        "/language/{name}",
        *STANDS_ON,
    }  # without posts, or tested apart
    assert {path for method, path in ACCESS if method == "GET"} <= {route_of(path) for path in looked}


def placed(path: str, places: Mapping[str, str]) -> str:
    """The address of a page, with what is known only now put in."""
    for name, value in places.items():
        path = path.replace(name, value)
    return path


def route_of(path: str) -> str:
    """The route of one of these pages."""
    example = {
        "/posts/weibo:1": "/posts/{post_id:path}",
        "/reasons/weibo:1": "/reasons/{post_id:path}",
        "/sources/yunxi-news": "/sources/{source_id}",
        f"/reports/{REPORT}": "/reports/{report_id}",
        f"/alerts/{ALERT}": "/alerts/{episode_id}",
        "/accounts/yunxi-fabu": "/accounts/{account_id}",
    }
    return example.get(path, path.replace("{incident}", "{incident_id}").replace("{request}", "{request_id}"))


def parameters(described: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, methods in described["paths"].items():
        for given in methods.values():
            yield from ((path, parameter["name"]) for parameter in given.get("parameters", ()))


def test_no_route_takes_an_author(duty: TestClient) -> None:
    """There is no parameter by which posts of one person could be asked for."""
    found = list(parameters(duty.get("/openapi.json").json()))
    assert len(found) > 10
    assert [one for one in found if any(word in one[1].lower() for word in WORDS)] == []


@pytest.mark.parametrize(
    "path", ["/search", "/search.csv", "/duty", "/live", "/alerts", "/incidents", "/requests", "/accounts", "/accounts/yunxi-fabu"]
)
def test_an_unknown_parameter_is_refused_not_ignored(duty: TestClient, path: str) -> None:
    """Who asks for an author is told that there is no such field."""
    for name in ("author", "author.id", "user", "standing", "name", "group_by", "sort_by"):
        answer = duty.get(path, params={name: PSEUDONYM}, headers={"Accept": "application/json"})
        assert answer.status_code == 400
        assert name in answer.json()["detail"]


def test_the_search_box_takes_no_author(duty: TestClient, filled: None) -> None:
    """Typed into the box it is an error, or words to be searched for in texts."""
    for typed in ("author:x", "user:x", "standing:private", "author.id:x"):
        answer = duty.get("/search.json", params={"q": typed})
        assert answer.status_code == 400 or answer.json()["total"] == 0


def test_nothing_is_counted_or_ordered_by_author() -> None:
    """Facets, orders, and the search's fields speak of posts; the file names organisations only."""
    assert not set(WORDS) & {*FACETS, *FACETS.values(), *SearchQuery.model_fields}
    assert "author_id" not in COLUMNS


def test_the_file_names_organisations_only(duty: TestClient, filled: None) -> None:
    """A row of a private author has no author."""
    rows = duty.get("/search.csv").text.splitlines()
    assert sum(",media,云溪晚报," in row for row in rows) == 10
    assert sum(",private,," in row for row in rows) == 30
