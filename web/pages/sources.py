"""来源: the ledger of coverage. What each source was expected to bring, what it brought, and why it was less."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from indexers import queries
from web.coverage import RULE, Run, SourceState, run_of, source_states
from web.desk import desk_of
from web.errors import NotFound
from web.links import Narrow, search_link
from web.render import respond
from web.views import View

router = APIRouter()


class SourcesView(View):
    """The page of all sources."""

    rule: str
    sources: tuple[SourceState, ...]


class SourceView(View):
    """The page of one source."""

    rule: str
    source: SourceState
    link: str  # its posts
    runs: tuple[Run, ...]


@router.get("/sources", response_model=SourcesView)
def sources(request: Request) -> Response:
    """Show how every source fares."""
    desk = desk_of(request)
    states = tuple(source_states(desk.office.sources, queries.latest_coverage(desk.reader), desk.clock()))
    return respond(request, "sources.html", SourcesView(rule=RULE, sources=states))


@router.get("/sources/{source_id}", response_model=SourceView)
def source(request: Request, source_id: str) -> Response:
    """Show the last runs of one source."""
    desk = desk_of(request)
    runs = queries.coverage_of(desk.reader, source_id)
    configured = [one for one in desk.office.sources if one.id == source_id]
    if not runs and not configured:
        raise NotFound(f"没有这个来源：{source_id[:200]}")
    (state,) = source_states(configured, runs[:1], desk.clock())
    link = search_link(desk.settings.zone, None, Narrow(source=source_id))
    return respond(request, "source.html", SourceView(rule=RULE, source=state, link=link, runs=tuple(map(run_of, runs))))
