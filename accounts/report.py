"""The indicators of a period from the database: the accounts' own posts, their profiles, and what the crawlers did not cover."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from elasticsearch.dsl import Search

from accounts.errors import TooManyPosts
from accounts.facts import OwnPost, Snapshot
from accounts.indicators import Indicators, Period, Rules, indicators
from accounts.own import SNAPSHOTS, Owners
from config.accounts import MonitoredAccount
from config.sources import Source
from indexers.reader import Reader, iso
from indexers.records import Records
from indexers.series import newest_complete, oldest_complete, own_posts
from indexers.slots import Window

DAY = timedelta(days=1)
MOST_POSTS = 200_000  # of all accounts in one period: more are refused, not left out
SNAPSHOT_DAYS = 92  # before the period: the last count before it, from which followers gained are counted


class Span(NamedTuple):
    """The days that a source has covered, both included."""

    first: date
    last: date


class Gathered(NamedTuple):
    """What is known of some accounts in a period, and for the veto and the growth of what was before it."""

    accounts: Sequence[MonitoredAccount]
    period: Period
    posts: Sequence[OwnPost]  # without their texts, oldest first
    snapshots: Sequence[Snapshot]  # oldest first
    uncovered: Mapping[str, Collection[date]]  # account → days of which nothing is known
    rules: Rules

    def indicators(self, zone: ZoneInfo) -> list[Indicators]:
        """Work out the indicators of all accounts, in their order."""
        names = {account.id: account.name for account in self.accounts}
        return indicators(names, self.posts, self.snapshots, self.period, zone, uncovered=self.uncovered, rules=self.rules)


def gather(
    reader: Reader, accounts: Sequence[MonitoredAccount], sources: Iterable[Source], period: Period, rules: Rules | None = None
) -> Gathered:
    """Read what is known of accounts. Raises TooManyPosts, DatabaseUnavailable and DatabaseError."""
    rules = rules or Rules()
    first = period.first - timedelta(days=rules.silent_days)
    stored = own_posts(reader, covers(Period(first=first, last=period.last), reader.zone), most=MOST_POSTS + 1, words=False)
    if len(stored) > MOST_POSTS:
        raise TooManyPosts(MOST_POSTS)
    window = covers(Period(first=period.first - timedelta(days=SNAPSHOT_DAYS), last=period.last), reader.zone)
    query = Search().filter("range", at={"gte": iso(window.start), "lt": iso(window.end)})
    if len(accounts) == 1:
        query = query.filter("term", account=accounts[0].id)
    snapshots = [read.body for read in Records(reader.client, reader.names).walk(SNAPSHOTS, query, {"at": "asc"})]
    gaps = uncovered(reader, accounts, sources, Period(first=first, last=period.last))
    return Gathered(accounts, period, list(Owners(accounts).posts(stored)), snapshots, gaps, rules)


def measure(
    reader: Reader, accounts: Sequence[MonitoredAccount], sources: Iterable[Source], period: Period, rules: Rules | None = None
) -> list[Indicators]:
    """Work out the indicators of all given accounts, in that order. Raises TooManyPosts, DatabaseUnavailable and DatabaseError."""
    return gather(reader, accounts, sources, period, rules).indicators(reader.zone)


def uncovered(
    reader: Reader, accounts: Iterable[MonitoredAccount], sources: Iterable[Source], period: Period
) -> Mapping[str, Collection[date]]:
    """Give for each account the days of which nothing is known: those that some source of its timelines has not covered.

    A source has covered the days from the oldest post that a complete run came to, up to the day of its last complete run; a run that
    ended early is read back by the next complete one.
    """
    spans: dict[str, list[Span | None]] = {account.id: [] for account in accounts}
    for source in sources:
        named = [account for account in source.account_ids.values() if account in spans]
        span = covered(reader, source.id) if named else None
        for account in named:
            spans[account].append(span)
    days = [period.first + number * DAY for number in range(period.days)]
    return {account: [day for day in days if not _known(day, found)] for account, found in spans.items()}


def covered(reader: Reader, source: str) -> Span | None:
    """Give the days that the complete runs of a source have covered; None where it never had one."""
    newest, oldest = newest_complete(reader, source), oldest_complete(reader, source)
    if newest is None:
        return None
    start = newest.started_at if oldest is None or oldest.oldest_at is None else oldest.oldest_at
    return Span(start.astimezone(reader.zone).date(), newest.ended_at.astimezone(reader.zone).date())


def _known(day: date, spans: Sequence[Span | None]) -> bool:
    return bool(spans) and all(span is not None and span.first <= day <= span.last for span in spans)


def covers(period: Period, zone: ZoneInfo) -> Window:
    """Give the time that the days of a period are, in a zone."""
    return Window(datetime.combine(period.first, time(), zone), datetime.combine(period.last + DAY, time(), zone))
