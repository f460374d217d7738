"""值班: what is happening now. Volume by sentiment, topics, what the sources fail to bring, and posts as they arrive."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from dashboards import panels
from dashboards.ask import Part, Scope, ask
from incidents.people import Actor
from indexers import queries
from indexers.left_out import LeftOut
from indexers.queries import Filters
from indexers.slots import Window
from web.coverage import SourceState, source_states
from web.desk import Desk, actor_of, desk_of
from web.duty_alerts import DutyAlerts, duty_alerts
from web.duty_incidents import Pressing, pressing
from web.links import Narrow, search_link
from web.live import read_since
from web.panel_items import SlotItem, TopicItem, slot_items, topic_items
from web.position import OVERLAP, start
from web.render import respond
from web.views import PostItem, View, models_of, post_item

router = APIRouter()

MINUTE = timedelta(minutes=1)
STEPS = {6: 10 * MINUTE, 24: 30 * MINUTE, 72: 120 * MINUTE, 168: 360 * MINUTE}  # hours shown → step
LISTED = 30
PANELS = (panels.VOLUME, panels.TOPICS, panels.TOPIC_SPREAD, panels.NEGATIVE_SHARE)
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
    alerts: DutyAlerts
    timeline: tuple[SlotItem, ...]
    topics: tuple[TopicItem, ...]
    sources: int  # in use
    source_problems: tuple[SourceState, ...]
    pressing: Pressing
    latest: tuple[PostItem, ...]
    without_reports: bool  # reports (举报) that are not for who asks are in none of the numbers
    position: str  # where the live stream goes on from


@router.get("/duty", response_model=DutyView)
def duty(request: Request, query: Annotated[DutyQuery, Query()]) -> Response:
    """What is happening now."""
    return respond(request, "duty.html", duty_view(desk_of(request), int(query.hours), actor_of(request)))


def duty_view(desk: Desk, hours: int, by: Actor) -> DutyView:
    """Ask for all that the duty page shows somebody. Raises DatabaseUnavailable."""
    now, reader = desk.clock(), desk.reader
    step = STEPS[hours]
    window = aligned(now, timedelta(hours=hours), step)
    position = start(now - OVERLAP)
    position = position.after(read_since(reader, position).posts)  # before the list: what comes between is shown twice by neither
    without = desk.withheld.left_out(by)
    latest = _latest(desk, without, by)
    states = source_states(desk.office.sources, queries.latest_coverage(reader), now)
    found = ask(reader, PANELS, Scope(window, step, without=without))
    numbers = _numbers(desk, found[panels.NEGATIVE_SHARE.id], window, now, without)
    zone = desk.settings.zone
    return DutyView(
        hours=hours,
        start=window.start,
        end=window.end,
        step_minutes=step // MINUTE,
        rule=RULE,
        models=models_of(latest),
        all=numbers[None],
        negative=numbers[-1],
        alerts=duty_alerts(desk),
        timeline=slot_items(found[panels.VOLUME.id], window, zone),
        topics=topic_items(found[panels.TOPICS.id], found[panels.TOPIC_SPREAD.id], window, zone),
        sources=sum(state.state not in UNUSED for state in states),
        source_problems=tuple(problems(states)),
        pressing=pressing(desk),
        latest=latest,
        without_reports=not desk.withheld.sees_all(by),
        position=position.token(),
    )


def _latest(desk: Desk, without: LeftOut, by: Actor) -> tuple[PostItem, ...]:
    """The newest posts, whenever they were published."""
    hits = queries.search(desk.reader, Filters(without=without), size=LISTED).hits
    withheld = desk.withheld.among([hit.post for hit in hits], by)
    return tuple(post_item(hit.post, desk.accounts) for hit in hits if hit.post.id not in withheld)


def aligned(now: datetime, length: timedelta, step: timedelta) -> Window:
    """Give the window of this length that ends with the step in which `now` is, so that steps stay where they are."""
    seconds = step.total_seconds()
    end = now + timedelta(seconds=seconds - now.timestamp() % seconds)
    return Window(end - length, end)


def problems(states: Iterable[SourceState]) -> Sequence[SourceState]:
    """Give the sources that bring less than they should, the worst first."""
    rank = {"failed": 0, "silent": 1, "partial": 2, "never": 3}
    return sorted((state for state in states if state.state in rank), key=lambda state: (rank[state.state], state.source))


def _numbers(desk: Desk, this: Part, window: Window, now: datetime, without: LeftOut) -> dict[int | None, Number]:
    """Give the numbers of all posts (None) and of the negative ones, with those of the window before."""
    length = window.end - window.start
    earlier = Window(window.start - length, now - length)
    before = ask(desk.reader, (panels.NEGATIVE_SHARE,), Scope(earlier, length, without=without))[panels.NEGATIVE_SHARE.id]
    counts = {None: (this.count, before.count), -1: (_negative(this), _negative(before))}
    return {
        sentiment: Number(
            posts=posts,
            before=once,
            link=search_link(desk.settings.zone, window, Narrow(sentiment=sentiment)),
            before_link=search_link(desk.settings.zone, earlier, Narrow(sentiment=sentiment)),
        )
        for sentiment, (posts, once) in counts.items()
    }


def _negative(share: Part) -> int:
    _, negative = share.measures
    return int(negative or 0)
