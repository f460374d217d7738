"""The words of the pages: both languages have them all, and the pages use no other."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from config.incidents import LevelRule
from incidents import flow, requests
from incidents.asks import RequestKind
from incidents.records import Grade, Stage
from indexers.people import Role
from streams.messages import Flag, Kind, Standing
from web import errors
from web.case_forms import IncidentForm, RequestForm
from web.menu import MENU
from web.speech import LANGUAGES, speech

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
USED = re.compile(r"""\bt\(\s*["']([a-z_.0-9]+)["']\s*[,)]""")


def test_both_languages_say_the_same() -> None:
    """The same keys, and the same names in braces."""
    ours, theirs = (speech(language).words for language in LANGUAGES)
    assert ours.keys() == theirs.keys()
    for key, words in ours.items():
        assert set(re.findall(r"\{\w*\}", words)) == set(re.findall(r"\{\w*\}", theirs[key])), key


def test_the_templates_use_words_there_are() -> None:
    """A key that is misspelt would be an error on the page."""
    used = {key for path in TEMPLATES.glob("*.html") for key in USED.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 100
    assert used <= speech("zh").words.keys()


def test_every_value_has_a_name() -> None:
    """What stands in a post, a user or an error is shown by a name in both languages."""
    groups = {"kind": Kind, "flag": Flag, "standing": Standing, "role": Role, "sentiment": (-1, 0, 1)}
    for group, values in groups.items():
        for value in values:
            for language in LANGUAGES:
                assert f"{group}.{value}" in speech(language).words
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, errors.WebError):
            assert error.word in speech("zh").words
    assert {row.word for row in MENU} <= speech("zh").words.keys()


def test_every_step_and_what_it_asks_for_has_a_name() -> None:
    """States, steps, fields, reasons of refusals and what can be wrong: nothing of the tables is shown raw."""
    incidents = [(f"step.{one.to}", one.needs) for one in flow.TRANSITIONS]
    incidents += [(f"step.{what}", needs) for what, (_, needs) in flow.MILESTONES.items()]
    lane = [(f"lane_step.{one.to}", one.needs) for one in requests.TRANSITIONS]
    wanted = {word for word, _ in (*incidents, *lane)} | {f"field.{need.name}" for _, needs in (*incidents, *lane) for need in needs}
    wanted |= {f"field.{name}" for form in (IncidentForm, RequestForm) for name in form.model_fields if name not in {"to", "seen"}}
    wanted |= {f"stage.{stage}" for stage in Stage} | {f"lane.{stage}" for stage in requests.RequestStage}
    wanted |= {f"emergency.{grade}" for grade in Grade} | {f"channel.{channel}" for channel in requests.Channel}
    wanted |= {f"ask.{kind}" for kind in RequestKind} | {f"rating.{stars}" for stars in range(1, 6)}
    reasons = ("no_such_step", "not_yours", "missing", "wrong", "merged", "judged", "reported", "conflict")
    wanted |= {f"refused.{reason}" for reason in reasons} | {f"measure.{name}" for name in LevelRule.model_fields if name in MEASURES}
    for language in LANGUAGES:
        assert wanted <= speech(language).words.keys()


MEASURES = ("posts", "growth", "spread", "accounts", "negative_share")


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "1 分", "1 min"),
        (59.9, "1 分", "1 min"),
        (-120, "2 分", "2 min"),
        (3600, "1 小时", "1 h"),
        (3661, "1 小时 1 分", "1 h 1 min"),
        (86_400, "1 天", "1 d"),
        (90_061, "1 天 1 小时", "1 d 1 h"),
        (172_799, "1 天 23 小时", "1 d 23 h"),
    ],
)
def test_a_length_of_time_is_two_units(seconds: float, zh: str, en: str) -> None:
    """The two largest that are there; less than a minute is one, and what is over is told by another word."""
    assert (speech("zh").span(seconds), speech("en").span(seconds)) == (zh, en)


def test_no_word_of_ours_is_shown_raw() -> None:
    """An unknown value is shown as it is, and an unknown language is Chinese."""
    assert speech("zh").name("platform", "forum") == "forum"
    assert speech("fr").language == speech(None).language == "zh"


@pytest.mark.parametrize(
    "path",
    [
        "/duty",
        "/alerts",
        "/incidents",
        "/requests",
        "/accounts",
        "/accounts/yunxi-fabu",
        "/search",
        "/posts/weibo:1",
        "/sources",
        "/report",
        "/reports",
        "/me",
    ],
)
def test_pages_speak_english_by_choice(duty: TestClient, filled: None, path: str) -> None:
    """Chosen once, for every page; the posts stay as they are."""
    assert 'lang="zh-CN"' in duty.get(path).text
    assert duty.get("/language/en", params={"next": path}).headers["location"] == path
    page = duty.get(path).text
    assert '<html lang="en">' in page
    assert "检索" not in page
    assert duty.get("/language/xx").status_code == 404
