"""The pages: what they say of the posts, whatever stands in those."""

import csv
import io
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from starlette.testclient import TestClient

from config.settings import NlpSettings, Settings
from indexers.people import People, Role
from streams.log import Log, Topic
from streams.messages import Post, decode
from tests.indexers.posts import tagged
from tests.web.conftest import HOSTILE, NOW, Clock, SignIn, post, write
from web.app import create_app
from web.pages.search import COLUMNS, defused
from web.speech import COOKIE
from web.views import Part, parts

ENGINES = pytest.mark.parametrize("web_settings", ["local", pytest.param("elasticsearch", marks=pytest.mark.stack)], indirect=True)


def data(browser: TestClient, path: str) -> Any:
    answer = browser.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return answer.json()


@ENGINES
def test_every_number_of_the_duty_page_leads_to_as_many_posts(duty: TestClient, filled: None) -> None:
    """Whatever is counted can be read: the link of each number finds exactly so many posts."""
    view = data(duty, "/duty?hours=24")
    numbers = [(view["all"]["posts"], view["all"]["link"]), (view["negative"]["posts"], view["negative"]["link"])]
    numbers += [(slot["posts"], slot["link"]) for slot in view["timeline"] if slot["posts"]][:4]
    numbers += [(topic["posts"], topic["links"]["all"]) for topic in view["topics"]]
    numbers += [(topic["sentiments"][s], topic["links"][s]) for topic in view["topics"] for s in ("-1", "0", "1")]
    assert view["all"]["posts"] == 40
    assert sum(slot["posts"] for slot in view["timeline"]) == 40
    for posts, link in numbers:
        assert data(duty, link)["total"] == posts, link


def test_derived_values_say_their_rule_or_model(duty: TestClient, filled: None) -> None:
    """Counts name how they count, tags which models made them."""
    view = data(duty, "/duty")
    assert view["rule"] == "publication-time/1"
    assert view["models"] == ["topic-1/sentiment-1"]
    assert data(duty, "/posts/weibo:1")["post"]["tags"]["model"] == "topic-1/sentiment-1"
    page = duty.get("/duty").text
    assert "publication-time/1" in page
    assert "topic-1/sentiment-1" in page


def test_a_refresh_gets_the_numbers_only(duty: TestClient, filled: None) -> None:
    """An open page asks for its numbers again, not for the whole of itself."""
    part = duty.get("/duty", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'class="numbers"' in part
    assert part.strip() in duty.get("/duty").text.replace(part.strip(), part.strip())


@ENGINES
def test_search_finds_marks_and_pages(duty: TestClient, filled: None) -> None:
    """Words are found and marked, facets count and narrow, pages follow each other without gaps."""
    view = data(duty, "/search?q=早高峰停运")
    assert view["total"] == 39
    assert {"text": "早高峰停运", "marked": True} in view["posts"][0]["text"]
    topics = next(facet for facet in view["facets"] if facet["field"] == "topic")["values"]
    for value in topics:
        assert data(duty, value["link"])["total"] == value["posts"]
    seen, link = [], "/search"
    while link:
        page = data(duty, link)
        seen += [one["id"] for one in page["posts"]]
        link = page["following"]
    assert seen == [f"weibo:{n}" for n in range(40)]
    assert "<mark>早高峰停运</mark>" in duty.get("/search?q=早高峰停运").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('q="停运', "引号没有闭合"),
        ("q=停运 OR", "OR 的右边"),
        ("from=2026-11-03&to=2026-11-01", "不早于"),
        ("from=gestern", "不是日期"),
        ("after=x", "翻页"),
    ],
)
def test_what_can_t_be_searched_for_is_told_beside_the_box(duty: TestClient, filled: None, query: str, said: str) -> None:
    """The page comes back with what was typed and what is wrong with it."""
    answer = duty.get(f"/search?{query}")
    assert answer.status_code == 400
    assert said in unescape(answer.text)
    assert 'type="search"' in answer.text
    assert said in duty.get(f"/search?{query}", headers={"Accept": "application/json"}).json()["detail"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/duty?hours=5", "“hours”只能是：6、24、72、168"),
        ("/duty?author=x", "没有“author”这一项"),
        ("/incidents?show=open&state=lost", "“state”只能是：found、judged、"),
        ("/search?sentiment=5", "“sentiment”不能大于 1"),
        ("/accounts/yunxi-fabu?page=one", "“page”要写整数"),
        (f"/search?q={'长' * 5000}", "“q”太长，最多 "),
    ],
)
def test_fields_that_can_t_be_used_are_told_in_the_reader_s_language(duty: TestClient, address: str, said: str) -> None:
    """Chinese, and English by choice."""
    answer = duty.get(address)
    assert answer.status_code == 400
    assert said in unescape(answer.text)
    duty.cookies.set(COOKIE, "en")
    other = duty.get(address, headers={"Accept": "application/json"}).json()["detail"]
    assert "”" in other
    assert "只能" not in other


