"""上报: a find that a person reports by hand. It goes the way of every other post: edge, log, tags, database."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from crawlers.errors import Unusable
from crawlers.ingest import report as make_post
from crawlers.visit import post_message
from streams.messages import Flag
from web.desk import Desk, address_of, desk_of, officer_of
from web.errors import BadInput
from web.links import post_link
from web.render import respond, speech_of
from web.speech import Speech
from web.views import Named, View

router = APIRouter()

_WRONG_DATES = {Flag.NO_DATE: "report.bad_date", Flag.IMPLAUSIBLE_DATE: "report.odd_date"}  # a person can be asked, a crawl can't


class ReportForm(BaseModel):
    """What one fills in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, Field(max_length=2000)] = ""
    title: Annotated[str, Field(max_length=500)] = ""
    text: Annotated[str, Field(max_length=20_000)] = ""
    published: Annotated[str, Field(max_length=64)] = ""
    account: Annotated[list[str], Field(max_length=50)] = []


class ReportView(View):
    """The form, as it was filled in, and what became of it."""

    url: str
    title: str
    text: str
    published: str
    account: tuple[str, ...]
    accounts: tuple[Named, ...]
    message: str
    page: str | None  # the address of the post's page, where it will be in a moment


@router.get("/report", response_model=ReportView)
def report_page(request: Request) -> Response:
    """Show the form."""
    return respond(request, "report.html", _view(desk_of(request), ReportForm()))


@router.post("/report", response_model=ReportView)
def report(request: Request, form: Annotated[ReportForm, Form()]) -> Response:
    """Take a find into the log."""
    desk = desk_of(request)
    try:
        key = _take(desk, form, speech_of(request))
    except (BadInput, Unusable) as error:
        return respond(request, "report.html", _view(desk, form, message=str(error)), 400)
    desk.gate.note(officer_of(request).name, "reported", target=key, address=address_of(request))
    return respond(request, "report.html", _view(desk, ReportForm(), page=post_link(key)))


def _take(desk: Desk, form: ReportForm, speech: Speech) -> str:
    """Append the find; returns the id of its post. Raises BadInput, Unusable and LogUnavailable."""
    if not form.url.startswith(("http://", "https://")):
        raise BadInput("请填写原文地址，以 http:// 或 https:// 开头")
    if not (form.text.strip() or form.title.strip()):
        raise BadInput("请填写标题或正文")
    unknown = [account for account in form.account if account not in desk.accounts]
    if unknown:
        raise BadInput(f"没有这个账号：{unknown[0]}")
    post = make_post(
        form.url,
        form.text,
        desk.edge(),
        desk.clock(),
        title=form.title.strip() or None,
        published=form.published.strip() or None,
        accounts=form.account,
    )
    if form.published.strip() and (wrong := next((word for flag, word in _WRONG_DATES.items() if flag in post.flags), None)):
        raise BadInput(speech.say(wrong, given=form.published.strip()))
    desk.log.append([post_message(post)])
    return post.id


def _view(desk: Desk, form: ReportForm, *, message: str = "", page: str | None = None) -> ReportView:
    return ReportView(
        url=form.url,
        title=form.title,
        text=form.text,
        published=form.published,
        account=tuple(form.account),
        accounts=tuple(Named(id=account.id, name=account.name) for account in desk.office.accounts),
        message=message,
        page=page,
    )
