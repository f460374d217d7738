"""The look of rules that count posts themselves: so many within so long, and the office's own kinds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.facts import Facts, Finding, PostFact
from alerts.kinds import Frequency
from alerts.looking import Looking, fact_of, filters_of
from alerts.rules import RuleKind
from indexers.queries import Filters
from indexers.series import Cell, published, series
from indexers.slots import Window

MOST_POSTS = 20_000  # that one rule looks at
ENDS = 6  # windows that end within one length of a window


class LookAtPosts:
    """All rules of frequency and all plug-ins. Not safe to share between threads."""

    def __init__(self, looking: Looking, frequencies: Sequence[Frequency], others: Sequence[RuleKind[Any]], late: timedelta) -> None:
        self._looking, self._frequencies, self._others, self._late = looking, frequencies, others, late
        self._seen: dict[str, frozenset[Cell]] = {}

    def look(self, now: datetime) -> list[Finding]:
        """Look at what was published in the last hours up to `now`."""
        findings: list[Finding] = []
        for rule in self._frequencies:
            findings += self._bursts(rule, now)
        for other in self._others:
            window = Window(now - self._late, now + timedelta(milliseconds=1))
            facts = [fact_of(post) for post in published(self._looking.reader, filters_of(other.rule.filter, window), most=MOST_POSTS)]
            findings += other.find(Facts(now=now, posts=facts))
        return findings

    def again(self) -> None:
        """Give the same findings at the next look."""
        self._seen.clear()

    def _bursts(self, rule: Frequency, now: datetime) -> Iterator[Finding]:
        """Count first, and fetch posts only of subjects that may have enough of them, and only where a count has changed."""
        within = timedelta(seconds=rule.parameters.within_s)
        window = Window(now - self._late - within, now + timedelta(milliseconds=1))
        asked = filters_of(rule.rule.filter, window)
        cells = frozenset(series(self._looking.reader, window, within, rule.parameters.by, asked))
        if self._seen.get(rule.rule.id) == cells:
            return
        self._seen[rule.rule.id] = cells
        many = _crowded(cells, within.total_seconds(), rule.parameters.posts)
        if many:
            posts = published(self._looking.reader, _narrowed(asked, many), most=MOST_POSTS)
            for part in windows([fact_of(post) for post in posts], within, rule.parameters.posts):
                yield from rule.find(Facts(now=now, posts=part))


def windows(posts: Sequence[PostFact], within: timedelta, least: int) -> Iterator[list[PostFact]]:
    """Give stretches of posts, oldest first, that together hold every window with `least` posts; the rule finds the fullest in each.

    They end a sixth of a window apart, and are so much longer than one.
    """
    ordered = sorted(posts, key=lambda post: (post.published_at, post.id))
    apart = within / ENDS
    first, end = 0, None
    for last, post in enumerate(ordered):
        following = ordered[last + 1].published_at if last + 1 < len(ordered) else None
        if end is None or post.published_at >= end:
            end = post.published_at + apart
        if following is not None and following < end:
            continue
        while post.published_at - ordered[first].published_at >= within + apart:
            first += 1
        if last + 1 - first >= least:
            yield ordered[first : last + 1]


def _crowded(cells: Iterable[Cell], length: float, least: int) -> list[Cell]:
    """Give the subjects that have enough posts in two steps on end: a window lies in no more than two."""
    counts: dict[tuple[str | None, str | None, int | None], dict[float, int]] = defaultdict(dict)
    for cell in cells:
        counts[cell[:3]][cell.start] = cell.posts
    return [
        Cell(account, topic, sentiment, 0.0, 0)
        for (account, topic, sentiment), steps in counts.items()
        if any(number + steps.get(start + length, 0) >= least for start, number in steps.items())
    ]


def _narrowed(asked: Filters, subjects: Sequence[Cell]) -> Filters:
    accounts = {cell.account for cell in subjects if cell.account is not None}
    topics = {cell.topic for cell in subjects if cell.topic is not None}
    return Filters(
        accounts=tuple(sorted(accounts)) or asked.accounts,
        topics=tuple(sorted(topics)) or asked.topics,
        sentiments=asked.sentiments,
        platforms=asked.platforms,
        window=asked.window,
        text=asked.text,
    )
