"""The way of an incident: found → judged → rated → assigned → handled → answered → closed → reviewed, as one table.

Also dismissed (a false find), returned (for rework), reopened (it flares up). Each step leaves one record.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from config.incidents import IncidentRules
from incidents.clocks import rules_of_step
from incidents.errors import NotAllowed
from incidents.people import Actor, Role
from incidents.records import Given, Incident, Milestone, Record, Stage
from incidents.transitions import Need, Situation, Table, Transition, ahead, check_given, known_department, link

_OFFICE = frozenset({Role.ADMIN, Role.DUTY})
_WORK = frozenset({Role.ADMIN, Role.DUTY, Role.HANDLER})
_LEARN = frozenset({Role.ADMIN, Role.DUTY, Role.ANALYST})
_KEPT = ("level", "lead_department", "due")  # what a step gives and the incident keeps


def _known_grounds(value: Sequence[str], situation: Situation) -> str | None:
    known = [ground.id for ground in situation.rules.grounds]
    strange = [ground for ground in value if ground not in known]
    if strange:
        return f"are unknown: {', '.join(strange)}; possible are {', '.join(known)}"
    if situation.given.emergency is not None and not value:
        return "can't be empty where there is an emergency"
    return None


def _known_level(value: str, situation: Situation) -> str | None:
    known = [level.id for level in situation.rules.levels]
    return None if value in known else f"is unknown: {value!r}; possible are {', '.join(known)}"


def _own_department(incident: Incident, by: Actor) -> str | None:
    if by.role is not Role.HANDLER or (by.department is not None and by.department == incident.lead_department):
        return None
    return f"it is with {incident.lead_department or 'no department'}, not {by.department or 'with one of yours'}"


def _no_duty(incident: Incident, by: Actor) -> str | None:
    if incident.must_answer:
        return "there is a duty to answer: answer first"
    return _own_department(incident, by)


_REASON = Need("reason", "理由")
_GROUNDS = Need("grounds", "回应依据", _known_grounds)
_LEVEL = Need("level", "级别", _known_level)
_LEAD = Need("lead_department", "牵头部门", known_department)
_DUE = Need("due", "办理时限", ahead)
_REPORT = Need("report", "处置情况")
_LINK = Need("link", "回应链接", link)
_REVIEW = Need("review", "复盘结论")

_S = Stage
TRANSITIONS: tuple[Transition[Incident], ...] = (
    #          from          to            who may  what must be given  what may stand against it
    Transition(_S.FOUND, _S.JUDGED, _OFFICE, (_GROUNDS, _REASON)),
    Transition(_S.FOUND, _S.DISMISSED, _OFFICE, (_REASON,)),
    Transition(_S.JUDGED, _S.RATED, _OFFICE, (_LEVEL,)),
    Transition(_S.JUDGED, _S.JUDGED, _OFFICE, (_GROUNDS, _REASON)),
    Transition(_S.JUDGED, _S.DISMISSED, _OFFICE, (_REASON,)),
    Transition(_S.RATED, _S.ASSIGNED, _OFFICE, (_LEAD, _DUE)),
    Transition(_S.RATED, _S.RATED, _OFFICE, (_LEVEL, _REASON)),
    Transition(_S.RATED, _S.JUDGED, _OFFICE, (_GROUNDS, _REASON)),
    Transition(_S.RATED, _S.DISMISSED, _OFFICE, (_REASON,)),
    Transition(_S.ASSIGNED, _S.HANDLED, _WORK, (_REPORT,), _own_department),
    Transition(_S.ASSIGNED, _S.RETURNED, _WORK, (_REASON,), _own_department),  # not ours, says the department
    Transition(_S.ASSIGNED, _S.RATED, _OFFICE, (_LEVEL, _REASON)),
    Transition(_S.ASSIGNED, _S.JUDGED, _OFFICE, (_GROUNDS, _REASON)),
    Transition(_S.RETURNED, _S.ASSIGNED, _OFFICE, (_LEAD, _DUE)),
    Transition(_S.RETURNED, _S.HANDLED, _WORK, (_REPORT,), _own_department),
    Transition(_S.RETURNED, _S.JUDGED, _OFFICE, (_GROUNDS, _REASON)),
    Transition(_S.HANDLED, _S.ANSWERED, _WORK, (_LINK,), _own_department),
    Transition(_S.HANDLED, _S.RETURNED, _OFFICE, (_REASON,)),
    Transition(_S.HANDLED, _S.JUDGED, _OFFICE, (_GROUNDS, _REASON)),
    Transition(_S.HANDLED, _S.CLOSED, _OFFICE, (_REASON,), _no_duty),
    Transition(_S.ANSWERED, _S.CLOSED, _OFFICE, (_REASON,)),
    Transition(_S.ANSWERED, _S.RETURNED, _OFFICE, (_REASON,)),
    Transition(_S.ANSWERED, _S.JUDGED, _OFFICE, (_GROUNDS, _REASON)),
    Transition(_S.CLOSED, _S.REVIEWED, _LEARN, (_REVIEW,)),
    Transition(_S.CLOSED, _S.REOPENED, _OFFICE, (_REASON,)),
    Transition(_S.REVIEWED, _S.REOPENED, _OFFICE, (_REASON,)),
    Transition(_S.DISMISSED, _S.REOPENED, _OFFICE, (_REASON,)),
    Transition(_S.REOPENED, _S.JUDGED, _OFFICE, (_GROUNDS, _REASON)),
    Transition(_S.REOPENED, _S.DISMISSED, _OFFICE, (_REASON,)),
)
FLOW = Table(TRANSITIONS)

MILESTONES: dict[Milestone, tuple[frozenset[Role], tuple[Need, ...]]] = {
    Milestone.INFORMATION: (_OFFICE, (_LINK,)),
    Milestone.PRESS_CONFERENCE: (_OFFICE, (_LINK,)),
    Milestone.REMARK: (_WORK, (_REASON,)),
}


def possible(incident: Incident, by: Actor) -> tuple[Transition[Incident], ...]:
    """The steps that somebody could take now, with what each needs; none for what was merged away."""
    return () if incident.merged_into else FLOW.possible(incident, by)


def notable(incident: Incident, by: Actor) -> dict[Milestone, tuple[Need, ...]]:
    """The milestones that somebody could record now, with what each needs; none for what was merged away."""
    if incident.merged_into:
        return {}
    return {what: needs for what, (_, needs) in MILESTONES.items() if _against_note(incident, what, by) is None}


def apply(incident: Incident, to: Stage, by: Actor, given: Given, now: datetime, *, rules: IncidentRules) -> tuple[Incident, Record]:
    """Move an incident on, and say so in a record.

    Raises NotAllowed with what would be possible instead. The caller stores the record by `create` and the incident by its
    sequence number: of two officers one wins.
    """
    _refuse_merged(incident, f"it can't become {to}")
    now = max(now, incident.moved_at or now)  # a clock that went back doesn't turn the order of records round
    step = FLOW.choose(incident, to, by, Situation(given, rules, now))
    moved = msgspec.structs.replace(incident, state=to, moved_at=now, records=incident.records + 1, **_learnt(step, given))
    record = _record(incident, by, given, now, to=to, clocks=rules_of_step(moved, to, now, rules))
    return moved, record


def note(incident: Incident, what: Milestone, by: Actor, given: Given, now: datetime, *, rules: IncidentRules) -> tuple[Incident, Record]:
    """Record a milestone; the incident stays where it is. Raises NotAllowed."""
    _refuse_merged(incident, f"{what} can't be recorded")
    refusal = f"{incident.id}: {what} can't be recorded"
    against = _against_note(incident, what, by)
    instead = [str(step.to) for step in possible(incident, by)]
    if against:
        raise NotAllowed("not_yours", f"{refusal} by {by.user}: {against}", possible=instead)
    now = max(now, incident.moved_at or now)
    check_given(refusal, MILESTONES[what][1], Situation(given, rules, now), instead)
    noted = msgspec.structs.replace(incident, moved_at=now, records=incident.records + 1)
    return noted, _record(incident, by, given, now, to=incident.state, milestone=what)


def replayed(incident: Incident, record: Record) -> Incident:
    """The incident after a step that stands recorded: what `apply` or `note` gave when the record was made."""
    moved = msgspec.structs.replace(incident, state=record.to, moved_at=record.at, records=record.number)
    if record.milestone is not None:
        return moved
    return msgspec.structs.replace(moved, **_learnt(FLOW.step(record.source, record.to), record.given))


def merge(incident: Incident, into: str) -> Incident:
    """Let an incident that nobody has touched go into another one. Raises NotAllowed where an officer has judged it."""
    if not incident.may_merge or into == incident.id:
        raise NotAllowed("judged", f"{incident.id} is {incident.state} and no longer the machine's to merge into {into}")
    return msgspec.structs.replace(incident, merged_into=into)


def _against_note(incident: Incident, what: Milestone, by: Actor) -> str | None:
    roles, _ = MILESTONES[what]
    if by.role not in roles:
        return f"this takes the role {' or '.join(sorted(roles))}, not {by.role}"
    return _own_department(incident, by)


def _refuse_merged(incident: Incident, refusal: str) -> None:
    if incident.merged_into:
        raise NotAllowed("merged", f"{incident.id} was merged into {incident.merged_into}: {refusal}; go on there")


def _learnt(step: Transition[Incident], given: Given) -> dict[str, Any]:
    """What the incident keeps of what was given: what the step asks for, and nothing else that came with it."""
    kept: dict[str, Any] = {need.name: getattr(given, need.name) for need in step.needs if need.name in _KEPT}
    if step.to == Stage.JUDGED:
        kept |= {"grounds": given.grounds, "emergency": given.emergency}
    if step.to == Stage.ANSWERED:
        kept["answer"] = given.link
    if step.to == Stage.REOPENED:
        kept |= {"lead_department": None, "due": None, "answer": None}
    return kept


def _record(incident: Incident, by: Actor, given: Given, now: datetime, **more: Any) -> Record:
    number = incident.records + 1
    return Record(
        id=f"{incident.id}:{number:04}",
        incident=incident.id,
        number=number,
        at=now,
        by=by.user,
        role=by.role,
        source=incident.state,
        given=given,
        **more,
    )
