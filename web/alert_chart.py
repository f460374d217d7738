"""What the chart of an alert shows: counts by publication time, and what was expected of each interval."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from alerts.episodes import Episode, Mean
from alerts.looking import asked
from config.alerts import Filter
from incidents.people import Actor
from indexers import queries
from indexers.slots import Window
from web.alert_views import posts_link, step_of
from web.desk import Desk
from web.views import View

BEFORE, AFTER = 48, 36  # intervals shown around what happened
MOST_BARS = 200
PARTS = 6  # bars that a frequency rule's window is cut into
SHORTEST = timedelta(minutes=1)


class Bar(View):
    """Posts of one stretch of time, where they can be read, and what was expected; null where that is not known."""

    at: datetime
    posts: int
    expected: float | None
    link: str


class Chart(View):
    """The bars, how long each is, and how many posts within how long a rule of frequency asks for."""

    step_s: float
    bars: tuple[Bar, ...]
    since: datetime
    until: datetime
    least: int | None = None
    within_s: float | None = None


def chart_of(desk: Desk, episode: Episode, by: Actor) -> Chart | None:
    """Count again what an alert is about, as it stands now and for who looks; None for rules that count no posts.

    Raises DatabaseUnavailable.
    """
    finding, rule = episode.finding, episode.rule
    step = bar_of(finding.kind, rule)
    if step is None:
        return None
    until = ending(episode, desk.clock())
    window, bar = framed(finding.since, until, step, desk.clock())
    filters = msgspec.structs.replace(asked(finding, _filter(rule), window), without=desk.withheld.left_out(by))
    slots = queries.sentiment_timeline(desk.reader, window, bar, filters)
    expected = means(episode.means, step, bar)
    parameters = rule["parameters"] if finding.kind == "frequency" else {}
    return Chart(
        step_s=bar.total_seconds(),
        bars=tuple(
            Bar(
                at=slot.start,
                posts=slot.posts,
                expected=expected.get(slot.start.timestamp()),
                link=posts_link(desk, finding, rule, Window(slot.start, slot.start + bar)),
            )
            for slot in slots
        ),
        since=finding.since,
        until=until,
        least=parameters.get("posts"),
        within_s=parameters.get("within_s"),
    )


def ending(episode: Episode, now: datetime) -> datetime:
    """Say until when an alert lasts: to its end or until now, but no longer than its rule calls it going on after the last finding."""
    longest = episode.last_at + timedelta(seconds=episode.rule["calm_s"])
    return max(episode.last_at, min(episode.resolved_at or now, longest))


def _filter(rule: Mapping[str, Any]) -> Filter:
    """Take the copied rule's filter as it stands: what was right then need not be right by today's files."""
    return Filter.model_construct(**rule.get("filter", {}))


def bar_of(kind: str, rule: Mapping[str, Any]) -> timedelta | None:
    """Give the length of a rule's own interval; None where it has none."""
    if kind == "spike":
        return step_of(rule)
    if kind == "frequency":
        return max(SHORTEST, timedelta(seconds=rule["parameters"]["within_s"] // PARTS // 60 * 60))
    return None


def framed(since: datetime, until: datetime, step: timedelta, now: datetime) -> tuple[Window, timedelta]:
    """Give the time to show around what happened, and the length of a bar: one interval, or several where there would be too many.

    Bars begin where the intervals of the detector do, counted from 1970.
    """
    seconds = step.total_seconds()
    first = math.floor(since.timestamp() / seconds) - BEFORE
    last = max(
        math.floor(until.timestamp() / seconds), min(math.floor(until.timestamp() / seconds) + AFTER, math.floor(now.timestamp() / seconds))
    )
    each = max(1, math.ceil((last + 1 - first) / MOST_BARS))
    first, end = first // each * each, (last // each + 1) * each
    return Window(datetime.fromtimestamp(first * seconds, UTC), datetime.fromtimestamp(end * seconds, UTC)), each * step


def means(noted: Sequence[Mean], step: timedelta, bar: timedelta) -> dict[float, float]:
    """Add up what was expected of the intervals of each bar, by its start; a bar of which one is missing is left out."""
    length, parts = bar.total_seconds(), round(bar / step)
    found: dict[float, list[float]] = {}
    for mean in noted:
        found.setdefault(mean.at // length * length, []).append(mean.expected)
    return {start: round(sum(values), 3) for start, values in found.items() if len(values) == parts}
