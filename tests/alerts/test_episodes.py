"""Episodes: opened, grown, acknowledged, resolved, each told once."""

import msgspec
import pytest

from alerts.episodes import Episode, acknowledge, calm, key_of, resolve, take, take_all
from alerts.errors import NotAllowed
from alerts.facts import Subject
from tests.alerts.examples import RULE, finding, minutes


def test_the_first_finding_opens_an_episode_and_is_told() -> None:
    """An episode opens with one notice, and keeps the rule as it was."""
    episode, notice = take(None, finding(), RULE)
    assert episode.status == "open"
    assert episode.rule["id"] == RULE.id
    assert notice is not None
    assert (notice.id, notice.step) == (f"{episode.id}.1", "opened")
    assert episode.steps == (notice,)


def test_the_same_finding_again_changes_nothing() -> None:
    """A second look, a second watcher or a restart finds the same thing: no step, and the same episode id when worked out anew."""
    episode, _ = take(None, finding(), RULE)
    assert take(episode, finding(), RULE) == (episode, None)
    assert take(None, finding(), RULE).episode.id == episode.id


def test_what_goes_on_is_told_again_only_when_it_has_doubled() -> None:
    """Twenty, thirty, forty, seventy, eighty: told at twenty, forty and eighty."""
    episode, _ = take(None, finding(0, 20), RULE)
    told = []
    for number, observed in enumerate((30, 40, 70, 80), start=1):
        episode, notice = take(episode, finding(number, observed), RULE)
        told.append(notice.step if notice else None)
    assert told == [None, "grown", None, "grown"]
    assert episode.peak == 80


def test_it_ends_when_it_was_calm_as_long_as_its_own_rule_says() -> None:
    """The rule's copy decides: an edit of the rule does not change an episode that runs."""
    episode, _ = take(None, finding(), RULE)
    assert calm(episode, minutes(59)).notice is None
    assert calm(episode, minutes(600), going_on=True).notice is None
    ended, notice = calm(episode, minutes(60))
    assert ended.status == "resolved"
    assert notice is not None
    assert (notice.step, notice.by) == ("resolved", None)
    assert calm(ended, minutes(999)).notice is None


def test_after_the_end_a_finding_opens_a_new_episode() -> None:
    """What comes back is news."""
    episode, _ = take(None, finding(), RULE)
    ended, _ = resolve(episode, minutes(10), "duty")
    again, notice = take(ended, finding(20), RULE)
    assert again.id != ended.id
    assert notice is not None
    assert notice.step == "opened"


def test_people_acknowledge_and_resolve_and_are_named() -> None:
    """Each step of a person says who; an acknowledged episode is still told when it grows."""
    episode, _ = take(None, finding(), RULE)
    seen, notice = acknowledge(episode, "wang", minutes(2))
    assert notice is not None
    assert (notice.step, notice.by, seen.acknowledged_by) == ("acknowledged", "wang", "wang")
    assert take(seen, finding(3, 50), RULE).notice is not None
    done, _ = resolve(seen, minutes(4), "wang", "已回应")
    assert [step.step for step in done.steps] == ["opened", "acknowledged", "resolved"]


def test_a_step_that_is_not_possible_says_what_is() -> None:
    """Acknowledging twice, or ending what is over, is refused with what would be possible."""
    seen, _ = acknowledge(take(None, finding(), RULE).episode, "wang", minutes(1))
    with pytest.raises(NotAllowed, match="possible now: resolve"):
        acknowledge(seen, "li", minutes(2))
    done, _ = resolve(seen, minutes(3))
    with pytest.raises(NotAllowed, match="possible now: nothing"):
        resolve(done, minutes(4))


def test_a_step_of_an_incident_is_an_episode_of_its_own() -> None:
    """Two transitions of one incident don't swallow each other, and only a person ends them."""
    moves = [finding(number, 1, subject=Subject(incident="i1"), once=f"{state}") for number, state in enumerate(("rated", "closed"))]
    outcomes = take_all({}, moves, {RULE.id: RULE})
    assert len({outcome.episode.id for outcome in outcomes}) == 2
    assert calm(outcomes[0].episode, minutes(9999)).notice is None


def test_many_findings_find_their_episodes() -> None:
    """Findings go to the running episode of their key, in time order; what changed nothing does not come back."""
    running, _ = take(None, finding(), RULE)
    other = finding(1, subject=Subject(topic="交通运输"))
    outcomes = take_all({running.key: running}, [finding(6, 90), other, finding(3, 45), finding()], {RULE.id: RULE})
    assert [(key_of(outcome.episode.finding), outcome.notice.step if outcome.notice else None) for outcome in outcomes] == [
        (key_of(other), "opened"),
        (running.key, "grown"),
        (running.key, "grown"),
    ]


def test_an_episode_is_a_json_document() -> None:
    """Stored and read back, it is the same."""
    episode, _ = acknowledge(take(None, finding(), RULE).episode, "wang", minutes(2))
    assert msgspec.json.decode(msgspec.json.encode(episode), type=Episode) == episode
