"""Correcting tags and asking for reasons, as programs do and on the pages."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from indexers import corrections, queries
from indexers.people import People, Role
from tests.web.city import SECRET, Town
from tests.web.conftest import PASSWORD, Clock, SignIn
from tests.web.test_away import fields
from tests.web.test_pages import ENGINES, data
from web.desk import Desk

PATH = "/posts/weibo:1"


@pytest.fixture
def analyst(sign_in: SignIn) -> TestClient:
    """The browser of an analyst, used by a program."""
    return sign_in(Role.ANALYST)


@ENGINES
def test_a_correction_changes_the_post_and_is_written_down(analyst: TestClient, filled: None, app: FastAPI, people: People) -> None:
    """In the post, among the corrections, and in the audit; the page says what the models had said."""
    desk: Desk = app.state.desk
    answer = analyst.post(PATH, json={"field": "topic", "value": "交通运输", "why": " 说的是地铁 "})
    assert answer.status_code == 200, answer.text
    given = answer.json()
    assert (given["post"], given["old"], given["new"], given["by"]) == ("weibo:1", "环境保护", "交通运输", "some-analyst")
    desk.reader.client.indices.refresh(index=desk.reader.names.everything)
    (one,) = corrections.every(desk.reader)
    assert (one.post, one.field, one.old, one.new, one.why) == ("weibo:1", "topic", "环境保护", "交通运输", "说的是地铁")
    view = data(analyst, PATH)
    assert view["post"]["tags"]["topic"] == "交通运输"
    assert view["corrected"]["topic"]["was"] == "环境保护"
    assert "模型原判为 环境保护（some-analyst" in analyst.get(PATH).text
    record = next(one for one in people.audit() if one.action == "corrected")
    assert (record.who, record.action, record.target, record.detail) == (
        "some-analyst",
        "corrected",
        "weibo:1",
        "topic: 环境保护 → 交通运输",
    )


@pytest.mark.parametrize(
    "given",
    [
        {"field": "topic", "value": "天气"},
        {"field": "topic", "value": None},
        {"field": "author", "value": "x"},
        {"field": "sentiment", "value": "2"},
        {"field": "sentiment", "value": 1},
        {"field": "topic"},
        {"field": "topic", "value": "交通运输", "why": "x" * 501},
        {"field": "topic", "value": "交通运输", "tag_revision": "9"},
        [],
        None,
    ],
)
def test_what_is_no_correction_is_refused(analyst: TestClient, filled: None, app: FastAPI, given: object) -> None:
    """400 with what would do, and nothing is written."""
    desk: Desk = app.state.desk
    before = queries.get_post(desk.reader, "weibo:1")
    answer = analyst.post(PATH, json=given, headers={"Accept": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"]
    assert queries.get_post(desk.reader, "weibo:1") == before
    assert list(corrections.every(desk.reader)) == []


def test_nothing_is_known_of_a_post_that_is_not_there(analyst: TestClient, filled: None) -> None:
    """404 for both."""
    assert analyst.post("/posts/weibo:none", json={"field": "topic", "value": "交通运输"}).status_code == 404
    assert analyst.get("/reasons/weibo:none").status_code == 404


def test_the_words_that_decided(analyst: TestClient, filled: None) -> None:
    """Words of the post with their weights, and which models say so."""
    given = data(analyst, "/reasons/weibo:1")
    assert given["post"] == "weibo:1"
    assert given["tagged_by"] == "topic-1/sentiment-1"
    assert given["model"].startswith("topic-")
    assert "地铁" in [each["word"] for each in given["topic"] if each["weight"] > 0]


def test_the_words_are_shown_on_the_page_of_the_post(sign_in: SignIn, filled: None) -> None:
    """To whoever may ask for them: as a page, and as a piece of the post's page; they name the models that are explained."""
    analyst, viewer = sign_in(Role.ANALYST), sign_in(Role.VIEWER)
    assert 'href="/reasons/weibo:1"' in analyst.get(PATH).text
    assert "/reasons/" not in viewer.get(PATH).text
    model, page = data(analyst, "/reasons/weibo:1")["model"], analyst.get("/reasons/weibo:1").text
    assert "地铁" in page
    assert f"按现用模型 {model} 说明。 这条内容的标签由 topic-1/sentiment-1 判定" in page
    part = analyst.get("/reasons/weibo:1", headers={"HX-Request": "true"}).text
    assert ("地铁" in part, "<html" in part) == (True, False)
    assert "<script>alert" not in analyst.get("/reasons/weibo:5").text


