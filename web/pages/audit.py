"""审计: who signed in, read a report, changed, took away or tried what; all of it, newest first. For the administrator."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from indexers.people import AuditRecord
from web.desk import Desk, desk_of
from web.links import alert_link, incident_link, post_link, report_link, request_link
from web.list_query import ListQuery
from web.render import respond
from web.views import View

router = APIRouter()

PATH = "/audit"
SIZE = 100
LONGEST = 256  # characters of a target that are kept; one that is as long may have been cut off, and leads nowhere
FILES = {"/search.csv": "/search", "/accounts.xlsx": "/accounts"}  # address of a file → page of the same
DOCUMENT = ".docx"
# action → the page of what it was done to
PAGES: Mapping[str, Callable[[str], str]] = {
    "alert_acknowledged": alert_link,
    "alert_resolved": alert_link,
    "corrected": post_link,
    "incident_moved": incident_link,
    "report_against": request_link,
    "report_made": report_link,
    "report_signed": report_link,
    "report_written": report_link,
    "reported": post_link,
    "request_moved": request_link,
}


class AuditQuery(ListQuery):
    """The query of the audit: where the page before ended."""


class AuditItem(View):
    """One record."""

    at: datetime
    who: str
    action: str
    target: str | None
    told: str  # the target as people read it
    page: str | None  # the address of the page of the target, where it has one
    detail: str | None
    address: str | None


class AuditView(View):
    """A page of the records, newest first."""

    records: tuple[AuditItem, ...]
    following: str | None  # the address of the next page
    first: str


@router.get(PATH, response_model=AuditView)
def audit(request: Request, query: Annotated[AuditQuery, Query()]) -> Response:
    """Show a page of the records, newest first."""
    return respond(request, "audit.html", audit_view(desk_of(request), query))


def audit_view(desk: Desk, query: AuditQuery) -> AuditView:
    """Ask for a page of the records. Raises BadInput and DatabaseUnavailable."""
    found = desk.people.audit_page(size=SIZE, after=query.place(1))
    return AuditView(
        records=tuple(map(_item, found.records)),
        following=None if found.after is None else query.link(PATH, after=found.after),
        first=query.link(PATH),
    )


def _item(record: AuditRecord) -> AuditItem:
    return AuditItem(
        at=record.at,
        who=record.who,
        action=record.action,
        target=record.target,
        told=unquote_plus(record.target or "") if record.action == "exported" else record.target or "",
        page=_page(record.action, record.target),
        detail=record.detail,
        address=record.address,
    )


def _page(action: str, target: str | None) -> str | None:
    if target is None:
        return None
    if action == "report_read":
        return post_link(target) if ":" in target else request_link(target)  # ids of posts begin with their platform
    if action == "exported":
        return _exported(target)
    return PAGES[action](target) if action in PAGES else None


def _exported(target: str) -> str | None:
    """Give the page that shows what stands in a file."""
    path, mark, query = target.partition("?")
    if path in FILES:
        return None if len(target) >= LONGEST else FILES[path] + mark + query
    return report_link(path.removesuffix(DOCUMENT)) if path.endswith(DOCUMENT) else None
