"""What stands before every route: no foreign page may act here, no script but ours may run, and `.json` asks for the twin.

Pure ASGI, asks no database. Foreign requests are told by Fetch metadata (`Sec-Fetch-Site`, which pages can't forge), and by
`Origin` where a browser doesn't send that.
"""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import FilesRefused, ForeignRequest, TooLarge, WebError
from web.failures import refuse

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN = frozenset({"same-origin", "none"})
HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # not "no-referrer": browsers then send no Origin with our own forms either
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-frame-options": "DENY",
}
TWIN = ".json"
NO_TWIN = frozenset({"/openapi.json"})
LARGEST = 1_000_000  # bytes of a request: the longest text that a form takes, escaped
LARGER: Mapping[str, int] = {"/api/posts": 9_000_000}  # it has a limit of its own below this, and says what to do
TOO_LARGE = "请求太大，已拒绝"


def foreign(method: str, headers: Headers) -> bool:
    """Whether another site's page made this request: to act, or to read anything but by a link that a person followed."""
    site = headers.get("sec-fetch-site")
    if method in SAFE:
        followed = headers.get("sec-fetch-mode", "navigate") == "navigate" and headers.get("sec-fetch-dest", "document") == "document"
        return site in {"cross-site", "same-site"} and not followed
    if site is not None:
        return site not in OWN
    origin = headers.get("origin")
    if origin is not None:
        return origin.partition("://")[2] != headers.get("host", "")
    return "cookie" in headers  # no browser of these years: then only without a sign-in, with a token


def refused(method: str, headers: Headers, largest: int) -> WebError | None:
    """Say what speaks against a request by its headers; None where nothing does."""
    if foreign(method, headers):
        return ForeignRequest("请在本系统的页面上操作")
    if headers.get("content-type", "").strip().lower().startswith("multipart/"):
        return FilesRefused("不接受 multipart 表单和文件")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and int(length) <= largest):
        return TooLarge(TOO_LARGE)
    return None


class Shield:
    """Refuses foreign requests and such as are too large, before anybody reads them; adds the headers, and turns `/x.json` into `/x` asked for as JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        page = _as_page(scope)
        largest = LARGER.get(page["path"], LARGEST)
        against = refused(scope["method"], Headers(scope=scope), largest)
        if against is not None:
            await refuse(Request(page), against)(page, receive, send_with_headers)
            return
        await _limited(self._app, largest, page, receive, send_with_headers)


async def _limited(app: ASGIApp, largest: int, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 413 in place of the app where more is sent than was announced, or nothing was announced."""
    read, started, over = 0, False, False

    async def count() -> Message:
        nonlocal read, over
        message = await receive()
        read += len(message.get("body", b""))
        if read > largest:
            over = True
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
        return message

    async def send_unless_over(message: Message) -> None:
        nonlocal started
        if over and not started:
            return
        started = True
        await send(message)

    try:
        await app(scope, count, send_unless_over)
    except HTTPException:
        if not over:
            raise
    if over and not started:
        await refuse(Request(scope), TooLarge(TOO_LARGE))(scope, receive, send)


def _as_page(scope: Scope) -> Scope:
    path: str = scope["path"]
    asked = scope["raw_path"].partition(b"?")[0].endswith(TWIN.encode())  # as it was sent: an id may end so, too, and is then escaped
    if not asked or path in NO_TWIN or path.startswith("/static/"):
        return scope
    state = {**scope.get("state", {}), "json": True}
    return {**scope, "path": path.removesuffix(TWIN), "raw_path": scope["raw_path"].removesuffix(TWIN.encode()), "state": state}