def test_a_new_office_is_told_that_there_is_nothing_yet(duty: TestClient) -> None:
    """Each list says so in words, in place of an empty table."""
    for path, said in (
        ("/duty", "这段时间还没有内容。</p>"),
        ("/alerts", "还没有预警"),
        ("/incidents", "没有符合条件的事件"),
        ("/requests", "没有符合条件的诉求"),
        ("/search", "没有找到"),
        ("/sources/yunxi-news", "还没有任何一轮的记录。</p>"),
        ("/reports", "还没有报告"),
    ):
        page = duty.get(path).text
        assert said in page, path
        assert "（–）" not in page, path
    assert 'class="quiet none-yet"' in duty.get("/duty").text


def test_hostile_text_is_only_text(sign_in: SignIn, filled: None) -> None:
    """Scripts, tags, templates and marks of direction in a post are shown and do nothing, on every page."""
    browser = sign_in(Role.ADMIN)
    for path in ("/duty", "/search", '/search?q="alert"', "/posts/weibo:5"):
        page = browser.get(path).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert "{{7*7}}" in page, path
    page = browser.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_the_file_takes_no_formula_to_a_spreadsheet(
    duty: TestClient, database: Elasticsearch, web_settings: Settings, clock: Clock
) -> None:
    """Texts that begin like formulas are texts; numbers stay numbers; all rows are there."""
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "plain, with comma", 'a "quoted" one', "two\nlines"]
    write(database, web_settings, clock, *(tagged(n, text=text) for n, text in enumerate(texts)))
    answer = duty.get("/search.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="yuqing.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    written = {row["id"]: row for row in rows}
    for n, text in enumerate(texts):
        assert written[f"weibo:{n}"]["text"] == (f"'{text}" if n < 7 else text)
        assert written[f"weibo:{n}"]["sentiment"] == "-1"
        assert written[f"weibo:{n}"]["published_at"].endswith(":00+08:00"), "in the office's zone, as on the pages"


@pytest.mark.parametrize(
    ("value", "expected"), [("=x", "'=x"), (-1, -1), (None, None), (["=x", "y"], "'=x y"), ("\r=x", "'\r=x"), ("x=1", "x=1")]
)
def test_a_cell_is_defused(value: object, expected: object) -> None:
    """Only texts that begin like a formula change."""
    assert defused(value) == expected


def test_an_export_is_written_down(duty: TestClient, filled: None, people: People, clock: Clock) -> None:
    """Who took which posts away."""
    clock.go(seconds=1)
    duty.get("/search.csv?topic=交通运输")
    people.client.indices.refresh(index=people.names.everything)
    record = people.audit()[0]
    assert (record.who, record.action) == ("some-duty", "exported")
    assert "topic=" in (record.target or "")


@ENGINES
def test_a_post_s_page_says_where_it_comes_from(duty: TestClient, filled: None) -> None:
    """Text, tags, counts over time, sources and times; an unknown count is not 0."""
    view = data(duty, "/posts/weibo:1")
    assert [point["forwards"] for point in view["observations"]] == [1, 90]
    assert view["post"]["counts"] == {"forwards": 90, "comments": None, "likes": None, "reads": None}
    assert view["post"]["sources"] == ["weibo-metro"]
    page = duty.get("/posts/weibo:1").text
    assert 'href="https://weibo.example/1"' in page
    assert "来源未显示" in page
    assert "个人账号，按规定不显示" in duty.get("/posts/weibo:2").text


def test_what_is_searched_for_is_cut_with_the_office_s_words(
    *, app: FastAPI, duty: TestClient, web_settings: Settings, database: Elasticsearch, log: Log, clock: Clock, tmp_path: Path
) -> None:
    """A word of its dictionary is found as the one token that it is."""
    words = tmp_path / "words.txt"
    words.write_text("桃园惠民通\n", encoding="utf-8")
    write(database, web_settings, clock, tagged(text="桃园惠民通打不开", tags={"tokens": "桃园惠民通 打不开"}))
    assert data(duty, "/search?q=桃园惠民通")["total"] == 0
    theirs = create_app(web_settings.model_copy(update={"nlp": NlpSettings(dictionary=words)}), database, log=log)
    app.state.desk = app.state.desk._replace(segmenter=theirs.state.desk.segmenter)
    assert data(duty, "/search?q=桃园惠民通")["total"] == 1


@pytest.mark.parametrize("key", ["weibo:none", "x", "..%2F..%2Fetc", "%00", "长" * 400])
def test_an_unknown_post_is_not_found(duty: TestClient, filled: None, key: str) -> None:
    """404, whatever the id is made of."""
    assert duty.get(f"/posts/{key}").status_code == 404


def test_a_post_with_a_strange_id_has_a_page(duty: TestClient, database: Elasticsearch, web_settings: Settings, clock: Clock) -> None:
    """Ids that are addresses, and ids with every sign, are found by the link that lists give."""
    keys = ["web:https://a.example/b?c=d#e", "web:长 & + /x", "web:x.json"]
    write(database, web_settings, clock, *(tagged(n, id=key) for n, key in enumerate(keys)))
    for item in data(duty, "/search")["posts"]:
        answer = duty.get(item["page"])
        assert answer.status_code == 200, item["id"]
        assert data(duty, f"{item['page']}.json")["post"]["id"] == item["id"]


def test_the_ledger_is_shown_as_it_is(duty: TestClient, filled: None) -> None:
    """What failed says why, what is off says so, and one source has its own page."""
    states = {one["source"]: one for one in data(duty, "/sources")["sources"]}
    assert (states["gone-source"]["state"], states["gone-source"]["why"]) == ("gone", "被要求登录，未绕过")
    assert states["yunxi-forum"]["state"] == "off"
    assert len(data(duty, "/sources/yunxi-news")["runs"]) == 1
    assert duty.get("/sources/never-heard-of").status_code == 404
    assert "gone-source" not in [one["source"] for one in data(duty, "/duty")["source_problems"]]


def test_numbers_of_a_run_lead_to_no_other_posts(duty: TestClient, filled: None) -> None:
    """What a run kept is not all that its source ever brought; that is a link of its own. What the source holds is no lack."""
    page = duty.get("/sources").text
    assert "来源共有" in page
    assert ">应有<" not in page
    assert "/search" not in page[page.index("<table") : page.index("</table>")]
    assert "查看内容" in duty.get("/sources/yunxi-news").text


@ENGINES
def test_an_empty_database_is_shown_as_such(duty: TestClient) -> None:
    """On the first day there is nothing, and every page says so."""
    for path in ("/duty", "/search", "/sources"):
        assert duty.get(path).status_code == 200
    assert data(duty, "/duty")["all"]["posts"] == 0
    assert "没有内容" in duty.get("/duty").text


def test_a_report_by_hand_goes_into_the_log(duty: TestClient, log: Log, people: People, clock: Clock) -> None:
    """It is a post like others; what can't be one comes back with what was typed."""
    clock.go(seconds=1)
    form = {"url": "https://a.example/1", "title": "停水", "text": "自来水浑浊", "published": "2026-11-18 09:00", "account": "yunxi-fabu"}
    answer = duty.post("/report", data=form)
    assert answer.status_code == 200, answer.text
    assert "/posts/report:" in answer.text
    (record,) = log.read(Topic.POSTS)
    assert record.value is not None
    found = decode(record.value, Post)
    assert (found.kind, found.title, found.accounts, found.published_at) == ("report", "停水", ("yunxi-fabu",), NOW - timedelta(hours=3))
    for wrong in (
        {"url": "javascript:alert(1)"},
        {"text": "", "title": ""},
        {"account": "nobody"},
        {"published": "11月31日"},
        {"published": "2062-03-08"},
    ):
        answer = duty.post("/report", data=form | wrong)
        assert answer.status_code == 400
        assert "https://a.example/1" in answer.text or "url" in wrong
    people.client.indices.refresh(index=people.names.everything)
    assert people.audit()[0].action == "reported"


def test_hostile_fields_are_only_text(duty: TestClient) -> None:
    """What was typed comes back escaped."""
    answer = duty.post("/report", data={"url": HOSTILE, "text": HOSTILE, "title": HOSTILE})
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("text", "marks", "expected"),
    [
        ("地铁停运", ("地铁",), ["*地铁", "停运"]),
        ("地铁地铁", ("地铁",), ["*地铁", "*地铁"]),
        ("地铁停运", ("地铁", "地铁停"), ["*地铁停", "运"]),
        ("Metro METRO", ("metro",), ["*Metro", " ", "*METRO"]),
        ("İx metro", ("metro",), ["İx ", "*metro"]),
        ("x", ("", "y"), ["x"]),
        ("", ("x",), []),
    ],
)
def test_marks_are_parts(text: str, marks: tuple[str, ...], expected: list[str]) -> None:
    """What matched is a part of its own; put together the parts are the text."""
    found = parts(text, marks)
    assert [("*" if part.marked else "") + part.text for part in found] == expected
    assert "".join(part.text for part in found) == text
    assert all(isinstance(part, Part) for part in found)


def test_posts_are_made_up_here() -> None:
    """The hostile post is among those that every page is tried with."""
    assert post(5).post.text == HOSTILE
