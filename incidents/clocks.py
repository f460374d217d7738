"""Clocks of an incident: when they started, warn, end, and whether they were met, computed from its records alone.

Statutory clocks start at an officer's judgement (国办发〔2016〕61号, 80号), never because something is loud. The office's own
start when an officer sets a level where there is no duty to answer, and with each task. A record holds the rules that it
started as they then stood.
"""

import enum
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from config.incidents import ClockRule, IncidentRules
from incidents.records import Incident, Record, Stage, TimedRule

TASK = "task"  # the clock of what was assigned

_DECIDES = (Stage.JUDGED, Stage.RATED, Stage.ASSIGNED)  # the steps that start clocks, and end those that they no longer name
_TASK_WARNS = 0.25  # of a task's time is left when its clock warns


class ClockState(enum.StrEnum):
    """How a clock stands at a moment."""

    RUNNING = "running"
    WARNING = "warning"  # the end is near
    PASSED = "passed"  # the end has come and it is not met
    MET = "met"
    LIFTED = "lifted"  # an officer's later judgement, level or task has taken it away


class Clock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One clock at a moment."""

    rule: TimedRule
    record: int  # number of the record that started it
    started_by: Stage
    started_at: datetime
    met_at: datetime | None = None
    lifted_at: datetime | None = None
    state: ClockState = ClockState.RUNNING

    @property
    def due_at(self) -> datetime:
        return self.started_at + timedelta(seconds=self.rule.limit_s)

    @property
    def warns_at(self) -> datetime:
        return self.due_at - timedelta(seconds=self.rule.warn_s)

    @property
    def late(self) -> bool:
        """Whether it was met, but after its end."""
        return self.met_at is not None and self.met_at > self.due_at


def rules_of_step(incident: Incident, to: Stage, now: datetime, rules: IncidentRules) -> tuple[TimedRule, ...]:
    """The rules that hold from a step on, for the incident as the step has left it."""
    if to is Stage.JUDGED:
        graded = [rule for rule in rules.clocks if incident.emergency is not None and incident.emergency.value in rule.grades]
        return _timed(graded or [rule for rule in rules.clocks if rule.duty and incident.must_answer])
    if to is Stage.RATED and not incident.must_answer:
        return _timed(rule for rule in rules.clocks if incident.level in rule.levels)
    if to is Stage.ASSIGNED and incident.due is not None:
        return (_task((incident.due - now).total_seconds()),)
    return ()


def clocks_at(records: Iterable[Record], at: datetime) -> tuple[Clock, ...]:
    """Every clock that was started by then, oldest first, as it stood at a moment. Later records are left out."""
    clocks: list[Clock] = []
    opened = 0  # where the clocks since the last reopening begin
    for record in sorted((record for record in records if record.at <= at), key=lambda record: record.number):
        if record.milestone is None:
            if record.to is Stage.REOPENED:
                opened = len(clocks)
            if record.to in _DECIDES:
                clocks = [*_given_up(clocks[:opened], record), *_decided(clocks[opened:], record)]
            clocks = [_touched(clock, record) for clock in clocks]
        happened = record.to if record.milestone is None else record.milestone
        clocks = [_met(clock, happened.value, record.at) for clock in clocks]
    return tuple(msgspec.structs.replace(clock, state=_state(clock, at)) for clock in clocks)


def next_change(records: Sequence[Record], at: datetime) -> datetime | None:
    """When the next clock warns or passes if nothing else happens; None where none runs."""
    moments = [moment for clock in clocks_at(records, at) if _runs(clock) for moment in (clock.warns_at, clock.due_at) if moment > at]
    return min(moments, default=None)


def _timed(rules: Iterable[ClockRule]) -> tuple[TimedRule, ...]:
    return tuple(
        TimedRule(
            id=rule.id,
            name=rule.name,
            statutory=rule.statutory,
            limit_s=rule.limit.total_seconds(),
            warn_s=rule.warn.total_seconds(),
            met_by=rule.met_by,
            source=rule.source,
        )
        for rule in rules
    )


def _task(seconds: float) -> TimedRule:
    met_by = (Stage.HANDLED.value, Stage.ANSWERED.value, Stage.CLOSED.value)
    warns = seconds * _TASK_WARNS
    return TimedRule(id=TASK, name="任务时限", statutory=False, limit_s=seconds, warn_s=warns, met_by=met_by, source="交办时确定")


def _decided(clocks: list[Clock], record: Record) -> list[Clock]:
    """A step names the clocks of its kind that hold: others are lifted, new ones start.

    One that comes back runs from its first start: judging anew gains no time. A task is a new one each time.
    """
    named = {rule.id: rule for rule in record.clocks}
    kept = []
    for clock in clocks:
        if clock.started_by is not record.to:
            kept.append(clock)
        elif clock.rule.id in named and clock.rule.id != TASK:
            kept.append(msgspec.structs.replace(clock, lifted_at=None))
            del named[clock.rule.id]
        else:
            kept.append(_lifted(clock, record.at))
    started = [Clock(rule=rule, record=record.number, started_by=record.to, started_at=record.at) for rule in named.values()]
    return kept + started


def _given_up(clocks: list[Clock], record: Record) -> list[Clock]:
    """What a step does to clocks from before the last reopening: those of its kind that it no longer names are lifted, none starts anew."""
    named = {rule.id for rule in record.clocks}
    return [_lifted(clock, record.at) if clock.started_by is record.to and clock.rule.id not in named else clock for clock in clocks]


def _touched(clock: Clock, record: Record) -> Clock:
    """What a step does to every clock: work sent back is not done, and what is over needs no clock of the office's own.

    The law's clocks go on when an incident is closed without what would meet them; a false find lifts all.
    """
    if record.to is Stage.RETURNED and not clock.rule.statutory and clock.lifted_at is None:
        return msgspec.structs.replace(clock, met_at=None)
    over = record.to is Stage.CLOSED and not clock.rule.statutory and record.to.value not in clock.rule.met_by
    if record.to is Stage.DISMISSED or over:
        return _lifted(clock, record.at)
    duty_now = record.to is Stage.JUDGED and bool(record.clocks)
    if duty_now and clock.started_by is Stage.RATED:  # the law's times take the place of the office's own
        return _lifted(clock, record.at)
    return clock


def _lifted(clock: Clock, at: datetime) -> Clock:
    return msgspec.structs.replace(clock, lifted_at=at) if clock.met_at is None and clock.lifted_at is None else clock


def _met(clock: Clock, happened: str, at: datetime) -> Clock:
    return msgspec.structs.replace(clock, met_at=at) if happened in clock.rule.met_by and _open(clock) else clock


def _open(clock: Clock) -> bool:
    return clock.met_at is None and clock.lifted_at is None


def _runs(clock: Clock) -> bool:
    return clock.state in {ClockState.RUNNING, ClockState.WARNING}


def _state(clock: Clock, at: datetime) -> ClockState:
    if clock.met_at is not None:
        return ClockState.MET
    if clock.lifted_at is not None:
        return ClockState.LIFTED
    if at >= clock.due_at:
        return ClockState.PASSED
    return ClockState.WARNING if at >= clock.warns_at else ClockState.RUNNING
