"""What stands before every route: no foreign page may act here, no script but ours may run, and `.json` asks for the twin.

Pure ASGI, no database. Foreign requests are told by Fetch metadata (`Sec-Fetch-Site`, which pages can't forge), and by
`Origin` where a browser doesn't send that.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class Shield:
    """Refuses foreign requests, adds the headers, and turns `/x.json` into `/x` asked for as JSON."""

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

        if foreign(scope["method"], Headers(scope=scope)):
            refusal = PlainTextResponse("这个请求来自别的网站，已拒绝 / refused: this request was made by another site", 403)
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(_as_page(scope), receive, send_with_headers)


def _as_page(scope: Scope) -> Scope:
    path: str = scope["path"]
    asked = scope["raw_path"].partition(b"?")[0].endswith(TWIN.encode())  # as it was sent: an id may end so, too, and is then escaped
    if not asked or path in NO_TWIN or path.startswith("/static/"):
        return scope
    state = {**scope.get("state", {}), "json": True}
    return {**scope, "path": path.removesuffix(TWIN), "raw_path": scope["raw_path"].removesuffix(TWIN.encode()), "state": state}
