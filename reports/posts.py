"""What the posts of a period add up to: volume beside that of other days, topics, accounts, and the posts that came furthest.

Reports (举报) are in none of it, whoever makes the document: many may read that, and nobody asks it who does. So the numbers are those that
the search page gives to everybody but the readers of reports.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Self

from incidents.people import Actor, Role
from indexers.answers import Share as Counted
from indexers.left_out import LeftOut
from indexers.links import Narrow, post_link, search_link
from indexers.merge import StoredPost
from indexers.queries import Filters, accounts_volume, compare, models, most_spread, topics_by_sentiment
from indexers.slots import Window
from nlp.tagger import text_of
from reports.content import Compared, Led, Number, Share, Shares, Volume
from reports.material import Material
from reports.period import Period
from reports.plain import line
from streams.messages import Standing

LED = 10  # posts
LOOKED_AT = 30  # of which some may be reports that nobody has sorted yet
ROWS = 20  # accounts
EXCERPT = 80  # characters
WEEK = 7  # days
NOW = "now"
NOBODY = Actor("report", Role.VIEWER)  # reads a document, wherever it has been passed on to


class Scope(NamedTuple):
    """Which posts are counted."""

    material: Material
    period: Period
    began: datetime | None  # when the first post of all was collected
    without: LeftOut

    @classmethod
    def of(cls, material: Material, period: Period, began: datetime | None) -> Self:
        """Look up what is left out. Raises DatabaseUnavailable and DatabaseError."""
        return cls(material, period, began, material.withheld.left_out(NOBODY))

    def filters(self, window: Window | None = None, **given: Any) -> Filters:
        """Posts of a window, of the period if none is given."""
        return Filters(window=window or self.period.so_far, without=self.without, **given)

    def known(self, days: int) -> bool:
        """Whether collection had begun so many days before: what was published until then is known in parts only."""
        return self.began is not None and self.began <= self.period.earlier(days).start

    def number(self, n: int, narrow: Narrow, window: Window | None = None) -> Number:
        """A number of posts, which leads to them."""
        return Number(n=n, link=search_link(self.material.zone, window or self.period.so_far, narrow))


def volume(scope: Scope) -> Volume:
    """Count the posts of the period and of the same hours of the seven days before."""
    parts = {"all": None, "negative": -1, "neutral": 0, "positive": 1}
    counted = {name: _compared(scope, sentiment) for name, sentiment in parts.items()}
    whole = compare(scope.material.reader, {NOW: scope.period.so_far})[NOW]
    return Volume(**counted, withheld=whole - counted["all"].now.n)


def topics(scope: Scope) -> Shares:
    """Count the posts of each topic, the largest first."""
    shares, before = (topics_by_sentiment(scope.material.reader, filters) for filters in _both(scope))
    sizes = _sizes(scope, before)
    return Shares(rows=tuple(_share(scope, share, (share.name, Narrow(topic=share.name)), sizes) for share in shares), total=len(shares))


def accounts(scope: Scope) -> Shares:
    """Count the posts that concern each account, the largest first."""
    shares, before = (accounts_volume(scope.material.reader, filters) for filters in _both(scope))
    sizes = _sizes(scope, before)
    named = [(share, (scope.material.account(share.name), Narrow(account=share.name))) for share in shares[:ROWS]]
    return Shares(rows=tuple(_share(scope, share, what, sizes) for share, what in named), total=len(shares))


def led(scope: Scope) -> tuple[Led, ...]:
    """Give the posts that came furthest. What says that it is a report is left out also before anybody has sorted it."""
    found = [post for post in most_spread(scope.material.reader, scope.filters(), size=LOOKED_AT) if post.spread]
    withheld = scope.material.withheld.among(found, NOBODY)
    return tuple(map(_led, [post for post in found if post.id not in withheld][:LED]))


def tagged_by(scope: Scope) -> dict[str, int]:
    """Count the posts by the models that tagged them."""
    return models(scope.material.reader, scope.filters())


def _compared(scope: Scope, sentiment: int | None) -> Compared:
    period = scope.period
    windows = {NOW: period.so_far} | {str(days): period.earlier(days) for days in range(1, WEEK + 1) if scope.known(days)}
    filters = Filters(without=scope.without, sentiments=() if sentiment is None else (sentiment,))
    found = compare(scope.material.reader, windows, filters)
    numbers = {name: scope.number(found[name], Narrow(sentiment=sentiment), window) for name, window in windows.items()}
    week = tuple(number for name, number in numbers.items() if name != NOW)
    mean = round(sum(number.n for number in week) / len(week), 1) if week else None
    return Compared(now=numbers[NOW], before=numbers.get("1"), week=week, mean=mean)


def _both(scope: Scope) -> tuple[Filters, Filters]:
    return scope.filters(), scope.filters(scope.period.earlier(1))


def _sizes(scope: Scope, before: Iterable[Counted]) -> Mapping[str, int] | None:
    return {share.name: share.posts for share in before} if scope.known(1) else None


def _share(scope: Scope, share: Counted, what: tuple[str, Narrow], before: Mapping[str, int] | None) -> Share:
    """Count one topic or account. `what` is its name and what narrows posts to it, `before` the sizes of all the day before."""
    name, narrow = what
    return Share(
        id=share.name,
        name=name,
        posts=scope.number(share.posts, narrow),
        negative=scope.number(share.sentiments.get(-1, 0), narrow._replace(sentiment=-1)),
        spread=share.spread,
        before=None if before is None else scope.number(before.get(share.name, 0), narrow, scope.period.earlier(1)),
    )


def _led(post: StoredPost) -> Led:
    named = post.author.standing is not Standing.PRIVATE
    return Led(
        page=post_link(post.id),
        url=_followed(post.url),
        text=line(text_of(post), EXCERPT),
        published_at=post.published_at,
        platform=post.platform,
        author=line(post.author.name) if named and post.author.name else None,
        topic=post.topic,
        sentiment=post.sentiment,
        spread=post.spread,
    )


def _followed(url: str | None) -> str | None:
    """Give an address that can be followed, None for any other."""
    return line(url) if url is not None and url.startswith(("http://", "https://")) else None
