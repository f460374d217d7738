"""Requests (诉求): what came in, what was done in a period, and what waited at its end. Of a report (举报) only that there is one."""

from collections import Counter
from collections.abc import Mapping, Sequence

from elasticsearch.dsl import Q, Search

from incidents.asks import RequestKind
from incidents.filed import REQUEST_STEPS, REQUESTS, WAITING
from incidents.reports import HIDDEN
from incidents.requests import Request, RequestRecord, RequestStage, clock
from indexers.links import request_link
from indexers.merge import StoredPost
from indexers.queries import get_posts
from indexers.reader import iso
from nlp.tagger import text_of
from reports import handling
from reports.content import RequestRow, Requests
from reports.material import Material
from reports.period import Period
from reports.plain import line
from reports.posts import NOBODY

ROWS = 15
EXCERPT = 60  # characters
CASES = "req-"
_WAITING = {stage.value for stage in WAITING}


def look(material: Material, period: Period) -> Requests:
    """Find what citizens asked for in a period, and what became of it."""
    received = Counter(request.kind.value for request in _received(material, period))
    done = Counter(
        step.to
        for step in handling.since(material.records, REQUEST_STEPS, CASES, period.window.start)
        if step.at < period.until and step.to is not RequestStage.RATED
    )
    waiting = _waiting(material, period)
    overdue = [pair for pair in waiting if pair[0].due_at <= period.until]
    soon = [pair for pair in waiting if pair[0].due_at > period.until and _warns(pair[0], period)]
    return Requests(
        received={kind.value: received[kind.value] for kind in RequestKind if received[kind.value]},
        passed_on=done[RequestStage.PASSED_ON],
        answered=done[RequestStage.ANSWERED],
        returned=done[RequestStage.RETURNED],
        dismissed=done[RequestStage.DISMISSED],
        waiting=len(waiting),
        overdue=_rows(material, overdue[:ROWS]),
        overdue_total=len(overdue),
        due_soon=_rows(material, soon[:ROWS]),
        due_soon_total=len(soon),
    )


def _received(material: Material, period: Period) -> list[Request]:
    window = period.so_far
    query = Search().filter("range", received_at={"gte": iso(window.start), "lt": iso(window.end)})
    return [read.body for read in material.records.walk(REQUESTS, query, {"received_at": "asc"})]


def _waiting(material: Material, period: Period) -> list[tuple[Request, str]]:
    """Requests that waited for an answer at the end of the period, with the state that they had, those due first first."""
    open_still = Q("term", waiting=True) | Q("range", moved_at={"gte": iso(period.until)})
    query = Search().filter("range", received_at={"lt": iso(period.until)}).filter(open_still)
    found = [read.body for read in material.records.walk(REQUESTS, query, {"due_at": "asc"})]
    steps = handling.of_cases(material.records, REQUEST_STEPS, (request.id for request in found))
    states = [(request, _state(request, steps, period)) for request in found]
    return [(request, state) for request, state in states if state in _WAITING]


def _state(request: Request, steps: Mapping[str, Sequence[RequestRecord]], period: Period) -> str:
    return handling.state_at(steps.get(request.id, ()), period.until, RequestStage.RECEIVED.value)


def _warns(request: Request, period: Period) -> bool:
    return clock(request, period.until).value == "warning"


def _rows(material: Material, found: Sequence[tuple[Request, str]]) -> tuple[RequestRow, ...]:
    posts = get_posts(material.reader, [request.post for request, _ in found if not request.is_report])
    withheld = material.withheld.among(posts.values(), NOBODY)
    return tuple(_row(material, request, state, None if request.post in withheld else posts.get(request.post)) for request, state in found)


def _row(material: Material, request: Request, state: str, post: StoredPost | None) -> RequestRow:
    return RequestRow(
        id=request.id,
        page=request_link(request.id),
        kind=request.kind,
        state=state,
        department=None if request.is_report else material.department(request.department),
        received_at=request.received_at,
        due_at=request.due_at,
        text=HIDDEN if request.is_report or post is None else line(text_of(post), EXCERPT),
    )
