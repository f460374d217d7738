"""Rules: kinds, filters, bursts and plug-ins."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from alerts.errors import BadRule
from alerts.facts import Change, ClockFact, Facts, PostFact, Series, Subject, matches, subjects_of
from alerts.frequency import fullest
from alerts.kinds import KINDS, Spike, _span
from alerts.rules import build, build_all
from alerts.spikes import Reading
from config.alerts import Filter, Rule
from tests.alerts.examples import NOW, minutes


def _post(number: int, after: float, **given: Any) -> PostFact:
    return PostFact(
        **{
            "id": f"weibo:{number}",
            "published_at": minutes(after),
            "first_collected_at": minutes(after + 1),
            "platform": "weibo",
            "text": "地铁又停了",
            "topic": "交通运输",
            "sentiment": -1,
            "accounts": ("yunxi-ditie",),
        }
        | given
    )


def _rule(kind: str, **given: Any) -> Rule:
    return Rule(**{"id": "r", "name": "规则", "kind": kind} | given)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, True),
        ({"accounts": ["yunxi-ditie", "other"]}, True),
        ({"accounts": ["other"]}, False),
        ({"topics": ["交通运输"], "sentiments": [-1]}, True),
        ({"topics": ["环境保护"]}, False),
        ({"sentiments": [0, 1]}, False),
        ({"platforms": ["wechat"]}, False),
        ({"words": ["停电", "停了"]}, True),
        ({"words": ["停电"]}, False),
    ],
)
def test_a_filter_asks_for_all_that_it_names(chosen: dict[str, Any], expected: bool) -> None:
    """Within a key one of its values is enough; every key that is there must be met."""
    assert matches(Filter(**chosen), _post(1, 0)) is expected


def test_a_post_counts_for_each_of_its_accounts() -> None:
    """Cut by account, a post on two accounts is in both series, and one on none in no series."""
    two = _post(1, 0, accounts=("a", "b"))
    assert [subject.key for subject in subjects_of(two, ("account", "sentiment"))] == ["account=a;sentiment=-1", "account=b;sentiment=-1"]
    assert subjects_of(_post(1, 0, accounts=()), ("account",)) == ()
    assert [subject.key for subject in subjects_of(two, ())] == ["all"]


def test_the_fullest_window_is_found_in_any_order() -> None:
    """Posts may come in any order; a window is shorter than its length."""
    times = [(minutes(after), str(after)) for after in (61, 0, 10, 70, 60, 65)]
    burst = fullest(times, timedelta(minutes=60))
    assert burst is not None
    assert burst.posts == ("60", "61", "65", "70")
    assert fullest([], timedelta(minutes=1)) is None


def test_so_many_posts_within_so_long() -> None:
    """Five within the hour are found with their posts; four are not; the same post twice counts once; a back-fill doesn't count."""
    rule = build(_rule("frequency", parameters={"posts": 5, "within_s": 3600}), KINDS)
    posts = [_post(number, number * 10) for number in range(5)]
    (found,) = rule.find(Facts(now=NOW, posts=[*posts, posts[0]]))
    assert (found.observed, found.since, found.at, len(found.posts)) == (5, minutes(0), minutes(40), 5)
    assert found.why == "1 小时内 5 条，达到 5 条"
    assert not list(rule.find(Facts(now=NOW, posts=[*posts[:4], posts[0]])))
    late = [_post(number, number, first_collected_at=minutes(600)) for number in range(9)]
    assert not list(rule.find(Facts(now=NOW, posts=late)))


def test_a_spike_is_found_with_its_numbers() -> None:
    """The finding says observed, expected, how rare and since when, for the subject of that row only."""
    reading = Reading(
        at=NOW.timestamp(),
        observed=np.array([40.0, 3.0]),
        expected=np.array([2.5, 3.0]),
        residual=np.array([5.0, 0.0]),
        surprise=np.array([4.0, 0.1]),
        score=np.array([4.0, 0.0]),
        running=np.array([True, False]),
        alert=np.array([True, False]),
        since=np.array([minutes(-10).timestamp(), np.nan]),
    )
    subjects = (Subject(account="a", sentiment=-1), Subject(account="b", sentiment=-1))
    rule = build(_rule("spike"), KINDS)
    (found,) = rule.find(Facts(now=NOW, series={"r": Series(subjects=subjects, step_s=300, reading=reading)}))
    assert (found.subject, found.observed, found.expected, found.score, found.since) == (subjects[0], 40, 2.5, 4, minutes(-10))
    assert "平时约 2.5 条" in found.why
    assert "10,000" in found.why
    assert isinstance(rule, Spike)
    assert rule.tuning.step == 300


def test_transitions_and_clocks_are_found_once_each() -> None:
    """Each step and each phase of a clock is an episode of its own; filters ask for the incident's accounts."""
    change = Change(incident="i1", title="停运", before="judged", after="rated", at=NOW, accounts=("yunxi-ditie",))
    clock = ClockFact(incident="i1", title="停运", clock="48 小时回应", phase="passed", due_at=minutes(-65), at=minutes(-65))
    facts = Facts(now=NOW, changes=[change], clocks=[clock])
    (moved,) = build(_rule("transition", parameters={"to": ["rated"]}), KINDS).find(facts)
    (late,) = build(_rule("clock"), KINDS).find(facts)
    assert moved.once != late.once
    assert late.why == "“48 小时回应”已超时 1 小时 5 分钟"
    assert not list(build(_rule("transition", parameters={"to": ["closed"]}), KINDS).find(facts))
    assert not list(build(_rule("transition", filter={"accounts": ["other"]}), KINDS).find(facts))
    assert not list(build(_rule("clock", parameters={"phases": ["warned"]}), KINDS).find(facts))


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 分钟"), (300, "5 分钟"), (86400, "1 天"), (90060, "1 天 1 小时 1 分钟"), (-5, "0 分钟")]
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    """Days, hours and minutes, without empty parts."""
    assert _span(seconds) == said


def test_a_kind_from_outside_is_loaded_by_its_path() -> None:
    """A plug-in finds what it finds, with its own parameters; a rule that is off is not built."""
    rule = _rule("tests.plugins.night_rule:Night", parameters={"first_hour": 0, "last_hour": 5})
    (built,) = build_all([rule, _rule("spike", off=True)], KINDS)
    (found,) = built.find(Facts(now=NOW, posts=[_post(1, 0), _post(2, -5 * 60)]))
    assert found.posts == ("weibo:2",)


@pytest.mark.parametrize(
    ("kind", "parameters", "said"),
    [
        ("no.such:Thing", {}, "can't be loaded"),
        ("tests.plugins.night_rule:Nothing", {}, "can't be loaded"),
        ("pathlib:Path", {}, "no kind of rule"),
        ("tests.plugins.night_rule:Night", {"first_hour": 99}, "first_hour"),
    ],
)
def test_a_plug_in_that_does_not_fit_is_refused(kind: str, parameters: dict[str, Any], said: str) -> None:
    """The error names the rule and what is wrong with it."""
    with pytest.raises(BadRule, match=said):
        build(_rule(kind, parameters=parameters), KINDS)
