"""报告: 日报 and 交接班. Made from the database, kept as drafts that officers add their words to, and signed once."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from indexers.records import Records
from reports import text, word
from reports.archive import LONGEST_WORDS, Archive, Report, Words
from reports.content import Content
from reports.errors import AlreadySigned, BadPeriod, Changed, NoSuchReport, Unreadable
from reports.gather import gather, material
from reports.layout import lay_out
from reports.period import Kind, Period, daily, handover
from reports.plain import moment
from web.access import may
from web.desk import Desk, address_of, desk_of, officer_of
from web.errors import BadInput, NotFound
from web.links import report_link
from web.list_query import ListQuery
from web.render import respond, speech_of, wants_json
from web.search_form import read_time
from web.views import View

router = APIRouter()

SIZE = 30
SHIFT = timedelta(hours=12)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Written = Annotated[str, Field(max_length=3 * LONGEST_WORDS)]  # what is too long is cut when it is kept


class ReportsQuery(ListQuery):
    """The query of the list."""

    kind: Annotated[Literal["", "daily", "handover"], Field(description="Only this kind.")] = ""


class MakeForm(BaseModel):
    """What a report is asked for by. Without a date it is of today, without times of the last twelve hours."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: Kind = Kind.DAILY
    day: Annotated[str, Field(alias="date", max_length=32)] = ""
    start: Annotated[str, Field(alias="from", max_length=32)] = ""
    end: Annotated[str, Field(alias="to", max_length=32)] = ""


class WordsForm(BaseModel):
    """What officers write. `seen` is how often the words had been changed when they looked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    analysis: Written = ""
    advice: Written = ""
    seen: Annotated[int, Field(ge=0)]


class SignForm(BaseModel):
    """`seen` is how often the words had been changed when the one who signs looked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seen: Annotated[int, Field(ge=0)]


class ReportItem(View):
    """One report in a list."""

    id: str
    page: str
    title: str
    period: str
    version: int
    made_at: datetime
    made_by: str
    signed_by: str | None
    signed_at: datetime | None


class ReportsView(View):
    """The list, and the forms that make a report."""

    reports: tuple[ReportItem, ...]
    total: int
    following: str | None  # the address of the next page
    kind: str
    may_write: bool
    day: str
    start: str
    end: str
    message: str = ""


class ReportView(View):
    """One report."""

    report: ReportItem
    content: Content
    analysis: str
    advice: str
    edits: int
    edited_by: str | None
    edited_at: datetime | None
    versions: tuple[ReportItem, ...]  # others of the same period
    text: str  # to paste
    document: str  # the address of the Word document
    may_write: bool
    written: WordsForm | None = None  # what was typed, where it could not be kept
    message: str = ""
    laid: Annotated[Any, Field(exclude=True)] = None  # the same for the page


@router.get("/reports", response_model=ReportsView)
def reports(request: Request, query: Annotated[ReportsQuery, Query()]) -> Response:
    """List the reports, the last made first."""
    return respond(request, "reports.html", _list(request, query, MakeForm()))


@router.post("/reports", response_model=ReportView)
def make(request: Request, form: Annotated[MakeForm, Form()]) -> Response:
    """Make a report and keep it as a draft."""
    desk, officer = desk_of(request), officer_of(request)
    try:
        period = _period(desk, form)
    except (BadInput, BadPeriod) as error:
        said = speech_of(request).say(f"reports.bad.{error.reason}") if isinstance(error, BadPeriod) else str(error)
        return respond(request, "reports.html", _list(request, ReportsQuery(), form, message=said), HTTPStatus.BAD_REQUEST)
    content = gather(material(desk.settings, desk.reader, desk.office), period, desk.clock())
    made = _archive(desk).add(period, content, officer.name)
    desk.gate.note(officer.name, "report_made", target=made.id, address=address_of(request))
    return _answer(request, made)


@router.get("/reports/{report_id}", response_model=ReportView)
def report(request: Request, report_id: str) -> Response:
    """Show a report as it was made, with the words of the officers."""
    return respond(request, "reports_one.html", _view(request, _found(request, report_id)))


@router.get("/reports/{report_id}/docx", response_class=Response, responses={200: {"content": {WORD: {}}}})
def document(request: Request, report_id: str) -> Response:
    """Give a report as a Word document."""
    desk, found = desk_of(request), _found(request, report_id)
    content = word.render(lay_out(found), found.made_at, _address(request))
    desk.gate.note(officer_of(request).name, "exported", target=f"{found.id}.docx", address=address_of(request))
    return Response(content, media_type=WORD, headers={"Content-Disposition": f'attachment; filename="{found.id}.docx"'})


