"""So many posts within so long: the rule that needs no past."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.facts import PostFact, Subject, matches, subjects_of
from config.alerts import Filter, FrequencyParameters


class Burst(NamedTuple):
    """The fullest window of a subject, and the posts in it, oldest first."""

    start: datetime
    end: datetime
    posts: tuple[str, ...]


def fullest(times: Sequence[tuple[datetime, str]], within: timedelta) -> Burst | None:
    """Find the window shorter than `within` that holds the most posts, the latest of equals; None without posts."""
    ordered = sorted(times)
    best: tuple[int, int] | None = None
    first = 0
    for last, (at, _) in enumerate(ordered):
        while at - ordered[first][0] >= within:
            first += 1
        if best is None or last - first >= best[1] - best[0]:
            best = (first, last)
    if best is None:
        return None
    inside = ordered[best[0] : best[1] + 1]
    return Burst(inside[0][0], inside[-1][0], tuple(name for _, name in inside))


def bursts(posts: Iterable[PostFact], chosen: Filter, parameters: FrequencyParameters) -> Mapping[Subject, Burst]:
    """Give each subject whose fullest window reaches the number. A post counts once, and a back-fill not at all."""
    late = timedelta(seconds=parameters.late_s)
    times: dict[Subject, dict[str, datetime]] = defaultdict(dict)
    for post in posts:
        if post.first_collected_at - post.published_at <= late and matches(chosen, post):
            for subject in subjects_of(post, parameters.by):
                times[subject][post.id] = post.published_at
    within = timedelta(seconds=parameters.within_s)
    found = {subject: fullest([(at, name) for name, at in seen.items()], within) for subject, seen in times.items()}
    return {subject: burst for subject, burst in found.items() if burst is not None and len(burst.posts) >= parameters.posts}
