"""事件: incidents, those first that have a clock running, narrowed down by state, level, topic, account and department."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from incidents.desk import Row, Sort, Wanted
from incidents.records import Stage
from web.cases import ClockItem, clock_item, named, names_of
from web.desk import Desk, desk_of, officer_of
from web.gate import Officer
from web.links import incident_link, incident_posts_link, minute
from web.list_query import Choices, ListQuery, Values, choices
from web.render import respond
from web.views import Named, View, named_accounts

router = APIRouter()

PATH = "/incidents"
SIZE = 30
FACETS = ("state", "level", "topic", "account", "department")
SHOWS = ("open", "overdue", "all")
SORTS = ("urgent", "latest", "posts", "found")


class IncidentsQuery(ListQuery):
    """The query of the list of incidents."""

    show: Annotated[
        Literal["open", "overdue", "all"],
        Field(description="Those going on or with a clock that runs, those with a clock that has passed, all."),
    ] = "open"
    state: Annotated[list[Stage], Field(max_length=11, default_factory=list)]
    level: Values
    topic: Values
    account: Values
    department: Values
    small: Annotated[Literal["", "1"], Field(description="1: also those of few posts that nobody has touched.")] = ""
    sort: Annotated[
        Literal["urgent", "latest", "posts", "found"], Field(description="Clocks that end first, newest posts, most posts, newest.")
    ] = "urgent"

    def wanted(self) -> Wanted:
        """Say what narrows the incidents down. A state that is chosen goes before `show`."""
        return Wanted(
            states=tuple(self.state),
            levels=tuple(self.level),
            topics=tuple(self.topic),
            accounts=tuple(self.account),
            departments=tuple(self.department),
            pressing=self.show == "open" and not self.state,
            overdue=self.show == "overdue",
            small=bool(self.small),
        )


class Count(View):
    """A number, and where the posts behind it can be read."""

    count: int
    link: str


class LevelItem(View):
    """The level of an incident: as an officer set it, or as it is proposed, and why."""

    level: Named | None  # None until somebody has set one
    proposed: Named
    reached: tuple[tuple[str, float, float], ...]  # measure, observed, threshold
    reason: str
    source: str  # of the rule that proposes it


class IncidentRow(View):
    """One incident in a list."""

    id: str
    page: str
    title: str
    state: str
    rating: LevelItem
    topic: str | None
    accounts: tuple[Named, ...]
    department: Named | None  # that leads
    proposed_departments: tuple[Named, ...]
    posts: Count
    negative: Count
    growth: Count  # in the last hour
    spread: Count
    found_at: datetime
    last_at: datetime
    overdue: bool
    clocks: tuple[ClockItem, ...]  # that run or have passed


class IncidentsView(View):
    """The list of incidents."""

    show: str  # "" where states are chosen
    shows: dict[str, str]  # which to show → address
    sort: str
    sorts: dict[str, str]  # order → address
    small: bool
    small_link: str  # with the small ones, or without them
    own_link: str | None  # those of the department of who looks
    chosen: bool
    total: int
    grouping: tuple[str, ...]  # versions of the rules by which posts became these incidents
    facets: tuple[Choices, ...]
    incidents: tuple[IncidentRow, ...]
    following: str | None
    first: str


@router.get(PATH, response_model=IncidentsView)
def incidents(request: Request, query: Annotated[IncidentsQuery, Query()]) -> Response:
    """List incidents."""
    return respond(request, "incidents.html", incidents_view(desk_of(request), query, officer_of(request)))


def incidents_view(desk: Desk, query: IncidentsQuery, officer: Officer) -> IncidentsView:
    """Ask for a page of incidents. Raises BadInput and DatabaseUnavailable."""
    sort = Sort(query.sort)
    found = desk.incidents.find(query.wanted(), sort=sort, size=SIZE, after=query.place(2 if sort is Sort.URGENT else 1))
    counts = desk.incidents.counts(query.wanted())
    names = names_of(desk.rules, desk.departments) | {"account": {account.id: account.name for account in desk.office.accounts}}
    own = officer.department
    return IncidentsView(
        show="" if query.state else query.show,
        shows={name: query.link(PATH, show=name, state=[]) for name in SHOWS},
        sort=query.sort,
        sorts={name: query.link(PATH, sort=name) for name in SORTS},
        small=bool(query.small),
        small_link=query.link(PATH, small="" if query.small else "1"),
        own_link=None if own is None else query.link(PATH, department=[] if own in query.department else [own]),
        chosen=any(getattr(query, name) for name in FACETS),
        total=found.total,
        grouping=tuple(sorted({row.filed.incident.grouped_by for row in found.rows if row.filed.incident.grouped_by})),
        facets=tuple(choices(query, PATH, name, counts[name], names.get(name, {})) for name in FACETS),
        incidents=tuple(incident_row(desk, row) for row in found.rows),
        following=None if found.after is None else query.link(PATH, after=found.after),
        first=query.link(PATH),
    )


def incident_row(desk: Desk, row: Row) -> IncidentRow:
    """Make of an incident what a list shows of it."""
    filed, incident, now = row.filed, row.filed.incident, desk.clock()

    def count(posts: int, **given: object) -> Count:
        return Count(count=posts, link=incident_posts_link(incident.id, list(given.items())))

    lead = incident.lead_department
    return IncidentRow(
        id=incident.id,
        page=incident_link(incident.id),
        title=incident.title,
        state=incident.state,
        rating=level_item(desk, row),
        topic=incident.topic,
        accounts=named_accounts(filed.accounts, desk.accounts),
        department=None if lead is None else named([lead], desk.departments)[0],
        proposed_departments=named(incident.departments, desk.departments),
        posts=count(filed.posts),
        negative=count(filed.negative, sentiment=-1),
        growth=count(row.growth, **{"from": minute(row.since, desk.settings.zone)}),
        spread=count(filed.spread, sort="spread"),
        found_at=incident.found_at,
        last_at=filed.last_at,
        overdue=row.overdue,
        clocks=tuple(clock_item(clock, now) for clock in row.running),
    )


def level_item(desk: Desk, row: Row) -> LevelItem:
    """Say how an incident is rated."""
    names, incident, proposal = names_of(desk.rules, {})["level"], row.filed.incident, row.proposal
    return LevelItem(
        level=None if incident.level is None else named([incident.level], names)[0],
        proposed=named([proposal.level], names)[0],
        reached=tuple((one.measure, one.observed, one.threshold) for one in proposal.reached),
        reason=proposal.reason,
        source=proposal.source,
    )
