"""One account's page: what it did in a period, how it was taken up, and whether somebody else may be writing."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from web.account_page import AccountView, account_view
from web.accounts_form import PATH, AccountQuery
from web.desk import actor_of, desk_of
from web.errors import NotFound
from web.pages.accounts import look, today
from web.render import respond

router = APIRouter()


@router.get(f"{PATH}/{{account_id}}", response_model=AccountView)
def account(request: Request, account_id: str, query: Annotated[AccountQuery, Query()]) -> Response:
    """Show one account of the matrix."""
    desk = desk_of(request)
    found = desk.accounts.get(account_id)
    if found is None:
        raise NotFound(f"没有这个账号：{account_id[:200]}")
    gathered = look(desk, [found], query.period(today(desk)))
    return respond(request, "account.html", account_view(desk, found, gathered, query, actor_of(request)))
