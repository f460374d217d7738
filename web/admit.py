"""Asked before every route: may this user use it? The answer stands in `web.access`, and only there."""

from fastapi import Request

from indexers.errors import DatabaseUnavailable
from web.access import ACCESS, EVERYBODY, PASSIVE, WITHOUT_DATABASE, may
from web.desk import cookie_of, desk_of
from web.errors import NotAllowed, NotSignedIn
from web.gate import Officer

BEARER = "bearer "


def admit(request: Request) -> None:
    """Let a request through, with `request.state.officer` set. Raises NotSignedIn, NotAllowed and DatabaseUnavailable."""
    route = request.method, request.scope["route"].path
    request.state.officer = None
    allowed = ACCESS.get(route)
    if allowed is None:
        raise NotAllowed(f"no rule speaks of {route[0]} {route[1]}")
    if route not in WITHOUT_DATABASE and not desk_of(request).is_set_up():
        raise DatabaseUnavailable("the database is not made ready yet")
    if allowed is EVERYBODY:
        return
    officer = _who(request, passive=route in PASSIVE or _refresh(request))
    if officer is None:
        raise NotSignedIn("请先登录")
    if not may(officer.role, *route):
        raise NotAllowed(f"{officer.role} may not {route[0]} {route[1]}")
    request.state.officer = officer


def _refresh(request: Request) -> bool:
    """Whether a page that stays open asks for its numbers again: that is nobody being there."""
    return request.method == "GET" and request.headers.get("hx-request") == "true"


def _who(request: Request, *, passive: bool) -> Officer | None:
    gate = desk_of(request).gate
    given = request.headers.get("authorization", "")
    if given.lower().startswith(BEARER):
        return gate.system(given[len(BEARER) :].strip())
    return gate.officer(cookie_of(request), passive=passive)
