"""An incident as it is kept: what its records made of it, and what its posts add up to; and each of its posts.

Counts come turn by turn from the follower (`incidents.follow`). An incident remembers the last turn that it has counted, so a turn
that is done again after a crash counts nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from incidents.candidates import Why
from incidents.casework import Kind
from incidents.flow import merge
from incidents.levels import Measures
from incidents.records import Incident, Record
from incidents.requests import Request, RequestRecord, RequestStage, replayed
from indexers.records import Family
from streams.messages import Kind as PostKind

_SHARE = 0.1
_SHORT = frozenset({PostKind.COMMENT.value, PostKind.REPOST.value})
WAITING = (RequestStage.RECEIVED, RequestStage.PASSED_ON, RequestStage.RETURNED)

Concerned = Callable[[str | None, tuple[str, ...]], tuple[str, ...]]  # topic and accounts to departments


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One post in an incident. Nothing here says who wrote it, or what."""

    id: str  # of the post
    incident: str  # that it came to; that one may have been merged into another since
    published_at: datetime
    added_at: datetime
    platform: str
    kind: str
    sentiment: int
    spread: int
    topic: str | None = None
    accounts: tuple[str, ...] = ()
    why: tuple[Why, ...] = ()


class Filed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One incident with its counts. Its title may change as it grows or merges, until somebody has touched it."""

    incident: Incident
    last_at: datetime  # publication of its newest post
    turn: int = 0  # the last one of the follower that is counted here
    posts: int = 0
    negative: int = 0
    spread: int = 0  # forwards and comments of its posts, as last looked at
    mentions: dict[str, int] = {}  # posts that concern each monitored account
    topics: dict[str, int] = {}  # posts of each; a comment or forward says too little to count
    parts: tuple[str, ...] = ()  # incidents that were merged into this one; their posts still carry their ids
    ends_at: datetime | None = None  # of the clock that ends first, of those that run or have passed
    listed_at: datetime | None = None  # when it had grown large enough to be listed by itself; never for one that stays small

    @property
    def accounts(self) -> tuple[str, ...]:
        """The monitored accounts that it concerns, the most first: those that a tenth of its posts or more are about."""
        least = self.posts * _SHARE
        return tuple(name for name, posts in sorted(self.mentions.items(), key=lambda pair: (-pair[1], pair[0])) if posts >= least)

    @property
    def groups(self) -> tuple[str, ...]:
        """Every id that its posts carry."""
        return (self.incident.id, *self.parts)

    def measures(self, growth: int) -> Measures:
        """What a level is proposed by; `growth` is the number of its posts in the last hour."""
        return Measures(posts=self.posts, growth=growth, spread=self.spread, accounts=len(self.accounts), negative=self.negative)


class Grown(msgspec.Struct, frozen=True, kw_only=True):
    """A post that has spread since it was last looked at."""

    post: str
    incident: str
    before: int
    now: int


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """A post that leaves its incident, since it proves to be a report (举报), which comes to none."""

    member: Member
    title: str | None = None  # of the incident from now on, where the post has given it the one before


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What one turn of the follower does to incidents."""

    turn: int
    opened: tuple[Incident, ...] = ()
    members: tuple[Member, ...] = ()
    names: dict[str, str] = {}  # what incidents that have grown are called from now on, if nobody has touched them
    grown: tuple[Grown, ...] = ()
    left: tuple[Left, ...] = ()
    merges: tuple[tuple[str, str], ...] = ()  # which goes, which stays; in order

    @property
    def touches(self) -> tuple[str, ...]:
        """The incidents that it is about."""
        ids = [member.incident for member in (*self.members, *(left.member for left in self.left))]
        ids += [grown.incident for grown in self.grown]
        ids += [incident.id for incident in self.opened] + [name for pair in self.merges for name in pair]
        return tuple(dict.fromkeys(ids))


class Listing(NamedTuple):
    """From when on an incident is listed by itself; and what time it is."""

    posts: int
    spread: int
    at: datetime


def counted(standing: Mapping[str, Filed], change: Change, concerned: Concerned, listing: Listing) -> dict[str, Filed]:
    """The incidents that a turn changes, as they then are. What has counted this turn already is left as it is.

    Of two incidents that officers have touched none is merged.
    """
    now = dict(standing)
    for incident in change.opened:
        now.setdefault(incident.id, Filed(incident=incident, last_at=incident.found_at))
    done = {name for name, filed in now.items() if filed.turn >= change.turn}
    for name, members in _by_incident(change.members).items():
        if name in now and name not in done:
            now[name] = _named(_with_members(now[name], members), change.names.get(name))
    for grown in change.grown:
        if grown.incident in now and grown.incident not in done:
            filed = now[grown.incident]
            now[grown.incident] = msgspec.structs.replace(filed, spread=filed.spread + grown.now - grown.before)
    for left in change.left:
        if (name := left.member.incident) in now and name not in done:
            now[name] = _without(now[name], left)
    for goes, stays in change.merges:
        _merge(now, goes, stays, done)
    changed = {name: filed for name, filed in now.items() if name not in done and filed is not standing.get(name)}
    turned = {name: msgspec.structs.replace(filed, turn=change.turn) for name, filed in changed.items()}
    return {name: _routed(_listed(filed, listing), concerned) for name, filed in turned.items()}


def last_of(name: str, standing: Mapping[str, Filed]) -> str:
    """Where posts of an incident go: itself, or what it was merged into."""
    while name in standing and standing[name].incident.merged_into:
        name = str(standing[name].incident.merged_into)
    return name


def _listed(filed: Filed, listing: Listing) -> Filed:
    small = filed.posts < listing.posts and filed.spread < listing.spread
    return filed if small or filed.listed_at is not None else msgspec.structs.replace(filed, listed_at=listing.at)


