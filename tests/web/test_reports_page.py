"""报告: made, read, written into and signed in a browser; of two officers one wins, and every number leads to its posts."""

import io
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from docx import Document
from elasticsearch import Elasticsearch
from starlette.testclient import TestClient

from config.settings import Settings
from indexers.people import People, Role
from indexers.records import Records
from reports.archive import REPORTS
from tests.indexers.posts import tagged
from tests.web.conftest import HOSTILE, NOW, REPORT, Clock, SignIn, write
from tests.web.test_pages import ENGINES, data

PAGE = f"/reports/{REPORT}"


def numbers(value: Any) -> list[dict[str, Any]]:
    """Every number of posts in a report."""
    if isinstance(value, dict):
        own = [value] if value.keys() == {"n", "link"} else []
        return own + [one for part in value.values() for one in numbers(part)]
    return [one for part in value for one in numbers(part)] if isinstance(value, list) else []


@ENGINES
def test_every_number_leads_to_as_many_posts(duty: TestClient, filled: None) -> None:
    """Whatever a report counts can be read: the link of each number finds exactly so many posts."""
    content = data(duty, PAGE)["content"]
    found = numbers(content)
    assert content["volume"]["all"]["now"]["n"] == 24  # from midnight to noon, every half hour; what comes in this very second is not over
    assert len(found) >= 10
    for one in found:
        assert data(duty, one["link"])["total"] == one["n"], one
    for post in content["led"]:
        assert duty.get(post["page"]).status_code == 200


@ENGINES
def test_numbers_of_forwards_and_comments_lead_to_the_posts_that_have_them(duty: TestClient, filled: None) -> None:
    """Of a topic, of an account and of one post: the posts behind the link, furthest first, add up to the number."""
    content, page = data(duty, PAGE)["content"], unescape(duty.get(PAGE).text)
    found = [(link, int(n)) for link, n in re.findall(r'<a href="(/search[^"]+sort=spread)"><bdi>(\d+)</bdi>', page)]
    assert len(found) == len(content["topics"]["rows"]) + len(content["accounts"]["rows"]) == 3
    for link, n in found:
        spread = [post["spread"] for post in data(duty, link)["posts"]]
        assert (sum(spread), spread) == (n, sorted(spread, reverse=True)), link
    for post in content["led"]:
        assert f'<a href="{post["page"]}"><b>转评 {post["spread"]}</b></a>' in page


@ENGINES
def test_a_report_is_made_written_into_and_signed(duty: TestClient, filled: None, people: People, clock: Clock) -> None:
    """From the form to the frozen page; each step is in the audit."""
    clock.go(hours=1)
    made = duty.post("/reports", data={"kind": "daily", "date": "2026-11-18"})
    assert (made.status_code, made.headers["location"]) == (303, "/reports/daily-2026-11-18.2")
    page = made.headers["location"]
    assert "草稿" in duty.get(page).text
    words = {"analysis": "投诉集中在早高峰。\n多为通勤者。", "advice": "尽快公布恢复时间", "seen": "0"}
    assert duty.post(f"{page}/words", data=words).status_code == 303
    assert "投诉集中在早高峰。" in duty.get(page).text
    assert duty.post(f"{page}/sign", data={"seen": "1"}).status_code == 303
    view = data(duty, page)
    assert (view["report"]["signed_by"], view["analysis"], view["may_write"]) == ("some-duty", words["analysis"], False)
    text = duty.get(page).text
    assert "草稿，未签发" not in text
    assert f'action="{page}/sign"' not in text
    assert [one["id"] for one in view["versions"]] == [REPORT]
    assert [one["signed_by"] for one in data(duty, "/reports")["reports"]] == ["some-duty", None]
    people.client.indices.refresh(index=people.names.everything)
    steps = [(one.action, one.target) for one in people.audit() if one.action.startswith("report_")]
    assert sorted(steps) == [(f"report_{step}", "daily-2026-11-18.2") for step in ("made", "signed", "written")]


