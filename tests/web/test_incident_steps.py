"""Steps on the page of an incident: exactly those of the one table, for who may take them; nothing that was typed is lost. On both engines."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from incidents.flow import TRANSITIONS
from incidents.records import Given, Stage
from indexers.people import People, Role
from tests.incidents.desk import LINK
from tests.web.city import OFFICER, Town
from tests.web.conftest import HOSTILE, PASSWORD, Clock, SignIn
from tests.web.test_away import as_form, fields, gathered
from tests.web.test_incidents import JSON, JUDGE, WAY, office, step
from tests.web.test_pages import ENGINES, data

__all__ = ["office"]


@ENGINES
def test_an_incident_goes_its_way_on_its_page(office: TestClient, town: Town, sign_in: SignIn, people: People, clock: Clock) -> None:
    """From found to reviewed; each step leaves a record with who, when, from, to and why, and is in the audit."""
    handler = sign_in(Role.HANDLER, "zhujian")
    for number, form in enumerate(WAY):
        clock.go(minutes=10)
        browser = handler if form["to"] in {"handled", "answered"} else office
        assert form["to"] in {one["to"] for one in data(browser, f"/incidents/{town.water}")["steps"]}
        step(browser, town.water, form | {"seen": number})
    view = data(office, f"/incidents/{town.water}")
    assert [record["to"] for record in view["records"]] == [form["to"] for form in reversed(WAY)]
    assert {clock["state"] for clock in view["clocks"]} == {"met"}
    assert view["answer"] == LINK
    assert view["incident"]["department"] == {"id": "zhujian", "name": "市住房和城乡建设局"}
    page = unescape(office.get(f"/incidents/{town.water}").text)
    for said in ("影响数千居民", "水泵已更换", "加强巡检", "some-zhujian", "涉及公众切身利益且可能产生较大影响"):
        assert said in page
    people.client.indices.refresh(index=people.names.everything)
    moves = [(one.who, one.detail) for one in people.audit() if one.action == "incident_moved"]
    assert moves[::-1] == [("some-zhujian" if form["to"] in {"handled", "answered"} else "some-duty", form["to"]) for form in WAY]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.DUTY, Role.HANDLER, Role.ANALYST, Role.VIEWER])
def test_the_page_offers_what_the_table_says(town: Town, sign_in: SignIn, role: Role) -> None:
    """For each role and stage exactly the steps of the one table; a form asks for what its step needs, and no more."""
    browser = sign_in(role, "zhujian" if role is Role.HANDLER else None)
    given = [Given(grounds=("public_interest",), reason="x"), Given(level="blue")]
    given += [Given(lead_department="zhujian", due=town.city.now + timedelta(hours=9)), Given(report="x"), Given(link=LINK)]
    given += [Given(reason="x"), Given(review="x")]
    for number, form in enumerate(WAY):
        view = data(browser, f"/incidents/{town.water}")
        state = view["incident"]["state"]
        offered = {one["to"]: {field["name"] for field in one["fields"]} for one in view["steps"]}
        expected = {
            str(one.to): {need.name for need in one.needs} | ({"duty", "emergency"} if one.to == Stage.JUDGED else set())
            for one in TRANSITIONS
            if one.source == state and role.value in one.roles and (role is not Role.HANDLER or view["incident"]["department"])
        }
        if state == "handled":
            expected.pop("closed", None)  # there is a duty to answer
        assert offered == expected, state
        page = office_page(browser, town)
        assert all(f'value="{to}"' in page for to in expected)
        town.desk.incidents.move(town.water, Stage(form["to"]), OFFICER, given[number])


def office_page(browser: TestClient, town: Town) -> str:
    return browser.get(f"/incidents/{town.water}").text


@ENGINES
def test_of_two_officers_the_second_is_told_and_keeps_the_text(office: TestClient, town: Town, sign_in: SignIn) -> None:
    """409 with who was faster and what is possible now; the form comes back filled in, and can be sent as things then are."""
    other = sign_in(Role.ADMIN)
    step(office, town.water, JUDGE | {"seen": 0})
    again = {"to": "judged", "duty": "no", "reason": "两位都在写", "seen": 0}
    page = step(other, town.water, again, 409)
    assert "some-duty 先一步把它改为“研判”" in page
    assert "现在可以：定级、研判、排除" in page
    assert "两位都在写" in page
    view = other.post(f"/incidents/{town.water}", data=again, headers=JSON)
    assert (view.status_code, view.json()["refusal"]["possible"]) == (409, ["rated", "judged", "dismissed"])
    form = next(one for one in view.json()["steps"] if one["to"] == "judged")
    assert {field["name"]: field["values"] for field in form["fields"]} == {
        "duty": ["no"],
        "grounds": [],
        "reason": ["两位都在写"],
        "emergency": [],
    }
    assert view.json()["seen"] == 1
    step(other, town.water, again | {"seen": 1})
    assert data(office, f"/incidents/{town.water}")["grounds"] == []


def test_a_step_out_of_order_is_refused_with_what_is_possible(office: TestClient, town: Town) -> None:
    """Nothing is written, and the text of a step that isn't there now stands on the page."""
    page = step(office, town.water, {"to": "closed", "reason": f"已办完 {HOSTILE}", "seen": 0}, 409)
    assert "现在不能这样做" in page
    assert "现在可以：研判、排除" in page
    assert f"已办完 {HOSTILE}" in page
    assert "<script>alert" not in office.post(f"/incidents/{town.water}", data={"to": "closed", "reason": HOSTILE}).text
    assert data(office, f"/incidents/{town.water}")["records"] == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"to": "judged", "duty": "yes", "reason": "有"}, "回应依据：必填"),
        ({"to": "judged", "reason": "有"}, "回应依据：必填"),
        ({"to": "judged", "duty": "no", "emergency": "major", "reason": "有"}, "突发事件必须有依据"),
        ({"to": "judged", "duty": "yes", "grounds": ["x"], "reason": "有"}, "请从列出的依据中选择"),
        ({"to": "judged", "duty": "no", "emergency": "x", "reason": "有"}, "突发事件级别：请从列出的级别中选择"),
        ({"to": "judged", "duty": "no", "reason": "  \r\n "}, "理由：必填"),
        ({"to": "dismissed"}, "理由：必填"),
        ({"to": "emperor"}, "没有这一步"),
        ({"to": "information", "link": "javascript:alert(1)"}, "链接：必须是以 http"),
        ({"to": "remark"}, "理由：必填"),
    ],
)
def test_what_is_missing_or_wrong_is_named(office: TestClient, town: Town, form: dict[str, Any], said: str) -> None:
    """By field, in Chinese; the form stays open as it was filled in."""
    assert said in step(office, town.water, form, 400)
    assert data(office, f"/incidents/{town.water}")["records"] == []


