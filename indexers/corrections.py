"""What people say instead of the models: who, when, which field, what it was, what it is, and why.

Each correction is a document of its own that is never changed, so that training finds them all and nobody can undo another's unseen.
The post itself carries the newest one of each field (`indexers.merge`), and keeps it however often it is seen or tagged again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec
from elasticsearch.dsl import Search
from msgspec.structs import replace

from config.topic_names import OTHER
from indexers import queries
from indexers.errors import CorrectionError
from indexers.merge import Corrected, StoredPost, typed, written
from indexers.reader import Reader, iso
from indexers.records import Family, Records
from indexers.writer import Writer
from streams.messages import AskKind, Form

FIELDS = ("topic", "sentiment", "form", "asks")
SENTIMENTS = ("-1", "0", "1")
LONGEST_WHY = 500  # characters


class Correction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One correction. None stands for nothing: a text that asks for nothing."""

    id: str
    post: str
    field: str  # one of FIELDS
    old: str | None
    new: str | None
    by: str
    at: datetime
    why: str = ""
    model: str | None = None  # which said what was wrong


class Judged(NamedTuple):
    """A text, and what a person says of it."""

    text: str
    title: str | None
    correction: Correction


CORRECTIONS: Family[Correction] = Family(
    "corrections", Correction, lambda one: one.id, lambda one: {"post": one.post, "field": one.field, "at": one.at}
)


def correct(
    reader: Reader,
    writer: Writer,
    post_id: str,
    field: str,
    new: str | None,
    *,
    by: str,
    at: datetime,
    topics: frozenset[str],
    why: str = "",
) -> Correction:
    """Write a correction down, and change the post. `topics` are those that the models know.

    Doing it again with the same time changes nothing. Raises CorrectionError where there is no such post, field or value,
    DatabaseUnavailable and DatabaseError.
    """
    check(field, new, topics)
    post = queries.get_post(reader, post_id)
    if post is None:
        raise CorrectionError(f"there is no post {post_id[:200]}: look for it with `yuqing search`")
    one = Correction(
        id=f"{post.id}@{at.isoformat()}@{field}",
        post=post.id,
        field=field,
        old=written(getattr(post, field)),
        new=new,
        by=by,
        at=at,
        why=why[:LONGEST_WHY],
        model=post.model,
    )
    writer.set_up()
    Records(reader.client, reader.names).create(CORRECTIONS, one)
    _apply(writer, [with_correction(post, one)])
    return one


def check(field: str, new: str | None, topics: frozenset[str]) -> None:
    """Raise CorrectionError where a field can't be corrected, or not to this."""
    allowed = values(topics)
    if field not in allowed:
        raise CorrectionError(f"{field} can't be corrected, only {', '.join(FIELDS)}")
    if new not in allowed[field]:
        raise CorrectionError(f"{field} can't be {new}, only {', '.join(dict.fromkeys(str(value) for value in allowed[field]))}")


def values(topics: frozenset[str]) -> dict[str, tuple[str | None, ...]]:
    """What each field can be corrected to."""
    return {
        "topic": (*sorted(topics), OTHER),
        "sentiment": SENTIMENTS,
        "form": tuple(form.value for form in Form),
        "asks": (None, *(kind.value for kind in AskKind)),
    }


def with_correction(post: StoredPost, one: Correction) -> StoredPost:
    """The post as a sighting that carries the correction."""
    before = post.corrected.get(one.field)
    was = before.was if before is not None else written(getattr(post, one.field))
    corrected = Corrected(at=one.at, by=one.by, value=one.new, was=was)
    if before is not None and before.at > one.at:
        return post
    return replace(post, corrected={**post.corrected, one.field: corrected}, **{one.field: typed(one.field, one.new)})


def every(reader: Reader) -> Iterator[Correction]:
    """All corrections, oldest first."""
    return (read.body for read in Records(reader.client, reader.names).walk(CORRECTIONS, Search(), {"at": "asc"}))


def called_since(reader: Reader, field: str, since: datetime) -> frozenset[str]:
    """The posts of which people have corrected a field since then."""
    query = Search().filter("term", field=field).filter("range", at={"gte": iso(since)})
    return frozenset(read.body.post for read in Records(reader.client, reader.names).walk(CORRECTIONS, query, {"at": "asc"}))


def judged(reader: Reader) -> list[Judged]:
    """The newest correction of each field of each post that is still there, with its text."""
    newest = {(one.post, one.field): one for one in every(reader)}
    posts = queries.get_posts(reader, sorted({post for post, _ in newest}))
    return [Judged(posts[post].text, posts[post].title, one) for (post, _), one in newest.items() if post in posts]


def apply_all(reader: Reader, writer: Writer) -> int:
    """Carry all corrections to posts again, for example after the log was replayed; returns how many posts there were."""
    posts: dict[str, StoredPost] = {}
    corrections = list(every(reader))
    found = queries.get_posts(reader, sorted({one.post for one in corrections}), whole=True)
    for one in corrections:
        if one.post in found:
            posts[one.post] = with_correction(posts.get(one.post, found[one.post]), one)
    _apply(writer, list(posts.values()))
    return len(posts)


def _apply(writer: Writer, posts: list[StoredPost]) -> None:
    refused = writer.rewrite(posts)
    if refused:
        raise CorrectionError(f"the database refused {refused[0].id}: {refused[0].error}")
