"""Is somebody else writing? An official post held against the account's own habit, and its spread against the account's normal.

Each sign says how rare the post is among the account's own, as -log10: hour, client, wording, link, and spread. A post is
`suspect` when its habit signs together are rare, and a `takeover` when it also spreads far above normal and shows other hands: a
client that the account hardly uses, or a link to a host that it never cited. Without these a rare hour and wording that spread
are what an office's own notice at night looks like. Every sign carries its evidence. The habit is learned from the account's own
posts, fades with time, and is not taught by a takeover.
"""

import math
import zlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from statistics import NormalDist
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from accounts.facts import OwnPost
from accounts.wording import BUCKETS, domains, features

MODEL = "takeover-2"
MOST_NAMES = 60  # clients and hosts that a habit remembers
_OF_OTHER_HANDS = frozenset({"client", "link"})


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set. Rarities are -log10."""

    half_life_days: float = 120.0
    least_posts: int = 40  # with fewer of the account's own posts nothing is said
    most: float = 3.0  # one sign alone says no more than this …
    most_spread: float = 6.0  # … except the spread
    sign: float = 1.0  # from here on a sign is shown
    suspect: float = 4.5  # habit signs together
    suspect_signs: int = 2  # so many of them at least
    with_spread: float = 3.0  # habit signs together that suffice when the spread stands out
    spread: float = 3.0  # from here on a spread stands out
    least_spread: int = 100  # forwards and comments; fewer are no spread worth waking anybody
    usual_client: float = 0.2  # a client with this share of the posts is the account's own


class Verdict(StrEnum):
    """What is to be thought of a post."""

    UNKNOWN = "unknown"  # the account has too little past
    USUAL = "usual"
    SUSPECT = "suspect"  # against the habit
    TAKEOVER = "takeover"  # against the habit, and spreading far above normal


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """One thing about a post that is not like the account."""

    kind: str  # "hour", "client", "wording", "link", "spread"
    rarity: float
    evidence: str  # for people, in Chinese


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one post shows."""

    post: str
    account: str
    at: datetime
    verdict: Verdict
    habit: float  # the rarities of hour, client, wording and link together
    spread: float
    signs: tuple[Sign, ...]  # those that stand out, rarest first
    posts_known: float  # how much past the verdict rests on, in posts
    model: str = MODEL


class Habit(msgspec.Struct, kw_only=True):
    """What an account usually does, as weights that fade. Stored as it is: a JSON document of 10 to 80 kB."""

    account: str
    at: datetime | None = None  # of the newest post learned
    posts: float = 0.0
    hours: list[float] = msgspec.field(default_factory=lambda: [0.0] * 24)
    clients: dict[str, float] = msgspec.field(default_factory=dict)
    with_client: float = 0.0
    hosts: dict[str, float] = msgspec.field(default_factory=dict)
    with_link: float = 0.0
    new_links: float = 0.0  # posts whose link was to a host not seen before
    words: bytes = b""  # deflated float32 weights of BUCKETS
    oddness: list[float] = msgspec.field(default_factory=lambda: [0.0, 0.0, 0.0])  # weight, sum, sum of squares
    spreads: list[float] = msgspec.field(default_factory=lambda: [0.0, 0.0, 0.0])  # the same, of log(1 + spread)


def judge(habit: Habit, post: OwnPost, zone: ZoneInfo, tuning: Tuning | None = None) -> Finding:
    """Hold one post against the habit of its account. Judge again when its counts have grown: the spread shows later."""
    tuning = tuning or Tuning()
    if habit.posts < tuning.least_posts:
        return _finding(habit, post, Verdict.UNKNOWN, [], None, tuning)
    signs = [sign for sign in (_hour(habit, post, zone), _client(habit, post), _wording(habit, post), _link(habit, post)) if sign]
    signs = [msgspec.structs.replace(sign, rarity=min(sign.rarity, tuning.most)) for sign in signs]
    spread = _spread(habit, post, tuning)
    return _finding(habit, post, _verdict(habit, post, signs, spread, tuning), signs, spread, tuning)


def _verdict(habit: Habit, post: OwnPost, signs: list[Sign], spread: Sign | None, tuning: Tuning) -> Verdict:
    strange = {sign.kind for sign in signs if sign.rarity >= tuning.sign}
    if len(strange) < tuning.suspect_signs:
        return Verdict.USUAL
    other_hands = not strange.isdisjoint(_OF_OTHER_HANDS)
    if not other_hands and _client_share(habit, post) >= tuning.usual_client:
        return Verdict.USUAL
    total = sum(sign.rarity for sign in signs)
    spreads = spread is not None and spread.rarity >= tuning.spread
    if spreads and total >= tuning.with_spread:
        return Verdict.TAKEOVER if other_hands else Verdict.SUSPECT
    return Verdict.SUSPECT if total >= tuning.suspect else Verdict.USUAL


def learn(habit: Habit, post: OwnPost, zone: ZoneInfo, tuning: Tuning | None = None) -> Habit:
    """Give the habit with one more post of the account's own. Leave out takeovers."""
    tuning = tuning or Tuning()
    keep = _keep(habit, post, tuning)
    local = post.published_at.astimezone(zone)
    words, found = _words(habit) * keep, features(post.text)
    odd = _oddness(habit, post)
    words[found] += 1
    hosts = domains(post.text)
    return Habit(
        account=habit.account,
        at=post.published_at if habit.at is None else max(habit.at, post.published_at),
        posts=habit.posts * keep + 1,
        hours=[weight * keep + (hour == local.hour) for hour, weight in enumerate(habit.hours)],
        clients=_counted(habit.clients, (post.client,) if post.client else (), keep),
        with_client=habit.with_client * keep + (post.client is not None),
        hosts=_counted(habit.hosts, hosts, keep),
        with_link=habit.with_link * keep + bool(hosts),
        new_links=habit.new_links * keep + any(host not in habit.hosts for host in hosts),
        words=zlib.compress(words.astype("<f4").tobytes(), 1),
        oddness=_summed(habit.oddness, odd, keep),
        spreads=_summed(habit.spreads, None if post.spread is None else math.log1p(post.spread), keep),
    )


