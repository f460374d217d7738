"""Incidents and requests as pages show them: clocks, levels, what was given with a step, and why a step was refused."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import msgspec

from config.incidents import IncidentRules
from incidents.clocks import Clock
from incidents.errors import Conflict, IncidentError, NotAllowed
from incidents.records import Record
from incidents.requests import RequestRecord
from web.desk import Desk
from web.errors import BadInput
from web.views import Named, View


class ClockItem(View):
    """One clock. `left_s` is what is left of its time at the moment of asking, in seconds; less than 0 when it has passed."""

    rule: str
    name: str
    state: str
    statutory: bool
    started_at: datetime
    due_at: datetime
    left_s: float
    met_at: datetime | None
    late: bool
    source: str


class Fact(View):
    """Something that was given with a step."""

    field: str
    text: str
    at: datetime | None = None  # of a time
    link: str | None = None  # of something that can be followed


class RecordItem(View):
    """One step: who, when, from, to, why."""

    number: int
    at: datetime
    by: str
    role: str
    source: str
    to: str
    milestone: str | None = None
    facts: tuple[Fact, ...]


class Refusal(View):
    """Why a step was not taken, and what could be done instead."""

    status: int
    reason: str
    detail: str
    missing: tuple[str, ...] = ()  # names of fields
    wrong: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    by: str | None = None  # who was faster
    to: str | None = None  # and what they made of it


_STATUS = {"not_yours": HTTPStatus.FORBIDDEN, "missing": HTTPStatus.BAD_REQUEST, "wrong": HTTPStatus.BAD_REQUEST}


def clock_item(clock: Clock, now: datetime) -> ClockItem:
    """Make of a clock what pages show of it."""
    return ClockItem(
        rule=clock.rule.id,
        name=clock.rule.name,
        state=clock.state,
        statutory=clock.rule.statutory,
        started_at=clock.started_at,
        due_at=clock.due_at,
        left_s=(clock.due_at - now).total_seconds(),
        met_at=clock.met_at,
        late=clock.late,
        source=clock.rule.source,
    )


def record_item(record: Record | RequestRecord, desk: Desk) -> RecordItem:
    """Make of a record what pages show of it, with the names that the office's files give."""
    milestone = record.milestone if isinstance(record, Record) else None
    return RecordItem(
        number=record.number,
        at=record.at,
        by=record.by,
        role=record.role,
        source=record.source,
        to=record.to,
        milestone=milestone,
        facts=facts(msgspec.structs.asdict(record.given), desk),
    )


def facts(given: Mapping[str, Any], desk: Desk) -> tuple[Fact, ...]:
    """Say what was given with a step, by field, with the names that the office's files give."""
    names = names_of(desk.rules, desk.departments)
    return tuple(_fact(name, value, names.get(name, {})) for name, value in given.items() if value is not None)


def _fact(field: str, value: Any, names: Mapping[str, str]) -> Fact:
    if isinstance(value, datetime):
        return Fact(field=field, text="", at=value)
    if isinstance(value, tuple):
        return Fact(field=field, text="、".join(names.get(one, one) for one in value))
    link = str(value) if field == "link" and str(value).startswith(("http://", "https://")) else None
    return Fact(field=field, text=names.get(str(value), str(value)), link=link)


def names_of(rules: IncidentRules, departments: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """Give by field the names that the office's files give to values."""
    return {
        "grounds": {ground.id: ground.name for ground in rules.grounds},
        "level": {level.id: level.name for level in rules.levels},
        "lead_department": departments,
        "department": departments,
        "against": departments,
    }


def named(ids: Iterable[str], names: Mapping[str, str]) -> tuple[Named, ...]:
    """Give values with their names; one that is configured no more keeps its id."""
    return tuple(Named(id=key, name=names.get(key, key)) for key in ids)


def refused(error: IncidentError | BadInput) -> Refusal:
    """Say why a step was not taken."""
    if isinstance(error, Conflict):
        return Refusal(
            status=HTTPStatus.CONFLICT, reason=error.reason, detail=str(error), possible=error.possible, by=error.by, to=error.to
        )
    if isinstance(error, NotAllowed):
        return Refusal(
            status=_STATUS.get(error.reason, HTTPStatus.CONFLICT),
            reason=error.reason,
            detail=str(error),
            missing=error.missing,
            wrong=error.wrong,
            possible=error.possible,
        )
    return Refusal(status=HTTPStatus.BAD_REQUEST, reason="bad_input", detail=str(error))
