"""A report (举报) on every page, in every twin, file and stream: its text opens to its readers alone, and nobody finds it by searching."""

import json
from collections.abc import Iterator
from unittest.mock import Mock

import msgspec
import pytest
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from starlette.testclient import TestClient

from config.settings import Settings
from incidents.withheld import Withheld
from indexers import series
from indexers.errors import DatabaseUnavailable
from indexers.merge import StoredPost, lift
from indexers.people import People, Role
from streams.messages import Author, Standing
from tests.incidents.posted import post
from tests.web.alerting import Desk, spike
from tests.web.city import OFFICER, REPORT, SECRET, Town
from tests.web.conftest import NOW, Clock, SignIn, write
from tests.web.test_pages import ENGINES, data
from tests.web.test_privacy import ALERT, PAGES, placed
from web.live import News
from web.pages.live import _visible

OUTSIDERS = (Role.DUTY, Role.HANDLER, Role.ANALYST, Role.VIEWER)
SEARCHES = ("q=红包", "q=举报", "q=交通运输局", "account=yunxi-ditie", "kind=post", "")


def pages(town: Town, alert: str) -> Iterator[str]:
    """Every page there is, with what can be asked of it."""
    yield from (placed(path, {"{incident}": town.water, "{request}": town.report, ALERT: alert}) for path in PAGES)
    yield from ("/search.csv", *(f"/search?{query}" for query in SEARCHES), *(f"/search.csv?{query}" for query in SEARCHES))
    yield from ("/posts/weibo:report", "/duty?hours=168")


@ENGINES
def test_no_page_shows_a_report_to_others(town: Town, sign_in: SignIn, database: Elasticsearch, web_settings: Settings) -> None:
    """Neither page nor twin nor file, in whatever role, also where an alert rests on it; its reader sees it on each of them."""
    alert = Desk(database, web_settings).open(spike(posts=("weibo:report", "weibo:water0"))).id
    for role in OUTSIDERS:
        browser = sign_in(role)
        for path in pages(town, alert):
            for accept in ("text/html", "application/json"):
                answer = browser.get(path, headers={"Accept": accept})
                assert answer.status_code < 500, path
                assert SECRET not in answer.text, (role, path)
                assert "知情人" not in answer.text, (role, path)
    reader = sign_in(Role.ADMIN)
    for path in ("/duty", "/search?q=红包", "/search.csv", "/posts/weibo:report", f"/requests/{town.report}", f"/alerts/{alert}"):
        assert SECRET in reader.get(path).text.replace("<mark>", "").replace("</mark>", ""), path


@ENGINES
def test_who_reads_a_report_is_written_down(town: Town, sign_in: SignIn, people: People) -> None:
    """By its post, the words that decided and its request, as page and as data; nobody else's look is, and no other post."""
    reader, outsider = sign_in(Role.ADMIN), sign_in(Role.DUTY)
    for browser in (reader, outsider):
        for path in (
            "/posts/weibo:report",
            f"/requests/{town.report}",
            f"/requests/{town.report}.json",
            "/posts/weibo:water0",
            f"/requests/{town.question}",
        ):
            browser.get(path)
    reader.post(f"/requests/{town.report}", data={"to": "passed_on"})  # refused, and shows the text
    people.client.indices.refresh(index=people.names.everything)
    read = [one for one in people.audit() if one.action == "report_read"]
    assert {one.who for one in read} == {"some-admin"}
    assert sorted(str(one.target) for one in read) == [town.report] * 3 + ["weibo:report"]
    page = reader.get("/audit").text
    assert "阅读举报" in page
    for link in ("/posts/weibo:report", f"/requests/{town.report}"):
        assert f'href="{link}"' in page
        assert reader.get(link).status_code == 200