@pytest.mark.parametrize("due", ["2020-01-01T08:00", "9999-12-31T23:59", "gestern", "0001-01-01T00:00", "2026-11-03T18:00+99:00"])
def test_a_task_is_due_ahead(office: TestClient, town: Town, due: str) -> None:
    """In the past, without end or no time at all: told beside the form."""
    for form in WAY[:2]:
        step(office, town.water, form)
    page = step(office, town.water, {"to": "assigned", "lead_department": "zhujian", "due": due}, 400)
    assert "办理时限：必须是将来的时间" in page


def test_as_much_can_be_sent_as_a_browser_lets_one_type(office: TestClient, town: Town) -> None:
    """A line break is one character to type and two to send; it is kept as one."""
    step(office, town.water, {"to": "dismissed", "reason": "误\r\n" * 2500})
    (record,) = data(office, f"/incidents/{town.water}")["records"]
    assert record["facts"][0]["text"] == "\n".join(["误"] * 2500)


def test_others_may_look_but_not_move(town: Town, office: TestClient, sign_in: SignIn) -> None:
    """A viewer's request is refused by the table of roles, a handler of another department by the flow: 403."""
    for form in WAY[:3]:
        step(office, town.water, form)
    for browser in (sign_in(Role.VIEWER), sign_in(Role.HANDLER, "jiaotong"), sign_in(Role.HANDLER), sign_in(Role.ANALYST)):
        assert data(browser, f"/incidents/{town.water}")["steps"] == []
        step(browser, town.water, {"to": "handled", "report": "x"}, 403)
    handler = sign_in(Role.HANDLER, "zhujian")
    assert data(handler, "/incidents")["own_link"] == "/incidents?department=zhujian"
    step(handler, town.water, {"to": "handled", "report": "水泵已更换"})


@ENGINES
def test_milestones_are_recorded_beside_the_steps(office: TestClient, town: Town) -> None:
    """Authoritative information meets its clock; the incident stays where it is."""
    step(office, town.water, JUDGE | {"emergency": "major"})
    assert {clock["state"] for clock in data(office, f"/incidents/{town.water}")["clocks"]} == {"running"}
    step(office, town.water, {"to": "information", "link": LINK, "seen": 1})
    view = data(office, f"/incidents/{town.water}")
    assert {clock["rule"]: clock["state"] for clock in view["clocks"]}["authoritative_information"] == "met"
    assert (view["incident"]["state"], view["records"][0]["milestone"]) == ("judged", "information")
    assert {note["to"] for note in view["notes"]} == {"information", "press_conference", "remark"}


def test_an_expired_sign_in_keeps_the_text_of_a_step(office: TestClient, town: Town, clock: Clock) -> None:
    """After signing in again it is sent on, and the step is taken once."""
    clock.go(hours=9)
    answer = office.post(f"/incidents/{town.water}", data=JUDGE | {"seen": 0})
    assert answer.status_code == 401
    entered = office.post("/sign-in", data=as_form(answer.text, PASSWORD))
    assert "影响数千居民" in entered.text
    assert "理由" in entered.text
    assert data(office, f"/incidents/{town.water}")["records"] == []
    step(office, town.water, gathered([(name, value) for name, value in fields(entered.text) if name]))
    assert len(data(office, f"/incidents/{town.water}")["records"]) == 1
