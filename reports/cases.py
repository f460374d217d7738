"""Incidents that were found, moved and ended in a period, and their clocks as they stood at its end."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from elasticsearch.dsl import Search

from incidents.clocks import Clock, ClockState, clocks_at
from incidents.desk import OVER, Desk, Sort, Wanted
from incidents.filed import INCIDENTS, STEPS, Filed
from incidents.records import Record, Stage
from incidents.words import GRADES
from indexers.case_queries import timeline
from indexers.links import incident_link, incident_posts_link, minute
from indexers.slots import Window
from reports import handling
from reports.content import ClockRow, IncidentRow, Incidents, Number, Step
from reports.material import Material
from reports.period import Period
from reports.plain import line, moment

ROWS = 15  # that are listed
LONGEST_WHY = 100  # characters
LONGEST_TITLE = 60
CASES = "inc-"
_LIVE = (ClockState.RUNNING, ClockState.WARNING, ClockState.PASSED)
_ENDED = {stage.value for stage in OVER}


class Moved(NamedTuple):
    """What was done about incidents since the period began, whether before its end or after."""

    steps: dict[str, list[Record]]  # all records of an incident
    filed: dict[str, Filed]


def look(material: Material, period: Period) -> tuple[Incidents, tuple[ClockRow, ...]]:
    """Find what happened to incidents in a period."""
    records = material.records
    touched = {step.incident for step in handling.since(records, STEPS, CASES, period.window.start)}
    ticking = {read.body.incident.id for read in records.walk(INCIDENTS, Search().filter("exists", field="ends_at"), {"ends_at": "asc"})}
    desk = Desk(material.reader, material.office, material.rules)
    new = desk.find(Wanted(found=period.so_far), sort=Sort.POSTS, size=ROWS)
    filed = {row.filed.incident.id: row.filed for row in new.rows}
    filed |= {name: read.body for name, read in records.get_all(INCIDENTS, [*touched, *ticking]).items()}
    moved = Moved(handling.of_cases(records, STEPS, filed), filed)
    incidents = _incidents(material, period, moved, [row.filed.incident.id for row in new.rows], new.total)
    going_on = desk.find(Wanted(going_on=True), size=1).total
    return incidents.model_copy(update={"going_on": going_on}), _clocks(period, moved)


def _incidents(material: Material, period: Period, moved: Moved, found: Sequence[str], total: int) -> Incidents:
    inside = {name: _inside(steps, period.so_far) for name, steps in moved.steps.items()}
    changed = _largest(moved, (name for name, steps in inside.items() if steps))
    closed = [name for name in changed if any(step.to.value in _ENDED and step.milestone is None for step in inside[name])]

    def rows(names: Sequence[str]) -> tuple[IncidentRow, ...]:
        return tuple(_row(material, period, moved.filed[name], moved.steps.get(name, [])) for name in names[:ROWS])

    return Incidents(
        found=rows(_largest(moved, found)),
        found_total=total,
        moved=rows(changed),
        moved_total=len(changed),
        closed=rows(closed),
        closed_total=len(closed),
        going_on=0,
    )


def _largest(moved: Moved, names: Iterable[str]) -> list[str]:
    return sorted((name for name in names if name in moved.filed), key=lambda name: (-moved.filed[name].posts, name))


def _inside(steps: Iterable[Record], window: Window) -> list[Record]:
    return [step for step in steps if window.start <= step.at < window.end]


def _row(material: Material, period: Period, filed: Filed, steps: Sequence[Record]) -> IncidentRow:
    incident, before = filed.incident, [step for step in steps if step.at < period.until]
    return IncidentRow(
        id=incident.id,
        page=incident_link(incident.id),
        title=line(incident.title, LONGEST_TITLE),
        found_at=incident.found_at,
        state=handling.state_at(steps, period.until, Stage.FOUND.value),
        level=_level(material, _last(before, "level")),
        lead=material.department(_last(before, "lead_department")),
        topic=incident.topic,
        posts=Number(n=filed.posts, link=incident_posts_link(incident.id)),
        posts_in_period=_posts(material, filed, period.so_far),
        steps=tuple(_step(material, step) for step in _inside(steps, period.so_far)),
    )


def _last(steps: Sequence[Record], name: str) -> str | None:
    """What was last given under a name; a reopened incident has no department until it is assigned anew."""
    for step in reversed(steps):
        given: str | None = getattr(step.given, name)
        if given is not None:
            return given
        if step.to is Stage.REOPENED and step.milestone is None and name == "lead_department":
            return None
    return None


def _level(material: Material, name: str | None) -> str | None:
    return next((level.name for level in material.rules.levels if level.id == name), name)


def _posts(material: Material, filed: Filed, window: Window) -> Number:
    posts = sum(slot.posts for slot in timeline(material.reader, filed.groups, window, window.end - window.start))
    times = [("from", minute(window.start, material.zone)), ("to", minute(window.end, material.zone))]
    return Number(n=posts, link=incident_posts_link(filed.incident.id, times))


def _step(material: Material, step: Record) -> Step:
    milestone = None if step.milestone is None else step.milestone.value
    why = line("；".join(_given(material, step)), LONGEST_WHY)
    return Step(number=step.number, at=step.at, by=line(step.by), source=step.source, to=step.to, milestone=milestone, why=why)


def _given(material: Material, step: Record) -> list[str]:
    """What was given with a step, in words."""
    given, said = step.given, []
    if given.grounds is not None:
        named = {ground.id: ground.name for ground in material.rules.grounds}
        said.append("、".join(named.get(ground, ground) for ground in given.grounds) or "无须回应")
    if given.emergency is not None:
        said.append(f"{GRADES[given.emergency.value]}突发事件")
    said += [text for text in (_level(material, given.level), material.department(given.lead_department)) if text]
    if given.due is not None:
        said.append(f"限 {moment(given.due, material.zone)} 前")
    return said + [text for text in (given.reason, given.report, given.review, given.link) if text]


def _clocks(period: Period, moved: Moved) -> tuple[ClockRow, ...]:
    """Clocks that run, warn or have passed at the end of the period, and those that passed or were met within it."""
    rows = [
        row
        for name, steps in moved.steps.items()
        if name in moved.filed
        for clock in clocks_at([step for step in steps if step.at < period.until], period.until)
        if (row := _clock(moved.filed[name], clock, period.so_far)) is not None
    ]
    order = {"passed": 0, "warning": 1, "running": 2, "met": 3}
    return tuple(sorted(rows, key=lambda row: (order[row.state], row.due_at, row.incident)))


def _clock(filed: Filed, clock: Clock, window: Window) -> ClockRow | None:
    happened = tuple(_happened(clock, window))
    if clock.state is ClockState.LIFTED or (clock.state not in _LIVE and not happened):
        return None
    return ClockRow(
        incident=filed.incident.id,
        page=incident_link(filed.incident.id),
        title=line(filed.incident.title, LONGEST_TITLE),
        name=clock.rule.name,
        statutory=clock.rule.statutory,
        source=clock.rule.source,
        started_at=clock.started_at,
        due_at=clock.due_at,
        state=clock.state.value,
        late=clock.late,
        happened=happened,
    )


def _happened(clock: Clock, window: Window) -> Iterator[str]:
    """What a clock did within a window: a clock that was met or lifted before its end has not passed."""
    ended = clock.met_at or clock.lifted_at or window.end
    for name, at in (("warned", clock.warns_at), ("passed", clock.due_at)):
        if window.start <= at < min(ended, window.end):
            yield name
    if clock.met_at is not None and window.start <= clock.met_at < window.end:
        yield "met"
