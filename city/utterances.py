"""What is said in the city: posts, comments and reposts, each with the moment at which it appears."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from datetime import datetime

from city.people import Person

_SETTLED_S = 5400.0  # likes grow quickly at first; after this long they have 63 % of what they will have


class Place(enum.StrEnum):
    """Where something is said."""

    WEIBO = "weibo"
    MASTODON = "mastodon"
    NEWS = "news"  # the city's website, RSS
    PAPER = "paper"  # the newspaper's website: an old feed in GB18030
    WECHAT = "wechat"  # an account's articles through an RSS bridge
    FORUM = "forum"  # WordPress


class Form(enum.StrEnum):
    """What it is."""

    POST = "post"
    COMMENT = "comment"
    REPOST = "repost"


@dataclass(slots=True, eq=False)
class Utterance:
    """One of them. `root` is the post that a comment or repost belongs to; `topic` and `sentiment` are what we meant."""

    at: datetime
    place: Place
    form: Form
    author: Person
    text: str
    title: str = ""
    root: Utterance | None = None
    likes: int = 0  # in the end
    topic: str = ""
    sentiment: int = 0
    client: str = ""
    number: int = 0  # the id on its platform; grows with time, so it is given when all are there

    def likes_at(self, now: datetime) -> int:
        """Likes so far: they grow from one visit to the next."""
        return round(self.likes * (1 - math.exp(-max(0.0, (now - self.at).total_seconds()) / _SETTLED_S)))
