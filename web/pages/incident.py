"""An incident's page: how it grew, its clocks, posts, accounts and departments, its records, and the steps that are possible now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import RedirectResponse, Response

from incidents.clocks import ClockState
from incidents.desk import Shown
from incidents.errors import Conflict, NoSuchCase, NotAllowed
from incidents.people import Actor
from incidents.records import Milestone
from indexers.answers import Slot
from indexers.slots import Window
from streams.messages import Kind
from web.case_forms import IncidentForm, Seen, StepItem, incident_options, steps, typed_time
from web.cases import ClockItem, Fact, RecordItem, Refusal, clock_item, facts, named, names_of, record_item, refused
from web.desk import Desk, actor_of, address_of, desk_of, officer_of
from web.errors import BadInput, NotFound
from web.links import incident_link, incident_posts_link, minute
from web.pages.incident_posts import MemberItem, member_item, models_of_members
from web.pages.incidents import Count, IncidentRow, incident_row
from web.panel_items import SENTIMENTS, SlotItem
from web.render import respond, wants_json
from web.views import Named, View

router = APIRouter()

LISTED = 8  # posts on the page itself
MOST_PARTS = 20
DAY = timedelta(days=1)
WHOLE = tuple(kind for kind in Kind if kind not in {Kind.COMMENT, Kind.REPOST})  # what an incident's topic is taken from


class IncidentQuery(BaseModel):
    """The query of an incident's page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seen: Seen | None = None


class Concerned(View):
    """An account or a topic, and how many of the posts are about it."""

    id: str
    name: str
    posts: Count
    departments: tuple[Named, ...] = ()


class Lead(View):
    """To whom an incident is proposed, and why."""

    department: Named | None
    concerned: tuple[Named, ...]
    reason: str
    source: str


class IncidentView(View):
    """The page of an incident."""

    incident: IncidentRow
    grouping: str | None  # version of the rule by which its posts were grouped when it was opened
    models: tuple[str, ...]  # that tagged the posts shown
    merged_into: str | None  # the address of the incident that it is part of now
    parts: tuple[str, ...]  # incidents that were merged into this one
    grounds: tuple[Named, ...] | None  # on which there is a duty to answer; null until somebody has judged
    emergency: str | None
    due: datetime | None
    answer: str | None
    lead: Lead
    clocks: tuple[ClockItem, ...]
    step_minutes: int
    timeline: tuple[SlotItem, ...]
    accounts: tuple[Concerned, ...]
    topics: tuple[Concerned, ...]
    opening: MemberItem | None  # the post that was published first
    furthest: tuple[MemberItem, ...]
    latest: tuple[MemberItem, ...]
    records: tuple[RecordItem, ...]
    seen: int  # how many records there are
    moved: bool  # since the page that asks was drawn
    steps: tuple[StepItem, ...]
    notes: tuple[StepItem, ...]
    refusal: Refusal | None
    kept: tuple[Fact, ...]  # what was filled in with a step that was refused
    typed_to: str | None


@router.get("/incidents/{incident_id}", response_model=IncidentView)
def incident(request: Request, incident_id: str, query: Annotated[IncidentQuery, Query()]) -> Response:
    """Show an incident; one that was merged leads to what it is part of now."""
    desk, by = desk_of(request), actor_of(request)
    try:
        shown = desk.incidents.show(incident_id, by)
        if shown.row.filed.incident.merged_into:
            last = incident_link(desk.incidents.last(incident_id).incident.id)
            return RedirectResponse(f"{last}.json" if wants_json(request) else last, 303)
    except NoSuchCase as error:
        raise _unknown(incident_id) from error
    return respond(request, "incident.html", incident_view(desk, shown, by, seen=query.seen))


@router.post("/incidents/{incident_id}", response_model=IncidentView)
def move(request: Request, incident_id: str, form: Annotated[IncidentForm, Form()]) -> Response:
    """Take a step, or record a milestone. 409 says what is possible now; what was typed comes back."""
    desk, by = desk_of(request), actor_of(request)
    try:
        _act(desk, incident_id, form, by)
    except NoSuchCase as error:
        raise _unknown(incident_id) from error
    except (NotAllowed, Conflict, BadInput) as error:
        refusal = refused(error)
        view = incident_view(desk, desk.incidents.show(incident_id, by), by, typed=form, refusal=refusal)
        return respond(request, "incident.html", view, refusal.status)
    desk.gate.note(officer_of(request).name, "incident_moved", target=incident_id, detail=form.to, address=address_of(request))
    if wants_json(request):
        return respond(request, "incident.html", incident_view(desk, desk.incidents.show(incident_id, by), by))
    return RedirectResponse(f"{incident_link(incident_id)}#records", 303)


def _act(desk: Desk, incident: str, form: IncidentForm, by: Actor) -> None:
    step, given = form.step(), form.given(desk.settings.zone)
    if isinstance(step, Milestone):
        desk.incidents.note(incident, step, by, given, seen=form.seen)
    else:
        desk.incidents.move(incident, step, by, given, seen=form.seen)


def _unknown(incident: str) -> NotFound:
    return NotFound(f"没有这个事件：{incident[:200]}")


