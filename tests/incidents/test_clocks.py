"""Clocks: what starts them, when they warn and pass, what meets and lifts them."""

import msgspec
import pytest

from incidents.clocks import TASK, Clock, ClockState, clocks_at, next_change
from incidents.flow import note
from incidents.records import Given, Grade, Milestone, Record, Stage
from tests.incidents.desk import DISMISS, DUTY, GRAVE, LINK, NO_DUTY, OFFICER, RULES, Walk, hours, task

RUNNING, WARNING, PASSED, MET, LIFTED = ClockState


def states(walk: Walk, at_h: float) -> dict[str, ClockState]:
    """How each clock stands after so many hours."""
    return {clock.rule.id: clock.state for clock in clocks_at(walk.records, hours(at_h))}


def clock(walk: Walk, name: str, at_h: float) -> Clock:
    return next(clock for clock in clocks_at(walk.records, hours(at_h)) if clock.rule.id == name)


def milestone(walk: Walk, what: Milestone, at_h: float) -> Walk:
    walk.incident, record = note(walk.incident, what, OFFICER, Given(link=LINK, reason="x"), hours(at_h), rules=RULES)
    walk.records.append(record)
    return walk


def judged(given: Given, at_h: float = 0) -> Walk:
    return Walk().to(Stage.JUDGED, given, at_h)


def test_nothing_starts_before_an_officer_has_judged() -> None:
    """However loud: an incident without judgement has no clock, and a remark starts none."""
    walk = milestone(Walk(), Milestone.REMARK, 1)
    assert states(walk, 1000) == {}
    assert next_change(walk.records, hours(0)) is None


@pytest.mark.parametrize("grade", [Grade.EXTRAORDINARY, Grade.MAJOR])
def test_grave_emergencies_have_five_hours_and_a_day(grade: Grade) -> None:
    """Information within 5 h and a press conference within 24 h, from the judgement; the 48 h are not theirs."""
    walk = judged(msgspec.structs.replace(GRAVE, emergency=grade), 2)
    clocks = clocks_at(walk.records, hours(2))
    assert {clock.rule.id: clock.due_at for clock in clocks} == {"authoritative_information": hours(7), "press_conference": hours(26)}
    assert all(clock.rule.statutory and "国办发" in clock.rule.source for clock in clocks)


@pytest.mark.parametrize("grade", [Grade.LARGER, Grade.ORDINARY, None])
def test_other_duties_have_two_days(grade: Grade | None) -> None:
    """A lesser emergency, or another of the five grounds: 48 h to answer."""
    walk = judged(Given(grounds=("emergency",), emergency=grade, reason="x"), 1)
    assert {clock.rule.id: clock.due_at for clock in clocks_at(walk.records, hours(1))} == {"answer": hours(49)}


@pytest.mark.parametrize("ground", [ground.id for ground in RULES.grounds])
def test_each_of_the_five_grounds_starts_the_clock(ground: str) -> None:
    """One ground is enough."""
    assert states(judged(Given(grounds=(ground,), reason="x")), 1) == {"answer": RUNNING}


def test_a_clock_runs_warns_and_passes() -> None:
    """48 h, warned 8 h before: to the second at both edges."""
    walk = judged(DUTY)
    second = 1 / 3600
    assert states(walk, 40 - second) == {"answer": RUNNING}
    assert states(walk, 40) == {"answer": WARNING}
    assert states(walk, 48 - second) == {"answer": WARNING}
    assert states(walk, 48) == {"answer": PASSED}


def test_next_change_is_when_to_look_again() -> None:
    """The watcher may sleep until then."""
    walk = judged(DUTY)
    assert next_change(walk.records, hours(0)) == hours(40)
    assert next_change(walk.records, hours(40)) == hours(48)
    assert next_change(walk.records, hours(48)) is None


def answered(at_h: float) -> Walk:
    walk = judged(DUTY).to(Stage.RATED, Given(level="red"), 0).to(Stage.ASSIGNED, task(900), 0)
    return walk.to(Stage.HANDLED, Given(report="x"), 1).to(Stage.ANSWERED, Given(link=LINK), at_h)


def test_an_answer_in_time_meets_the_clock_for_good() -> None:
    """Met stays met, long after the end."""
    assert not clock(answered(47), "answer", 500).late
    assert states(answered(47), 500)["answer"] is MET


