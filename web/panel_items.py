"""Panels as pages draw them: each step, topic and sentiment with its number, and where the posts behind it can be read."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboards.ask import Part
from indexers.slots import Window
from web.links import Narrow, search_link
from web.views import View

SENTIMENTS = (-1, 0, 1)
EVERYTHING = Narrow()


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


def slot_items(volume: Part, window: Window, zone: ZoneInfo, narrow: Narrow = EVERYTHING) -> tuple[SlotItem, ...]:
    """Give the steps of `panels.VOLUME`; each ends where the next begins, the first begins and the last ends with the window."""
    starts = [step.key for step in volume.parts if isinstance(step.key, datetime)]
    ends = [*starts[1:], window.end]
    return tuple(
        SlotItem(
            start=start,
            posts=step.count,
            sentiments=_sentiments(step),
            link=search_link(zone, Window(max(start, window.start), end), narrow),
        )
        for step, start, end in zip(volume.parts, starts, ends, strict=True)
    )


def topic_items(topics: Part, spread: Part, window: Window, zone: ZoneInfo, narrow: Narrow = EVERYTHING) -> tuple[TopicItem, ...]:
    """Give the topics of `panels.TOPICS`, with what `panels.TOPIC_SPREAD` says of each."""
    far = {part.key: part.measures for part in spread.parts}
    return tuple(_topic(topic, far.get(topic.key, ()), window, zone, narrow) for topic in topics.parts)


def _topic(topic: Part, far: Sequence[float | None], window: Window, zone: ZoneInfo, narrow: Narrow) -> TopicItem:
    name = str(topic.key)

    def link(sentiment: int | None) -> str:
        return search_link(zone, window, narrow._replace(topic=name, sentiment=sentiment))

    links = {"all": link(None)} | {str(sentiment): link(sentiment) for sentiment in SENTIMENTS}
    spread = int(far[1] or 0) if far else 0
    return TopicItem(name=name, posts=topic.count, spread=spread, sentiments=_sentiments(topic), links=links)


def _sentiments(part: Part) -> dict[int, int]:
    """Give how many posts of each sentiment a part has."""
    found = part.named()
    return {sentiment: found[sentiment].count if sentiment in found else 0 for sentiment in SENTIMENTS}
