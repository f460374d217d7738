"""What is away: an expired sign-in, a database or a log that doesn't answer. Nothing that was typed is lost."""

import re
from html import unescape
from typing import Any

import pytest
from elastic_transport import ConnectionError as Unreachable
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from starlette.testclient import TestClient

from streams.errors import LogUnavailable
from streams.log import Log, Topic
from tests.web.conftest import HOSTILE, PASSWORD, Clock, SignIn
from web.sign_in_page import TYPED
from web.speech import COOKIE, speech

FORM = {"url": "https://a.example/1", "title": "停水", "text": f"自来水浑浊\n第二行 {HOSTILE}", "account": ["yunxi-fabu", "yunxi-gongan"]}
FIELD = re.compile(r'<(?:input|textarea)[^>]*name="([^"]+)"(?:[^>]*value="([^"]*)")?[^>]*>(?:([^<]*)</textarea>)?')


def fields(page: str) -> list[tuple[str, str]]:
    """The fields of the page's form as a browser would send them."""
    return [(name, unescape(value or text)) for name, value, text in FIELD.findall(page)]


class Away:
    """Makes the database unreachable, as the client sees it, and reachable again."""

    def __init__(self, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
        self._node: Any = client.transport.node_pool.get()
        self._monkeypatch = monkeypatch

    def go(self) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise Unreachable("refused")

        self._monkeypatch.setattr(self._node, "perform_request", refuse, raising=True)

    def come_back(self) -> None:
        self._monkeypatch.undo()


@pytest.fixture
def away(database: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> Away:
    return Away(database, monkeypatch)


def test_an_expired_sign_in_keeps_the_form(duty: TestClient, log: Log, clock: Clock) -> None:
    """What was typed comes back after the sign-in, in full and escaped, and can be sent; nothing was sent meanwhile."""
    clock.go(hours=9)
    answer = duty.post("/report", data=FORM)
    assert answer.status_code == 401
    assert "刚才填写的内容已保留" in answer.text
    kept = dict(fields(answer.text))
    assert kept["kept.text"] == FORM["text"]
    assert "<script>alert" not in answer.text

    wrong = duty.post("/sign-in", data=as_form(answer.text, "wrong"))
    assert wrong.status_code == 401
    assert dict(fields(wrong.text))["kept.text"] == FORM["text"]
    entered = duty.post("/sign-in", data=as_form(wrong.text, PASSWORD))
    assert entered.status_code == 200
    assert list(log.read(Topic.POSTS)) == []

    again = [(name, value) for name, value in fields(entered.text) if name]
    assert sorted(value for name, value in again if name == "account") == FORM["account"]
    assert duty.post("/report", data=gathered(again)).status_code == 200
    assert len(list(log.read(Topic.POSTS))) == 1


def as_form(page: str, password: str) -> dict[str, Any]:
    given = gathered(fields(page))
    return given | {"name": "some-duty", "password": password}


def gathered(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def test_passwords_are_never_kept(duty: TestClient, clock: Clock) -> None:
    """A form with passwords in it does not bring them back."""
    clock.go(hours=9)
    answer = duty.post("/me/password", data={"old_password": PASSWORD, "new_password": "another-river-42"})
    assert answer.status_code == 401
    assert PASSWORD not in answer.text
    assert "another-river-42" not in answer.text


def test_an_expired_sign_in_is_told_to_programs(duty: TestClient, clock: Clock) -> None:
    """JSON gets JSON; an open page's refresh is not told to load anew, which would take what is being typed there."""
    clock.go(hours=9)
    assert duty.get("/duty.json").json()["status"] == 401
    refresh = duty.get("/duty", headers={"HX-Request": "true"})
    assert refresh.status_code == 401
    assert "hx-refresh" not in refresh.headers
    assert duty.post("/alerts/x/acknowledge", headers={"HX-Request": "true"}).headers["hx-refresh"] == "true"


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://testserver/alerts/x?a=1", "/alerts/x?a=1"),
        ("https://evil.example/alerts/x", "/duty"),
        ("http://testserver//evil.example", "/duty"),
        ("http://testserver/alerts/x/acknowledge", "/duty"),
        ("http://testserver/sign-in?next=/sources", "/duty"),
        ("http://[", "/duty"),
        ("", "/duty"),
    ],
)
def test_a_button_that_met_an_expired_sign_in_leads_back_to_its_page(duty: TestClient, clock: Clock, referer: str, leads_to: str) -> None:
    """There is nothing to send again, and the address of the step is no page."""
    clock.go(hours=9)
    answer = duty.post("/alerts/x/acknowledge", headers={"Referer": referer} if referer else {})
    assert answer.status_code == 401
    assert dict(fields(answer.text))["next"] == leads_to
    entered = duty.post("/sign-in", data=as_form(answer.text, PASSWORD))
    assert (entered.status_code, entered.headers["location"]) == (303, leads_to)


def test_what_was_chosen_is_sent_again_unseen(duty: TestClient, clock: Clock) -> None:
    """What was written stands there to be looked at; what was chosen goes along, and no name of a machine is shown."""
    clock.go(hours=9)
    step = {
        "to": "judged",
        "seen": "1",
        "reason": "写到一半",
        "duty": "yes",
        "grounds": ["complaint", "rumour"],
        "lead_department": "water",
    }
    answer = duty.post("/incidents/x", data=step)
    page = duty.post("/sign-in", data=as_form(answer.text, PASSWORD)).text
    form = page[page.index('<form class="fields"') :]
    assert gathered(fields(form)) == {name: value if isinstance(value, list) else [value] for name, value in step.items()}
    shown = re.findall(r'<(?:textarea|input type="text") ?name="([^"]+)"', form)
    assert shown == ["reason"]


def test_every_field_of_a_form_is_written_or_chosen(app: FastAPI) -> None:
    """What somebody writes has a name in both languages, for when the form is shown again; a new field must be put on one side."""
    names = set()
    found = app.openapi()
    for path in found["paths"].values():
        content = path.get("post", {}).get("requestBody", {}).get("content", {})
        schema = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
        names |= set(found["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]) if "$ref" in schema else set()
    chosen = "account against channel date delivery department duty emergency every from grounds kind lead_department level rating seen to"
    signing_in = {"name", "password", "old_password", "new_password", "next"}
    assert names - signing_in == TYPED | set(chosen.split())
    assert {f"field.{name}" for name in TYPED} <= speech("zh").words.keys()
    assert {f"field.{name}" for name in TYPED} <= speech("en").words.keys()


def test_a_database_away_during_the_sign_in_asks_again(stranger: TestClient, away: Away) -> None:
    """The password is not kept, so nothing is said of sending it again; a form that waits still waits."""
    away.go()
    answer = stranger.post("/sign-in", data={"name": "zhou", "password": PASSWORD, "next": "/report", "kept.text": FORM["text"]})
    assert answer.status_code == 503
    assert "数据库暂时不可用" in answer.text
    assert "再次提交" not in answer.text
    assert int(answer.headers["retry-after"]) > 0
    kept = dict(fields(answer.text))
    assert (kept["kept.text"], kept["next"]) == (FORM["text"], "/report")
    assert 'type="password"' in answer.text
    assert PASSWORD not in answer.text
    assert stranger.post("/sign-in.json", data={"name": "zhou", "password": PASSWORD}).json()["status"] == 503


def test_a_database_away_is_said_and_recovers(duty: TestClient, filled: None, away: Away) -> None:
    """503 with when to try again, as page and as JSON; without the database's own words; then all is well again."""
    away.go()
    for path in (
        "/duty",
        "/search",
        "/posts/weibo:1",
        "/alerts",
        "/alerts/x",
        "/accounts",
        "/accounts/yunxi-fabu",
        "/sources",
        "/me",
        "/search.csv",
    ):
        answer = duty.get(path)
        assert answer.status_code == 503, path
        assert "数据库暂时不可用" in answer.text
        assert 'data-retry="1"' in answer.text
        assert "refused" not in answer.text
    assert duty.get("/duty.json").json()["retry_after"] == 1
    assert duty.get("/health").status_code == 200
    assert duty.get("/sign-in").status_code == 200
    away.come_back()
    assert duty.get("/duty").status_code == 200


def test_a_database_away_keeps_the_form(duty: TestClient, away: Away, log: Log) -> None:
    """The page that says so holds what was typed, to be sent again."""
    away.go()
    answer = duty.post("/report", data=FORM)
    assert answer.status_code == 503
    assert "填写的内容已保留" in answer.text
    kept = gathered(fields(answer.text))
    assert kept["text"] == [FORM["text"]]
    away.come_back()
    assert duty.post("/report", data=kept).status_code == 200
    assert len(list(log.read(Topic.POSTS))) == 1


def test_a_log_away_keeps_the_form(duty: TestClient, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk under the log is said, and the text stays."""

    def refuse(_: object) -> None:
        raise LogUnavailable("the disk is full")

    monkeypatch.setattr(log, "append", refuse)
    answer = duty.post("/report", data=FORM)
    assert answer.status_code == 503
    assert gathered(fields(answer.text))["text"] == [FORM["text"]]


def test_a_fault_of_ours_is_said_as_such(app: FastAPI, duty: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 without a word of the inside."""

    def fail(*_: object) -> None:
        raise RuntimeError("the secret of the inside")

    monkeypatch.setattr("web.pages.sources.source_states", fail)
    answer = duty.get("/sources")
    assert answer.status_code == 500
    assert "程序出错" in answer.text
    assert "secret" not in answer.text


def test_nothing_under_an_address_is_said(duty: TestClient, stranger: TestClient) -> None:
    """404 and 405, as page and as JSON, in the reader's language."""
    assert duty.get("/nowhere").status_code == 404
    assert "没有这个页面" in duty.get("/nowhere").text
    assert "Not Found" not in duty.get("/nowhere").text
    assert stranger.get("/nowhere.json").json()["status"] == 404
    stranger.cookies.set(COOKIE, "en")
    assert stranger.get("/nowhere.json").json()["detail"].startswith("There is no such page")
    assert (duty.put("/duty").status_code, "这个地址不接受这种请求" in duty.put("/duty").text) == (405, True)


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/libraries/../../package.json"])
def test_files_of_the_program_are_not_served(stranger: TestClient, path: str) -> None:
    """Only what lies in the folder of static files."""
    assert stranger.get(path).status_code in {403, 404}


def test_sign_in_pages_need_no_database(stranger: TestClient, away: Away, sign_in: SignIn) -> None:
    """One sees why one can't sign in."""
    away.go()
    assert stranger.get("/sign-in").status_code == 200
    assert stranger.post("/sign-in", data={"name": "x", "password": "y"}).status_code == 503
