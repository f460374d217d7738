"""What pages show, as data: the template and the JSON twin are made from the same value.

A private author is not in it: neither name nor pseudonym.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from config.accounts import MonitoredAccount
from indexers.merge import StoredPost
from streams.messages import Standing
from web.links import post_link

SHOWN = 280  # characters of a text in a list
COUNTS = ("forwards", "comments", "likes", "reads")


class View(BaseModel):
    """Base of what pages show."""

    model_config = ConfigDict(frozen=True)


class Named(View):
    """A value with the name that people read."""

    id: str
    name: str


class Part(View):
    """A piece of a text, marked where it matched what was searched for."""

    text: str
    marked: bool = False


class Reasoned(View):
    """A topic of the office's own, and why a post has it."""

    name: str
    why: str


class Tagged(View):
    """What the models say of a post, and which models."""

    topic: str | None
    topic_score: float | None
    second_topic: str | None
    second_score: float | None
    own_topics: tuple[Reasoned, ...]
    form: str | None
    asks: str | None
    sentiment: int | None
    sentiment_score: float | None
    model: str | None
    tag_revision: int | None
    keywords: tuple[str, ...]


class Counted(View):
    """How often; null where the source does not show it."""

    forwards: int | None
    comments: int | None
    likes: int | None
    reads: int | None


class PostItem(View):
    """One post in a list."""

    id: str
    page: str  # the address of its own page here
    url: str | None  # the address of the original
    platform: str
    kind: str
    published_at: datetime
    collected_at: datetime
    indexed_at: datetime | None
    standing: str
    author: str | None  # the name of an organisation, of media or of a monitored account; null for private authors
    title: tuple[Part, ...]
    text: tuple[Part, ...]
    shortened: bool
    counts: Counted
    spread: int
    accounts: tuple[Named, ...]
    doubtful: tuple[Named, ...]  # of these, those that it names in passing only
    sources: tuple[str, ...]
    flags: tuple[str, ...]
    tags: Tagged


def post_item(
    post: StoredPost, accounts: Mapping[str, MonitoredAccount], marks: Sequence[str] = (), *, longest: int | None = SHOWN
) -> PostItem:
    """Make of a stored post what a list shows of it."""
    text = post.text if longest is None else post.text[:longest]
    return PostItem(
        id=post.id,
        page=post_link(post.id),
        url=post.url,
        platform=post.platform,
        kind=post.kind,
        published_at=post.published_at,
        collected_at=post.collected_at,
        indexed_at=post.indexed_at,
        standing=post.author.standing,
        author=None if post.author.standing is Standing.PRIVATE else post.author.name,
        title=parts(post.title or "", marks),
        text=parts(text, marks),
        shortened=len(text) < len(post.text),
        counts=Counted(**{name: getattr(post, name) for name in COUNTS}),
        spread=post.spread,
        accounts=named_accounts(post.accounts, accounts),
        doubtful=named_accounts(post.doubtful, accounts),
        sources=post.sources,
        flags=post.flags,
        tags=Tagged(
            topic=post.topic,
            topic_score=post.topic_score,
            second_topic=post.second_topic,
            second_score=post.second_score,
            own_topics=tuple(Reasoned(name=name, why=why) for name, why in zip(post.own_topics, post.own_topics_why, strict=True)),
            form=post.form,
            asks=post.asks,
            sentiment=post.sentiment,
            sentiment_score=post.sentiment_score,
            model=post.model,
            tag_revision=post.tag_revision,
            keywords=post.keywords,
        ),
    )


def named_accounts(ids: Iterable[str], accounts: Mapping[str, MonitoredAccount]) -> tuple[Named, ...]:
    """Give monitored accounts with their names; one that is configured no more keeps its id."""
    return tuple(Named(id=key, name=accounts[key].name if key in accounts else key) for key in ids)


def parts(text: str, marks: Sequence[str]) -> tuple[Part, ...]:
    """Split a text into what is marked and what is not; the longest mark wins where several begin. Case does not count."""
    if not text:
        return ()
    folded = text.lower() if len(text.lower()) == len(text) else text  # a few letters change their length
    wanted = sorted({mark.lower() for mark in marks if mark}, key=lambda mark: (-len(mark), mark))
    found: list[Part] = []
    plain, at = 0, 0
    while at < len(text):
        mark = next((mark for mark in wanted if folded.startswith(mark, at)), None)
        if mark is None:
            at += 1
            continue
        if plain < at:
            found.append(Part(text=text[plain:at]))
        found.append(Part(text=text[at : at + len(mark)], marked=True))
        at += len(mark)
        plain = at
    if plain < len(text):
        found.append(Part(text=text[plain:]))
    return tuple(found)


def models_of(items: Iterable[PostItem]) -> tuple[str, ...]:
    """Name the models that tagged these posts."""
    return tuple(sorted({item.tags.model for item in items if item.tags.model}))
