"""The six indicators of an account for any period, and the veto on accounts that fell silent.

Posts published, followers gained, forwards received, days without update, followers in total (Luoyang's monthly reports) and a
quality score. The veto: no update in the two weeks before the check (国办秘函〔2019〕19号). What is not known is None, never 0, and
a day that the crawlers did not cover is neither with nor without update.
"""

import math
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

import msgspec

from accounts.facts import OwnPost, Snapshot
from config.accounts import Assessment

MODEL = "indicators-1"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What an office can set, as `config.accounts.Assessment` explains it."""

    silent_days: int = 14  # 国办秘函〔2019〕19号: no update in the two weeks before the check
    answered_weight: float = 0.5  # share of posts that anybody forwarded or commented on
    original_weight: float = 0.3  # share of posts that are the account's own
    depth_weight: float = 0.2  # how much the middle post is talked about, as a logarithm
    full_depth: int = 100  # forwards and comments of the middle post that count as full

    @classmethod
    def of(cls, given: Assessment) -> Self:
        """Take those of an office."""
        return cls(**given.model_dump())

    @property
    def version(self) -> str:
        """Name the rules with what an office has set otherwise, so that numbers by other rules are never taken for the same."""
        return MODEL if self == Rules() else f"{MODEL}+{zlib.crc32(msgspec.json.encode(self)):08x}"


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Whole days in the office's zone, both ends included. Raises ValueError where it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the period ends on {self.last}, before it begins on {self.first}")

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class Day(NamedTuple):
    """How many posts an account published on a day; None where nothing is known of it."""

    day: date
    posts: int | None


class QualityParts(NamedTuple):
    """What a quality score is made of; None where no post shows forwards or comments."""

    original: float  # share of posts that are the account's own
    answered: float | None  # share of posts that anybody forwarded or commented on
    middle: float | None  # forwards and comments of the middle post


class Indicators(msgspec.Struct, frozen=True, kw_only=True):
    """One account in one period. None: not known."""

    account: str
    name: str
    period: Period
    posts_published: int
    followers_gained: int | None
    forwards_received: int | None  # of the posts whose forwards are known
    forwards_unknown: int  # posts whose forwards are not
    days_without_update: int
    longest_silence: int  # the most such days on end
    days_unknown: int  # days that were not covered and have no post
    followers_total: int | None
    quality: float | None  # 0 to 100; None without posts
    last_post_at: datetime | None
    silent: bool | None  # the veto; None where the days before the check were not covered
    posts: tuple[str, ...]  # ids behind the numbers
    model: str = MODEL


def indicators(
    names: Mapping[str, str],
    posts: Iterable[OwnPost],
    snapshots: Iterable[Snapshot],
    period: Period,
    zone: ZoneInfo,
    *,
    uncovered: Mapping[str, Collection[date]] | None = None,
    rules: Rules | None = None,
) -> list[Indicators]:
    """Work out every account of `names` (id: name), in that order.

    Give posts and snapshots from `rules.silent_days` before the period on; what is outside counts for the veto and the growth only.
    `uncovered` holds each account's days of which the crawlers know nothing.
    """
    rules = rules or Rules()
    by_account: dict[str, list[OwnPost]] = {name: [] for name in names}
    profiles: dict[str, list[Snapshot]] = {name: [] for name in names}
    for post in posts:
        if post.account in by_account:
            by_account[post.account].append(post)
    for snapshot in snapshots:
        if snapshot.account in profiles:
            profiles[snapshot.account].append(snapshot)
    gaps = uncovered or {}
    return [_of(key, names[key], by_account[key], profiles[key], period, zone, frozenset(gaps.get(key, ())), rules) for key in names]


def _of(  # noqa: PLR0917 the columns of one row
    key: str,
    name: str,
    posts: Sequence[OwnPost],
    snapshots: Sequence[Snapshot],
    period: Period,
    zone: ZoneInfo,
    gaps: frozenset[date],
    rules: Rules,
) -> Indicators:
    dated = sorted((post.published_at.astimezone(zone).date(), post.id, post) for post in posts)
    inside = [post for day, _, post in dated if day in period]
    updated = {day for day, _, _ in dated}
    without = [day for day in _days(period) if day not in updated and day not in gaps]
    forwards = [post.forwards for post in inside if post.forwards is not None]
    gained, total = _followers(snapshots, period, zone)
    until = [post for day, _, post in dated if day <= period.last]
    return Indicators(
        account=key,
        name=name,
        period=period,
        posts_published=len(inside),
        followers_gained=gained,
        forwards_received=sum(forwards) if forwards or not inside else None,
        forwards_unknown=len(inside) - len(forwards),
        days_without_update=len(without),
        longest_silence=longest_run(without),
        days_unknown=sum(day in gaps and day not in updated for day in _days(period)),
        followers_total=total,
        quality=quality(inside, rules),
        last_post_at=max((post.published_at for post in until), default=None),
        silent=_silent(updated, period.last, gaps, rules),
        posts=tuple(post.id for post in inside),
        model=rules.version,
    )


def quality(posts: Sequence[OwnPost], rules: Rules) -> float | None:
    """Score how much the posts are the account's own and how much people take them up, 0 to 100; None without posts.

    Posts whose spread is unknown count for originality only.
    """
    found = quality_parts(posts)
    if found is None:
        return None
    parts = [(rules.original_weight, found.original)]
    if found.answered is not None and found.middle is not None:
        depth = math.log1p(found.middle) / math.log1p(rules.full_depth)
        parts += [(rules.answered_weight, found.answered), (rules.depth_weight, min(1.0, depth))]
    return round(100 * sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts), 1)


def quality_parts(posts: Sequence[OwnPost]) -> QualityParts | None:
    """Say what the score is made of; None without posts."""
    if not posts:
        return None
    spreads = [post.spread for post in posts if post.spread is not None]
    return QualityParts(
        original=sum(post.original for post in posts) / len(posts),
        answered=sum(spread > 0 for spread in spreads) / len(spreads) if spreads else None,
        middle=median(spreads) if spreads else None,
    )


def daily(posts: Iterable[OwnPost], period: Period, zone: ZoneInfo, gaps: Collection[date] = ()) -> list[Day]:
    """Count an account's posts day by day; a day that was not covered and has no post is unknown."""
    counts = Counter(post.published_at.astimezone(zone).date() for post in posts)
    return [Day(day, counts[day] if counts[day] or day not in gaps else None) for day in _days(period)]