def test_a_shift_is_handed_over(duty: TestClient, filled: None) -> None:
    """Times are the office's; without any it is the last twelve hours."""
    made = duty.post("/reports", data={"kind": "handover", "from": "2026-11-18T00:00", "to": "2026-11-18T08:00"})
    assert made.headers["location"] == "/reports/handover-20261118-0000-20261118-0800.1"
    assert "舆情交接班" in duty.get(made.headers["location"]).text
    made = duty.post("/reports", data={"kind": "handover"})
    assert made.headers["location"] == "/reports/handover-20261118-0000-20261118-1200.1"
    assert [one["id"].partition("-")[0] for one in data(duty, "/reports?kind=handover")["reports"]] == ["handover", "handover"]


def test_of_two_officers_one_wins(duty: TestClient, sign_in: SignIn, filled: None) -> None:
    """The second is told who was faster, sees what stands now, and loses nothing that was typed."""
    analyst = sign_in(Role.ANALYST)
    assert duty.post(f"{PAGE}/words", data={"analysis": "甲的分析", "seen": "0"}).status_code == 303
    late = analyst.post(f"{PAGE}/words", data={"analysis": "乙的分析", "advice": "乙的建议", "seen": "0"})
    assert late.status_code == 409
    for said in ("some-duty 刚刚改过", "甲的分析", "乙的分析", "乙的建议", 'name="seen" value="1"'):
        assert said in late.text
    assert analyst.post(f"{PAGE}/sign", data={"seen": "0"}).status_code == 409
    assert analyst.post(f"{PAGE}/sign", data={"seen": "1"}).status_code == 303
    for path, form in (("sign", {"seen": "1"}), ("words", {"analysis": "改", "seen": "1"})):
        refused = duty.post(f"{PAGE}/{path}", data=form)
        assert refused.status_code == 409
        assert "some-analyst 已于 11-18 12:00 签发" in refused.text
    assert "改" in refused.text
    view = data(duty, PAGE)
    assert (view["analysis"], view["report"]["signed_by"]) == ("甲的分析", "some-analyst")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.HANDLER])
def test_readers_read(sign_in: SignIn, filled: None, role: Role) -> None:
    """They see and download; there is no form for them, and none is taken."""
    browser = sign_in(role)
    assert 'method="post"' not in browser.get("/reports").text
    assert 'method="post"' not in browser.get(PAGE).text
    assert browser.get(f"{PAGE}/docx").status_code == 200
    for path in ("/reports", f"{PAGE}/words", f"{PAGE}/sign"):
        assert browser.post(path, data={"seen": "0"}).status_code == 403


@ENGINES
def test_the_document_says_the_same(duty: TestClient, filled: None, people: People, clock: Clock) -> None:
    """Opened again it has the page's numbers and links that lead back here; that it was taken is in the audit."""
    clock.go(seconds=1)
    answer = duty.get(f"{PAGE}/docx")
    assert answer.headers["content-disposition"] == f'attachment; filename="{REPORT}.docx"'
    document = Document(io.BytesIO(answer.content))
    view = data(duty, PAGE)
    volume = view["content"]["volume"]
    assert [row.cells[1].text for row in document.tables[0].rows][1:] == [
        str(volume[name]["now"]["n"]) for name in ("all", "negative", "neutral", "positive")
    ]
    targets = [one.target_ref for one in document.part.rels.values() if one.is_external]
    link = urlsplit(volume["all"]["now"]["link"])
    assert any(urlsplit(target)[2:4] == link[2:4] and urlsplit(target).netloc for target in targets)
    assert str(volume["all"]["now"]["n"]) in view["text"]
    people.client.indices.refresh(index=people.names.everything)
    assert (people.audit()[0].action, people.audit()[0].target) == ("exported", f"{REPORT}.docx")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "handover", "from": "2026-11-18T08:00", "to": "2026-11-18T00:00"}, "不晚于开始时间"),
        ({"kind": "daily", "date": "2026-11-19"}, "还没有开始"),
        ({"kind": "handover", "from": "2026-11-01T08:00", "to": "2026-11-18T00:00"}, "超过 7 天"),
        ({"kind": "daily", "date": "0001-01-01"}, "还没有采集"),
        ({"kind": "daily", "date": "gestern"}, "不是日期"),
        ({"kind": "handover", "from": "9999-12-31T23:59"}, "超出范围"),
    ],
)
def test_a_period_that_can_t_be_meant_is_told_beside_the_form(duty: TestClient, filled: None, form: dict[str, str], said: str) -> None:
    """The page comes back with what was typed and what is wrong with it; nothing is made."""
    answer = duty.post("/reports", data=form)
    assert answer.status_code == 400
    assert said in unescape(answer.text)
    assert data(duty, "/reports")["total"] == 1


