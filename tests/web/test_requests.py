"""The pages of requests: from receipt to rating, and what stays hidden of a report (举报). On both engines."""

from datetime import timedelta
from html import unescape
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from indexers.people import People, Role
from streams.messages import AskKind
from tests.incidents.desk import LINK
from tests.incidents.posted import post
from tests.web.city import ASKED, REPORT, SECRET, Town
from tests.web.conftest import PASSWORD, Clock, SignIn
from tests.web.test_away import as_form, fields, gathered
from tests.web.test_pages import ENGINES, data

PASS_ON = {"to": "passed_on", "channel": "12345", "reference": "2026-1102", "department": "zhujian"}
ANSWER = {"to": "answered", "answer": "今晚八点恢复供水", "link": LINK}
JSON = {"Accept": "application/json"}


@pytest.fixture
def office(town: Town, sign_in: SignIn) -> TestClient:
    """The browser of an officer on duty, in the city's time."""
    return sign_in(Role.DUTY)


def step(browser: TestClient, request: str, form: dict[str, Any], status: int = 303) -> str:
    answer = browser.post(f"/requests/{request}", data=form)
    assert answer.status_code == status, unescape(answer.text)
    return unescape(answer.text)


@ENGINES
def test_a_request_goes_its_way_on_its_page(office: TestClient, town: Town, sign_in: SignIn, people: People, clock: Clock) -> None:
    """Received, passed on with the reference of the channel, answered by the department, rated; due after five working days."""
    handler = sign_in(Role.HANDLER, "zhujian")
    view = data(office, f"/requests/{town.question}")
    assert (view["request"]["text"], view["request"]["clock"], view["request"]["kind"]) == (ASKED, "running", "question")
    assert view["request"]["proposed"]["id"] == "zhujian"
    assert {one["to"] for one in view["steps"]} == {"passed_on", "answered", "dismissed"}
    assert data(handler, f"/requests/{town.question}")["steps"] == []
    step(office, town.question, PASS_ON | {"seen": 0})
    clock.go(hours=1)
    step(handler, town.question, ANSWER | {"seen": 1})
    clock.go(hours=1)
    step(office, town.question, {"to": "rated", "rating": "4", "seen": 2})
    view = data(office, f"/requests/{town.question}")
    assert [record["to"] for record in view["records"]] == ["rated", "answered", "passed_on"]
    assert (view["request"]["reference"], view["request"]["rating"], view["answer"]) == ("2026-1102", 4, LINK)
    page = unescape(office.get(f"/requests/{town.question}").text)
    for said in ("12345 热线", "2026-1102", "今晚八点恢复供水", "满意", "国办秘函〔2019〕19号"):
        assert said in page
    people.client.indices.refresh(index=people.names.everything)
    assert [one.detail for one in people.audit() if one.action == "request_moved"] == ["rated", "answered", "passed_on"]


@ENGINES
def test_requests_are_listed_and_narrowed_down(office: TestClient, town: Town, clock: Clock) -> None:
    """Those due first come first; each number beside the list is as many as it leads to."""
    view = data(office, "/requests?show=all")
    assert [one["due_at"] for one in view["requests"]] == sorted(one["due_at"] for one in view["requests"])
    for facet in view["facets"]:
        for value in facet["values"]:
            assert data(office, value["link"])["total"] == value["count"], value
    step(office, town.question, PASS_ON)
    assert [one["id"] for one in data(office, "/requests?department=zhujian")["requests"]] == [town.question]
    assert [one["id"] for one in data(office, "/requests?state=passed_on&kind=question")["requests"]] == [town.question]
    assert data(office, "/requests?show=overdue")["total"] == 0
    clock.go(hours=7.9)
    clock.now += timedelta(days=14)
    assert data(sign_in_again(office, town), "/requests?show=overdue")["total"] == view["total"]


def sign_in_again(office: TestClient, town: Town) -> TestClient:
    office.post("/sign-in", data={"name": "some-duty", "password": PASSWORD})
    return office


