"""An account of the matrix as pages show it: where it stands, its indicators in a period, and where each number leads."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from accounts.facts import OwnPost
from accounts.indicators import Day, Indicators, Period, daily
from accounts.report import Gathered
from config.accounts import MonitoredAccount
from config.check import Office
from web.accounts_form import account_link
from web.desk import Desk
from web.views import Named, View

DAYS_DRAWN = 62  # of a longer period weeks are drawn
WEEK = 7


class Drawn(View):
    """A day, or a week of a long period: how many posts; null where nothing is known of it."""

    first: date
    posts: int | None


class Links(View):
    """Where each number leads: to the posts, days or counts that it was made of."""

    posts: str
    forwards: str
    followers: str
    days: str
    quality: str


class AccountRow(View):
    """An account and its indicators. Null is unknown, and never 0."""

    id: str
    name: str
    page: str
    department: Named | None
    place: Named | None
    platforms: tuple[str, ...]
    posts_published: int
    followers_gained: int | None
    forwards_received: int | None
    forwards_unknown: int  # posts whose forwards are not known
    days_without_update: int
    longest_silence: int
    days_unknown: int  # days of which nothing is known
    followers_total: int | None
    quality: float | None
    last_post_at: datetime | None
    veto: str  # yes, no, or unknown
    drawn: tuple[Drawn, ...]
    links: Links


class Matrix(NamedTuple):
    """The names of the matrix' departments and places, in the office's order."""

    departments: Mapping[str, str]
    places: Mapping[str, str]

    @classmethod
    def of(cls, office: Office) -> "Matrix":
        """Give those of an office."""
        return cls({one.id: one.name for one in office.departments}, {one.id: one.name for one in office.places})


def rows_of(desk: Desk, gathered: Gathered) -> list[AccountRow]:
    """Work out a row for each account, in their order."""
    zone, matrix = desk.settings.zone, Matrix.of(desk.office)
    posts: dict[str, list[OwnPost]] = {account.id: [] for account in gathered.accounts}
    for post in gathered.posts:
        posts[post.account].append(post)
    measured = gathered.indicators(zone)
    return [
        _row(account, found, matrix, daily(posts[account.id], gathered.period, zone, gathered.uncovered.get(account.id, ())))
        for account, found in zip(gathered.accounts, measured, strict=True)
    ]


def _row(account: MonitoredAccount, found: Indicators, matrix: Matrix, days: Sequence[Day]) -> AccountRow:
    period = found.period
    return AccountRow(
        id=account.id,
        name=account.name,
        page=account_link(account.id, period),
        department=_named(account.department, matrix.departments),
        place=_named(account.place, matrix.places),
        platforms=tuple(account.platforms),
        posts_published=found.posts_published,
        followers_gained=found.followers_gained,
        forwards_received=found.forwards_received,
        forwards_unknown=found.forwards_unknown,
        days_without_update=found.days_without_update,
        longest_silence=found.longest_silence,
        days_unknown=found.days_unknown,
        followers_total=found.followers_total,
        quality=found.quality,
        last_post_at=found.last_post_at,
        veto={True: "yes", False: "no", None: "unknown"}[found.silent],
        drawn=tuple(drawn(days)),
        links=_links(account.id, period),
    )


def _links(account: str, period: Period) -> Links:
    return Links(
        posts=account_link(account, period, part="posts"),
        forwards=account_link(account, period, part="posts", sort="spread"),
        followers=account_link(account, period, part="followers"),
        days=account_link(account, period, part="days"),
        quality=account_link(account, period, part="quality"),
    )


def drawn(days: Sequence[Day]) -> list[Drawn]:
    """Draw days as they are; of a long period weeks, each known as far as its days are."""
    if len(days) <= DAYS_DRAWN:
        return [Drawn(first=one.day, posts=one.posts) for one in days]
    weeks = []
    for start in range(0, len(days), WEEK):
        week = days[start : start + WEEK]
        known = [one.posts for one in week if one.posts is not None]
        weeks.append(Drawn(first=week[0].day, posts=sum(known) if known else None))
    return weeks


def _named(key: str | None, names: Mapping[str, str]) -> Named | None:
    return None if key is None else Named(id=key, name=names.get(key, key))
