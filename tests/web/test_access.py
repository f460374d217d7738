"""Who may do what: every route stands in the table, and the table is obeyed."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from indexers.people import Role
from tests.web.conftest import REPORT, SignIn
from web.access import ACCESS, EVERYBODY, may
from web.menu import MENU, menu_for


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route of the app, however deep it was included."""
    pending = list(app.routes)
    while pending:
        route = pending.pop()
        if isinstance(route, APIRoute):
            yield from ((method, route.path) for method in route.methods)
        else:
            pending += getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", [])


def test_the_table_names_exactly_the_routes_there_are(app: FastAPI) -> None:
    """A route that nobody thought of is refused, and a rule for no route is a mistake."""
    assert sorted(routes(app)) == sorted(ACCESS)


def example(path: str) -> str:
    given = {
        "{post_id:path}": "weibo:1",
        "{source_id}": "yunxi-news",
        "{episode_id}": "0123456789",
        "{account_id}": "yunxi-fabu",
        "{report_id}": REPORT,
        "{name}": "en",
        "{token}": "x",
        "{incident_id}": "inc-x",
        "{request_id}": "req-x",
    }
    for name, value in given.items():
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SOURCE])
def test_each_role_gets_what_the_table_says(sign_in: SignIn, filled: None, role: Role) -> None:
    """403 for what a role may not do, and never for what it may."""
    browser = sign_in(role)
    streams = {"/live", "/sign-out"}
    for method, path in ACCESS:
        if path not in streams:
            status = browser.request(method, example(path)).status_code
            assert (status == 403) == (not may(role, method, path)), (method, path, status)
            assert status < 500, (method, path, status)


def test_a_stranger_gets_nothing_but_the_door(stranger: TestClient) -> None:
    """401 on every route that is not for everybody, as page and as JSON."""
    for (method, path), roles in ACCESS.items():
        if roles is not EVERYBODY:
            assert stranger.request(method, example(path)).status_code == 401, path
            assert stranger.request(method, example(path), headers={"Accept": "application/json"}).status_code == 401, path


def test_a_route_without_a_rule_is_refused(app: FastAPI, sign_in: SignIn) -> None:
    """Denied by default, even to the administrator."""
    app.get("/unheard-of")(lambda: "secret")
    answer = sign_in(Role.ADMIN).get("/unheard-of")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_the_menu_leads_only_where_one_may_go() -> None:
    """Each row of the menu is a page there is, and a role sees its own rows."""
    assert {("GET", row.path) for row in MENU} <= set(ACCESS)
    assert "/audit" not in {row.path for row in menu_for(Role.DUTY)}
    assert "/report" not in {row.path for row in menu_for(Role.VIEWER)}
    assert menu_for(Role.SOURCE) == []


def test_every_page_has_a_twin(duty: TestClient, filled: None) -> None:
    """What a page shows can be had as JSON, by its address and by Accept."""
    paths = (
        "/duty",
        "/search",
        "/posts/weibo:1",
        "/alerts",
        "/incidents",
        "/requests",
        "/accounts",
        "/accounts/yunxi-fabu",
        "/sources",
        "/sources/yunxi-news",
        "/report",
        "/me",
        "/reports",
        f"/reports/{REPORT}",
    )
    for path in paths:
        page = duty.get(path)
        assert page.headers["content-type"].startswith("text/html")
        twin = duty.get(f"{path}.json")
        assert twin.headers["content-type"] == "application/json", path
        assert twin.json().keys() == duty.get(path, headers={"Accept": "application/json"}).json().keys()


def test_the_routes_are_described(duty: TestClient) -> None:
    """OpenAPI names every route that programs use, with what it answers."""
    described = duty.get("/openapi.json").json()
    assert {
        "/duty",
        "/search",
        "/posts/{post_id}",
        "/reasons/{post_id}",
        "/alerts",
        "/alerts/{episode_id}/acknowledge",
        "/sources",
        "/api/posts",
        "/api/proofread",
        "/live",
        "/reports",
    } <= described["paths"].keys()
    answer = described["paths"]["/duty"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/DutyView"}
