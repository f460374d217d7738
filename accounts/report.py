"""The indicators of a period from the database: the accounts' own posts, their profiles, and what the crawlers did not cover."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from elasticsearch.dsl import Search

from accounts.indicators import Indicators, Period, Rules, indicators
from accounts.own import SNAPSHOTS, Owners
from config.accounts import MonitoredAccount
from config.sources import Source
from indexers.reader import Reader, iso
from indexers.records import Records
from indexers.series import newest_complete, oldest_complete, own_posts
from indexers.slots import Window

DAY = timedelta(days=1)
SNAPSHOT_DAYS = 92  # before the period: the last count before it, from which followers gained are counted


class Span(NamedTuple):
    """The days that a source has covered, both included."""

    first: date
    last: date


def measure(
    reader: Reader, accounts: Sequence[MonitoredAccount], sources: Iterable[Source], period: Period, rules: Rules | None = None
) -> list[Indicators]:
    """Work out the indicators of all given accounts, in that order. Raises DatabaseUnavailable and DatabaseError."""
    rules = rules or Rules()
    first = period.first - timedelta(days=rules.silent_days)
    owners = Owners(accounts)
    posts = owners.posts(own_posts(reader, _window(first, period.last, reader.zone)))
    window = _window(period.first - timedelta(days=SNAPSHOT_DAYS), period.last, reader.zone)
    query = Search().filter("range", at={"gte": iso(window.start), "lt": iso(window.end)})
    snapshots = [read.body for read in Records(reader.client, reader.names).walk(SNAPSHOTS, query, {"at": "asc"})]
    gaps = uncovered(reader, accounts, sources, Period(first=first, last=period.last))
    names = {account.id: account.name for account in accounts}
    return indicators(names, posts, snapshots, period, reader.zone, uncovered=gaps, rules=rules)


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


def _window(first: date, last: date, zone: ZoneInfo) -> Window:
    return Window(datetime.combine(first, time(), zone), datetime.combine(last + DAY, time(), zone))