def usual_spread(habit: Habit) -> float | None:
    """Give the forwards and comments of a usual post; None where none is known."""
    weight, total, _ = habit.spreads
    return round(math.expm1(total / weight), 1) if weight else None


def _finding(habit: Habit, post: OwnPost, verdict: Verdict, signs: list[Sign], spread: Sign | None, tuning: Tuning) -> Finding:  # noqa: PLR0917 the parts of one value
    shown = [sign for sign in (*signs, *((spread,) if spread else ())) if sign.rarity >= tuning.sign]
    return Finding(
        post=post.id,
        account=post.account,
        at=post.published_at,
        verdict=verdict,
        habit=round(sum(sign.rarity for sign in signs), 3),
        spread=round(spread.rarity, 3) if spread else 0.0,
        signs=tuple(sorted(shown, key=lambda sign: -sign.rarity)),
        posts_known=round(habit.posts, 1),
    )


def _hour(habit: Habit, post: OwnPost, zone: ZoneInfo) -> Sign:
    """Ask how many of the account's posts come at hours as rare as this one, neighbours counting a quarter each."""
    local = post.published_at.astimezone(zone)
    weights = np.array(habit.hours)
    smooth = weights / 2 + (np.roll(weights, 1) + np.roll(weights, -1)) / 4
    share = (smooth[smooth <= smooth[local.hour]].sum() + 0.5) / (habit.posts + 1)
    return Sign(kind="hour", rarity=_rarity(share), evidence=f"{local:%H:%M} 发布；该账号仅 {share:.1%} 的帖文发于同样少见的时段")


def _client(habit: Habit, post: OwnPost) -> Sign | None:
    if post.client is None or not habit.with_client:
        return None
    weight, share = habit.clients.get(post.client, 0.0), _client_share(habit, post)
    said = "从未用过" if not weight else f"占 {share:.1%}"
    return Sign(kind="client", rarity=_rarity(share), evidence=f"客户端“{post.client}”，该账号{said}")


def _client_share(habit: Habit, post: OwnPost) -> float:
    """Give the share of the account's posts that come from the post's client, half a post more; 0 where it is not known."""
    return 0.0 if post.client is None else (habit.clients.get(post.client, 0.0) + 0.5) / (habit.with_client + 1)


def _wording(habit: Habit, post: OwnPost) -> Sign | None:
    odd = _oddness(habit, post)
    weight, total, squares = habit.oddness
    if odd is None or weight < 1:
        return None
    mean = total / weight
    deviation = math.sqrt(max(squares / weight - mean**2, 0.01))
    distance = (odd - mean) / deviation
    return Sign(kind="wording", rarity=_tail(distance), evidence=f"用词与以往差异 {distance:+.1f} 个标准差")


def _link(habit: Habit, post: OwnPost) -> Sign | None:
    new = [host for host in domains(post.text) if host not in habit.hosts]
    if not new:
        return None
    share = (habit.new_links + 0.5) / (habit.posts + 1)
    return Sign(kind="link", rarity=_rarity(share), evidence=f"链接到从未引用过的 {'、'.join(new[:3])}")


def _spread(habit: Habit, post: OwnPost, tuning: Tuning) -> Sign | None:
    weight, total, squares = habit.spreads
    if post.spread is None or weight < 1 or post.spread < tuning.least_spread:
        return None
    mean = total / weight
    deviation = math.sqrt(max(squares / weight - mean**2, 0.09))
    rarity = min(_tail((math.log1p(post.spread) - mean) / deviation), tuning.most_spread)
    return Sign(kind="spread", rarity=rarity, evidence=f"转发评论 {post.spread:,}，平时约 {math.expm1(mean):,.0f}")


def _oddness(habit: Habit, post: OwnPost) -> float | None:
    """Give the mean surprisal of a text's features under the account's own, in nats; None where there is nothing to go by."""
    found = features(post.text)
    if not len(found) or habit.posts < 1:
        return None
    shares = (_words(habit)[found] + 0.1) / (habit.posts + 1)
    return float(-np.log(shares).mean())


def _words(habit: Habit) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    if not habit.words:
        return np.zeros(BUCKETS, dtype=np.float32)
    return np.frombuffer(zlib.decompress(habit.words), "<f4").copy()


def _keep(habit: Habit, post: OwnPost, tuning: Tuning) -> float:
    if habit.at is None:
        return 1.0
    days = max((post.published_at - habit.at).total_seconds(), 0.0) / 86400
    return float(0.5 ** (days / tuning.half_life_days))


def _counted(weights: Mapping[str, float], names: tuple[str, ...], keep: float) -> dict[str, float]:
    """Let weights fade, add the names, and forget the faintest where they are too many."""
    faded = {name: weight * keep for name, weight in weights.items()}
    for name in names:
        faded[name] = faded.get(name, 0.0) + 1
    return dict(sorted(faded.items(), key=lambda item: -item[1])[:MOST_NAMES])


def _summed(sums: list[float], value: float | None, keep: float) -> list[float]:
    added = (0.0, 0.0, 0.0) if value is None else (1.0, value, value**2)
    return [old * keep + new for old, new in zip(sums, added, strict=True)]


def _rarity(share: float) -> float:
    return max(0.0, -math.log10(share))


def _tail(distance: float) -> float:
    return _rarity(max(NormalDist().cdf(-distance), 1e-12))
