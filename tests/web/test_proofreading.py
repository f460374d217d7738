"""Proofreading by HTTP: as the command does it, for who is signed in, and nothing of the text is kept."""

import pytest
from starlette.testclient import TestClient

from indexers.people import People, Role
from tests.web.conftest import SignIn
from web.access import PEOPLE
from web.proofreading import LONGEST
from web.speech import COOKIE

TEXT = "😀请看官方微薄，，谢谢。"


def test_what_is_wrong_comes_with_its_place(duty: TestClient) -> None:
    """Findings of the office's lists and of the rules, and the text put right."""
    read = duty.post("/api/proofread", json={"text": TEXT}).json()
    assert read["corrected"] == "😀请看官方微博，谢谢。"
    assert [(one["text"], one["suggestion"], one["rule"]) for one in read["findings"]] == [
        ("官方微薄", "官方微博", "listed"),
        ("，，", "，", "punctuation"),
    ]
    assert all(TEXT[one["offset"] : one["offset"] + one["length"]] == one["text"] for one in read["findings"])


def test_reasons_are_in_the_language_of_the_pages(duty: TestClient) -> None:
    """Chinese, English by choice; what is suggested stays Chinese."""
    duty.cookies.set(COOKIE, "en")
    answer = duty.post("/api/proofread", json={"text": TEXT})
    assert [(one["suggestion"], one["why"]) for one in answer.json()["findings"]][1] == ("，", "a mark that stands twice")
    assert answer.headers["vary"] == "Cookie"
    duty.cookies.delete(COOKIE)
    assert duty.post("/api/proofread", json={"text": TEXT}).json()["findings"][1]["why"] == "标点重复"


def test_the_audit_says_who_and_how_much_but_not_what(duty: TestClient, people: People) -> None:
    """Who had a text read, how long it was and how much was found; not a word of it."""
    duty.post("/api/proofread", json={"text": TEXT})
    people.client.indices.refresh(index=people.names.everything)
    (record,) = [record for record in people.audit() if record.action == "proofread"]
    assert record.detail == f"{len(TEXT)} 字，2 处"
    assert "微薄" not in str(record)


def test_everybody_who_is_signed_in_may(sign_in: SignIn, stranger: TestClient) -> None:
    """Each role of people; nobody else."""
    for role in sorted(PEOPLE):
        assert sign_in(Role(role)).post("/api/proofread", json={"text": ""}).json() == {"corrected": "", "findings": []}
    assert stranger.post("/api/proofread", json={"text": ""}).status_code == 401


def test_other_sites_may_not_ask(duty: TestClient) -> None:
    """A page of another site can't send a text in somebody's name."""
    assert duty.post("/api/proofread", json={"text": ""}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"text": 1}, {"text": "好" * (LONGEST + 1)}, {"text": "好", "more": 1}, []])
def test_what_is_no_text_is_refused(duty: TestClient, body: object) -> None:
    """400 for anything else than an object with a text that is not too long."""
    assert duty.post("/api/proofread", json=body).status_code in {400, 422}