def test_an_answer_too_late_is_met_late() -> None:
    """Passed until the answer, then met, and marked late."""
    walk = answered(50)
    assert states(walk, 49)["answer"] is PASSED
    assert clock(walk, "answer", 51).late


def test_the_past_can_be_asked_for() -> None:
    """How a clock stood at a time is told by the records until then."""
    walk = answered(20)
    assert states(walk, 19)["answer"] is RUNNING
    assert states(walk, 20)["answer"] is MET


def test_milestones_meet_the_clocks_of_an_emergency() -> None:
    """Information published meets the five hours, the conference the day; a remark neither."""
    walk = milestone(milestone(judged(GRAVE), Milestone.REMARK, 1), Milestone.INFORMATION, 3)
    assert states(walk, 4) == {"authoritative_information": MET, "press_conference": RUNNING}
    assert states(milestone(walk, Milestone.PRESS_CONFERENCE, 10), 100)["press_conference"] is MET


def test_judging_graver_starts_the_graver_clocks_and_lifts_the_other() -> None:
    """From 48 h to 5 h and 24 h, counted from the new judgement."""
    walk = judged(DUTY).to(Stage.JUDGED, GRAVE, 10)
    assert states(walk, 11) == {"answer": LIFTED, "authoritative_information": RUNNING, "press_conference": RUNNING}
    assert clock(walk, "authoritative_information", 11).due_at == hours(15)


def test_judging_again_gains_no_time() -> None:
    """The same duty judged again, even by way of none, runs from its first start."""
    again = judged(DUTY).to(Stage.JUDGED, DUTY, 20)
    detour = judged(DUTY).to(Stage.JUDGED, NO_DUTY, 10).to(Stage.JUDGED, DUTY, 20)
    for walk in (again, detour):
        assert [(clock.rule.id, clock.due_at) for clock in clocks_at(walk.records, hours(21))] == [("answer", hours(48))]
    assert states(detour, 15) == {"answer": LIFTED}


def test_judging_again_does_not_undo_what_was_met() -> None:
    """A conference that was held need not be held again."""
    walk = milestone(judged(GRAVE), Milestone.PRESS_CONFERENCE, 1).to(Stage.JUDGED, GRAVE, 2)
    assert states(walk, 3) == {"authoritative_information": RUNNING, "press_conference": MET}


def rated(level: str, given: Given = NO_DUTY) -> Walk:
    return judged(given).to(Stage.RATED, Given(level=level), 1)


@pytest.mark.parametrize(("level", "limit_h"), [("red", 0.5), ("orange", 2), ("yellow", 8), ("blue", 24)])
def test_without_duty_the_office_has_its_own_times(level: str, limit_h: float) -> None:
    """By the level that an officer set, from then on; none of them is called statutory."""
    (only,) = clocks_at(rated(level).records, hours(1))
    assert (only.due_at, only.rule.statutory) == (hours(1 + limit_h), False)


def test_a_level_starts_no_clock_where_the_law_has_one() -> None:
    """Red is the office's colour: with a duty to answer the 48 h hold and nothing else."""
    assert states(rated("red", DUTY), 2) == {"answer": RUNNING}


def test_another_level_changes_the_clock() -> None:
    """Blue lifted, red started when it was set."""
    walk = rated("blue").to(Stage.RATED, Given(level="red", reason="升级"), 3)
    assert states(walk, 3.1) == {"handle_blue": LIFTED, "handle_red": RUNNING}
    assert clock(walk, "handle_red", 3.1).due_at == hours(3.5)


def test_a_duty_found_later_takes_the_place_of_the_offices_times() -> None:
    """The law's clock starts and the office's own is lifted."""
    assert states(rated("blue").to(Stage.JUDGED, DUTY, 5), 6) == {"handle_blue": LIFTED, "answer": RUNNING}


def assigned(due_h: float = 11) -> Walk:
    return rated("blue").to(Stage.ASSIGNED, task(due_h), 1)


def test_a_task_has_its_own_clock() -> None:
    """From assigned to due, warned when a quarter is left, met by handling."""
    walk = assigned(11)
    assert clock(walk, TASK, 2).due_at == hours(11)
    assert [states(walk, at)[TASK] for at in (8.4, 8.5, 11)] == [RUNNING, WARNING, PASSED]
    assert states(walk.to(Stage.HANDLED, Given(report="x"), 9), 99)[TASK] is MET


