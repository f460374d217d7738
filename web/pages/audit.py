"""审计: who signed in, changed, took away or tried what. For the administrator."""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from web.desk import desk_of
from web.render import respond
from web.views import View

router = APIRouter()


class AuditItem(View):
    """One record."""

    at: datetime
    who: str
    action: str
    target: str | None
    detail: str | None
    address: str | None


class AuditView(View):
    """The newest records."""

    records: tuple[AuditItem, ...]


@router.get("/audit", response_model=AuditView)
def audit(request: Request) -> Response:
    """Show the newest records, newest first."""
    records = desk_of(request).people.audit()
    items = (
        AuditItem(at=one.at, who=one.who, action=one.action, target=one.target, detail=one.detail, address=one.address) for one in records
    )
    return respond(request, "audit.html", AuditView(records=tuple(items)))
