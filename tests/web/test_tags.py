"""Correcting tags and asking for reasons, as programs do."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from indexers import corrections, queries
from indexers.people import People, Role
from tests.web.city import SECRET, Town
from tests.web.conftest import SignIn
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
    given = analyst.get("/reasons/weibo:1").json()
    assert given["post"] == "weibo:1"
    assert given["tagged_by"] == "topic-1/sentiment-1"
    assert given["model"].startswith("topic-")
    assert "地铁" in [each["word"] for each in given["topic"] if each["weight"] > 0]


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