def test_work_sent_back_is_not_done() -> None:
    """What was met by handling runs again when it is returned, and passes if the end has come."""
    walk = assigned(11).to(Stage.HANDLED, Given(report="x"), 5).to(Stage.RETURNED, Given(reason="未解决"), 6)
    assert states(walk, 7) == {"handle_blue": RUNNING, TASK: RUNNING}
    assert states(walk, 12)[TASK] is PASSED
    assert states(walk.to(Stage.HANDLED, Given(report="x"), 7), 12) == {"handle_blue": MET, TASK: MET}


def test_a_task_given_anew_has_a_new_clock() -> None:
    """The old one is lifted with its department."""
    walk = assigned(11).to(Stage.RETURNED, Given(reason="非我单位职责"), 2).to(Stage.ASSIGNED, task(20), 3)
    tasks = [clock for clock in clocks_at(walk.records, hours(4)) if clock.rule.id == TASK]
    assert [(clock.state, clock.due_at) for clock in tasks] == [(LIFTED, hours(11)), (RUNNING, hours(20))]


def test_a_public_answer_stays_given_when_the_work_is_sent_back() -> None:
    """Returned after the answer: the law's clock was met and stays so."""
    assert states(answered(20).to(Stage.RETURNED, Given(reason="x"), 21), 22)["answer"] is MET


def test_a_false_find_lifts_every_clock() -> None:
    """Nobody is chased for what was none."""
    assert states(judged(GRAVE).to(Stage.DISMISSED, DISMISS, 1), 100) == {"authoritative_information": LIFTED, "press_conference": LIFTED}


def test_closing_does_not_stop_the_laws_clock() -> None:
    """A conference never held stays owed, and shows as passed."""
    walk = judged(GRAVE).to(Stage.RATED, Given(level="red"), 1).to(Stage.ASSIGNED, task(900), 1)
    walk.to(Stage.HANDLED, Given(report="x"), 2).to(Stage.ANSWERED, Given(link=LINK), 3).to(Stage.CLOSED, Given(reason="x"), 4)
    assert states(walk, 30) == {"authoritative_information": PASSED, "press_conference": PASSED, TASK: MET}


def test_reopening_starts_clocks_of_its_own() -> None:
    """What flares up is judged anew and has its own 48 h; the first stays in the history as it was."""
    walk = answered(20).to(Stage.CLOSED, Given(reason="x"), 21).to(Stage.REOPENED, Given(reason="反弹"), 100).to(Stage.JUDGED, DUTY, 101)
    found = [(clock.state, clock.due_at) for clock in clocks_at(walk.records, hours(102)) if clock.rule.id == "answer"]
    assert found == [(MET, hours(48)), (RUNNING, hours(149))]


def _owed_and_reopened() -> Walk:
    walk = judged(GRAVE).to(Stage.RATED, Given(level="red"), 1).to(Stage.ASSIGNED, task(900), 1)
    walk.to(Stage.HANDLED, Given(report="x"), 2).to(Stage.ANSWERED, Given(link=LINK), 3).to(Stage.CLOSED, Given(reason="x"), 4)
    return walk.to(Stage.REOPENED, Given(reason="x"), 40)


def test_what_was_owed_before_reopening_can_be_lifted() -> None:
    """Judged anew without the duty the old clocks end with it; judged so again they stay owed from their first start, and new ones run."""
    lifted = _owed_and_reopened().to(Stage.JUDGED, NO_DUTY, 41)
    assert states(lifted, 42) == {"authoritative_information": LIFTED, "press_conference": LIFTED, TASK: MET}
    owed = _owed_and_reopened().to(Stage.JUDGED, GRAVE, 41)
    found = [(one.state, one.due_at) for one in clocks_at(owed.records, hours(42)) if one.rule.id == "press_conference"]
    assert found == [(PASSED, hours(24)), (RUNNING, hours(65))]


def test_editing_a_rule_changes_no_clock_that_runs() -> None:
    """The record holds the rule that it started, with its source; records alone tell the clock."""
    walk = judged(DUTY)
    stored = msgspec.json.decode(msgspec.json.encode(walk.records), type=list[Record])
    assert clocks_at(stored, hours(1)) == clocks_at(walk.records, hours(1))
    assert stored[0].clocks[0].limit_s == 48 * 3600
    assert "61号" in stored[0].clocks[0].source


def test_the_order_in_which_records_come_does_not_matter() -> None:
    """They are numbered."""
    walk = answered(20)
    assert clocks_at(reversed(walk.records), hours(30)) == clocks_at(walk.records, hours(30))
