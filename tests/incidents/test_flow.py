"""The way of an incident: what follows what, who may, what must be given, what is recorded."""

import contextlib
import itertools
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given as given_
from hypothesis import strategies as st

from incidents.errors import NotAllowed
from incidents.flow import TRANSITIONS, apply, merge, note, possible
from incidents.people import MACHINE, Actor, Role
from incidents.records import Given, Grade, Incident, Milestone, Record, Stage
from tests.incidents.desk import (
    ADMIN,
    ANALYST,
    DISMISS,
    DUTY,
    GRAVE,
    HANDLER,
    LINK,
    NO_DUTY,
    NOW,
    OFFICER,
    RULES,
    STRANGER,
    VIEWER,
    Walk,
    found,
    hours,
    task,
    walk_to,
)

EVERYTHING = Given(
    reason="理由",
    grounds=("public_interest",),
    level="blue",
    lead_department="zhujian",
    due=hours(500),
    report="已处置",
    link=LINK,
    review="结论",
)


def refused(walk: Walk, to: Stage, given: Given = EVERYTHING, by: Actor = OFFICER) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        apply(walk.incident, to, by, given, hours(100), rules=RULES)
    return caught.value


def test_the_ordinary_way_leaves_a_record_a_step() -> None:
    """Found to reviewed in seven steps, each with who, when, from, to and why, numbered from 1."""
    walk = walk_to(Stage.REVIEWED)
    stages = [Stage.FOUND, Stage.JUDGED, Stage.RATED, Stage.ASSIGNED, Stage.HANDLED, Stage.ANSWERED, Stage.CLOSED, Stage.REVIEWED]
    assert [(record.source, record.to) for record in walk.records] == list(itertools.pairwise(stages))
    assert [record.number for record in walk.records] == list(range(1, 8))
    first = walk.records[0]
    assert (first.by, first.role, first.at, first.given) == ("wang", Role.DUTY, hours(1), DUTY)
    assert first.id == "inc-1:0001"


def test_the_incident_keeps_what_steps_give() -> None:
    """Grounds, level, lead, due and answer are on it, ready to be shown."""
    incident = walk_to(Stage.CLOSED).incident
    assert incident.grounds == ("public_interest",)
    assert incident.level == "yellow"
    assert incident.lead_department == "zhujian"
    assert incident.due == hours(30)
    assert incident.answer == LINK
    assert incident.moved_at == hours(6)


@pytest.mark.parametrize("source", list(Stage))
@pytest.mark.parametrize("to", list(Stage))
def test_only_steps_of_the_table_are_possible(source: Stage, to: Stage) -> None:
    """With everything given and every right, a step works where the table has it and nowhere else."""
    walk = walk_to(source)
    if any((step.source, step.to) == (source, to) and not (source is Stage.HANDLED and to is Stage.CLOSED) for step in TRANSITIONS):
        moved, record = apply(walk.incident, to, OFFICER, EVERYTHING, hours(100), rules=RULES)
        assert moved.state is to
        assert (record.source, record.to) == (source, to)
    else:
        error = refused(walk, to)
        assert error.possible == tuple(step.to for step in possible(walk.incident, OFFICER))
        assert error.possible


@pytest.mark.parametrize("step", TRANSITIONS, ids=lambda step: f"{step.source}-{step.to}")
def test_each_step_needs_what_the_table_says(step: object) -> None:
    """Without one of its needs a step is refused, and the error names it."""
    assert isinstance(step, tuple)
    source, to, _, needs, _ = step
    for need in needs:
        walk = walk_to(source)
        if (source, to) == (Stage.HANDLED, Stage.CLOSED):
            walk.incident = msgspec.structs.replace(walk.incident, grounds=())
        error = refused(walk, to, msgspec.structs.replace(EVERYTHING, **{need.name: None}))
        assert (error.reason, error.missing) == ("missing", (need.name,))


def test_blank_text_is_not_given() -> None:
    """A reason of blanks is no reason."""
    assert refused(Walk(), Stage.DISMISSED, Given(reason="  \n")).reason == "missing"


def test_everything_missing_is_named_at_once() -> None:
    """A form shows all its gaps together."""
    assert refused(walk_to(Stage.RATED), Stage.ASSIGNED, Given()).missing == ("lead_department", "due")


@pytest.mark.parametrize("by", [VIEWER, ANALYST, HANDLER, MACHINE])
def test_only_the_office_judges(by: Actor) -> None:
    """A viewer, an analyst, a handler or the machine can neither judge nor dismiss."""
    for to in (Stage.JUDGED, Stage.DISMISSED):
        error = refused(Walk(), to, by=by)
        assert (error.reason, error.possible) == ("not_yours", ())


