"""Signing in: by password and by link, for how long, and what is written down."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from indexers.names import Names
from indexers.people import Attempts, AuditRecord, People, Role
from tests.web.conftest import NOW, PASSWORD, Clock, SignIn, browser_of
from web import passwords, throttle
from web.desk import COOKIE
from web.errors import NotSignedIn, TooMany
from web.users import Users


@pytest.fixture
def users(people: People, clock: Clock) -> Users:
    users = Users(people, clock, "test")
    users.add("zhou", Role.DUTY, PASSWORD)
    return users


def try_to_sign_in(browser: TestClient, name: str = "zhou", password: str = PASSWORD) -> int:
    return browser.post("/sign-in", data={"name": name, "password": password}).status_code


def audit(people: People) -> list[AuditRecord]:
    people.client.indices.refresh(index=Names(people.names.prefix).everything)
    return people.audit()


def test_name_and_password_let_in(users: Users, stranger: TestClient, people: People) -> None:
    """The cookie is for the server only, and the database does not hold what would let somebody in."""
    answer = stranger.post("/sign-in", data={"name": "zhou", "password": PASSWORD, "next": "/sources"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert stranger.get("/duty").status_code == 200
    people.client.indices.refresh(index=people.names.everything)
    families = [f"{people.names.prefix}-{family}" for family in ("users", "sessions", "audit", "attempts")]
    stored = str([people.client.search(index=family, body={"size": 100}, ignore_unavailable=True).body for family in families])
    assert stranger.cookies[COOKIE] not in stored
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


def test_a_wrong_name_and_a_wrong_password_are_told_alike(users: Users, stranger: TestClient) -> None:
    """Who tries does not learn which names there are."""
    answers = [
        stranger.post("/sign-in", data={"name": name, "password": "wrong-password"}, headers={"Accept": "application/json"})
        for name in ("zhou", "nobody", "", "x" * 500, "\u0000")
    ]
    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {(401, "用户名或密码不对")}


def test_a_source_can_t_sign_in(users: Users, stranger: TestClient) -> None:
    """The token of a system opens no page, neither as password nor as bearer."""
    token = users.add_source("vendor")
    assert try_to_sign_in(stranger, "vendor", token) == 401
    assert stranger.get("/duty", headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_guessing_is_slowed_down(users: Users, stranger: TestClient, clock: Clock, people: People) -> None:
    """After five failures even the right password must wait, and longer each time; the wait ends."""
    for _ in range(throttle.FREE_PER_NAME):
        assert try_to_sign_in(stranger, password="wrong-password") == 401
    assert try_to_sign_in(stranger) == 429
    clock.go(seconds=16)
    assert try_to_sign_in(stranger, password="wrong-password") == 401
    clock.go(seconds=16)
    answer = stranger.post("/sign-in", data={"name": "zhou", "password": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "14")
    clock.go(seconds=15)
    assert try_to_sign_in(stranger) == 303
    assert sum(record.action == "sign_in_failed" for record in audit(people)) == 6


def test_guessing_many_names_is_slowed_down(users: Users, stranger: TestClient) -> None:
    """One address can't try one password on every name."""
    statuses = [try_to_sign_in(stranger, f"name-{n}", "wrong-password") for n in range(throttle.FREE_PER_ADDRESS + 1)]
    assert statuses == [401] * throttle.FREE_PER_ADDRESS + [429]


