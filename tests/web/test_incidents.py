"""The pages of incidents: what they say, where their numbers lead, and what becomes of addresses that make no sense. On both engines."""

from html import unescape
from typing import Any

import msgspec
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from incidents.filed import INCIDENTS
from incidents.follow import RECIPE
from incidents.records import Stage
from indexers.people import Role
from tests.incidents.desk import DUTY, LINK
from tests.incidents.posted import post
from tests.web.city import OFFICER, Town
from tests.web.conftest import HOSTILE, Clock, SignIn
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


def test_incidents_say_by_which_rule_and_models_they_came(office: TestClient, town: Town) -> None:
    """The rule that grouped them, and the models that tagged the posts shown: in the list, on the page, beside the posts, and as data."""
    model = "topic-1/sentiment-1"
    for path, expected in (("/incidents", [RECIPE.stamp]), (f"/incidents/{town.water}", RECIPE.stamp)):
        assert data(office, path)["grouping"] == expected
        assert f"规则版本 {RECIPE.stamp}" in office.get(path).text
    for path in (f"/incidents/{town.water}", f"/incidents/{town.water}/posts"):
        assert data(office, path)["models"] == [model]
        assert f"标签由模型 {model} 判定" in office.get(path).text


def test_an_incident_keeps_the_version_of_the_rule_that_grouped_it(office: TestClient, town: Town) -> None:
    """Another program has another rule, but what was grouped was grouped by the old one."""
    read = town.city.records.get(INCIDENTS, town.water)
    assert read is not None
    older = msgspec.structs.replace(read.body, incident=msgspec.structs.replace(read.body.incident, grouped_by="grouping-0"))
    town.city.records.replace(INCIDENTS, older, read.version)
    assert data(office, f"/incidents/{town.water}")["grouping"] == "grouping-0"
    assert data(office, "/incidents")["grouping"] == [RECIPE.stamp, "grouping-0"]
    assert f"规则版本 {RECIPE.stamp}、grouping-0" in office.get("/incidents").text


def test_an_account_that_is_chosen_is_called_by_its_name(office: TestClient, town: Town) -> None:
    """Not by the id that stands in the address."""
    page = office.get(f"/incidents/{town.water}/posts?account=yunxi-fabu").text
    assert "涉及账号：云溪发布</span>" in page


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
