"""The pages of incidents: what they say, where their numbers lead, and the steps that officers take on them. On both engines."""

from datetime import timedelta
from html import unescape
from typing import Any

import msgspec
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from incidents.filed import INCIDENTS
from incidents.flow import TRANSITIONS
from incidents.records import Given, Stage
from indexers.people import People, Role
from tests.incidents.desk import DUTY, LINK
from tests.incidents.posted import post
from tests.web.city import OFFICER, Town
from tests.web.conftest import HOSTILE, PASSWORD, Clock, SignIn
from tests.web.test_away import as_form, fields, gathered
from tests.web.test_pages import ENGINES, data

JUDGE = {"to": "judged", "duty": "yes", "grounds": ["public_interest"], "reason": "影响数千居民"}
WAY: tuple[dict[str, Any], ...] = (
    JUDGE,
    {"to": "rated", "level": "yellow"},
    {"to": "assigned", "lead_department": "zhujian", "due": "2026-11-03T18:00"},
    {"to": "handled", "report": "水泵已更换"},
    {"to": "answered", "link": LINK},
    {"to": "closed", "reason": "已恢复供水"},
    {"to": "reviewed", "review": "加强巡检"},
)
JSON = {"Accept": "application/json"}


@pytest.fixture
def office(town: Town, sign_in: SignIn) -> TestClient:
    """The browser of an officer on duty, in the city's time."""
    return sign_in(Role.DUTY)


def step(browser: TestClient, incident: str, form: dict[str, Any], status: int = 303) -> str:
    answer = browser.post(f"/incidents/{incident}", data=form)
    assert answer.status_code == status, unescape(answer.text)
    return unescape(answer.text)


@ENGINES
def test_incidents_are_listed_with_why_they_matter(office: TestClient, town: Town) -> None:
    """Title, state, proposed level with its rule, posts, growth and spread, clocks, department."""
    rows = data(office, "/incidents")["incidents"]
    assert rows[0]["id"] == town.water
    row = rows[0]
    assert (row["state"], row["rating"]["level"], row["rating"]["proposed"]["name"]) == ("found", None, "蓝色")
    assert row["rating"]["source"]
    assert row["proposed_departments"] == [{"id": "zhujian", "name": "市住房和城乡建设局"}]
    page = unescape(office.get("/incidents").text)
    assert "建议蓝色" in page
    assert "未达到更高级别的条件" in page
    town.desk.incidents.move(town.water, Stage.JUDGED, OFFICER, DUTY)
    (clock,) = data(office, "/incidents")["incidents"][0]["clocks"]
    assert (clock["name"], clock["state"], clock["statutory"], clock["left_s"]) == ("回应社会关切", "running", True, 48 * 3600)
    page = unescape(office.get("/incidents").text)
    assert "剩 2 天" in page
    assert "至 11-04" in page


@ENGINES
def test_every_number_leads_to_as_many_posts(office: TestClient, town: Town) -> None:
    """Of the list and of the incident's own page: posts, negative ones, those of the last hour, each step, account and topic."""
    town.city.put(*[_late(n) for n in range(3)])
    town.follow()
    row = next(one for one in data(office, "/incidents")["incidents"] if one["id"] == town.water)
    view = data(office, row["page"])
    numbers = [row[name] for name in ("posts", "negative", "growth")]
    numbers += [one["posts"] for name in ("accounts", "topics") for one in view[name]]
    numbers += [{"count": slot["posts"], "link": slot["link"]} for slot in view["timeline"]]
    assert row["growth"]["count"] == 3
    assert view["accounts"]
    for number in numbers:
        assert data(office, number["link"])["total"] == number["count"], number
    assert sum(slot["posts"] for slot in view["timeline"]) == row["posts"]["count"]
    spread = data(office, row["spread"]["link"])["posts"]
    assert sum(one["post"]["spread"] for one in spread) == row["spread"]["count"]
    assert view["topics"][0]["departments"] == [{"id": "zhujian", "name": "市住房和城乡建设局"}]