def test_what_is_not_asked_for_rightly_is_refused(duty: TestClient, filled: None) -> None:
    """Unknown fields, kinds, reports and pages."""
    assert duty.post("/reports", data={"kind": "weekly"}).status_code == 400
    assert duty.post("/reports", data={"author": "x"}).status_code == 400
    assert duty.post(f"{PAGE}/sign", data={}).status_code == 400
    assert duty.get("/reports?after=x").status_code == 400
    for path in ("/reports/none", "/reports/none/docx", f"/reports/{'长' * 400}"):
        assert duty.get(path).status_code == 404
    assert duty.post("/reports/none/sign", data={"seen": "0"}).status_code == 404


def test_a_report_of_another_version_is_listed_and_not_shown(duty: TestClient, filled: None, people: People) -> None:
    """The list goes on; the report says why it can't be shown."""
    records = Records(people.client, people.names)
    read = records.get(REPORTS, REPORT)
    assert read is not None
    assert records.replace(REPORTS, msgspec.structs.replace(read.body, value={"format": 99}), read.version)
    assert REPORT in duty.get("/reports").text
    for path in (PAGE, f"{PAGE}/docx"):
        answer = duty.get(path)
        assert (answer.status_code, "另一版本" in answer.text) == (404, True)


def test_programs_make_and_sign_too(duty: TestClient, filled: None) -> None:
    """What a form does answers as JSON where that is asked for."""
    made = duty.post("/reports", data={"kind": "daily"}, headers={"Accept": "application/json"})
    assert (made.status_code, made.json()["report"]["id"]) == (200, "daily-2026-11-18.2")
    signed = duty.post(f"{made.json()['report']['page']}/sign", data={"seen": "0"}, headers={"Accept": "application/json"})
    assert signed.json()["report"]["signed_by"] == "some-duty"
    late = duty.post(f"{made.json()['report']['page']}/sign", data={"seen": "0"}, headers={"Accept": "application/json"})
    assert (late.status_code, "some-duty" in late.json()["message"]) == (409, True)


@pytest.mark.usefixtures("filled")
def test_hostile_text_is_only_text(
    duty: TestClient, sign_in: SignIn, database: Elasticsearch, web_settings: Settings, clock: Clock
) -> None:
    """In a post that leads, in an officer's words, and in what could not be kept."""
    write(database, web_settings, clock, tagged(900, text=HOSTILE, title=HOSTILE, published_at=NOW, forwards=9999))
    clock.go(minutes=5)
    page = duty.post("/reports", data={"kind": "daily"}).headers["location"]
    duty.post(f"{page}/words", data={"analysis": HOSTILE, "advice": "</textarea><script>alert(3)</script>", "seen": "0"})
    late = sign_in(Role.ANALYST).post(f"{page}/words", data={"analysis": HOSTILE, "seen": "0"})
    for shown in (duty.get(page).text, late.text):
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "{{7*7}}" in shown
    assert Document(io.BytesIO(duty.get(f"{page}/docx").content)).tables


def test_pages_of_reports_follow_each_other(duty: TestClient, filled: None, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each report once, the last made first."""
    monkeypatch.setattr("web.pages.reports.SIZE", 2)
    for _ in range(4):
        clock.go(seconds=1)
        duty.post("/reports", data={"kind": "daily"})
    seen, link = [], "/reports?kind=daily"
    while link:
        view = data(duty, link)
        seen += [one["version"] for one in view["reports"]]
        link = view["following"]
    assert seen == [5, 4, 3, 2, 1]
