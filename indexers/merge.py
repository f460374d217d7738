"""What stands in the database of one post, and how another sighting changes it.

The merge is a join: whatever the order and however often sightings come, the same stands in the end, so a replay of the whole
log changes nothing. Only what the first write decided (`indexed_at`, `published_at`, and with it the index) depends on who
came first.

- A count comes from the newest sighting that shows one; an unknown never erases a known; at the same time the larger stays.
- Title, text, tokens and media come from one sighting: the newest with the whole text, else the newest.
- Tags come from the highest `tag_revision`; among equal ones from the sighting whose text is better, as above.
- The author, and whose account it is, come from the newest sighting. Kind, address, client, root and parent do not change: known beats unknown, and
  where two disagree the smaller value stays.
- Sources and accounts are all that were ever given.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import structs

from indexers.names import document_id
from streams.messages import AskKind, Author, Flag, Form, Kind, TaggedPost, Tags

# What the tagger says and `_tags_rank` chooses between two sightings of; tokens go with the text.
TAGS = (
    "topic",
    "topic_score",
    "second_topic",
    "second_score",
    "own_topics",
    "own_topics_why",
    "form",
    "form_score",
    "asks",
    "asks_score",
    "is_report",
    "doubtful",
    "language",
    "sentiment",
    "sentiment_score",
    "own_words",
    "copy_keys",
    "keywords",
    "model",
    "tag_revision",
)
COUNTS = ("forwards", "comments", "likes", "reads")
DATE_FLAGS = frozenset({Flag.INEXACT_DATE, Flag.IMPLAUSIBLE_DATE, Flag.NO_DATE})
TEXT_FLAGS = frozenset({Flag.TRUNCATED, Flag.REPAIRED_TEXT, Flag.CLIPPED_TEXT})


class CountedAt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When each known count was collected."""

    forwards: datetime | None = None
    comments: datetime | None = None
    likes: datetime | None = None
    reads: datetime | None = None


class Corrected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person says instead of a model about one field of a post; see `indexers.corrections`. None stands for nothing."""

    at: datetime
    by: str
    value: str | None = None
    was: str | None = None  # what the models say


class StoredPost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One post as it stands in the database; `indexers.documents.PostDocument` says how each field is indexed."""

    id: str
    platform: str
    kind: Kind
    author: Author
    text: str
    published_at: datetime
    collected_at: datetime  # of the newest sighting
    first_collected_at: datetime
    spread: int  # forwards and comments as far as they are known: how far it has come
    indexed_at: datetime | None = None  # when its first write was begun: by it what is new in the database is found
    text_from: str = ""  # which sighting the text is from, in an order of quality: "part:…" or "whole:…" and its time
    tags_from: str = ""  # likewise, of the text that the tags were made from
    title: str | None = None
    tokens: str = ""
    keywords: tuple[str, ...] = ()
    url: str | None = None
    media: tuple[str, ...] = ()
    client: str | None = None
    root_id: str | None = None
    parent_id: str | None = None
    forwards: int | None = None
    comments: int | None = None
    likes: int | None = None
    reads: int | None = None
    counted_at: CountedAt = CountedAt()
    sources: tuple[str, ...] = ()
    owner: str | None = None  # the monitored account that wrote it
    accounts: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    topic: str | None = None
    topic_score: float | None = None
    second_topic: str | None = None
    second_score: float | None = None
    own_topics: tuple[str, ...] = ()
    own_topics_why: tuple[str, ...] = ()
    form: Form | None = None
    form_score: float | None = None
    asks: AskKind | None = None
    asks_score: float | None = None
    is_report: bool = False
    doubtful: tuple[str, ...] = ()
    language: str | None = None
    own_words: bool = False
    copy_keys: tuple[str, ...] = ()
    duplicate_of: str | None = None  # the post that this one repeats; which of several that is, the first look-up decides
    opinion: bool = False  # it says something that no other post has said before; the number of opinions counts these
    corrected: dict[str, Corrected] = {}  # by field; such a field holds what a person says
    sentiment: int | None = None
    sentiment_score: float | None = None
    model: str | None = None
    tag_revision: int | None = None


