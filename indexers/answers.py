"""What the named queries answer with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from indexers.merge import StoredPost


class Hit(NamedTuple):
    """A post that was found, and the words in it to mark."""

    post: StoredPost
    marks: tuple[str, ...]


class Found(NamedTuple):
    """One page of posts. `after` asks for the next page; None when this is the last."""

    hits: list[Hit]
    total: int
    facets: Mapping[str, Mapping[str, int]]  # field → value → posts
    after: tuple[Any, ...] | None


class Slot(NamedTuple):
    """Posts in one step of a timeline, by sentiment and by topic."""

    start: datetime  # in the office's zone
    posts: int
    sentiments: Mapping[int, int]
    topics: Mapping[str, int]


class Share(NamedTuple):
    """Posts of one topic or account, by sentiment, and how many forwards and comments they have together."""

    name: str
    posts: int
    sentiments: Mapping[int, int]
    spread: int


class Counts(NamedTuple):
    """How many posts there are, and of what."""

    posts: int
    opinions: int  # posts that say something which none before them has said: without copies and reposts that add no word
    accounts: int  # monitored accounts that were spoken of; above some thousands within a few percent
    facets: Mapping[str, Mapping[str, int]]


class Spread(NamedTuple):
    """How far posts have come: forwards and comments in sum, at most, by percentile, and posts per band ("0-10", …, "1000-")."""

    posts: int
    sum: int
    largest: int
    percentiles: Mapping[float, float]
    bands: Mapping[str, int]


class Keyed(msgspec.Struct, frozen=True, kw_only=True):
    """What of an opinion tells whether another post repeats it."""

    id: str
    indexed_at: datetime
    text: str
    copy_keys: tuple[str, ...]
    title: str | None = None


class Risen(NamedTuple):
    """A word that the opinions of a window have more often than those before it."""

    word: str
    posts: int
    before: int
    score: float  # how much more often, times how many times as often (JLH)


class AccountSlot(NamedTuple):
    """Posts that concern one account in one step of time."""

    account: str
    start: datetime  # in the office's zone
    posts: int