def _by_incident(members: Iterable[Member]) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for member in members:
        found.setdefault(member.incident, []).append(member)
    return found


def _named(filed: Filed, title: str | None) -> Filed:
    if title is None or not filed.incident.may_merge:
        return filed
    return msgspec.structs.replace(filed, incident=msgspec.structs.replace(filed.incident, title=title))


def _with_members(filed: Filed, members: list[Member]) -> Filed:
    newest = max(member.published_at for member in members)
    return msgspec.structs.replace(
        filed,
        posts=filed.posts + len(members),
        negative=filed.negative + sum(member.sentiment < 0 for member in members),
        spread=filed.spread + sum(member.spread for member in members),
        mentions=_sum(filed.mentions, Counter(account for member in members for account in member.accounts)),
        topics=_sum(filed.topics, Counter(member.topic for member in members if member.topic and member.kind not in _SHORT)),
        last_at=newest if not filed.posts else max(filed.last_at, newest),
    )


def _without(filed: Filed, left: Left) -> Filed:
    """The incident without a post that has left. Even one that officers know by its title loses a title with the post's words."""
    member = left.member
    topics = [member.topic] if member.topic and member.kind not in _SHORT else []
    return msgspec.structs.replace(
        filed,
        incident=msgspec.structs.replace(filed.incident, title=left.title or filed.incident.title),
        posts=filed.posts - 1,
        negative=filed.negative - (member.sentiment < 0),
        spread=filed.spread - member.spread,
        mentions=dict(Counter(filed.mentions) - Counter(member.accounts)),
        topics=dict(Counter(filed.topics) - Counter(topics)),
    )


def _merge(now: dict[str, Filed], goes: str, stays: str, done: set[str]) -> None:
    """Let one incident go into another, where both are there; where an officer has just touched that one, the other way round."""
    if goes not in now or stays not in now or goes == stays:
        return
    if now[goes].incident.merged_into != stays and not now[goes].incident.may_merge:
        goes, stays = stays, goes
    gone = now[goes]
    if gone.incident.merged_into != stays:
        if not gone.incident.may_merge:
            return
        now[goes] = gone = msgspec.structs.replace(gone, incident=merge(gone.incident, stays))
    if stays in done or goes in now[stays].parts:
        return
    filed = now[stays]
    title = gone.incident.title if gone.posts > filed.posts and filed.incident.may_merge else filed.incident.title
    now[stays] = msgspec.structs.replace(
        filed,
        incident=msgspec.structs.replace(filed.incident, title=title),
        posts=filed.posts + gone.posts,
        negative=filed.negative + gone.negative,
        spread=filed.spread + gone.spread,
        mentions=_sum(filed.mentions, gone.mentions),
        topics=_sum(filed.topics, gone.topics),
        parts=tuple(dict.fromkeys([*filed.parts, *gone.groups])),
        last_at=max(filed.last_at, gone.last_at),
        listed_at=min((at for at in (filed.listed_at, gone.listed_at) if at is not None), default=None),
    )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _routed(filed: Filed, concerned: Concerned) -> Filed:
    """Say of what topic an incident is, and which departments that concerns, by all of its posts."""
    topic = min(filed.topics, key=lambda name: (-filed.topics[name], name), default=None)
    incident = msgspec.structs.replace(filed.incident, topic=topic, departments=concerned(topic, filed.accounts))
    return msgspec.structs.replace(filed, incident=incident)


def _of_filed(filed: Filed) -> dict[str, object]:
    incident = filed.incident
    return {
        "state": incident.state,
        "level": incident.level,
        "topic": incident.topic,
        "departments": incident.departments,
        "lead_department": incident.lead_department,
        "accounts": filed.accounts,
        "merged": incident.merged_into is not None,
        "touched": incident.records > 0,
        "found_at": incident.found_at,
        "listed_at": filed.listed_at,
        "last_at": filed.last_at,
        "moved_at": incident.moved_at,
        "ends_at": filed.ends_at,
        "posts": filed.posts,
        "spread": filed.spread,
    }


def _of_member(member: Member) -> dict[str, object]:
    names = ("incident", "published_at", "added_at", "platform", "kind", "accounts", "topic", "sentiment", "spread")
    return {name: getattr(member, name) for name in names}


def _of_request(request: Request) -> dict[str, object]:
    names = ("post", "kind", "state", "department", "received_at", "due_at", "moved_at")
    columns = {"report": request.is_report, "reported": request.reported, "waiting": request.state in WAITING}
    return {name: getattr(request, name) for name in names} | columns


def _of_step(record: Record | RequestRecord, case: str) -> dict[str, object]:
    names = ("at", "by", "role", "source", "to")
    return {name: getattr(record, name) for name in names} | {"case": case, "milestone": getattr(record, "milestone", None)}


def _key_of(filed: Filed) -> str:
    return filed.incident.id


INCIDENTS: Family[Filed] = Family("incidents", Filed, _key_of, _of_filed)
MEMBERS: Family[Member] = Family("members", Member, lambda member: member.id, _of_member)
STEPS: Family[Record] = Family("handling", Record, lambda record: record.id, lambda record: _of_step(record, record.incident))
REQUESTS: Family[Request] = Family("requests", Request, lambda request: request.id, _of_request)
REQUEST_STEPS: Family[RequestRecord] = Family(
    "handling", RequestRecord, lambda record: record.id, lambda record: _of_step(record, record.request)
)
REQUEST_CASES: Kind[Request, RequestRecord] = Kind("request", REQUESTS, REQUEST_STEPS, lambda request: request.records, replayed)