def longest_run(days: Iterable[date]) -> int:
    """Count the most days on end."""
    longest, run, before = 0, 0, None
    for day in sorted(days):
        run = run + 1 if before is not None and day - before == timedelta(days=1) else 1
        longest, before = max(longest, run), day
    return longest


def _silent(updated: Collection[date], check: date, gaps: frozenset[date], rules: Rules) -> bool | None:
    """Apply the veto on the period's last day. A gap in the crawl is no silence, so where there is one nothing is said."""
    window = [check - timedelta(days=number) for number in range(rules.silent_days)]
    if any(day in updated for day in window):
        return False
    return None if any(day in gaps for day in window) else True


def _followers(snapshots: Sequence[Snapshot], period: Period, zone: ZoneInfo) -> tuple[int | None, int | None]:
    """Give followers gained and in total over all platforms: from the last count before the period (or the first in it) to its last.

    A platform whose count is known at one time only adds to the total, and makes the gain unknown.
    """
    platforms: dict[str, list[tuple[datetime, int]]] = {}
    for snapshot in snapshots:
        if snapshot.followers is not None and snapshot.at.astimezone(zone).date() <= period.last:
            platforms.setdefault(snapshot.platform, []).append((snapshot.at, snapshot.followers))
    gains: list[int | None] = []
    totals = []
    for counts in platforms.values():
        counts.sort()
        before = [count for count in counts if count[0].astimezone(zone).date() < period.first]
        start, end = (before[-1] if before else counts[0]), counts[-1]
        totals.append(end[1])
        gains.append(end[1] - start[1] if end[0] > start[0] else None)
    known = [gain for gain in gains if gain is not None]
    return (sum(known) if known and len(known) == len(gains) else None), (sum(totals) if totals else None)


def _days(period: Period) -> list[date]:
    return [period.first + timedelta(days=number) for number in range(period.days)]