@router.post("/reports/{report_id}/words", response_model=ReportView)
def write(request: Request, report_id: str, form: Annotated[WordsForm, Form()]) -> Response:
    """Write the words of the officers into a draft."""
    desk, officer = desk_of(request), officer_of(request)
    words = Words(analysis=form.analysis, advice=form.advice)
    try:
        written = _archive(desk).write(_found(request, report_id).id, words, officer.name, desk.clock(), seen=form.seen)
    except (AlreadySigned, Changed) as error:
        return _refused(request, report_id, error, form)
    desk.gate.note(officer.name, "report_written", target=written.id, address=address_of(request))
    return _answer(request, written)


@router.post("/reports/{report_id}/sign", response_model=ReportView)
def sign(request: Request, report_id: str, form: Annotated[SignForm, Form()]) -> Response:
    """Sign a draft: nothing of it changes any more."""
    desk, officer = desk_of(request), officer_of(request)
    try:
        signed = _archive(desk).sign(_found(request, report_id).id, officer.name, desk.clock(), seen=form.seen)
    except (AlreadySigned, Changed) as error:
        return _refused(request, report_id, error)
    desk.gate.note(officer.name, "report_signed", target=signed.id, address=address_of(request))
    return _answer(request, signed)


def _archive(desk: Desk) -> Archive:
    return Archive(Records(desk.reader.client, desk.reader.names))


def _found(request: Request, report_id: str) -> Report:
    try:
        found = _archive(desk_of(request)).get(report_id)
        _ = found.content  # before anything is written about it
    except NoSuchReport as error:
        raise NotFound(f"没有这份报告：{report_id[:200]}") from error
    except Unreadable as error:
        raise NotFound(f"{report_id} 由程序的另一版本生成，本版本不能显示") from error
    return found


def _answer(request: Request, changed: Report) -> Response:
    """Go to the page of a report that was changed; programs get it at once."""
    if wants_json(request):
        return respond(request, "reports_one.html", _view(request, changed))
    return RedirectResponse(report_link(changed.id), HTTPStatus.SEE_OTHER)


def _refused(request: Request, report_id: str, error: AlreadySigned | Changed, form: WordsForm | None = None) -> Response:
    """Show how the report stands by now, who was faster, and what was typed."""
    zone = desk_of(request).settings.zone
    at = moment(error.at, zone) if isinstance(error, AlreadySigned) else ""
    message = speech_of(request).say(f"reports.{error.reason}", who=error.by or "", time=at)
    view = _view(request, _found(request, report_id)).model_copy(update={"message": message, "written": form})
    return respond(request, "reports_one.html", view, HTTPStatus.CONFLICT)


def _period(desk: Desk, form: MakeForm) -> Period:
    """Read of which hours a report is wanted. Raises BadInput and BadPeriod."""
    zone, now = desk.settings.zone, desk.clock()
    if form.kind is Kind.DAILY:
        return daily(_day(form.day) if form.day else now.astimezone(zone).date(), zone, now)
    end = read_time(form.end, zone, last=False) if form.end else now.replace(second=0, microsecond=0)
    return handover(read_time(form.start, zone, last=False) if form.start else end - SHIFT, end, zone, now)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given.strip())
    except ValueError as error:
        raise BadInput(f"“{given}”不是日期，请写成 2026-11-03") from error


def _list(request: Request, query: ReportsQuery, form: MakeForm, *, message: str = "") -> ReportsView:
    desk = desk_of(request)
    page = _archive(desk).page(kind=Kind(query.kind) if query.kind else None, size=SIZE, after=query.place(1))
    now = desk.clock().astimezone(desk.settings.zone)
    return ReportsView(
        reports=tuple(_item(read.body) for read in page.rows),
        total=page.total,
        following=None if page.after is None else query.link("/reports", after=page.after),
        kind=query.kind,
        may_write=may(officer_of(request).role, "POST", "/reports"),
        day=form.day or f"{now:%Y-%m-%d}",
        start=form.start or f"{now - SHIFT:%Y-%m-%dT%H:%M}",
        end=form.end or f"{now:%Y-%m-%dT%H:%M}",
        message=message,
    )


def _view(request: Request, found: Report) -> ReportView:
    desk, laid = desk_of(request), lay_out(found)
    others = [one for one in _archive(desk).versions(found.name) if one.id != found.id]
    return ReportView(
        report=_item(found),
        content=found.content,
        analysis=found.words.analysis,
        advice=found.words.advice,
        edits=found.edits,
        edited_by=found.edited_by,
        edited_at=found.edited_at,
        versions=tuple(map(_item, others)),
        text=text.render(laid, _address(request)),
        document=f"{report_link(found.id)}/docx",
        may_write=not found.signed and may(officer_of(request).role, "POST", "/reports"),
        laid=laid,
    )


def _item(found: Report) -> ReportItem:
    return ReportItem(
        id=found.id,
        page=report_link(found.id),
        title=found.title,
        period=found.period,
        version=found.version,
        made_at=found.made_at,
        made_by=found.made_by,
        signed_by=found.signed_by,
        signed_at=found.signed_at,
    )


def _address(request: Request) -> str:
    """Where the pages are: as the office has said, else as this reader has found them."""
    return desk_of(request).settings.watch.address or str(request.base_url)