def test_a_request_says_how_its_kind_was_found(office: TestClient, town: Town, sign_in: SignIn) -> None:
    """By the office's words, or by the voice as the model hears it, and which model; of a report nothing, whoever asks."""
    told = post("voice", "小区门口的路灯坏了一个月，天天摸黑回家", hours=5)
    town.city.put(msgspec.structs.replace(told, tags=msgspec.structs.replace(told.tags, asks=AskKind.COMPLAINT, asks_score=0.9)))
    town.follow()
    heard = next(request.id for request in town.city.requests() if request.post == "weibo:voice")
    items = {one["id"]: one for one in data(office, "/requests?show=all")["requests"]}
    (model,) = data(office, "/requests?show=all")["models"]
    assert (items[town.question]["kind_by"], items[town.question]["model"]) == ("words", model)
    assert (items[heard]["kind_by"], items[heard]["model"]) == ("model", model)
    assert (items[town.report]["kind_by"], items[town.report]["model"]) == (None, None)
    reader = sign_in(Role.ADMIN)
    assert data(reader, f"/requests/{town.report}")["request"]["kind_by"] is None
    assert "由模型按语气判定" not in reader.get(f"/requests/{town.report}").text
    page = office.get("/requests?show=all").text
    assert "由模型按语气判定" in page
    assert f"由模型按语气判定（{model}）" in page
    assert "用词表 incidents.yaml" in office.get(f"/requests/{town.question}").text
    for one in (town.question, heard):
        assert f"标签由模型 {model} 判定" in office.get(f"/requests/{one}").text
    assert "标签由模型" not in office.get(f"/requests/{town.report}").text
    town.city.call("question", AskKind.COMPLAINT.value)
    town.follow()
    called = next(one for one in data(office, "/requests?show=all")["requests"] if one["id"] == town.question)
    assert (called["kind"], called["kind_by"], called["words"]) == ("complaint", "person", [])
    for path in ("/requests?show=all", f"/requests/{town.question}"):
        assert "由人工更正" in office.get(path).text
    town.city.call("question", None)
    town.follow()
    denied = next(one for one in data(office, "/requests?show=all")["requests"] if one["id"] == town.question)
    assert (denied["kind"], denied["state"], denied["denied"], called["denied"]) == ("complaint", "received", True, False)
    for path in ("/requests?show=all", f"/requests/{town.question}"):
        assert "请核实后排除" in office.get(path).text


@ENGINES
def test_of_two_officers_the_second_is_told(office: TestClient, town: Town, sign_in: SignIn) -> None:
    """409 with what is possible now, and the text stays; so does a step out of order."""
    other = sign_in(Role.ADMIN)
    step(office, town.question, PASS_ON | {"seen": 0})
    page = step(other, town.question, {"to": "dismissed", "reason": "重复来信", "seen": 0}, 409)
    assert "some-duty 先一步把它改为“转办”" in page
    assert "现在可以：答复、退回" in page
    assert "重复来信" in page
    page = step(other, town.question, {"to": "rated", "rating": "5"}, 409)
    assert "现在不能这样做" in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (PASS_ON | {"reference": " "}, "转办编号：必填"),
        (PASS_ON | {"channel": "x"}, "转办渠道：请从列出的渠道中选择"),
        (PASS_ON | {"department": "nowhere"}, "承办部门：请从列出的部门中选择"),
        (ANSWER | {"link": "x"}, "链接：必须是以 http"),
        ({"to": "emperor"}, "没有这一步"),
        ({"to": "rated", "rating": "²"}, "满意度：必须是 1 到 5"),
        ({"to": "against", "against": ["zhujian"]}, "内容有误"),
    ],
)
def test_what_is_missing_or_wrong_is_named(office: TestClient, town: Town, form: dict[str, Any], said: str) -> None:
    """By field, in Chinese; nothing is written."""
    assert said in step(office, town.question, form, 400)
    assert data(office, f"/requests/{town.question}")["records"] == []


@pytest.mark.parametrize("rating", ["0", "6", "-1", "1.5", "9" * 60])
def test_a_rating_is_one_to_five(office: TestClient, town: Town, rating: str) -> None:
    """Anything else is told."""
    step(office, town.question, ANSWER)
    assert "必须是 1 到 5" in step(office, town.question, {"to": "rated", "rating": rating}, 400)


