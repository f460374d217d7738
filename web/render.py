"""One value, two faces: the page for people, the same as JSON for programs. And the pages for what went wrong."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from dashboards.panels import PANELS
from web.access import may
from web.desk import desk_of
from web.links import Narrow, search_link, source_link
from web.menu import menu_for
from web.speech import COOKIE, LANGUAGES, Speech, speech
from web.views import View

FOLDER = Path(__file__).parent / "templates"
TITLES = {panel.id: panel.title for panel in PANELS}


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Give the templates. What is shown is escaped, and a name that isn't there is an error."""
    return Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def wants_json(request: Request) -> bool:
    """Whether the twin is asked for: by `.json`, or by an Accept that names JSON and not HTML. What only programs use has no page."""
    accept = request.headers.get("accept", "")
    if request.url.path.startswith("/api/"):
        return True
    return bool(getattr(request.state, "json", False)) or ("application/json" in accept and "text/html" not in accept)


def speech_of(request: Request) -> Speech:
    """Give the language that the reader chose."""
    return speech(request.cookies.get(COOKIE))


def respond(request: Request, template: str, view: View, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a page or its twin. A page's own refresh gets only the block `now` of it."""
    vary = {"Vary": "Accept, Cookie, HX-Request", **(headers or {})}
    if wants_json(request):
        return Response(view.model_dump_json(by_alias=True), status, media_type="application/json", headers=vary)
    context = {**frame(request), "view": view}
    page = templates().get_template(template)
    if request.headers.get("hx-request") == "true" and "now" in page.blocks:
        body = "".join(page.blocks["now"](page.new_context(context)))
    else:
        body = page.render(context)
    return HTMLResponse(body, status, headers=vary)


def frame(request: Request) -> dict[str, Any]:
    """Give what every page needs around its view."""
    desk, said = desk_of(request), speech_of(request)
    officer = getattr(request.state, "officer", None)
    zone = desk.settings.zone
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")

    def at(time: datetime, form: str = "%m-%d %H:%M") -> str:
        return time.astimezone(zone).strftime(form)

    def narrow(**given: Any) -> str:
        return search_link(zone, None, Narrow(**given))

    return {
        "t": said.say,
        "named": said.name,
        "panel": lambda name: TITLES[name].of(said.language),
        "span": said.span,
        "language": said.language,
        "languages": LANGUAGES,
        "officer": officer,
        "menu": menu_for(officer.role) if officer else [],
        "may": lambda method, path: officer is not None and may(officer.role, method, path),
        "office": desk.settings.office.name,
        "path": request.url.path,
        "asked": asked,
        "here": quote(asked, safe=""),
        "at": at,
        "narrow": narrow,
        "source_link": source_link,
        "twin": _twin(request),
        "now": desk.clock(),
    }


def fragment(request: Request, template: str, **given: Any) -> str:
    """Draw a piece of a page."""
    return templates().get_template(template).render({**frame(request), **given})


def _twin(request: Request) -> str:
    return f"{request.url.path}.json" + (f"?{request.url.query}" if request.url.query else "")
