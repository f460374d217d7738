"""One's own sign-in: who one is, and a new password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from web.desk import address_of, desk_of, give_cookie, officer_of
from web.errors import NotSignedIn, TooMany, WeakPassword
from web.passwords import SHORTEST
from web.render import respond
from web.views import View

router = APIRouter()


class MeView(View):
    """Who one is, and what became of a new password."""

    name: str
    role: str
    shortest: int
    message: str = ""
    done: bool = False


@router.get("/me", response_model=MeView)
def me(request: Request) -> Response:
    """Show who one is."""
    officer = officer_of(request)
    return respond(request, "me.html", MeView(name=officer.name, role=officer.role, shortest=SHORTEST))


@router.post("/me/password", response_model=MeView)
def change(request: Request, old_password: Annotated[str, Form()] = "", new_password: Annotated[str, Form()] = "") -> Response:
    """Give oneself a new password; other sessions end."""
    officer, desk = officer_of(request), desk_of(request)
    given = {"name": officer.name, "role": officer.role, "shortest": SHORTEST}
    try:
        token = desk.gate.change_password(officer, old_password, new_password, address_of(request))
    except (NotSignedIn, WeakPassword) as error:
        return respond(request, "me.html", MeView(**given, message=str(error)), 400)
    except TooMany as error:
        again = {"Retry-After": str(max(1, round(error.retry_after)))}
        return respond(request, "me.html", MeView(**given, message=str(error)), error.http_status, headers=again)
    response = respond(request, "me.html", MeView(**given, done=True))
    give_cookie(desk, response, token)
    return response
