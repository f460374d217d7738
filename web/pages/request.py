"""A request's page: what is asked for, until when it is due, how it was passed on, and the steps that are possible now."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from incidents.errors import Conflict, NoSuchCase, NotAllowed
from incidents.lane import ShownRequest
from incidents.people import Actor
from web.case_forms import RequestForm, StepItem, request_options, steps
from web.cases import Fact, RecordItem, Refusal, facts, named, record_item, refused
from web.desk import Desk, actor_of, address_of, desk_of, officer_of
from web.errors import BadInput, NotFound
from web.links import incident_link, request_link
from web.pages.requests import RequestItem, request_item
from web.render import respond, wants_json
from web.views import Named, View

router = APIRouter()

AGAINST = "against"


class RequestView(View):
    """The page of a request."""

    request: RequestItem
    incident: Named | None  # that its post came to
    incident_page: str | None
    answer: str | None  # where the answer can be read
    source: str  # of the rule of when it is due
    reports_source: str | None  # of the rule of who may read it, for a report
    reported: tuple[Named, ...]  # departments that a report is against
    against: tuple[Named, ...]  # those that could be added
    records: tuple[RecordItem, ...]
    seen: int  # how many records there are
    steps: tuple[StepItem, ...]
    refusal: Refusal | None
    kept: tuple[Fact, ...]
    typed_to: str | None


@router.get("/requests/{request_id}", response_model=RequestView)
def show(request: Request, request_id: str) -> Response:
    """Show a request."""
    return _answer(request, request_view(desk_of(request), request_id, actor_of(request)))


@router.post("/requests/{request_id}", response_model=RequestView)
def move(request: Request, request_id: str, form: Annotated[RequestForm, Form()]) -> Response:
    """Take a step, or say whom a report is against. 409 says what is possible now; what was typed comes back."""
    desk, by = desk_of(request), actor_of(request)
    try:
        if form.to == AGAINST:
            desk.lane.against(request_id, form.against, by)
        else:
            desk.lane.move(request_id, form.step(), by, form.given(), seen=form.seen)
    except NoSuchCase as error:
        raise _unknown(request_id) from error
    except (NotAllowed, Conflict, BadInput) as error:
        refusal = refused(error)
        view = request_view(desk, request_id, by, typed=form, refusal=refusal)
        return _answer(request, view, refusal.status)
    action = "report_against" if form.to == AGAINST else "request_moved"
    detail = None if form.to == AGAINST else form.to  # whom a report is against is for its readers, not for the audit
    desk.gate.note(officer_of(request).name, action, target=request_id, detail=detail, address=address_of(request))
    if wants_json(request):
        return _answer(request, request_view(desk, request_id, by))
    return RedirectResponse(f"{request_link(request_id)}#records", 303)


def _answer(request: Request, view: RequestView, status: int = HTTPStatus.OK) -> Response:
    """Show a request. That somebody reads a report is written down first."""
    if view.reports_source is not None and view.request.readable:
        note = desk_of(request).gate.note
        note(officer_of(request).name, "report_read", target=view.request.id, address=address_of(request))
    return respond(request, "request.html", view, status)


def request_view(
    desk: Desk, request_id: str, by: Actor, *, typed: RequestForm | None = None, refusal: Refusal | None = None
) -> RequestView:
    """Ask for all that a request's page shows. Raises NotFound and DatabaseUnavailable."""
    try:
        shown = desk.lane.show(request_id, by)
    except NoSuchCase as error:
        raise _unknown(request_id) from error
    row, found = shown.row, shown.row.request
    filed = desk.incidents.incident_of(found.post) if row.readable else None
    reader = found.is_report and row.readable
    return RequestView(
        request=request_item(desk, row, longest=None),
        incident=None if filed is None else Named(id=filed.incident.id, name=filed.incident.title),
        incident_page=None if filed is None else incident_link(filed.incident.id),
        answer=found.link,
        source=desk.rules.requests.source,
        reports_source=desk.rules.reports.source if found.is_report else None,
        reported=named(found.reported, desk.departments),
        against=named([name for name in desk.departments if name not in found.reported], desk.departments) if reader else (),
        records=tuple(record_item(record, desk) for record in reversed(shown.records)),
        seen=found.records,
        steps=_steps(desk, shown, typed),
        refusal=refusal,
        kept=facts(typed.values(), desk) if typed else (),
        typed_to=typed.to if typed else None,
    )


def _steps(desk: Desk, shown: ShownRequest, typed: RequestForm | None) -> tuple[StepItem, ...]:
    found = shown.row.request
    free = [name for name in desk.departments if name not in found.reported]  # nobody else may get a report
    proposed = {"department": found.department or shown.row.proposed.department or "", "reference": found.reference or ""}
    needed = {str(step.to): step.needs for step in shown.possible}
    return steps(needed, request_options(named(free, desk.departments)), proposed, typed)


def _unknown(request_id: str) -> NotFound:
    return NotFound(f"没有这个诉求：{request_id[:200]}")