def test_many_tries_at_once_are_many_tries(users: Users, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are in before the first password is looked at: no more are looked at than one after the other."""
    tries, together = 12, Barrier(12, timeout=30)
    looked: list[str] = []
    get = People.get

    def get_together(self: People, kind: type[Any], key: str) -> Any:
        found = get(self, kind, key)
        if kind is Attempts and found is None and not together.broken:
            with suppress(BrokenBarrierError):
                together.wait(1)  # nobody has written yet: each believes to be the first
        return found

    def fits(password: str, _: str | None) -> bool:
        looked.append(password)
        return False

    monkeypatch.setattr(People, "get", get_together)
    monkeypatch.setattr(passwords, "fits", fits)

    def attempt(number: int) -> str:
        try:
            app.state.desk.gate.sign_in("zhou", f"wrong-password-{number}", "192.0.2.1")
        except (NotSignedIn, TooMany) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(tries) as pool:
        said = list(pool.map(attempt, range(tries)))
    assert len(looked) == said.count("NotSignedIn") == throttle.FREE_PER_NAME
    assert said.count("TooMany") == tries - throttle.FREE_PER_NAME


def test_a_right_password_counts_against_nobody(users: Users, stranger: TestClient) -> None:
    """A whole office behind one address signs in, however often."""
    assert [try_to_sign_in(stranger) for _ in range(throttle.FREE_PER_ADDRESS + 2)] == [303] * (throttle.FREE_PER_ADDRESS + 2)


def test_guessing_the_old_password_is_slowed_down(users: Users, app: FastAPI, clock: Clock) -> None:
    """Whoever sits at a colleague's open screen can't try passwords without end."""
    browser = browser_of(app)
    try_to_sign_in(browser)

    def change(old: str) -> Any:
        return browser.post("/me/password", data={"old_password": old, "new_password": "another-river-42"})

    assert [change("wrong").status_code for _ in range(throttle.FREE_PER_NAME)] == [400] * throttle.FREE_PER_NAME
    answer = change(PASSWORD)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "15")
    assert "请 15 秒后再试" in answer.text
    clock.go(seconds=16)
    assert change(PASSWORD).status_code == 200


def test_a_session_ends_without_a_click(users: Users, app: FastAPI, clock: Clock) -> None:
    """Clicks prolong it, a page that only stays open does not."""
    browser = browser_of(app)
    try_to_sign_in(browser)
    clock.go(hours=7)
    assert browser.get("/duty").status_code == 200
    clock.go(hours=7)
    gate, cookie = app.state.desk.gate, browser.cookies[COOKIE]
    assert gate.officer(cookie, passive=True) is not None
    clock.go(hours=1, minutes=1)
    assert browser.get("/duty").status_code == 401


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(users: Users, app: FastAPI, clock: Clock) -> None:
    """Also where it asks for its numbers every twenty seconds."""
    browser = browser_of(app)
    try_to_sign_in(browser)
    for _ in range(3):
        clock.go(hours=2.5)
        assert browser.get("/duty", headers={"HX-Request": "true"}).status_code == 200
    clock.go(hours=1)
    assert browser.get("/duty", headers={"HX-Request": "true"}).status_code == 401


def test_a_session_ends_in_any_case(users: Users, app: FastAPI, clock: Clock) -> None:
    """Whoever clicks all day signs in again the next."""
    browser = browser_of(app)
    try_to_sign_in(browser)
    for _ in range(5):
        clock.go(hours=4.5)
        assert browser.get("/me").status_code == 200
    clock.go(hours=4.5)
    assert browser.get("/me").status_code == 401


def test_a_disabled_user_is_out_at_once(users: Users, app: FastAPI, clock: Clock) -> None:
    """The next click fails, and so does the next sign-in; undone, it works again."""
    browser = browser_of(app)
    try_to_sign_in(browser)
    clock.go(seconds=1)
    users.disable("zhou")
    assert browser.get("/me").status_code == 401
    assert try_to_sign_in(browser) == 401
    users.disable("zhou", disabled=False)
    assert browser.get("/me").status_code == 401
    assert try_to_sign_in(browser) == 303


def test_signing_out_ends_the_session_everywhere(users: Users, app: FastAPI) -> None:
    """A cookie that was copied before is worth nothing after."""
    browser, thief = browser_of(app), browser_of(app)
    try_to_sign_in(browser)
    thief.cookies.set(COOKIE, browser.cookies[COOKIE])
    assert thief.get("/me").status_code == 200
    assert browser.post("/sign-out").status_code == 303
    assert thief.get("/me").status_code == 401


def test_a_new_password_ends_other_sessions(users: Users, app: FastAPI, clock: Clock, people: People) -> None:
    """Who changes it stays signed in; everybody else with the name does not."""
    browser, other = browser_of(app), browser_of(app)
    try_to_sign_in(browser)
    try_to_sign_in(other)
    clock.go(seconds=1)
    wrong = browser.post("/me/password", data={"old_password": "wrong", "new_password": "another-river-42"})
    weak = browser.post("/me/password", data={"old_password": PASSWORD, "new_password": "zhou-zhou-zhou"})
    assert (wrong.status_code, weak.status_code) == (400, 400)
    assert browser.post("/me/password", data={"old_password": PASSWORD, "new_password": "another-river-42"}).status_code == 200
    assert (browser.get("/me").status_code, other.get("/me").status_code) == (200, 401)
    assert try_to_sign_in(other) == 401
    assert try_to_sign_in(other, password="another-river-42") == 303
    assert "password_changed" in {record.action for record in audit(people)}


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/me/password", "/me"),
        ("/sign-out", "/me"),
        ("/alerts/retry", "/alerts"),
        ("/alerts/a:1%20x/acknowledge", "/alerts/a:1%20x"),
        ("/reports/daily-2026-11-18.1/sign", "/reports/daily-2026-11-18.1"),
        ("/reports/%2e%2e%5cevil/words", "/reports/..%5Cevil"),
    ],
)
def test_the_address_of_a_form_that_is_opened_leads_to_its_page(users: Users, stranger: TestClient, path: str, page: str) -> None:
    """A page that was drawn there can be reloaded, and be had in the other language: it is no fault to look."""
    try_to_sign_in(stranger)
    answer = stranger.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


def test_a_link_signs_in_once(users: Users, app: FastAPI) -> None:
    """The second who follows it is asked for a password."""
    path = f"/enter/{users.entry('zhou')}"
    first, second = browser_of(app), browser_of(app)
    assert first.get(path, headers={"Sec-Fetch-Site": "none"}).status_code == 303
    assert first.get("/me.json").json()["name"] == "zhou"
    assert second.get(path).status_code == 401
    assert second.get("/me").status_code == 401


def test_a_link_does_not_last(users: Users, stranger: TestClient, clock: Clock) -> None:
    """After a quarter of an hour it is worth nothing."""
    path = f"/enter/{users.entry('zhou')}"
    clock.go(minutes=15)
    assert stranger.get(path).status_code == 401


def test_one_is_led_to_our_own_pages_only(users: Users, stranger: TestClient) -> None:
    """A link to the sign-in can't lead on to another site, nor to the sign-in again."""
    for target in (
        "/sign-in",
        "/sign-in?next=/sign-in",
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
    ):
        answer = stranger.post("/sign-in", data={"name": "zhou", "password": PASSWORD, "next": target})
        assert answer.headers["location"] == "/duty", target


def test_what_is_changed_is_written_down(users: Users, sign_in: SignIn, people: People, clock: Clock) -> None:
    """Who, what, when and from where; the administrator can read it."""
    users.set_password("zhou", "another-river-42")
    records = audit(people)
    assert {(one.who, one.action, one.target) for one in records} == {("test", "user_added", "zhou"), ("test", "password_set", "zhou")}
    page = sign_in(Role.ADMIN).get("/audit")
    assert "重设密码" in page.text


@pytest.mark.parametrize(
    ("failures", "seconds"), [([], 0), ([0] * 4, 0), ([0] * 5, 15), ([0] * 6, 30), ([0] * 9, 240), ([0] * 30, 900), ([16 * 60] * 30, 0)]
)
def test_the_wait_doubles(failures: list[int], seconds: int) -> None:
    """Nothing at first, then 15 s, then twice as long each time, 15 minutes at most; old failures are forgotten."""
    failed_at = [NOW - timedelta(seconds=ago) for ago in failures]
    assert throttle.wait(failed_at, NOW, throttle.FREE_PER_NAME) == timedelta(seconds=seconds)