def test_who_may_is_the_same_in_the_list_and_in_the_deed() -> None:
    """What `possible` offers somebody works, and what it doesn't is refused, for every stage and role."""
    for stage in Stage:
        walk = walk_to(stage)
        for by in (OFFICER, ADMIN, HANDLER, STRANGER, ANALYST, VIEWER):
            offered = {step.to for step in possible(walk.incident, by)}
            for to in Stage:
                if to in offered:
                    apply(walk.incident, to, by, EVERYTHING, hours(100), rules=RULES)
                else:
                    refused(walk, to, by=by)


def test_a_handler_handles_only_what_is_with_the_own_department() -> None:
    """The lead department may report or send back; another can't, and is told whose it is."""
    walk = walk_to(Stage.ASSIGNED)
    error = refused(walk, Stage.HANDLED, by=STRANGER)
    assert error.reason == "not_yours"
    assert "zhujian" in str(error)
    assert refused(walk, Stage.HANDLED, by=Actor("lost", Role.HANDLER)).reason == "not_yours"
    assert walk.to(Stage.HANDLED, Given(report="已修复"), 5, HANDLER).incident.state is Stage.HANDLED


def test_an_analyst_may_review_and_nothing_else() -> None:
    """What is learnt from a closed incident may be written by who analyses."""
    assert [step.to for step in possible(walk_to(Stage.CLOSED).incident, ANALYST)] == [Stage.REVIEWED]


def test_closing_without_answer_needs_that_there_is_no_duty() -> None:
    """Where nobody has to be answered, handled is enough; where somebody has, it isn't."""
    assert refused(walk_to(Stage.HANDLED), Stage.CLOSED).reason == "not_yours"
    walk = Walk().to(Stage.JUDGED, NO_DUTY, 1).to(Stage.RATED, Given(level="blue"), 2).to(Stage.ASSIGNED, task(9), 3)
    assert walk.to(Stage.HANDLED, Given(report="已说明"), 4).to(Stage.CLOSED, Given(reason="无需回应"), 5).incident.state is Stage.CLOSED


@pytest.mark.parametrize(
    ("stage", "to", "given", "what"),
    [
        (Stage.FOUND, Stage.JUDGED, Given(grounds=("gossip",), reason="x"), "grounds are unknown: gossip"),
        (Stage.FOUND, Stage.JUDGED, Given(grounds=(), emergency=Grade.MAJOR, reason="x"), "can't be empty where there is an emergency"),
        (Stage.JUDGED, Stage.RATED, Given(level="purple"), "level is unknown: 'purple'; possible are red, orange, yellow, blue"),
        (Stage.RATED, Stage.ASSIGNED, Given(lead_department="x", due=NOW), "due must lie ahead"),
        (Stage.RATED, Stage.ASSIGNED, Given(lead_department="x", due=datetime(2027, 1, 1)), "due must say its time zone"),  # noqa: DTZ001 - that is what is refused
        (Stage.HANDLED, Stage.ANSWERED, Given(link="见微博"), "link must be a link"),
        (Stage.HANDLED, Stage.ANSWERED, Given(link="javascript:alert(1)"), "link must be a link"),
        (Stage.HANDLED, Stage.ANSWERED, Given(link="https://"), "link must be a link"),
    ],
)
def test_what_cannot_be_right_is_refused(stage: Stage, to: Stage, given: Given, what: str) -> None:
    """With what would be right, and with what is possible."""
    error = refused(walk_to(stage), to, given)
    assert error.reason == "wrong"
    assert what in str(error)
    assert to in error.possible


def test_nothing_is_assigned_to_a_department_that_is_not_there() -> None:
    """Where the office's departments are known, another one is refused; the rules alone know none."""
    walk = walk_to(Stage.RATED)
    known = RULES.model_copy(update={"departments": ("huanbao", "jiaotong")})
    with pytest.raises(NotAllowed, match="'zhujian'; possible are huanbao, jiaotong"):
        apply(walk.incident, Stage.ASSIGNED, OFFICER, task(99), hours(3), rules=known)
    assert walk.to(Stage.ASSIGNED, task(99), 3).incident.lead_department == "zhujian"


def test_no_ground_is_a_judgement_too() -> None:
    """An officer who finds no duty to answer says so by giving none; that is not the same as not saying."""
    assert not Walk().to(Stage.JUDGED, NO_DUTY, 1).incident.must_answer
    assert refused(Walk(), Stage.JUDGED, Given(reason="x")).missing == ("grounds",)


def test_a_step_keeps_only_what_it_asks_for() -> None:
    """A level sent along with a judgement sets none."""
    incident = Walk().to(Stage.JUDGED, EVERYTHING, 1).incident
    assert (incident.level, incident.lead_department, incident.due, incident.answer) == (None, None, None, None)


