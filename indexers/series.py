"""What the watcher asks of posts: how many there are per subject and step of time, the newest, and those of the monitored accounts.

By publication time, and never by author: `author.standing` tells the office's own accounts from everybody else.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from elasticsearch.dsl import A, Q, Search

from indexers.errors import DatabaseError
from indexers.merge import StoredPost
from indexers.queries import FOR_MERGING_ONLY, Filters, posts_where
from indexers.reader import Body, Reader, buckets, hits, iso, metric, total
from indexers.slots import Window
from streams.messages import AskKind, Coverage, Standing

PAGE = 5000  # combinations fetched at a time; a server allows 65,536
POSTS_PAGE = 1000
REPORTS_PAGE = 100  # as a rule all of the first are requests already, and no second is asked for
WORDS = ("text", "title", "keywords", "media", "url")
NO_WORDS = {"text": ""}
FIELDS = {"account": "accounts", "topic": "topic", "sentiment": "sentiment"}  # what series can be cut by, and where it stands


class Cell(NamedTuple):
    """Posts of one subject in one step; what is not cut by is None."""

    account: str | None
    topic: str | None
    sentiment: int | None
    start: float  # seconds since 1970
    posts: int


def series(reader: Reader, window: Window, step: timedelta, by: Sequence[str], filters: Filters) -> Iterator[Cell]:
    """Count posts per subject and step of a fixed length, counted from 1970; those without posts are left out.

    `by` holds some of "account", "topic", "sentiment". A post counts once for each of its accounts.
    """
    query = posts_where(msgspec.structs.replace(filters, window=window)).extra(size=0)
    sources: list[dict[str, Any]] = [{name: A("terms", field=FIELDS[name])} for name in by]
    sources.append({"start": A("date_histogram", field="published_at", fixed_interval=f"{step // timedelta(milliseconds=1)}ms")})
    query.aggs.bucket("series", "composite", sources=sources, size=PAGE)
    while True:
        answer = reader.run("series", reader.names.posts, query)
        for bucket in buckets(answer, "series"):
            key = bucket["key"]
            yield Cell(key.get("account"), key.get("topic"), key.get("sentiment"), key["start"] / 1000, bucket["doc_count"])
        after = metric(answer, "series").get("after_key")
        if after is None:
            return
        query.aggs["series"].after = after


def volume(reader: Reader, window: Window, *, own: bool = False) -> int:
    """Count the posts of a window; `own`: those of monitored accounts."""
    query = _own(window) if own else posts_where(Filters(window=window))
    return total(reader.run("volume", reader.names.posts, query.extra(size=0, track_total_hits=True)))


def edge(reader: Reader, window: Window, *, newest: bool) -> datetime | None:
    """Give when the newest or the oldest post of a window was published; None where there is none."""
    query = posts_where(Filters(window=window)).sort({"published_at": {"order": "desc" if newest else "asc"}}, {"id": {"order": "asc"}})
    found = hits(reader.run("edge", reader.names.posts, query.extra(size=1).source(["published_at"])))
    return msgspec.convert(found[0]["_source"]["published_at"], datetime) if found else None


def began(reader: Reader) -> datetime | None:
    """Give when the first post was collected; None where there is none. What was published before that is known in parts only."""
    query: Search[Any] = Search().sort({"first_collected_at": {"order": "asc"}}, {"id": {"order": "asc"}})
    found = hits(reader.run("began", reader.names.posts, query.extra(size=1).source(["first_collected_at"])))
    return msgspec.convert(found[0]["_source"]["first_collected_at"], datetime) if found else None


def published(reader: Reader, filters: Filters, *, most: int) -> list[StoredPost]:
    """Give the posts that pass the filters, newest first, no more than `most`."""
    query = posts_where(filters).sort({"published_at": {"order": "desc"}}, {"id": {"order": "asc"}})
    return _walk(reader, "published", query, most)


def newest_reports(reader: Reader, *, most: int) -> Iterator[list[StoredPost]]:
    """Give the reports (举报) by the office's words that were written last, a page at a time, no more than `most`."""
    query = Search().filter("term", is_report=True).sort({"indexed_at": {"order": "desc"}}, {"id": {"order": "asc"}})
    return _pages(reader, "newest_reports", query, most, size=REPORTS_PAGE)


def called_reports(reader: Reader, *, most: int) -> list[StoredPost]:
    """Give the posts that a person has called reports (举报) though no word says so, those written last, no more than `most`."""
    query = Search().filter("term", asks=AskKind.REPORT.value).exclude("term", is_report=True)
    return _walk(reader, "called_reports", query.sort({"indexed_at": {"order": "desc"}}, {"id": {"order": "asc"}}), most)


def own_posts(
    reader: Reader, window: Window, *, seen_since: datetime | None = None, most: int = 100_000, words: bool = True
) -> list[StoredPost]:
    """Give the posts by monitored accounts published in a window, oldest first; with `seen_since` those seen or first written then or later.

    No more than `most`. Without `words` their texts are empty: what only counts has no use for them.
    """
    query = _own(window)
    if seen_since is not None:
        since = {"gte": iso(seen_since)}
        query = query.filter(Q("range", collected_at=since) | Q("range", indexed_at=since))
    return _walk(reader, "own_posts", query.sort({"published_at": {"order": "asc"}}, {"id": {"order": "asc"}}), most, words=words)


def newest_complete(reader: Reader, source: str) -> Coverage | None:
    """Give the last complete run of a source; None where it never had one."""
    return _complete(reader, source, "ended_at", "desc")


def oldest_complete(reader: Reader, source: str) -> Coverage | None:
    """Give the complete run of a source that came furthest back; None where none says how far it came."""
    return _complete(reader, source, "oldest_at", "asc")


def _complete(reader: Reader, source: str, field: str, way: str) -> Coverage | None:
    query: Search[Any] = Search().filter("term", source=source).filter("term", outcome="complete").filter("exists", field=field)
    query = query.sort({field: {"order": way}}, {"id": {"order": "asc"}}).extra(size=1)
    found = hits(reader.run("complete_runs", reader.names.coverage, query))
    return msgspec.convert(found[0]["_source"], Coverage) if found else None


def _own(window: Window) -> Search[Any]:
    return posts_where(Filters(kinds=("post", "repost", "article"), window=window)).filter(
        "term", **{"author.standing": Standing.MONITORED.value}
    )


def _walk(reader: Reader, name: str, query: Search[Any], most: int, *, words: bool = True) -> list[StoredPost]:
    return [post for page in _pages(reader, name, query, most, words=words) for post in page]


def _pages(
    reader: Reader, name: str, query: Search[Any], most: int, *, size: int = POSTS_PAGE, words: bool = True
) -> Iterator[list[StoredPost]]:
    query = query.source(excludes=list(FOR_MERGING_ONLY if words else (*FOR_MERGING_ONLY, *WORDS)))
    while most > 0:
        size = min(size, most)
        page = hits(reader.run(name, reader.names.posts, query.extra(size=size)))
        yield [_post(hit, {} if words else NO_WORDS) for hit in page]
        if len(page) < size:
            return
        most -= size
        query = query.extra(search_after=page[-1]["sort"])


def _post(hit: Body, instead: Body) -> StoredPost:
    try:
        return msgspec.convert({**instead, **hit["_source"]}, StoredPost)
    except msgspec.ValidationError as error:
        raise DatabaseError(f"{hit['_index']}/{hit['_id']} is no post of ours: {error}", status=200, reason="foreign_document") from error
