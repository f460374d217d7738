"""Signing in, out, by a link, and with another language; and forms that met an expired sign-in, whose text is kept."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from web.desk import address_of, desk_of, give_cookie, officer_of, take_cookie
from web.errors import NotFound, NotSignedIn
from web.render import respond, wants_json
from web.speech import COOKIE, LANGUAGES
from web.views import View

router = APIRouter()

HOME = "/duty"
SIGN_IN = "/sign-in"
TYPED = frozenset(  # fields that hold what somebody wrote, to be looked at again; others hold what was chosen, by the names of machines
    ["advice", "analysis", "answer", "due", "link", "published", "reason", "reference", "report", "review", "text", "title", "url", "why"]
)
KEPT = "kept."  # prefix of the fields of another form that wait for the sign-in
MOST_KEPT = 100
LONGEST_KEPT = 100_000  # characters of all fields together
FORM = "application/x-www-form-urlencoded"
YEAR_S = 365 * 24 * 3600


class Field(View):
    """A field of a form, as it was filled in."""

    name: str
    value: str

    @property
    def typed(self) -> bool:
        """Whether somebody wrote it."""
        return self.name in TYPED


class SignInView(View):
    """The sign-in, and what comes after it."""

    next: str = HOME
    kept: tuple[Field, ...] = ()
    message: str = ""


async def kept_fields(request: Request) -> tuple[Field, ...]:
    """Give the fields of a form that can't be handled now, but for passwords."""
    if request.method != "POST" or not request.headers.get("content-type", "").startswith(FORM):
        return ()
    form = await request.form(max_fields=MOST_KEPT)
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and "password" not in name]
    if sum(len(value) for _, value in fields) > LONGEST_KEPT:
        return ()
    return tuple(Field(name=name, value=value) for name, value in fields)


def own_path(path: str) -> str:
    """Give a path of ours to go on to; the duty page for anything that leads elsewhere, or to the sign-in again."""
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path and "\r" not in path
    return path if local and path.partition("?")[0] != SIGN_IN else HOME


async def sign_in_again(request: Request, message: str, status: int, *, headers: Mapping[str, str] | None = None) -> Response:
    """Show the sign-in again as it was sent, but for the password."""
    form = await request.form(max_fields=MOST_KEPT + 3)
    target = form.get("next")
    view = SignInView(next=own_path(target if isinstance(target, str) else HOME), kept=_waiting(form), message=message)
    return respond(request, "sign_in.html", view, status, headers=headers)


def _waiting(form: FormData) -> tuple[Field, ...]:
    """Give the fields of the other form that waits for the sign-in."""
    return tuple(
        Field(name=key.removeprefix(KEPT), value=value)
        for key, value in form.multi_items()
        if key.startswith(KEPT) and isinstance(value, str)
    )


@router.get("/", include_in_schema=False)
def home() -> Response:
    """Lead to the duty page."""
    return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)


@router.get("/sign-in", response_model=SignInView)
def sign_in_page(request: Request, next: str = HOME) -> Response:  # noqa: A002 - the name in the address
    """Ask for name and password."""
    return respond(request, "sign_in.html", SignInView(next=own_path(next)))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = HOME,  # noqa: A002
) -> Response:
    """Begin a session; then go on, or show the form again whose text was kept."""
    desk = desk_of(request)
    kept = _waiting(await request.form(max_fields=MOST_KEPT + 3))
    try:
        token = await run_in_threadpool(desk.gate.sign_in, name.strip(), password, address_of(request))
    except NotSignedIn as error:
        if wants_json(request):
            raise
        return respond(request, "sign_in.html", SignInView(next=own_path(next), kept=kept, message=str(error)), HTTPStatus.UNAUTHORIZED)
    target = own_path(next)
    if kept:
        response = respond(request, "go_on.html", SignInView(next=target, kept=kept))
    else:
        response = RedirectResponse(target, HTTPStatus.SEE_OTHER)
    give_cookie(desk, response, token)
    return response


@router.get("/enter/{token}", include_in_schema=False)
def enter(request: Request, token: str) -> Response:
    """Begin a session by a link that works once."""
    desk = desk_of(request)
    response = RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
    give_cookie(desk, response, desk.gate.enter(token, address_of(request)))
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    desk = desk_of(request)
    desk.gate.sign_out(officer_of(request), address_of(request))
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    take_cookie(desk, response)
    return response


@router.get("/language/{name}", include_in_schema=False)
def language(name: str, next: str = HOME) -> Response:  # noqa: A002 - the name in the address
    """Choose the language of the pages."""
    if name not in LANGUAGES:
        raise NotFound(f"没有这种语言：{name}")
    response = RedirectResponse(own_path(next), HTTPStatus.SEE_OTHER)
    response.set_cookie(COOKIE, name, max_age=YEAR_S, samesite="lax")
    return response