def incident_view(
    desk: Desk, shown: Shown, by: Actor, *, seen: int | None = None, typed: IncidentForm | None = None, refusal: Refusal | None = None
) -> IncidentView:
    """Make of an incident what its page shows. Raises DatabaseUnavailable."""
    filed, found, now = shown.row.filed, shown.row.filed.incident, desk.clock()
    telling = desk.incidents.telling(filed, by)
    latest = tuple(member_item(desk, row) for row in desk.incidents.posts(found.id, by, size=LISTED).rows)
    opening = None if telling.first is None else member_item(desk, telling.first)
    furthest = tuple(member_item(desk, row) for row in telling.furthest if row.member.spread)
    return IncidentView(
        incident=incident_row(desk, shown.row),
        grouping=found.grouped_by,
        models=models_of_members([*filter(None, [opening]), *furthest, *latest]),
        merged_into=None if found.merged_into is None else incident_link(desk.incidents.last(found.id).incident.id),
        parts=filed.parts[:MOST_PARTS],
        grounds=None if found.grounds is None else named(found.grounds, names_of(desk.rules, {})["grounds"]),
        emergency=found.emergency,
        due=found.due,
        answer=found.answer,
        lead=_lead(desk, shown),
        clocks=tuple(clock_item(clock, now) for clock in shown.clocks),
        step_minutes=round(shown.step.total_seconds() / 60),
        timeline=tuple(_slot(desk, found.id, slot, shown.step) for slot in shown.timeline),
        accounts=_accounts(desk, shown),
        topics=_topics(desk, shown),
        opening=opening,
        furthest=furthest,
        latest=latest,
        records=tuple(record_item(record, desk) for record in reversed(shown.records)),
        seen=found.records,
        moved=seen is not None and seen != found.records,
        refusal=refusal,
        kept=facts(typed.values(), desk) if typed and refusal else (),
        typed_to=typed.to if typed and refusal else None,
        **_forms(desk, shown, now, typed if refusal else None),
    )


def _forms(desk: Desk, shown: Shown, now: datetime, typed: IncidentForm | None) -> dict[str, Any]:
    options = incident_options(desk.rules, named(desk.departments, desk.departments))
    incident = shown.row.filed.incident
    proposed = {
        "level": incident.level or shown.row.proposal.level,
        "lead_department": incident.lead_department or shown.lead.department or "",
        "due": typed_time(_due(desk, shown, now), desk.settings.zone),
    }
    needed = {str(step.to): step.needs for step in shown.possible}
    notes = {str(what): needs for what, needs in shown.notable.items()}
    return {"steps": steps(needed, options, proposed, typed), "notes": steps(notes, options, {}, typed)}


def _due(desk: Desk, shown: Shown, now: datetime) -> datetime | None:
    """Until when a task could be due: when the next clock ends, else by the office's time for the level; None where both have passed."""
    ends = [clock.due_at for clock in shown.clocks if clock.state in {ClockState.RUNNING, ClockState.WARNING}]
    if ends:
        return min(ends)
    level = shown.row.filed.incident.level or shown.row.proposal.level
    limits = [rule.limit for rule in desk.rules.clocks if level in rule.levels]
    return now + min(limits) if limits else None


def _lead(desk: Desk, shown: Shown) -> Lead:
    lead = shown.lead
    department = None if lead.department is None else named([lead.department], desk.departments)[0]
    return Lead(department=department, concerned=named(lead.concerned, desk.departments), reason=lead.reason, source=lead.source)


def _slot(desk: Desk, incident: str, slot: Slot, step: timedelta) -> SlotItem:
    window, zone = Window(slot.start, slot.start + step), desk.settings.zone
    link = incident_posts_link(incident, [("from", minute(window.start, zone)), ("to", minute(window.end, zone))])
    sentiments = {sentiment: slot.sentiments.get(sentiment, 0) for sentiment in SENTIMENTS}
    return SlotItem(start=slot.start, posts=slot.posts, sentiments=sentiments, link=link)


def _accounts(desk: Desk, shown: Shown) -> tuple[Concerned, ...]:
    matrix, incident = desk.accounts, shown.row.filed.incident.id
    return tuple(
        Concerned(
            id=name,
            name=matrix[name].name if name in matrix else name,
            posts=Count(count=posts, link=incident_posts_link(incident, [("account", name)])),
            departments=named(filter(None, [matrix[name].department if name in matrix else None]), desk.departments),
        )
        for name, posts in shown.accounts.items()
    )


def _topics(desk: Desk, shown: Shown) -> tuple[Concerned, ...]:
    responsible: Mapping[str, tuple[str, ...]] = {topic.name: topic.departments for topic in desk.office.every_topic}
    filed = shown.row.filed
    kinds = [("kind", kind.value) for kind in WHOLE]
    return tuple(
        Concerned(
            id=name,
            name=name,
            posts=Count(count=posts, link=incident_posts_link(filed.incident.id, [("topic", name), *kinds])),
            departments=named(responsible.get(name, ()), desk.departments),
        )
        for name, posts in sorted(filed.topics.items(), key=lambda pair: (-pair[1], pair[0]))
    )
