"""One account as its page shows it: its days, posts and followers in a period, and whether somebody else may be writing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from accounts import takeover
from accounts.facts import OwnPost, Snapshot
from accounts.habits import SETTLED
from accounts.indicators import Period, Rules, daily, quality_parts
from accounts.own import Owners
from accounts.report import Gathered, covers
from accounts.takeover import Habit, Verdict
from alerts.book import Wanted
from alerts.episodes import Episode
from alerts.kinds import Takeover
from config.accounts import MonitoredAccount
from incidents.people import Actor
from indexers import queries
from indexers.cursors import Cursors
from indexers.series import own_posts
from indexers.slots import Window
from web.account_said import Said, said_of
from web.account_views import AccountRow, rows_of
from web.accounts_form import AccountQuery, account_link
from web.alert_page import Sign
from web.alert_views import AlertItem, alert_item
from web.desk import Desk
from web.links import alert_link, post_link
from web.views import SHOWN, PostItem, View, models_of, post_item

SIZE = 20
LEADING = 3
SIGNALS = 10
CLIENTS = 5
HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=1)


class Identity(View):
    """What an account is called on one platform."""

    platform: str
    id: str


class DayBar(View):
    """A day of the period: how many posts, null where it was not covered, and where they stand."""

    day: date
    posts: int | None
    link: str


class Count(View):
    """Followers at one time."""

    at: datetime
    followers: int


class Followers(View):
    """Followers on one platform, oldest first."""

    platform: str
    counts: tuple[Count, ...]


class Quality(View):
    """What the score is made of, with the weight of each part; null where no post shows forwards or comments."""

    original: float
    original_weight: float
    answered: float | None
    answered_weight: float
    middle: float | None
    middle_full: int
    middle_weight: float


class Signal(View):
    """An alert about a post that was not like the account, with its evidence."""

    alert: AlertItem
    signs: tuple[Sign, ...]


class Judged(View):
    """A post of the last day, held against the account's habit as its counts stand now."""

    post: str
    page: str
    at: datetime
    text: str
    verdict: str  # unknown, usual, suspect or takeover
    signs: tuple[Sign, ...]
    alert: str | None  # the address of the alert that tells of it


class HabitView(View):
    """What the account usually does, as the watcher has learned it."""

    posts: float  # how many posts it rests on, old ones counting less
    at: datetime | None
    hours: tuple[float, ...]  # share of each of the 24 hours
    clients: tuple[tuple[str, float], ...]  # with their shares
    spread: float | None  # forwards and comments of a usual post


class AccountView(View):
    """The page of an account."""

    account: AccountRow
    first: date
    last: date
    days_in_all: int
    names: tuple[str, ...]
    identities: tuple[Identity, ...]
    said: Said  # of it, by anybody
    days: tuple[DayBar, ...]
    followers: tuple[Followers, ...]
    quality: Quality | None
    leading: tuple[PostItem, ...]  # those that came furthest
    posts: tuple[PostItem, ...]
    posts_total: int
    sort: str
    page: int
    pages: int
    models: tuple[str, ...]
    signals: tuple[Signal, ...]
    judged: tuple[Judged, ...]  # what is not like the account
    judged_total: int
    least_posts: int  # of the account's past, before anything is said
    habit: HabitView | None
    model: str  # of the indicators
    takeover_model: str