def test_a_report_is_not_shown_where_nobody_can_write_down_who_reads_it(
    town: Town, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database takes no record: 503, and no text."""
    reader = sign_in(Role.ADMIN)

    def refuse(*_: object) -> None:
        raise DatabaseUnavailable("a full disk")

    monkeypatch.setattr(People, "append", refuse)
    for path in ("/posts/weibo:report", f"/requests/{town.report}"):
        answer = reader.get(path)
        assert (answer.status_code, SECRET in answer.text) == (503, False)


@ENGINES
def test_nobody_finds_out_by_searching(town: Town, sign_in: SignIn) -> None:
    """Neither how many nor in which facet: searching for its words or its account finds nothing."""
    reader, outsider = sign_in(Role.ADMIN), sign_in(Role.DUTY)
    assert data(reader, "/search?q=红包")["total"] == 1
    view = data(outsider, "/search?q=红包")
    assert (view["total"], view["without_reports"]) == (0, True)
    assert all(not facet["values"] for facet in view["facets"])
    assert data(reader, "/search?account=yunxi-ditie")["total"] == 1
    assert data(outsider, "/search?account=yunxi-ditie")["total"] == 0
    assert data(reader, "/search")["total"] == data(outsider, "/search")["total"] + 1


def test_it_is_not_among_what_is_said_of_an_account(town: Town, sign_in: SignIn) -> None:
    """In no number of the account's page, and the page says so; its readers have it."""
    reader, outsider = (data(sign_in(role), "/accounts/yunxi-ditie")["said"] for role in (Role.ADMIN, Role.DUTY))
    assert (reader["posts"], reader["without_reports"]) == (1, False)
    assert (outsider["posts"], outsider["negative"], outsider["without_reports"]) == (0, 0, True)


@ENGINES
def test_numbers_and_lists_agree_for_everybody(town: Town, sign_in: SignIn) -> None:
    """Who may not see a report has it in no number either, so each number still leads to as many posts."""
    totals: list[int] = []
    for role in (Role.DUTY, Role.ADMIN):
        browser = sign_in(role)
        view = data(browser, "/duty?hours=24")
        numbers = [(view["all"]["posts"], view["all"]["link"]), (view["negative"]["posts"], view["negative"]["link"])]
        numbers += [(slot["posts"], slot["link"]) for slot in view["timeline"] if slot["posts"]]
        numbers += [(topic["posts"], topic["links"]["all"]) for topic in view["topics"]]
        for posts, link in numbers:
            assert data(browser, link)["total"] == posts, link
        assert view["all"]["posts"] == data(browser, "/search")["total"]
        totals.append(view["all"]["posts"])
    assert totals[1] == totals[0] + 1


def test_a_report_says_that_it_is_one(town: Town, sign_in: SignIn) -> None:
    """The post's page is refused with a word of why."""
    answer = sign_in(Role.DUTY).get("/posts/weibo:report")
    assert answer.status_code == 403
    assert "举报内容仅限指定人员查阅" in answer.text


def test_a_report_is_hidden_before_it_is_a_request(
    town: Town, sign_in: SignIn, database: Elasticsearch, web_settings: Settings, clock: Clock
) -> None:
    """From the moment it can be found: nobody waits for the follower."""
    write(database, web_settings, clock, post("fresh", f"实名举报某局长{SECRET}", hours=6))
    browser = sign_in(Role.DUTY)
    for path in ("/duty", "/search", "/search?q=红包", "/search.csv", "/posts/weibo:fresh"):
        assert SECRET not in browser.get(path).text, path
    assert SECRET in sign_in(Role.ADMIN).get("/duty").text


@ENGINES
def test_a_report_is_not_found_before_it_is_a_request(
    town: Town, sign_in: SignIn, database: Elasticsearch, web_settings: Settings, clock: Clock
) -> None:
    """Neither by who may read none, nor by a reader within the department that it is against; by other readers it is."""
    write(database, web_settings, clock, post("fresh", "举报市交通运输局某局长私设金库", hours=6))
    found = {role: data(sign_in(role), "/search?q=私设金库")["total"] for role in (*OUTSIDERS, Role.ADMIN)}
    assert found == dict.fromkeys(OUTSIDERS, 0) | {Role.ADMIN: 1}
    assert data(sign_in(Role.ADMIN, "jiaotong"), "/search?q=私设金库")["total"] == 0
    assert data(sign_in(Role.ADMIN, "zhujian"), "/search?q=私设金库")["total"] == 1


def test_what_a_person_says_is_a_report_is_not_found(
    town: Town, sign_in: SignIn, database: Elasticsearch, web_settings: Settings, clock: Clock
) -> None:
    """An analyst corrects what a text asks for: from then on it is for the readers of reports."""
    write(database, web_settings, clock, post("veiled", "那位处长收了多少你们心里清楚", hours=6))
    assert data(sign_in(Role.DUTY), "/search?q=心里清楚")["total"] == 1
    assert sign_in(Role.ANALYST).post("/posts/weibo:veiled", json={"field": "asks", "value": "report"}).status_code == 200
    database.indices.refresh(index="*")
    assert data(sign_in(Role.DUTY), "/search?q=心里清楚")["total"] == 0
    assert data(sign_in(Role.ADMIN), "/search?q=心里清楚")["total"] == 1


def test_what_a_person_says_is_a_report_is_not_for_whom_it_is_against(town: Town, sign_in: SignIn, database: Elasticsearch) -> None:
    """A reader within that department counts it no more, though no request is made of it; another one does."""
    town.city.put(post("veiled", "市交通运输局那位处长收了多少你们心里清楚", hours=6))
    town.follow()
    assert sign_in(Role.ANALYST).post("/posts/weibo:veiled", json={"field": "asks", "value": "report"}).status_code == 200
    database.indices.refresh(index="*")
    assert data(sign_in(Role.ADMIN, "jiaotong"), "/search?q=心里清楚")["total"] == 0
    assert data(sign_in(Role.ADMIN, "zhujian"), "/search?q=心里清楚")["total"] == 1


@pytest.mark.parametrize("followed", [True, False])
def test_however_many_reports_wait_none_is_found_by_whom_it_is_against(
    town: Town, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, *, followed: bool
) -> None:
    """Page after page of them, some requests by now and some not; where all are, no second page is asked for."""
    monkeypatch.setattr(series, "REPORTS_PAGE", 2)
    asked = Mock(wraps=series._post)
    monkeypatch.setattr(series, "_post", asked)
    town.city.put(*(post(f"fresh{n}", f"举报市交通运输局某局长私设金库第{n}次", hours=6) for n in range(5)))
    if followed:
        town.follow()
    asked.reset_mock()
    assert data(sign_in(Role.ADMIN, "jiaotong"), "/search?q=私设金库")["total"] == 0
    assert asked.call_count == (2 if followed else 6)  # the town's own one is a request
    assert data(sign_in(Role.ADMIN, "zhujian"), "/search?q=私设金库")["total"] == 5


def test_what_a_newspaper_writes_of_reports_is_open(
    town: Town, sign_in: SignIn, database: Elasticsearch, web_settings: Settings, clock: Clock
) -> None:
    """Only a private author reports; a number to call is no report."""
    paper = Author(id="media-1", standing=Standing.MEDIA, name="云溪晚报")
    write(
        database,
        web_settings,
        clock,
        post("paper", "晚报记者接举报后走访", hours=6, author=paper),
        post("number", "举报电话是多少", hours=6),
    )
    page = sign_in(Role.DUTY).get("/duty").text
    assert "晚报记者接举报后走访" in page
    assert "举报电话是多少" in page


def test_a_reader_within_a_department_reads_what_is_not_against_it(town: Town, sign_in: SignIn) -> None:
    """The named role alone is not enough."""
    for department, sees in (("jiaotong", False), ("zhujian", True)):
        browser = sign_in(Role.ADMIN, department)
        for path in ("/duty", "/search", "/search?q=红包", "/search.csv", "/posts/weibo:report", f"/requests/{town.report}"):
            text = browser.get(path).text.replace("<mark>", "").replace("</mark>", "")
            assert (SECRET in text) == sees, (department, path)


def arrived(name: str, text: str) -> StoredPost:
    """A post as the database gives it."""
    return msgspec.structs.replace(lift(post(name, text)), indexed_at=NOW)


def test_the_live_stream_leaves_reports_out(town: Town, sign_in: SignIn, app: FastAPI) -> None:
    """Who may not read it does not get it; who may, does."""
    for role, expected in ((Role.DUTY, ["weibo:other"]), (Role.ADMIN, ["weibo:live", "weibo:other"])):
        browser = sign_in(role)
        news = News(tuple(arrived(name, text) for name, text in (("live", REPORT), ("other", "东湖小区停水"))), reachable=True)

        async def listen(*_: object, news: News = news) -> object:
            yield news

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(app.state.desk.hub), "listen", listen)
            said = browser.get("/live").text
        sent = [json.loads(line.removeprefix("data: ")) for line in said.splitlines() if line.startswith("data: ")]
        assert [one["id"] for one in sent if "id" in one] == expected
        assert (SECRET in said) == (role is Role.ADMIN)


def test_the_live_stream_ends_where_nobody_can_say_what_is_a_report(
    town: Town, app: FastAPI, monkeypatch: pytest.MonkeyPatch, duty: TestClient
) -> None:
    """With the database away in that very moment nothing is sent unseen; the browser comes back for it."""

    def away(*_: object) -> None:
        raise DatabaseUnavailable("gone")

    monkeypatch.setattr(Withheld, "among", away)
    assert _visible(app.state.desk, [arrived("live", REPORT)], OFFICER) is None
