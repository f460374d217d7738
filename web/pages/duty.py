"""值班: what is happening now. Volume by sentiment, topics, what the sources fail to bring, and posts as they arrive."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from indexers import queries
from indexers.answers import Share, Slot
from indexers.queries import Filters
from indexers.slots import Window
from web.coverage import SourceState, source_states
from web.desk import Desk, desk_of
from web.links import Narrow, search_link
from web.live import read_since
from web.position import OVERLAP, start
from web.render import respond
from web.views import PostItem, View, models_of, post_item

router = APIRouter()

MINUTE = timedelta(minutes=1)
STEPS = {6: 10 * MINUTE, 24: 30 * MINUTE, 72: 120 * MINUTE, 168: 360 * MINUTE}  # hours shown → step
LISTED = 30
SENTIMENTS = (-1, 0, 1)
UNUSED = frozenset({"off", "gone"})  # states of sources that aren't read
RULE = queries.COUNTED


class DutyQuery(BaseModel):
    """The query of the duty page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: Literal["6", "24", "72", "168"] = "24"


class Number(View):
    """A number of posts, how many there were in the window before, and where they can be read."""

    posts: int
    before: int  # in the window before, up to the same time
    link: str
    before_link: str


class SlotItem(View):
    """A step of the timeline."""

    start: datetime
    posts: int
    sentiments: dict[int, int]
    link: str


class TopicItem(View):
    """A topic, and where its posts can be read."""

    name: str
    posts: int
    spread: int
    sentiments: dict[int, int]
    links: dict[str, str]  # "all", "-1", "0", "1"


class DutyView(View):
    """The duty page."""

    hours: int
    start: datetime
    end: datetime
    step_minutes: int
    rule: str
    models: tuple[str, ...]
    all: Number
    negative: Number
    timeline: tuple[SlotItem, ...]
    topics: tuple[TopicItem, ...]
    sources: int  # in use
    source_problems: tuple[SourceState, ...]
    latest: tuple[PostItem, ...]
    position: str  # where the live stream goes on from


@router.get("/duty", response_model=DutyView)
def duty(request: Request, query: Annotated[DutyQuery, Query()]) -> Response:
    """What is happening now."""
    return respond(request, "duty.html", duty_view(desk_of(request), int(query.hours)))


def duty_view(desk: Desk, hours: int) -> DutyView:
    """Ask for all that the duty page shows. Raises DatabaseUnavailable."""
    now, reader = desk.clock(), desk.reader
    step = STEPS[hours]
    window = aligned(now, timedelta(hours=hours), step)
    position = start(now - OVERLAP)
    position = position.after(read_since(reader, position))  # before the list: what comes between is shown twice by neither
    latest = tuple(post_item(hit.post, desk.accounts) for hit in queries.search(reader, size=LISTED).hits)
    states = source_states(desk.office.sources, queries.latest_coverage(reader), now)
    return DutyView(
        hours=hours,
        start=window.start,
        end=window.end,
        step_minutes=step // MINUTE,
        rule=RULE,
        models=models_of(latest),
        all=_number(desk, window, now, Filters()),
        negative=_number(desk, window, now, Filters(sentiments=(-1,))),
        timeline=tuple(_slot(desk, slot, step) for slot in queries.sentiment_timeline(reader, window, step)),
        topics=tuple(_topic(desk, share, window) for share in queries.topics_by_sentiment(reader, Filters(window=window))),
        sources=sum(state.state not in UNUSED for state in states),
        source_problems=tuple(problems(states)),
        latest=latest,
        position=position.token(),
    )


def aligned(now: datetime, length: timedelta, step: timedelta) -> Window:
    """Give the window of this length that ends with the step in which `now` is, so that steps stay where they are."""
    seconds = step.total_seconds()
    end = now + timedelta(seconds=seconds - now.timestamp() % seconds)
    return Window(end - length, end)


def problems(states: Iterable[SourceState]) -> Sequence[SourceState]:
    """Give the sources that bring less than they should, the worst first."""
    rank = {"failed": 0, "silent": 1, "partial": 2, "never": 3}
    return sorted((state for state in states if state.state in rank), key=lambda state: (rank[state.state], state.source))


def _number(desk: Desk, window: Window, now: datetime, filters: Filters) -> Number:
    length = window.end - window.start
    windows = {"this": window, "before": Window(window.start - length, now - length)}
    found = queries.compare(desk.reader, windows, filters)
    narrow = Narrow(sentiment=filters.sentiments[0] if filters.sentiments else None)
    links = {name: search_link(desk.settings.zone, window, narrow) for name, window in windows.items()}
    return Number(posts=found["this"], before=found["before"], link=links["this"], before_link=links["before"])


def _slot(desk: Desk, slot: Slot, step: timedelta) -> SlotItem:
    link = search_link(desk.settings.zone, Window(slot.start, slot.start + step))
    return SlotItem(start=slot.start, posts=slot.posts, sentiments=_all(slot.sentiments), link=link)


def _topic(desk: Desk, share: Share, window: Window) -> TopicItem:
    def link(sentiment: int | None) -> str:
        return search_link(desk.settings.zone, window, Narrow(topic=share.name, sentiment=sentiment))

    links = {"all": link(None)} | {str(sentiment): link(sentiment) for sentiment in SENTIMENTS}
    return TopicItem(name=share.name, posts=share.posts, spread=share.spread, sentiments=_all(share.sentiments), links=links)


def _all(found: Mapping[int, int]) -> dict[int, int]:
    return {sentiment: found.get(sentiment, 0) for sentiment in SENTIMENTS}