@pytest.mark.parametrize("key", ["req-none", "x", "%00", "长" * 200])
def test_an_unknown_request_is_not_found(office: TestClient, town: Town, key: str) -> None:
    """404 for its page and for a step."""
    assert office.get(f"/requests/{key}").status_code == 404
    assert office.post(f"/requests/{key}", data=PASS_ON).status_code == 404


def test_an_expired_sign_in_keeps_the_text_of_an_answer(office: TestClient, town: Town, clock: Clock) -> None:
    """After signing in again it is sent on."""
    clock.go(hours=9)
    answer = office.post(f"/requests/{town.question}", data=ANSWER | {"seen": 0})
    assert answer.status_code == 401
    entered = office.post("/sign-in", data=as_form(answer.text, PASSWORD))
    assert "今晚八点恢复供水" in entered.text
    step(office, town.question, gathered([(name, value) for name, value in fields(entered.text) if name]))
    assert data(office, f"/requests/{town.question}")["request"]["state"] == "answered"


@ENGINES
def test_a_report_opens_to_its_readers_alone(office: TestClient, town: Town, sign_in: SignIn) -> None:
    """Others see that there is one and when it is due: not its text, post, departments, nor what was done with it."""
    reader = sign_in(Role.ADMIN)
    assert data(reader, f"/requests/{town.report}")["request"]["text"] == REPORT
    assert SECRET in reader.get("/requests").text
    step(reader, town.report, PASS_ON | {"department": "jiwei", "reference": "密-7"})
    for browser in (office, sign_in(Role.VIEWER), sign_in(Role.HANDLER, "jiaotong"), sign_in(Role.HANDLER, "jiwei")):
        view = data(browser, f"/requests/{town.report}")
        assert (view["request"]["readable"], view["steps"], view["reported"], view["against"]) == (False, [], [], [])
        for path in ("/requests", "/requests?show=all", f"/requests/{town.report}"):
            for answer in (browser.get(path), browser.get(path, headers=JSON)):
                assert "举报内容仅限指定人员查阅" in answer.text
                for secret in (SECRET, "weibo:report", "密-7", '"department":{"id":"jiwei"'):
                    assert secret not in answer.text, (path, secret)
        assert data(browser, "/requests?department=jiwei&show=all")["total"] == 0
        step(browser, town.report, {"to": "dismissed", "reason": "x"}, 403)
        step(browser, town.report, {"to": "against", "against": ["zhujian"]}, 403)
    assert data(reader, "/requests?department=jiwei&show=all")["total"] == 1


@ENGINES
def test_a_reader_adds_whom_a_report_is_against(town: Town, sign_in: SignIn, people: People) -> None:
    """From then on it goes nowhere there, and the people of that department can't read it, whatever their role."""
    reader, inside = sign_in(Role.ADMIN), sign_in(Role.ADMIN, "zhujian")
    assert data(reader, f"/requests/{town.report}")["reported"] == [{"id": "jiaotong", "name": "市交通运输局"}]
    assert SECRET in inside.get(f"/requests/{town.report}").text
    step(reader, town.report, {"to": "against", "against": ["zhujian"]})
    assert SECRET not in inside.get(f"/requests/{town.report}").text
    assert {one["id"] for one in data(reader, f"/requests/{town.report}")["reported"]} == {"jiaotong", "zhujian"}
    page = step(reader, town.report, PASS_ON, 409)
    assert "举报不能转给被反映的部门" in page
    options = next(
        field["options"]
        for one in data(reader, f"/requests/{town.report}")["steps"]
        for field in one["fields"]
        if field["name"] == "department"
    )
    assert not {"jiaotong", "zhujian"} & {one["id"] for one in options}
    people.client.indices.refresh(index=people.names.everything)
    assert "report_against" in {one.action for one in people.audit()}
    assert not any("zhujian" in (one.detail or "") for one in people.audit() if one.action == "report_against")
    step(reader, town.report, {"to": "against", "against": ["nowhere"]}, 400)