def test_reopening_begins_anew_and_keeps_the_records() -> None:
    """Lead, due and answer go; the records stay and number on."""
    walk = walk_to(Stage.REOPENED)
    assert (walk.incident.lead_department, walk.incident.due, walk.incident.answer) == (None, None, None)
    assert walk.to(Stage.JUDGED, GRAVE, 20).records[-1].number == 8


def test_a_clock_that_went_back_does_not_turn_the_order_round() -> None:
    """A record is never earlier than the one before it."""
    walk = Walk().to(Stage.JUDGED, DUTY, 5).to(Stage.RATED, Given(level="red"), 2)
    assert [record.at for record in walk.records] == [hours(5), hours(5)]


def test_milestones_are_recorded_without_moving() -> None:
    """Information, a press conference or a remark leave a record, and the incident where it is."""
    walk = walk_to(Stage.ASSIGNED)
    noted, record = note(walk.incident, Milestone.INFORMATION, OFFICER, Given(link=LINK), hours(9), rules=RULES)
    assert (noted.state, noted.records, record.number) == (Stage.ASSIGNED, 4, 4)
    assert (record.source, record.to, record.milestone) == (Stage.ASSIGNED, Stage.ASSIGNED, Milestone.INFORMATION)


def test_milestones_are_the_offices_to_record() -> None:
    """A handler may remark on what is with the own department; a conference is recorded by the office, with a link."""
    walk = walk_to(Stage.ASSIGNED)

    def try_(what: Milestone, by: Actor, given: Given) -> str | None:
        try:
            note(walk.incident, what, by, given, hours(9), rules=RULES)
        except NotAllowed as error:
            return error.reason
        return None

    assert try_(Milestone.REMARK, HANDLER, Given(reason="正在抢修")) is None
    assert try_(Milestone.REMARK, STRANGER, Given(reason="路过")) == "not_yours"
    assert try_(Milestone.PRESS_CONFERENCE, HANDLER, Given(link=LINK)) == "not_yours"
    assert try_(Milestone.PRESS_CONFERENCE, OFFICER, Given()) == "missing"
    assert try_(Milestone.PRESS_CONFERENCE, OFFICER, Given(link="昨天")) == "wrong"


def test_the_machine_merges_only_what_nobody_has_touched() -> None:
    """A judged incident stays; so does one with a remark; nothing merges into itself or twice."""
    merged = merge(found(), "inc-0")
    assert merged.merged_into == "inc-0"
    remarked, _ = note(found(), Milestone.REMARK, OFFICER, Given(reason="留意"), NOW, rules=RULES)
    for incident, into in ((walk_to(Stage.JUDGED).incident, "inc-0"), (remarked, "inc-0"), (found(), "inc-1"), (merged, "inc-2")):
        with pytest.raises(NotAllowed, match="no longer the machine's to merge"):
            merge(incident, into)


def test_what_was_merged_says_where_to_go_on() -> None:
    """No step and no milestone on it, but the way to the incident that it became part of."""
    merged = merge(found(), "inc-0")
    assert possible(merged, OFFICER) == ()
    with pytest.raises(NotAllowed, match="merged into inc-0"):
        apply(merged, Stage.JUDGED, OFFICER, DUTY, NOW, rules=RULES)
    with pytest.raises(NotAllowed, match="merged into inc-0"):
        note(merged, Milestone.REMARK, OFFICER, DISMISS, NOW, rules=RULES)


def test_incident_and_records_survive_json() -> None:
    """They are stored as documents and come back equal."""
    walk = walk_to(Stage.REVIEWED)
    assert msgspec.json.decode(msgspec.json.encode(walk.incident), type=Incident) == walk.incident
    assert msgspec.json.decode(msgspec.json.encode(walk.records), type=list[Record]) == walk.records


@given_(st.lists(st.tuples(st.sampled_from(Stage), st.sampled_from([OFFICER, ADMIN, HANDLER, ANALYST, VIEWER])), max_size=25))
def test_any_way_leaves_a_chain_of_records(way: list[tuple[Stage, Actor]]) -> None:
    """Whatever people try, each record begins where the last ended, and nothing ends in a stage without a way on."""
    walk = Walk()
    for number, (to, by) in enumerate(way):
        with contextlib.suppress(NotAllowed):
            walk.to(to, EVERYTHING, number, by)
    assert [record.number for record in walk.records] == list(range(1, len(walk.records) + 1))
    ends = [Stage.FOUND, *(record.to for record in walk.records)]
    assert [record.source for record in walk.records] == ends[:-1]
    assert possible(walk.incident, ADMIN)
    assert all(later.at - earlier.at >= timedelta(0) for earlier, later in itertools.pairwise(walk.records))
