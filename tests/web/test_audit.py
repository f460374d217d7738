"""The audit page: every record down to the first, in words, each leading to what it is about."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from indexers.people import AuditRecord, People, Role
from tests.web.conftest import NOW, SignIn
from tests.web.test_pages import ENGINES, data
from web.pages.audit import SIZE


def keep(people: People, *records: AuditRecord) -> None:
    for record in records:
        people.append(record)
    people.client.indices.refresh(index=people.names.everything)


def record(number: int, action: str = "signed_in", target: str | None = None, detail: str | None = None) -> AuditRecord:
    at = NOW - timedelta(hours=1, seconds=number // 2)
    return AuditRecord(id=f"a{number:04}", at=at, who=f"officer{number}", action=action, target=target, detail=detail)


@ENGINES
def test_all_of_the_audit_can_be_read(sign_in: SignIn, people: People) -> None:
    """Page by page to the very first record, newest first, on the page and as data."""
    keep(people, *(record(number) for number in range(2 * SIZE + 5)))
    browser, seen, link = sign_in(Role.ADMIN), [], "/audit"
    while link:
        page = data(browser, link)
        seen += [one["who"] for one in page["records"] if one["who"].startswith("officer")]
        assert len(page["records"]) <= SIZE
        assert (page["following"] is None) == ("下一页" not in browser.get(link).text)
        link = page["following"]
    assert seen == [f"officer{number}" for number in range(2 * SIZE + 5)]


@pytest.mark.parametrize("query", ["after=x", "after=[1]", 'after=["a","b"]', "page=2", "after=" + "9" * 700])
def test_a_place_that_no_page_gave_is_refused(sign_in: SignIn, query: str) -> None:
    """400, not some other records."""
    assert sign_in(Role.ADMIN).get(f"/audit?{query}").status_code == 400


@pytest.fixture
def page(sign_in: SignIn, people: People) -> str:
    """The page of records of each kind."""
    keep(
        people,
        record(0, "user_added", "chen", "analyst, jiaotong"),
        record(1, "incident_moved", "inc-1", "rated"),
        record(2, "request_moved", "req-1", "passed_on"),
        record(3, "pushed", "push-vendor", "7/9"),
        record(4, "pushed", "push-vendor", "of before"),
        record(5, "alert_resolved", "a1", "误报<b>"),
        record(6, "exported", "/search.csv?q=%E5%81%9C%E6%B0%B4+%3Cb%3E&from=2026-11-01"),
        record(7, "exported", "/accounts.xlsx?veto=passed"),
        record(8, "exported", f"/search.csv?q={'x' * 256}"[:256]),
        record(9, "exported", "daily-2026-11-18.1.docx"),
        record(10, "exported", "june.xlsx"),
        record(11, "corrected", "weibo:1", "asks: None → report"),
        record(12, "corrected", "weibo:1", "sentiment: -1 → 1"),
        record(13, "corrected", "weibo:1", "topic: 环境保护 → 交通运输"),
        record(14, "corrected", "weibo:1", "tone: loud → low"),
    )
    browser: TestClient = sign_in(Role.ADMIN)
    return browser.get("/audit").text


@pytest.mark.parametrize(
    "said",
    [
        "分析员 jiaotong",
        "定级",
        "转办",
        "推送 9 条，收下 7 条",
        "of before",
        "诉求：无 → 举报",
        "情感：负面 → 正面",
        "主题：环境保护 → 交通运输",
        "tone: loud → low",
        "误报&lt;b&gt;",
        "/search.csv?q=停水 &lt;b&gt;&amp;from=2026-11-01",
    ],
)
def test_records_are_told_in_words(page: str, said: str) -> None:
    """Roles, steps and numbers as people call them; what nobody knows stands as it was written."""
    assert said in page.replace("\n", " ")


@pytest.mark.parametrize(
    "link",
    [
        "/incidents/inc-1",
        "/requests/req-1",
        "/alerts/a1",
        "/search?q=%E5%81%9C%E6%B0%B4+%3Cb%3E&amp;from=2026-11-01",
        "/accounts?veto=passed",
        "/reports/daily-2026-11-18.1",
    ],
)
def test_a_record_leads_to_what_it_is_about(page: str, link: str) -> None:
    """To the incident, the request, the alert, and to the page of what stands in a file."""
    assert f'href="{link}"' in page


def test_an_address_that_may_be_cut_off_leads_nowhere(page: str) -> None:
    """Half a query would show other posts than the file held; a file of the command line has no page."""
    assert "xxx</bdi></a>" not in page
    assert "june.xlsx</bdi></a>" not in page
