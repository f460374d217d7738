"""What a request that failed is answered: a page that says what was wrong and what to do, or the same as JSON."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from config.errors import YuqingError
from indexers.errors import DatabaseError, DatabaseUnavailable
from streams.errors import LogUnavailable
from web import invalid
from web.errors import NotSignedIn, WebError
from web.render import respond, speech_of, wants_json
from web.sign_in_page import HOME, SIGN_IN, Field, SignInView, kept_fields, own_path, sign_in_again
from web.views import View

log = structlog.get_logger()

NO_ROUTE: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "error.no_page",
    HTTPStatus.METHOD_NOT_ALLOWED: "error.no_method",
}  # what no route answers


class FailureView(View):
    """What was wrong, and what to do."""

    status: int
    title: str
    detail: str
    retry_after: int | None = None
    possible: tuple[str, ...] = ()  # the steps that can be taken instead
    action: str | None = None  # where the form that failed was sent, and what was in it
    kept: tuple[Field, ...] = ()


def install(app: FastAPI) -> None:
    """Answer every error of ours, and every other, as a page or its twin."""
    app.add_exception_handler(YuqingError, _of_ours)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_nobody)


async def _of_ours(request: Request, error: Exception) -> Response:
    if isinstance(error, NotSignedIn) and not wants_json(request):
        return await _sign_in(request, error)
    status, word = _kind(error)
    if status == HTTPStatus.SERVICE_UNAVAILABLE and request.url.path == SIGN_IN and not wants_json(request):
        log.warning("web.failed", path=SIGN_IN, status=status, error=str(error))
        return await sign_in_again(request, speech_of(request).say(word), status, headers=_retry(_seconds(error)))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("web.failed", path=request.scope["path"], status=status, error=str(error))
    kept = await kept_fields(request) if status == HTTPStatus.SERVICE_UNAVAILABLE else ()
    view = FailureView(
        status=status,
        title=speech_of(request).say(word),
        detail=_detail(error),
        retry_after=_seconds(error),
        possible=getattr(error, "possible", ()),
        action=request.url.path if kept else None,
        kept=kept,
    )
    return _answer(request, view)


def _kind(error: Exception) -> tuple[int, str]:
    if isinstance(error, WebError):
        return error.http_status, error.word
    if isinstance(error, DatabaseUnavailable):
        return HTTPStatus.SERVICE_UNAVAILABLE, "error.database_away"
    if isinstance(error, LogUnavailable):
        return HTTPStatus.SERVICE_UNAVAILABLE, "error.log_away"
    if isinstance(error, DatabaseError):
        return HTTPStatus.INTERNAL_SERVER_ERROR, "error.fault"
    return HTTPStatus.BAD_REQUEST, "error.bad_input"


def _detail(error: Exception) -> str:
    """Words for people; what the database said is in our log, and tells others of the inside."""
    return "" if isinstance(error, DatabaseError | DatabaseUnavailable | LogUnavailable) else str(error)


async def _sign_in(request: Request, error: NotSignedIn) -> Response:
    """Ask to sign in, and keep what was typed into the form that met the expired sign-in.

    A page that refreshes itself says so by itself, and is not loaded anew: what is being typed into its forms would be lost.
    """
    in_place = request.method == "POST" and request.headers.get("hx-request") == "true"
    kept = await kept_fields(request)
    view = SignInView(next=_next(request, kept), kept=kept, message=str(error))
    return respond(request, "sign_in.html", view, HTTPStatus.UNAUTHORIZED, headers={"HX-Refresh": "true"} if in_place else None)


def _next(request: Request, kept: tuple[Field, ...]) -> str:
    """Give where to go on: where the form was sent, if it can be sent again, else to the page that it stood on."""
    if request.method in {"GET", "HEAD"} or kept:
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # no address at all: browsers send none such
        return HOME
    if page.netloc != request.headers.get("host") or page.path == request.url.path:
        return HOME
    return own_path(page.path + (f"?{page.query}" if page.query else ""))


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return failure(request, HTTPStatus.BAD_REQUEST, "error.bad_input", invalid.said(error.errors(), speech_of(request)))


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    word = "error.not_found" if error.status_code == HTTPStatus.NOT_FOUND else "error.bad_request"
    detail = speech_of(request).say(NO_ROUTE[error.status_code]) if error.status_code in NO_ROUTE else str(error.detail)
    return failure(request, error.status_code, word, detail)


async def _of_nobody(request: Request, error: Exception) -> Response:
    log.error("web.fault", path=request.scope["path"], error=type(error).__name__, exc_info=error)
    return failure(request, HTTPStatus.INTERNAL_SERVER_ERROR, "error.fault", "")


def refuse(request: Request, error: WebError) -> Response:
    """Answer a request that is refused before any route has it."""
    return failure(request, error.http_status, error.word, str(error))


def failure(request: Request, status: int, word: str, detail: str) -> Response:
    """Answer that something failed."""
    return _answer(request, FailureView(status=status, title=speech_of(request).say(word), detail=detail))


def _answer(request: Request, view: FailureView) -> Response:
    return respond(request, "failure.html", view, view.status, headers=_retry(view.retry_after))


def _seconds(error: Exception) -> int | None:
    """After how many seconds the same again may be right."""
    retry = getattr(error, "retry_after", None)
    return None if retry is None else max(1, round(retry))


def _retry(seconds: int | None) -> Mapping[str, str] | None:
    return None if seconds is None else {"Retry-After": str(seconds)}