def account_view(desk: Desk, account: MonitoredAccount, gathered: Gathered, query: AccountQuery, by: Actor) -> AccountView:
    """Ask for all that the page shows somebody. Raises DatabaseUnavailable."""
    period, zone = gathered.period, desk.settings.zone
    (row,) = rows_of(desk, gathered)
    inside = [post for post in gathered.posts if post.published_at.astimezone(zone).date() in period]
    pages = max(1, -(-len(inside) // SIZE))
    page = min(query.page, pages)
    listed = ordered(inside, query.sort)[(page - 1) * SIZE : page * SIZE]
    leading = [post for post in ordered(inside, "spread")[:LEADING] if post.spread]
    items = _items(desk, [*listed, *leading])
    habit = _habit(desk, account.id)
    fresh = _fresh(desk, account)
    told = [read.body for read in desk.alerts.page(Wanted(kinds=("takeover",), accounts=(account.id,)), size=SIGNALS).rows]
    posts = tuple(items[post.id] for post in listed if post.id in items)
    return AccountView(
        account=row,
        first=period.first,
        last=period.last,
        days_in_all=period.days,
        names=account.names,
        identities=tuple(Identity(platform=platform, id=native) for platform, native in account.platforms.items()),
        said=said_of(desk, account.id, covers(period, zone), by),
        days=_days(account.id, inside, gathered, desk),
        followers=followers(gathered.snapshots),
        quality=_quality(inside, gathered.rules),
        leading=tuple(items[post.id] for post in leading if post.id in items),
        posts=posts,
        posts_total=len(inside),
        sort=query.sort,
        page=page,
        pages=pages,
        models=models_of(posts),
        signals=tuple(Signal(alert=alert_item(desk, episode), signs=signs_of(episode.finding.signs)) for episode in told),
        judged=tuple(_unusual(desk, habit, fresh, told)),
        judged_total=len(fresh),
        least_posts=tuning(desk).least_posts,
        habit=None if habit is None else habit_view(habit),
        model=gathered.rules.version,
        takeover_model=takeover.MODEL,
    )


def ordered(posts: Iterable[OwnPost], sort: str) -> list[OwnPost]:
    """Order posts, the newest first, or those that came furthest; what shows no counts comes last."""
    newest = sorted(posts, key=lambda post: (post.published_at, post.id), reverse=True)
    return newest if sort == "time" else sorted(newest, key=lambda post: -1 if post.spread is None else post.spread, reverse=True)


def followers(snapshots: Iterable[Snapshot]) -> tuple[Followers, ...]:
    """Give the counts of each platform over time."""
    found: dict[str, list[Count]] = {}
    for one in snapshots:
        if one.followers is not None:
            found.setdefault(one.platform, []).append(Count(at=one.at, followers=one.followers))
    return tuple(Followers(platform=platform, counts=tuple(counts)) for platform, counts in sorted(found.items()))


def tuning(desk: Desk) -> takeover.Tuning:
    """Give the numbers of the office's rule on takeovers; the program's own where it has none."""
    rules = [rule for rule in desk.office.alerts.rules if rule.kind == "takeover" and not rule.off]
    return Takeover(rules[0]).tuning if rules else takeover.Tuning()


def habit_view(habit: Habit) -> HabitView:
    """Say what an account usually does."""
    total = sum(habit.hours)
    clients = sorted(habit.clients.items(), key=lambda client: -client[1])[:CLIENTS]
    return HabitView(
        posts=round(habit.posts, 1),
        at=habit.at,
        hours=tuple(round(hour / total, 4) if total else 0.0 for hour in habit.hours),
        clients=tuple((name, round(weight / habit.with_client, 4)) for name, weight in clients) if habit.with_client else (),
        spread=takeover.usual_spread(habit),
    )


def _items(desk: Desk, posts: Sequence[OwnPost]) -> dict[str, PostItem]:
    found = queries.get_posts(desk.reader, list(dict.fromkeys(post.id for post in posts)))
    return {name: post_item(post, desk.accounts) for name, post in found.items()}


def _days(account: str, posts: Sequence[OwnPost], gathered: Gathered, desk: Desk) -> tuple[DayBar, ...]:
    days = daily(posts, gathered.period, desk.settings.zone, gathered.uncovered.get(account, ()))
    return tuple(
        DayBar(day=one.day, posts=one.posts, link=account_link(account, Period(first=one.day, last=one.day), part="posts")) for one in days
    )


def _quality(posts: Sequence[OwnPost], rules: Rules) -> Quality | None:
    parts = quality_parts(posts)
    if parts is None:
        return None
    return Quality(
        original=round(parts.original, 4),
        original_weight=rules.original_weight,
        answered=None if parts.answered is None else round(parts.answered, 4),
        answered_weight=rules.answered_weight,
        middle=parts.middle,
        middle_full=rules.full_depth,
        middle_weight=rules.depth_weight,
    )


def _unusual(desk: Desk, habit: Habit | None, posts: Iterable[OwnPost], told: Iterable[Episode]) -> Iterator[Judged]:
    """Hold posts against the habit, and give those that are not like the account."""
    alerts = {post: alert_link(episode.id) for episode in told for post in episode.finding.posts}
    for post in posts:
        judged = _judged(desk, habit, post, alerts.get(post.id))
        if judged.verdict in {Verdict.SUSPECT, Verdict.TAKEOVER}:
            yield judged


def signs_of(signs: Iterable[takeover.Sign]) -> tuple[Sign, ...]:
    """Give signs as pages show them."""
    return tuple(Sign(kind=sign.kind, rarity=round(sign.rarity, 2), evidence=sign.evidence) for sign in signs)


def _habit(desk: Desk, account: str) -> Habit | None:
    kept = Cursors(desk.alerts.book.records).load(f"habit:{account}")
    return None if kept is None else msgspec.msgpack.decode(kept.data, type=Habit)


def _fresh(desk: Desk, account: MonitoredAccount) -> list[OwnPost]:
    """Give the account's posts that are too young to have been learned, the newest first."""
    now = desk.clock()
    stored = own_posts(desk.reader, Window(now - SETTLED - HOUR, now + MOMENT))
    return ordered((post for post in Owners(desk.office.accounts).posts(stored) if post.account == account.id), "time")


def _judged(desk: Desk, habit: Habit | None, post: OwnPost, alert: str | None) -> Judged:
    found = takeover.judge(habit or Habit(account=post.account), post, desk.settings.zone, tuning(desk))
    return Judged(
        post=post.id,
        page=post_link(post.id),
        at=post.published_at,
        text=post.text.strip()[:SHOWN],
        verdict=found.verdict,
        signs=signs_of(found.signs),
        alert=alert,
    )
