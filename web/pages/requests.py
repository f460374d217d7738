"""诉求: what citizens ask for, those first that are due first. The text of a report (举报) opens to its readers alone."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from incidents.asks import RequestKind
from incidents.lane import RequestRow, WantedRequests
from incidents.people import Actor
from incidents.requests import Request as CitizensRequest
from incidents.requests import RequestStage
from web.cases import named
from web.desk import Desk, actor_of, desk_of
from web.links import post_link, request_link
from web.list_query import Choices, ListQuery, Values, choices
from web.render import respond
from web.views import SHOWN, Named, View

router = APIRouter()

PATH = "/requests"
SIZE = 30
FACETS = ("state", "kind", "department")
SHOWS = ("open", "overdue", "all")


class RequestsQuery(ListQuery):
    """The query of the list of requests."""

    show: Annotated[Literal["open", "overdue", "all"], Field(description="Those not yet answered, those that should have been, all.")] = (
        "open"
    )
    state: Annotated[list[RequestStage], Field(max_length=6, default_factory=list)]
    kind: Annotated[list[RequestKind], Field(max_length=5, default_factory=list)]
    department: Values

    def wanted(self) -> WantedRequests:
        """Say what narrows the requests down. A state that is chosen goes before `show`."""
        return WantedRequests(
            states=tuple(self.state),
            kinds=tuple(self.kind),
            departments=tuple(self.department),
            overdue=self.show == "overdue",
            waiting=self.show == "open" and not self.state,
        )


class RequestItem(View):
    """One request as who asks may see it."""

    id: str
    page: str
    kind: str
    state: str
    text: str
    shortened: bool
    readable: bool
    post: str | None  # the address of the post's page
    url: str | None  # the address of the original
    words: tuple[str, ...]  # by which the kind was found
    # The office's words, the voice as the model hears it, or a person who has corrected that; null where the text isn't shown, and of a
    # report (举报), which no model makes.
    kind_by: Literal["words", "model", "person"] | None
    denied: bool  # a person says by now that the post asks for nothing
    model: str | None  # that tagged its post
    received_at: datetime
    due_at: datetime
    left_s: float  # until it is due, in seconds; less than 0 when that has passed
    clock: str
    department: Named | None
    proposed: Named | None
    reason: str  # why it is proposed there
    channel: str | None
    reference: str | None
    rating: int | None


class RequestsView(View):
    """The list of requests."""

    show: str  # "" where states are chosen
    shows: dict[str, str]
    own_link: str | None  # those that the department of who looks has
    chosen: bool
    total: int
    working_days: int
    source: str  # of the rule of when they are due
    models: tuple[str, ...]  # that tagged the posts of these requests
    facets: tuple[Choices, ...]
    requests: tuple[RequestItem, ...]
    following: str | None
    first: str


@router.get(PATH, response_model=RequestsView)
def requests(request: Request, query: Annotated[RequestsQuery, Query()]) -> Response:
    """List requests."""
    return respond(request, "requests.html", requests_view(desk_of(request), query, actor_of(request)))


def requests_view(desk: Desk, query: RequestsQuery, by: Actor) -> RequestsView:
    """Ask for a page of requests. Raises BadInput and DatabaseUnavailable."""
    found = desk.lane.find(query.wanted(), by, size=SIZE, after=query.place(1))
    counts = desk.lane.counts(query.wanted(), by)
    own, rules = by.department, desk.rules.requests
    return RequestsView(
        show="" if query.state else query.show,
        shows={name: query.link(PATH, show=name, state=[]) for name in SHOWS},
        own_link=None if own is None else query.link(PATH, department=[] if own in query.department else [own]),
        chosen=any(getattr(query, name) for name in FACETS),
        total=found.total,
        working_days=rules.working_days,
        source=rules.source,
        models=tuple(sorted({row.model for row in found.rows if row.model})),
        facets=tuple(choices(query, PATH, name, counts[name], desk.departments if name == "department" else {}) for name in FACETS),
        requests=tuple(request_item(desk, row) for row in found.rows),
        following=None if found.after is None else query.link(PATH, after=found.after),
        first=query.link(PATH),
    )


def request_item(desk: Desk, row: RequestRow, *, longest: int | None = SHOWN) -> RequestItem:
    """Make of a request what pages show of it."""
    request = row.request
    text = row.text if longest is None else row.text[:longest]
    return RequestItem(
        id=request.id,
        page=request_link(request.id),
        kind=request.kind,
        state=request.state,
        text=text,
        shortened=len(text) < len(row.text),
        readable=row.readable,
        post=post_link(request.post) if row.readable else None,
        url=row.url,
        words=request.words,
        kind_by=_kind_by(request) if row.readable and not request.is_report else None,
        denied=row.denied,
        model=row.model,
        received_at=request.received_at,
        due_at=request.due_at,
        left_s=(request.due_at - desk.clock()).total_seconds(),
        clock=row.clock,
        department=_department(desk, request.department),
        proposed=_department(desk, row.proposed.department),
        reason=row.proposed.reason,
        channel=request.channel,
        reference=request.reference,
        rating=request.rating,
    )


def _department(desk: Desk, name: str | None) -> Named | None:
    return None if name is None else named([name], desk.departments)[0]


def _kind_by(request: CitizensRequest) -> Literal["words", "model", "person"]:
    """Who or what has said of what kind a request is."""
    if request.called:
        return "person"
    return "words" if request.words else "model"
