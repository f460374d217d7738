"""What rules look at and what they find: plain values, so that a rule is a function and its test a table.

No fact carries an author: nothing here can select, group or rank the people who wrote.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from accounts import takeover
from alerts.spikes import Reading
from config.alerts import Cut, Filter, Level


class PostFact(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule may know of a post. Times are aware."""

    id: str
    published_at: datetime
    first_collected_at: datetime
    platform: str
    text: str
    topic: str
    sentiment: int
    accounts: tuple[str, ...] = ()


class Subject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a finding is about: a cut through the posts, or an incident. What is None is not cut by."""

    account: str | None = None
    topic: str | None = None
    sentiment: int | None = None
    incident: str | None = None
    clock: str | None = None

    @property
    def key(self) -> str:
        """The subject as one string, the same for the same subject: "account=yunxi-ditie;sentiment=-1"."""
        parts = {name: getattr(self, name) for name in self.__struct_fields__}
        return ";".join(f"{name}={value}" for name, value in parts.items() if value is not None) or "all"


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a rule's series: the subject of each row, and what the detector read."""

    subjects: tuple[Subject, ...]
    step_s: float
    reading: Reading


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that moved."""

    incident: str
    title: str
    before: str | None
    after: str
    at: datetime
    accounts: tuple[str, ...] = ()
    topic: str | None = None
    posts: tuple[str, ...] = ()


class ClockFact(msgspec.Struct, frozen=True, kw_only=True):
    """A clock of an incident that warns or has passed."""

    incident: str
    title: str
    clock: str  # its name as people read it
    phase: str  # "warned" or "passed"
    due_at: datetime
    at: datetime  # when the phase began
    accounts: tuple[str, ...] = ()
    topic: str | None = None


class OwnFact(msgspec.Struct, frozen=True, kw_only=True):
    """A post of one of the office's own accounts that is not like it."""

    judged: takeover.Finding
    seen_at: datetime  # when its counts were those that it was judged by
    spread: int


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is new at one look."""

    now: datetime
    posts: Sequence[PostFact] = ()
    series: Mapping[str, Series] = msgspec.field(default_factory=dict)  # by the rule's id
    changes: Sequence[Change] = ()
    clocks: Sequence[ClockFact] = ()
    own: Sequence[OwnFact] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that a rule found, with all that explains it. Stored as JSON with the alert."""

    rule: str
    rule_name: str
    level: Level
    kind: str
    model: str  # the rule's or detector's version
    subject: Subject
    at: datetime
    since: datetime
    observed: float
    why: str  # one sentence for people, in Chinese
    expected: float | None = None
    score: float | None = None  # -log10 of how rare
    title: str | None = None  # of the incident
    posts: tuple[str, ...] = ()  # the first of those behind it
    accounts: tuple[str, ...] = ()
    topic: str | None = None
    once: str | None = None  # set where each finding is an episode of its own, as each step of an incident is
    signs: tuple[takeover.Sign, ...] = ()  # of a post that is not like its account


def matches(chosen: Filter, post: PostFact) -> bool:
    """Say whether a post is among those that a filter means."""
    return (
        (not chosen.accounts or not set(chosen.accounts).isdisjoint(post.accounts))
        and (not chosen.topics or post.topic in chosen.topics)
        and (not chosen.sentiments or post.sentiment in chosen.sentiments)
        and (not chosen.platforms or post.platform in chosen.platforms)
        and (not chosen.words or any(word in post.text for word in chosen.words))
    )


def subjects_of(post: PostFact, by: Sequence[Cut]) -> tuple[Subject, ...]:
    """Give the subjects that a post counts for: one for each of its accounts where accounts are cut by, none where it has none."""
    topic = post.topic if "topic" in by else None
    sentiment = post.sentiment if "sentiment" in by else None
    if "account" not in by:
        return (Subject(topic=topic, sentiment=sentiment),)
    return tuple(Subject(account=account, topic=topic, sentiment=sentiment) for account in post.accounts)
