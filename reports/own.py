"""The office's own accounts in a period: what they published, and which have fallen silent or soon will have by the veto's rule."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from accounts.facts import OwnPost as Published
from accounts.indicators import Indicators, Rules
from accounts.indicators import Period as Days
from accounts.own import Owners
from accounts.report import measure
from indexers.links import account_link, post_link
from indexers.series import own_posts
from reports.content import Own, OwnAccount, OwnPost
from reports.material import Material
from reports.period import Period

NEAR = 3  # days before the veto from which on an account is warned of
LISTED = 5  # posts of an account
MOMENT = timedelta(milliseconds=1)


def look(material: Material, period: Period, rules: Rules | None = None) -> Own:
    """Find what the accounts of the matrix published, and hold them against the veto on the period's last day."""
    rules = rules or Rules.of(material.office.assessment)
    accounts, window = material.office.accounts, period.so_far
    published: dict[str, list[Published]] = {}
    for post in Owners(accounts).posts(own_posts(material.reader, window)):
        published.setdefault(post.account, []).append(post)
    first, last = (at.astimezone(material.zone).date() for at in (window.start, period.until - MOMENT))
    measured = measure(material.reader, accounts, material.office.sources, Days(first=last, last=last), rules)
    pages = {one.account: account_link(one.account, first, last, part="posts") for one in measured}
    rows = [_row(one, pages[one.account], published.get(one.account, ()), veto(one, last, rules, material.zone)) for one in measured]
    return Own(
        accounts=len(accounts),
        posts=sum(map(len, published.values())),
        rows=tuple(row for row in rows if row.posts or row.veto),
        silent_days=rules.silent_days,
    )


def veto(measured: Indicators, day: date, rules: Rules, zone: ZoneInfo) -> tuple[str, int | None]:
    """Say how an account stands to the veto on a day, and how many days are left where it is near.

    An account whose days before were not all covered is "unknown" until a post of it is found: a gap in the crawl is no silence.
    """
    if measured.silent is None:
        return "unknown", None
    if measured.silent:
        return "vetoed", None
    assert measured.last_post_at is not None  # it was updated within the rule's days
    left = rules.silent_days - (day - measured.last_post_at.astimezone(zone).date()).days
    return ("near", left) if left <= NEAR else ("", None)


def _row(measured: Indicators, page: str, posts: Sequence[Published], stands: tuple[str, int | None]) -> OwnAccount:
    return OwnAccount(
        id=measured.account,
        name=measured.name,
        page=page,
        posts=len(posts),
        listed=tuple(OwnPost(page=post_link(post.id), published_at=post.published_at) for post in posts[-LISTED:]),
        last_post_at=measured.last_post_at,
        veto=stands[0],
        days_left=stands[1],
    )
