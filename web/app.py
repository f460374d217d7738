"""Puts the app together: routes, what guards them, and what they work with."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from elasticsearch import Elasticsearch
from fastapi import Depends, FastAPI
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from config.check import Office, load_office
from config.incidents import load_incidents
from config.settings import Settings
from incidents.desk import Desk as Incidents
from incidents.lane import Lane
from incidents.withheld import Withheld
from indexers.names import Names
from indexers.people import People
from indexers.reader import Reader
from nlp.office import office_segmenter
from nlp.proofread.office import OfficeLists
from nlp.proofread.proofreader import Proofreader
from streams.engines import open_log
from streams.log import Log
from web import failures, proofreading, push, sign_in_page
from web.admit import admit
from web.desk import Desk
from web.duty_alerts import open_alerts
from web.explainer import Explainer
from web.gate import Gate
from web.live import Hub
from web.pages import (
    account,
    accounts,
    alert,
    alerts,
    audit,
    duty,
    incident,
    incident_posts,
    incidents,
    live,
    machine,
    me,
    post,
    report,
    reports,
    request,
    requests,
    search,
    sent,
    sources,
    tags,
)
from web.shield import Shield

STATIC = Path(__file__).parent / "static"
LIBRARIES = {"echarts.js": "echarts/dist/echarts.min.js", "htmx.js": "htmx.org/dist/htmx.min.js"}  # served as → in node_modules
DAY = "public, max-age=86400"
# One router a page: a new page is a file, a row here, its rows in `web.access` and, where it has one, in `web.menu`.
ROUTERS = (
    sign_in_page.router,
    sent.router,
    duty.router,
    live.router,
    incidents.router,
    incident.router,
    incident_posts.router,
    requests.router,
    request.router,
    search.router,
    alerts.router,
    alert.router,
    accounts.router,
    account.router,
    post.router,
    tags.router,
    sources.router,
    report.router,
    reports.router,
    me.router,
    audit.router,
    push.router,
    proofreading.router,
    machine.router,
)


def create_app(
    settings: Settings,
    client: Elasticsearch,
    *,
    log: Log | None = None,
    office: Office | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    is_set_up: Callable[[], bool] = lambda: True,
) -> FastAPI:
    """Make the app. The database may be away, or not be set up yet (`indexers.setup.set_up`): pages then say so.

    Raises ConfigError where the office's own files have problems, DictionaryError where its dictionary has.
    """
    office = office or load_office(settings, secrets=False)
    desk = _desk(settings, client, log or open_log(settings), office, clock=clock, is_set_up=is_set_up)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await desk.hub.close()

    app = FastAPI(
        title="舆情 yuqing",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(admit)],
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.desk = desk
    for router in ROUTERS:
        app.include_router(router)
    _serve_files(app, settings.web.libraries)
    failures.install(app)
    app.add_middleware(Shield)
    return app


def _desk(
    settings: Settings,
    client: Elasticsearch,
    log: Log,
    office: Office,
    *,
    clock: Callable[[], datetime],
    is_set_up: Callable[[], bool],
) -> Desk:
    names = Names(settings.elasticsearch.prefix)
    reader, people = Reader(client, names, settings.zone), People(client, names)
    rules = office.incidents or load_incidents(settings)
    return Desk(
        settings=settings,
        office=office,
        reader=reader,
        people=people,
        gate=Gate(people, settings.web, clock),
        hub=Hub(reader, clock, (partial(open_alerts, reader),)),
        log=log,
        segmenter=office_segmenter(settings.nlp),
        explainer=Explainer(settings, office),
        rules=rules,
        incidents=Incidents(reader, office, rules, clock=clock),
        lane=Lane(reader, office, rules, clock=clock),
        withheld=Withheld(reader, office, rules),
        clock=clock,
        is_set_up=is_set_up,
        proofreader=cache(partial(Proofreader.load, OfficeLists.of(office))),
    )


def _serve_files(app: FastAPI, libraries: Path) -> None:
    """Serve our own files and, of the libraries, the two that pages use. They are the same for everybody, so nobody is asked."""
    for name, path in LIBRARIES.items():
        app.router.add_route(f"/static/libraries/{name}", _file(libraries / path), methods=["GET"])
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _file(path: Path) -> Callable[..., FileResponse]:
    def send(_: object) -> FileResponse:
        return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": DAY})

    return send