@ENGINES
def test_tags_are_corrected_by_a_form(analyst: TestClient, filled: None, app: FastAPI, people: People) -> None:
    """The page says at once what holds now, who said so and what the models had said."""
    form = analyst.get(PATH).text
    assert '<option value="环境保护" selected>环境保护</option>' in form
    page = analyst.post(PATH, data={"field": "sentiment", "value": "1", "why": "是表扬"}).text
    assert "已更正。" in page
    assert '<option value="1" selected>正面</option>' in page
    assert "模型原判为 正面" not in page
    assert "模型原判为 中性（some-analyst" in page or "模型原判为 负面（some-analyst" in page
    desk: Desk = app.state.desk
    desk.reader.client.indices.refresh(index=desk.reader.names.everything)
    (one,) = corrections.every(desk.reader)
    assert (one.field, one.new, one.by, one.why) == ("sentiment", "1", "some-analyst", "是表扬")
    assert next(one.detail for one in people.audit() if one.action == "corrected").endswith("→ 1")
    assert analyst.post(PATH, data={"field": "asks", "value": ""}).status_code == 200
    assert analyst.post(PATH, data={"field": "asks", "value": ""}, headers={"Accept": "application/json"}).json()["new"] is None


def test_only_who_may_correct_has_the_form(sign_in: SignIn, filled: None) -> None:
    """Others see the tags, and are refused."""
    for role, may in ((Role.ANALYST, True), (Role.ADMIN, True), (Role.DUTY, False), (Role.VIEWER, False)):
        browser = sign_in(role)
        assert ("更正标签" in browser.get(PATH).text) is may
        assert (browser.post(PATH, data={"field": "sentiment", "value": "0"}).status_code == 200) is may


@pytest.mark.parametrize("given", [{"field": "topic", "value": "天气"}, {"field": "author", "value": "x"}, {"field": "topic", "value": ""}])
def test_a_form_that_says_nonsense_comes_back(analyst: TestClient, filled: None, app: FastAPI, given: dict[str, str]) -> None:
    """With what was typed; nothing is written."""
    answer = analyst.post(PATH, data={**given, "why": "因为<b>"})
    assert answer.status_code == 400
    assert "没有这个选项" in answer.text
    assert 'value="因为&lt;b&gt;"' in answer.text
    assert list(corrections.every(app.state.desk.reader)) == []


def test_a_correction_outlives_an_expired_sign_in(analyst: TestClient, filled: None, clock: Clock) -> None:
    """What was typed is sent after signing in again."""
    clock.go(hours=9)
    answer = analyst.post(PATH, data={"field": "sentiment", "value": "1", "why": "是表扬"})
    assert answer.status_code == 401
    kept = dict(fields(analyst.post("/sign-in", data={**dict(fields(answer.text)), "name": "some-analyst", "password": PASSWORD}).text))
    assert kept == {"field": "sentiment", "value": "1", "why": "是表扬"}
    assert "已更正。" in analyst.post(PATH, data=kept).text


def test_reports_stay_with_their_readers(town: Town, sign_in: SignIn) -> None:
    """The words of a report (举报) say what it is about: neither they nor a correction go to others."""
    outsider = sign_in(Role.ANALYST)
    for answer in (
        outsider.get("/reasons/weibo:report"),
        outsider.post("/posts/weibo:report", json={"field": "sentiment", "value": "0"}),
    ):
        assert answer.status_code == 403
        assert SECRET not in answer.text
    assert sign_in(Role.ADMIN).get("/reasons/weibo:report").status_code == 200
