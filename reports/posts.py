"""What the posts of a period add up to: volume beside that of other days, topics, accounts, and the posts that came furthest."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from incidents.asks import Asks, RequestKind
from incidents.filed import REQUESTS
from incidents.reports import HIDDEN
from incidents.requests import request_id
from indexers.answers import Share as Counted
from indexers.links import Narrow, post_link, search_link
from indexers.merge import StoredPost
from indexers.queries import Filters, accounts_volume, compare, most_spread, topics_by_sentiment
from indexers.slots import Window
from nlp.tagger import text_of
from reports.content import Compared, Led, Number, Share, Shares, Volume
from reports.material import Material
from reports.period import Period
from reports.plain import line
from streams.messages import Standing

LED = 10  # posts
ROWS = 20  # accounts
EXCERPT = 80  # characters
WEEK = 7  # days
NOW = "now"


def volume(material: Material, period: Period, began: datetime | None) -> Volume:
    """Count the posts of the period and of the same hours of the seven days before; `began` is when collection did."""
    parts = {"all": None, "negative": -1, "neutral": 0, "positive": 1}
    return Volume(**{name: _compared(material, period, began, sentiment) for name, sentiment in parts.items()})


def topics(material: Material, period: Period, began: datetime | None) -> Shares:
    """Count the posts of each topic, the largest first."""
    shares, before = (topics_by_sentiment(material.reader, Filters(window=window)) for window in (period.so_far, period.earlier(1)))
    sizes = _sizes(before, known=_known(period, 1, began))
    rows = tuple(_share(material, period, share, (share.name, Narrow(topic=share.name)), sizes) for share in shares)
    return Shares(rows=rows, total=len(rows))


def accounts(material: Material, period: Period, began: datetime | None) -> Shares:
    """Count the posts that concern each account, the largest first."""
    shares, before = (accounts_volume(material.reader, Filters(window=window)) for window in (period.so_far, period.earlier(1)))
    sizes = _sizes(before, known=_known(period, 1, began))
    named = [(share, (material.account(share.name), Narrow(account=share.name))) for share in shares[:ROWS]]
    return Shares(rows=tuple(_share(material, period, share, what, sizes) for share, what in named), total=len(shares))


def led(material: Material, period: Period) -> tuple[Led, ...]:
    """Give the posts that came furthest. What may be a report (举报) is hidden, whoever makes the document: many may read that."""
    found = [post for post in most_spread(material.reader, Filters(window=period.so_far), size=LED) if post.spread]
    hidden = _reports(material, found)
    return tuple(_led(post, hidden=post.id in hidden) for post in found)


def _compared(material: Material, period: Period, began: datetime | None, sentiment: int | None) -> Compared:
    windows = {NOW: period.so_far} | {str(days): period.earlier(days) for days in range(1, WEEK + 1) if _known(period, days, began)}
    filters = Filters() if sentiment is None else Filters(sentiments=(sentiment,))
    found = compare(material.reader, windows, filters)
    numbers = {
        name: Number(n=found[name], link=search_link(material.zone, window, Narrow(sentiment=sentiment)))
        for name, window in windows.items()
    }
    week = tuple(number for name, number in numbers.items() if name != NOW)
    mean = round(sum(number.n for number in week) / len(week), 1) if week else None
    return Compared(now=numbers[NOW], before=numbers.get("1"), week=week, mean=mean)


def _known(period: Period, days: int, began: datetime | None) -> bool:
    """Whether collection had begun by then: what was published before is known in parts only."""
    return began is not None and began <= period.earlier(days).start


def _sizes(before: Iterable[Counted], *, known: bool) -> Mapping[str, int] | None:
    return {share.name: share.posts for share in before} if known else None


def _share(material: Material, period: Period, share: Counted, what: tuple[str, Narrow], before: Mapping[str, int] | None) -> Share:
    """Count one topic or account. `what` is its name and what narrows posts to it, `before` the sizes of all the day before."""
    name, narrow = what

    def number(n: int, window: Window, sentiment: int | None = None) -> Number:
        return Number(n=n, link=search_link(material.zone, window, narrow._replace(sentiment=sentiment)))

    return Share(
        id=share.name,
        name=name,
        posts=number(share.posts, period.so_far),
        negative=number(share.sentiments.get(-1, 0), period.so_far, -1),
        spread=share.spread,
        before=None if before is None else number(before.get(share.name, 0), period.earlier(1)),
    )


def _reports(material: Material, posts: Iterable[StoredPost]) -> set[str]:
    """Name those that are reports: by the lane of requests or, where that has not seen them yet, by their words."""
    posts = list(posts)
    kept = material.records.get_all(REQUESTS, [request_id(post.id) for post in posts])
    filed = {read.body.post for read in kept.values() if read.body.is_report}
    asks = Asks(material.rules.requests.kinds)
    return filed | {post.id for post in posts if _asks_to_report(post, asks)}


def _asks_to_report(post: StoredPost, asks: Asks) -> bool:
    ask = asks.find(text_of(post)) if post.author.standing is Standing.PRIVATE else None
    return ask is not None and ask.kind is RequestKind.REPORT


def _led(post: StoredPost, *, hidden: bool) -> Led:
    named = post.author.standing is not Standing.PRIVATE
    return Led(
        page=None if hidden else post_link(post.id),
        url=None if hidden else _followed(post.url),
        text=HIDDEN if hidden else line(text_of(post), EXCERPT),
        published_at=post.published_at,
        platform=post.platform,
        author=line(post.author.name) if named and post.author.name else None,
        topic=None if hidden else post.topic,
        sentiment=None if hidden else post.sentiment,
        spread=post.spread,
        hidden=hidden,
    )


def _followed(url: str | None) -> str | None:
    """Give an address that can be followed, None for any other."""
    return line(url) if url is not None and url.startswith(("http://", "https://")) else None
