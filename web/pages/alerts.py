"""预警: what the rules found, who has seen it, how the watcher fares, and what could not be delivered."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from alerts.book import Wanted
from web.access import may
from web.alert_views import AlertItem, DeadItem, HealthView, alert_items, dead_item, health_view
from web.alerts_form import FIELDS, PATH, AlertsQuery
from web.desk import Desk, address_of, desk_of, officer_of
from web.errors import BadInput, NotFound
from web.pages.search import Facet, FacetValue
from web.render import respond, wants_json
from web.views import View

router = APIRouter()

SIZE = 30
DEAD_SHOWN = 10
RETRIED = 1000  # at once
RETRY = ("POST", "/alerts/retry")
ORDER = {"state": ("open", "acknowledged", "resolved"), "level": ("urgent", "warning", "notice")}


class AlertsView(View):
    """The page of alerts."""

    total: int
    alerts: tuple[AlertItem, ...]
    facets: tuple[Facet, ...]
    chosen: tuple[tuple[str, str], ...]
    following: str | None  # the address of the next page
    first: str  # the address of the first page
    health: HealthView
    dead: tuple[DeadItem, ...]  # the latest
    dead_total: int
    may_retry: bool


class RetryForm(BaseModel):
    """Which notifications to try again: those named, or all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delivery: Annotated[list[Annotated[str, Field(max_length=256)]], Field(max_length=RETRIED)] = []
    every: bool = False


class Retried(View):
    """How many will be tried again."""

    retried: int


@router.get(PATH, response_model=AlertsView)
def alerts(request: Request, query: Annotated[AlertsQuery, Query()]) -> Response:
    """List alerts, the latest first."""
    desk = desk_of(request)
    return respond(request, "alerts.html", alerts_view(desk, query, may_retry=may(officer_of(request).role, *RETRY)))


def alerts_view(desk: Desk, query: AlertsQuery, *, may_retry: bool) -> AlertsView:
    """Ask for a page of alerts. Raises BadInput and DatabaseUnavailable."""
    told = desk.alerts
    page = told.page(query.wanted(), size=SIZE, after=query.place())
    dead = told.book.dead(size=DEAD_SHOWN)
    return AlertsView(
        total=page.total,
        alerts=alert_items(desk, [read.body for read in page.rows]),
        facets=_facets(desk, query),
        chosen=tuple(query.pairs()),
        following=None if page.after is None else query.link(after=page.after),
        first=query.link(),
        health=health_view(told.health(), desk.clock()),
        dead=tuple(dead_item(read.body) for read in dead.rows),
        dead_total=dead.total,
        may_retry=may_retry,
    )


def _facets(desk: Desk, query: AlertsQuery) -> tuple[Facet, ...]:
    """Count by each column; the states whichever is chosen, so that nobody overlooks what is open."""
    sizes = desk.alerts.book.tally(query.wanted(), tuple(FIELDS))
    if query.state:
        whatever: Wanted = query.model_copy(update={"state": []}).wanted()
        sizes |= desk.alerts.book.tally(whatever, ("status",))
    names = {
        "rule": {rule.id: rule.name for rule in desk.office.alerts.rules},
        "account": {account.id: account.name for account in desk.office.accounts},
    }
    return tuple(_facet(query, name, sizes[column], names.get(name, {})) for column, name in FIELDS.items())


def _facet(query: AlertsQuery, name: str, sizes: dict[str, int], names: dict[str, str]) -> Facet:
    chosen: list[Any] = getattr(query, name)
    values = list(ORDER.get(name) or dict.fromkeys([*sizes, *chosen]))
    return Facet(
        field=name,
        values=tuple(
            FacetValue(
                value=value,
                name=names.get(value, value),
                posts=sizes.get(value, 0),
                chosen=value in chosen,
                link=query.toggled(name, value),
            )
            for value in values
        ),
    )


@router.post("/alerts/retry", response_model=Retried)
def retry(request: Request, form: Annotated[RetryForm, Form()]) -> Response:
    """Have notifications tried again that were given up."""
    desk, told = desk_of(request), desk_of(request).alerts
    names = [read.body.id for read in told.book.dead(size=RETRIED).rows] if form.every else form.delivery
    if not names and not form.every:
        raise BadInput("请选择要重新发送的通知")
    retried = [name for name in names if told.revive(name, desk.clock())]
    if names and not retried:
        raise NotFound(f"没有这条无法送达的通知，可能已被重新发送：{names[0][:200]}")
    for name in retried:
        desk.gate.note(officer_of(request).name, "notice_retried", target=name, address=address_of(request))
    if wants_json(request):
        return respond(request, "alerts.html", Retried(retried=len(retried)))
    return RedirectResponse(f"{PATH}#dead", HTTPStatus.SEE_OTHER)