class Observation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The counts of one post as they stood at one time. The id is made of both, so that none is stored twice."""

    id: str
    post: str
    platform: str
    kind: Kind
    published_at: datetime
    observed_at: datetime
    spread: int
    root_id: str | None = None
    accounts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    forwards: int | None = None
    comments: int | None = None
    likes: int | None = None
    reads: int | None = None


def lift(tagged: TaggedPost, indexed_at: datetime | None = None) -> StoredPost:
    """Make of one sighting what would stand in the database if it were the only one, written now."""
    post, tags, seen_at = tagged.post, tagged.tags, tagged.post.collected_at
    text_from = _quality(whole=Flag.TRUNCATED not in post.flags, at=seen_at)
    return StoredPost(
        id=document_id(post.id),
        platform=post.platform,
        kind=post.kind,
        author=post.author,
        text=post.text,
        published_at=post.published_at,
        collected_at=seen_at,
        first_collected_at=seen_at,
        spread=_spread(post.forwards, post.comments),
        indexed_at=indexed_at,
        text_from=text_from,
        tags_from=text_from,
        title=post.title,
        tokens=tags.tokens,
        url=post.url,
        media=post.media,
        client=post.client,
        root_id=document_id(post.root_id) if post.root_id is not None else None,
        parent_id=document_id(post.parent_id) if post.parent_id is not None else None,
        forwards=post.forwards,
        comments=post.comments,
        likes=post.likes,
        reads=post.reads,
        counted_at=CountedAt(
            forwards=None if post.forwards is None else seen_at,
            comments=None if post.comments is None else seen_at,
            likes=None if post.likes is None else seen_at,
            reads=None if post.reads is None else seen_at,
        ),
        sources=(post.source,),
        owner=post.owner,
        accounts=_union(post.accounts),
        flags=_union(post.flags),
        duplicate_of=document_id(tags.duplicate_of) if tags.duplicate_of is not None else None,
        opinion=tags.own_words and tags.duplicate_of is None,
        **_only_tags(tags),
    )


def merge(stored: StoredPost, seen: StoredPost) -> StoredPost:
    """Join what is stored and another sighting of the same post. `published_at` and `indexed_at` stay as they are stored."""
    both = (stored, seen)
    text, tags, newest = max(both, key=_text_rank), max(both, key=_tags_rank), max(both, key=_author_rank)
    counts = {name: max(_count(stored, name), _count(seen, name)) for name in COUNTS}
    copied = _duplicate_of(stored, seen, text.text_from)
    said, corrected = _corrected(stored, seen, _only_tags(tags))
    values: dict[str, Any] = {name: count.value for name, count in counts.items()}
    return StoredPost(
        id=stored.id,
        platform=min(stored.platform, seen.platform),
        kind=min(stored.kind, seen.kind),
        author=newest.author,
        owner=newest.owner,
        published_at=stored.published_at,
        indexed_at=stored.indexed_at,
        collected_at=max(stored.collected_at, seen.collected_at),
        first_collected_at=min(stored.first_collected_at, seen.first_collected_at),
        title=text.title,
        text=text.text,
        text_from=text.text_from,
        tokens=text.tokens,
        media=text.media,
        url=_known(stored.url, seen.url),
        client=_known(stored.client, seen.client),
        root_id=_known(stored.root_id, seen.root_id),
        parent_id=_known(stored.parent_id, seen.parent_id),
        spread=_spread(counts["forwards"].value, counts["comments"].value),
        counted_at=CountedAt(**{name: count.at for name, count in counts.items()}),
        sources=_union(stored.sources, seen.sources),
        accounts=_union(stored.accounts, seen.accounts),
        flags=_flags(stored, seen, text),
        tags_from=tags.tags_from,
        duplicate_of=copied,
        opinion=tags.own_words and copied is None,
        corrected=corrected,
        **said,
        **values,
    )


def retagged(post: StoredPost, tags: Tags) -> StoredPost:
    """A post as it was read, with other tags of the same text; what a person has corrected stays."""
    said, corrected = _corrected(post, post, _only_tags(tags))
    opinion = tags.own_words and post.duplicate_of is None
    return structs.replace(post, tokens=tags.tokens, corrected=corrected, opinion=opinion, **said)


def observations(stored: StoredPost, seen: StoredPost, merged: StoredPost) -> tuple[Observation, ...]:
    """Say what to remember when a sighting has changed the counts: what they were when last seen, and what they are now.

    A post whose counts never change leaves none: its counts stand in the post.
    """
    if all(getattr(stored, name) == getattr(merged, name) for name in COUNTS):
        return ()
    last = max(_times(stored), default=None)
    before = () if last is None else (_observe(stored, last),)
    return (*before, _observe(seen, seen.collected_at))


class _Count(NamedTuple):
    """A count and when it was collected, in the order in which one beats another."""

    known: bool
    sort_at: float
    sort_value: int
    at: datetime | None
    value: int | None


def _count(post: StoredPost, name: str) -> _Count:
    value: int | None = getattr(post, name)
    at: datetime | None = getattr(post.counted_at, name)
    if value is None or at is None:
        return _Count(known=False, sort_at=0, sort_value=0, at=None, value=None)
    return _Count(known=True, sort_at=at.timestamp(), sort_value=value, at=at, value=value)


def _times(post: StoredPost) -> list[datetime]:
    return [at for name in COUNTS if (at := getattr(post.counted_at, name)) is not None]


def _observe(post: StoredPost, at: datetime) -> Observation:
    return Observation(
        id=document_id(f"{post.id}@{_sortable(at)}"),
        post=post.id,
        platform=post.platform,
        kind=post.kind,
        published_at=post.published_at,
        observed_at=at,
        spread=post.spread,
        root_id=post.root_id,
        accounts=post.accounts,
        sources=post.sources,
        forwards=post.forwards,
        comments=post.comments,
        likes=post.likes,
        reads=post.reads,
    )


def _quality(*, whole: bool, at: datetime) -> str:
    return f"{'whole' if whole else 'part'}:{_sortable(at)}"


def _sortable(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _spread(forwards: int | None, comments: int | None) -> int:
    return (forwards or 0) + (comments or 0)


def _text_rank(post: StoredPost) -> tuple[Any, ...]:
    return post.text_from, post.text, post.title or "", post.tokens, post.media, _only(post.flags, TEXT_FLAGS)


def _tags_rank(post: StoredPost) -> tuple[Any, ...]:
    """Of one revision a report (举报) beats none: a word for one that the office adds later holds for the posts that stand already."""
    return post.tag_revision or 0, post.tags_from, post.is_report, msgspec.json.encode(_only_tags(post))


def _duplicate_of(stored: StoredPost, seen: StoredPost, text_from: str) -> str | None:
    """What a post repeats goes with its text; known beats unknown, and of two the smaller stays."""
    known = [post.duplicate_of for post in (stored, seen) if post.text_from == text_from and post.duplicate_of is not None]
    return min(known, default=None)


def _only_tags(said: StoredPost | Tags) -> dict[str, Any]:
    """What the models say, whatever was corrected."""
    values = {name: getattr(said, name) for name in TAGS}
    if isinstance(said, StoredPost):
        values |= {name: typed(name, one.was) for name, one in said.corrected.items()}
    return values


def _corrected(stored: StoredPost, seen: StoredPost, said: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Corrected]]:
    """A correction beats what models say, whichever are newer; of two the later one counts."""
    newest: dict[str, Corrected] = {}
    for post in (stored, seen):
        for name, one in post.corrected.items():
            newest[name] = max(newest.get(name, one), one, key=lambda each: (each.at, each.by, each.value or ""))
    kept = {name: structs.replace(one, was=written(said[name])) for name, one in newest.items()}
    return {**said, **{name: typed(name, one.value) for name, one in kept.items()}}, kept


def written(value: object) -> str | None:
    """The value of a field as corrections write it."""
    return None if value is None else str(value)


def typed(name: str, value: str | None) -> Any:
    """The value of a field as posts have it. Raises ValueError where the field has no such value."""
    if value is None:
        return None
    return {"sentiment": int, "form": Form, "asks": AskKind}.get(name, str)(value)


def _author_rank(post: StoredPost) -> tuple[datetime, bytes]:
    return post.collected_at, msgspec.json.encode((post.author, post.owner))


def _flags(stored: StoredPost, seen: StoredPost, text: StoredPost) -> tuple[Flag, ...]:
    other = frozenset(Flag) - DATE_FLAGS - TEXT_FLAGS
    return _union(_only(stored.flags, DATE_FLAGS), _only(text.flags, TEXT_FLAGS), _only(stored.flags, other), _only(seen.flags, other))


def _only(flags: Iterable[Flag], wanted: frozenset[Flag]) -> tuple[Flag, ...]:
    return tuple(flag for flag in flags if flag in wanted)


Item = TypeVar("Item", str, Flag)


def _union(*groups: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(sorted({item for group in groups for item in group}))


def _known(one: str | None, other: str | None) -> str | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