def _late(n: int) -> Any:
    return post(f"late{n}", "东湖小区停水第四天，物业电话没人接，没法洗澡", hours=5.9, accounts=("yunxi-fabu",), forwards=5)


@ENGINES
def test_incidents_are_narrowed_down(office: TestClient, town: Town) -> None:
    """By state, level, topic and department, each as many as is said; small ones come on request; pages follow each other."""
    town.desk.incidents.move(town.water, Stage.JUDGED, OFFICER, DUTY)
    view = data(office, "/incidents?show=all&small=1")
    for facet in view["facets"]:
        for value in facet["values"]:
            assert data(office, value["link"])["total"] == value["count"], value
    assert {facet["field"] for facet in view["facets"]} == {"state", "level", "topic", "account", "department"}
    assert data(office, "/incidents")["total"] < view["total"] == len(town.city.incidents())
    assert [one["id"] for one in data(office, "/incidents?state=judged")["incidents"]] == [town.water]
    assert data(office, "/incidents?show=overdue")["total"] == 0
    assert data(office, "/incidents?level=red&department=nowhere")["incidents"] == []


@ENGINES
def test_pages_of_the_list_neither_skip_nor_repeat(office: TestClient, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever order, also where some have a clock and some have none."""
    monkeypatch.setattr("web.pages.incidents.SIZE", 3)
    town.desk.incidents.move(town.water, Stage.JUDGED, OFFICER, DUTY)
    for link in data(office, "/incidents?show=all&small=1")["sorts"].values():
        seen, following = [], link
        while following:
            view = data(office, following)
            seen += [one["id"] for one in view["incidents"]]
            following = view["following"]
        assert sorted(seen) == sorted(town.city.incidents()), link


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


@ENGINES
def test_a_merged_incident_leads_to_what_it_is_part_of(office: TestClient, town: Town) -> None:
    """Its address leads on; a step on it is refused, and says where to go on."""
    city = town.city
    small = next(
        name for name, filed in city.incidents().items() if name not in {town.water, town.hostile} and not filed.incident.merged_into
    )
    _merge(town, small, town.water)
    answer = office.get(f"/incidents/{small}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/incidents/{town.water}")
    assert office.get(f"/incidents/{small}.json").headers["location"] == f"/incidents/{town.water}.json"
    page = step(office, small, JUDGE, 409)
    assert f'href="/incidents/{town.water}"' in page
    assert "影响数千居民" in page
    assert small in data(office, f"/incidents/{town.water}")["parts"]


def _merge(town: Town, goes: str, stays: str) -> None:
    for name, change in ((goes, {"merged_into": stays}), (stays, None)):
        read = town.city.records.get(INCIDENTS, name)
        assert read is not None
        body = read.body
        if change:
            body = msgspec.structs.replace(body, incident=msgspec.structs.replace(body.incident, **change))
        else:
            body = msgspec.structs.replace(body, parts=(*body.parts, goes))
        assert town.city.records.replace(INCIDENTS, body, read.version)


@pytest.mark.parametrize("key", ["inc-none", "x", "%00", "长" * 200, "..%2F..%2Fetc", "inc-none.json"])
def test_an_unknown_incident_is_not_found(office: TestClient, town: Town, key: str) -> None:
    """404, whatever the id is made of, for its page, its posts and a step."""
    assert office.get(f"/incidents/{key}").status_code == 404
    assert office.get(f"/incidents/{key}/posts").status_code == 404
    assert office.post(f"/incidents/{key}", data=JUDGE).status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-11-03&to=2026-11-01", "不早于"),
        ("from=gestern", "不是日期"),
        ("to=9999-12-31", "不是日期"),
        ("to=2300-01-01", "超出范围"),
        ("after=x", "翻页"),
        ("after=[1]", "翻页"),
        ('after=[1,2,"x"]', "翻页"),
        (f'after=[{1 << 70},"x"]', "翻页"),
        ('after=["x","x"]', "翻页"),
    ],
)
def test_ranges_that_can_t_be(office: TestClient, town: Town, query: str, said: str) -> None:
    """Reversed, endless, or from a page that isn't ours: 400, told on the page of posts."""
    answer = office.get(f"/incidents/{town.water}/posts?{query}")
    assert answer.status_code == 400
    assert said in unescape(answer.text)
    assert said in office.get(f"/incidents/{town.water}/posts?{query}", headers=JSON).json()["detail"]
    if query.startswith("after") and query.count(",") < 2:  # two keys are what the list of incidents is ordered by
        assert office.get(f"/incidents?{query}").status_code == 400
        assert office.get(f"/requests?{query}").status_code == 400


def test_open_ranges_are_open(office: TestClient, town: Town) -> None:
    """An end that is left out is no end."""
    total = data(office, f"/incidents/{town.water}/posts")["total"]
    assert data(office, f"/incidents/{town.water}/posts?from=1970-01-02")["total"] == total
    assert data(office, f"/incidents/{town.water}/posts?to=2026-11-03")["total"] == total
    assert data(office, f"/incidents/{town.water}/posts?from=2026-11-03")["total"] == 0


def test_hostile_text_is_only_text(sign_in: SignIn, town: Town) -> None:
    """A title and posts made of scripts do nothing on the list, the page, the posts, the duty page and the requests."""
    browser = sign_in(Role.ADMIN)
    step(browser, town.hostile, {"to": "judged", "duty": "no", "reason": HOSTILE})
    for path in ("/incidents", f"/incidents/{town.hostile}", f"/incidents/{town.hostile}/posts", "/duty"):
        page = browser.get(path).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert "alert(1)" in page, path


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


@ENGINES
def test_the_duty_page_shows_what_presses(office: TestClient, town: Town, clock: Clock) -> None:
    """Incidents with a clock first, in the order in which they end; what is over and has no clock is not there."""
    names = [one["id"] for one in data(office, "/duty")["pressing"]["incidents"]]
    assert names[0] == town.water
    step(office, town.hostile, {"to": "judged", "duty": "no", "reason": "个别吐槽"})
    step(office, town.hostile, {"to": "rated", "level": "red"})
    pressing = data(office, "/duty")["pressing"]
    assert pressing["incidents"][0]["id"] == town.hostile
    clock.go(minutes=31)
    page = office.get("/duty", headers={"HX-Request": "true"}).text
    assert "超时" in page
    assert f'href="/incidents/{town.hostile}"' in page
    for form in ({"to": "assigned", "lead_department": "wenlv", "due": "2026-11-03T18:00"}, {"to": "handled", "report": "x"}):
        step(office, town.hostile, form)
    step(office, town.hostile, {"to": "closed", "reason": "x"})
    after = data(office, "/duty")["pressing"]
    assert after["total"] == pressing["total"] - 1
    assert town.hostile not in {one["id"] for one in after["incidents"]}


def test_a_statutory_clock_outlives_its_incident(office: TestClient, town: Town) -> None:
    """Closed without a press conference: it presses on, and is listed as such."""
    for form in (JUDGE | {"emergency": "major"}, *WAY[1:6]):
        step(office, town.water, form)
    assert data(office, "/duty")["pressing"]["incidents"][0]["id"] == town.water
    assert data(office, "/incidents")["incidents"][0]["state"] == "closed"


def test_an_open_page_is_told_that_somebody_moved_it(office: TestClient, town: Town) -> None:
    """The head of an open page asks again, and says that what stands below is old."""
    quiet = office.get(f"/incidents/{town.water}?seen=0", headers={"HX-Request": "true"}).text
    assert "刚刚有人处理过" not in quiet
    assert "建议蓝色" in quiet
    step(office, town.water, JUDGE)
    told = office.get(f"/incidents/{town.water}?seen=0", headers={"HX-Request": "true"}).text
    assert "刚刚有人处理过" in told
    assert "<textarea" not in told


def test_the_pages_are_described(office: TestClient, app: FastAPI) -> None:
    """OpenAPI names the views and what a step takes."""
    described = office.get("/openapi.json").json()
    assert described["paths"]["/incidents"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/IncidentsView"
    }
    form = described["components"]["schemas"]["IncidentForm"]["properties"]
    assert {"to", "seen", "duty", "grounds", "reason", "due"} <= form.keys()
