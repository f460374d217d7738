"""The named queries: each is named for what it answers, built with `elasticsearch.dsl`, and returns our own types.

None selects, groups or ranks by author; a test walks them all. All times are aware. Windows include their start and not
their end.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from elasticsearch.dsl import A, Q, Search
from elasticsearch.dsl.query import Query

from indexers.answers import AccountSlot, Counts, Found, Hit, Share, Slot, Spread
from indexers.errors import DatabaseError
from indexers.left_out import NOTHING, LeftOut
from indexers.merge import Observation, StoredPost
from indexers.names import document_id
from indexers.reader import Body, Reader, buckets, hits, iso, metric, sizes, total
from indexers.slots import Step, Window, histogram, millis, slots
from streams.messages import Coverage

MARK, UNMARK = "\ue000", "\ue001"  # private characters around what matched: no text of ours holds them
MAX_TOPICS = 50
MAX_FACET = 50
MAX_ACCOUNTS = 1000
MAX_SOURCES = 1000
PAGE = 1000
FACETS = ("topic", "own_topics", "sentiment", "asks", "form", "kind", "platform", "accounts")
SPREAD_BANDS = (10, 100, 1000)
PERCENTS = (50.0, 90.0, 99.0)
COUNTED = "publication-time/1"  # how posts are counted: by published_at, not by when we found them
FOR_MERGING_ONLY = ("tokens", "text_from", "tags_from", "counted_at")  # not fetched for people


class Order(enum.StrEnum):
    """In which order posts are listed; both end in the id, so that pages neither repeat nor skip."""

    TIME = "time"  # newest first
    SPREAD = "spread"  # most forwards and comments first


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows posts down; what is empty narrows nothing. Values of one field are alternatives, fields add up."""

    accounts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    own_topics: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    sentiments: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    copies_of: tuple[str, ...] = ()  # posts that others repeat
    window: Window | None = None  # of publication
    text: Query | None = None  # from `indexers.search_box.parse`
    without: LeftOut = NOTHING

    def terms(self) -> dict[str, tuple[Any, ...]]:
        """Which values are wanted of which field."""
        wanted = {
            "accounts": self.accounts,
            "topic": self.topics,
            "own_topics": self.own_topics,
            "form": self.forms,
            "asks": self.asks,
            "sentiment": self.sentiments,
            "kind": self.kinds,
            "platform": self.platforms,
            "sources": self.sources,
            "duplicate_of": tuple(document_id(name) for name in self.copies_of),
        }
        return {field: values for field, values in wanted.items() if values}


EVERYTHING = Filters()


def posts_where(filters: Filters) -> Search[Any]:
    """Start a query over posts."""
    search: Search[Any] = Search()
    for field, values in filters.terms().items():
        search = search.filter("terms", **{field: list(values)})
    if filters.window is not None:
        search = search.filter("range", published_at={"gte": iso(filters.window.start), "lt": iso(filters.window.end)})
    search = filters.without.narrow(search)
    return search if filters.text is None else search.filter(filters.text)


def search(
    reader: Reader,
    filters: Filters = EVERYTHING,
    *,
    order: Order = Order.TIME,
    size: int = 20,
    after: Sequence[Any] | None = None,
    facets: bool = False,
) -> Found:
    """List the posts that pass the filters, a page at a time, with what to mark and, if asked, how many there are of what."""
    field = {Order.TIME: "published_at", Order.SPREAD: "spread"}[order]
    query = posts_where(filters).sort({field: {"order": "desc"}}, {"id": {"order": "asc"}})
    query = query.extra(size=size, track_total_hits=True).source(excludes=list(FOR_MERGING_ONLY))
    if after is not None:
        query = query.extra(search_after=list(after))
    if filters.text is not None:
        query = query.highlight("tokens", "text", "title", number_of_fragments=0)
        query = query.highlight_options(pre_tags=[MARK], post_tags=[UNMARK])
    if facets:
        _add_facets(query)
    answer = reader.run("search", reader.names.posts, query)
    page = hits(answer)
    return Found(
        [Hit(_stored(hit), marks(hit.get("highlight", {}))) for hit in page],
        total(answer),
        _facets(answer) if facets else {},
        tuple(page[-1]["sort"]) if len(page) == size and size else None,
    )


def marks(highlight: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Give the strings that matched, longest first; neighbouring words of `tokens` are one string, as they are in the text."""
    found: set[str] = set()
    for field, fragments in highlight.items():
        for fragment in fragments:
            whole = fragment.replace(f"{UNMARK} {MARK}", " ").replace(UNMARK + MARK, "")
            parts = [part.partition(UNMARK)[0] for part in whole.split(MARK)[1:]]
            found.update(part.replace(" ", "") if field == "tokens" and not part.isascii() else part for part in parts)
    return tuple(sorted(found, key=lambda mark: (-len(mark), mark)))


def most_spread(reader: Reader, filters: Filters = EVERYTHING, *, size: int = 10) -> list[StoredPost]:
    """List the posts with the most forwards and comments."""
    return [hit.post for hit in search(reader, filters, order=Order.SPREAD, size=size).hits]


def sentiment_timeline(reader: Reader, window: Window, step: Step, filters: Filters = EVERYTHING) -> list[Slot]:
    """Count posts per step, by sentiment and topic; steps without posts are there with zeros.

    A step of a fixed length counts from the start of the window; days, weeks and months are those of the office's zone.
    """
    query = posts_where(msgspec.structs.replace(filters, window=window)).extra(size=0)
    slot = query.aggs.bucket("slots", "date_histogram", field="published_at", min_doc_count=1, **histogram(step, window.start, reader.zone))
    slot.bucket("sentiment", "terms", field="sentiment", size=3)
    slot.bucket("topic", "terms", field="topic", size=MAX_TOPICS)
    answer = reader.run("sentiment_timeline", reader.names.posts, query)
    found = {int(bucket["key"]): bucket for bucket in buckets(answer, "slots")}
    return [_slot(start, found.get(millis(start), {})) for start in slots(window, step, reader.zone)]


def topics_by_sentiment(reader: Reader, filters: Filters = EVERYTHING) -> list[Share]:
    """Count posts of each topic by sentiment, the largest first."""
    return _shares(reader, "topics_by_sentiment", "topic", MAX_TOPICS, filters)


def accounts_volume(reader: Reader, filters: Filters = EVERYTHING) -> list[Share]:
    """Count posts that concern each monitored account by sentiment, the largest first."""
    return _shares(reader, "accounts_volume", "accounts", MAX_ACCOUNTS, filters)


def leading_posts(reader: Reader, filters: Filters = EVERYTHING, *, each: int = 1) -> dict[str, list[StoredPost]]:
    """Give for each monitored account the posts that have come furthest."""
    query = posts_where(filters).extra(size=0)
    account = query.aggs.bucket("accounts", "terms", field="accounts", size=MAX_ACCOUNTS)
    order = [{"spread": {"order": "desc"}}, {"id": {"order": "asc"}}]
    account.metric("posts", "top_hits", size=each, sort=order, _source={"excludes": list(FOR_MERGING_ONLY)})
    answer = reader.run("leading_posts", reader.names.posts, query)
    return {bucket["key"]: [_stored(hit) for hit in hits(bucket["posts"])] for bucket in buckets(answer, "accounts")}


def counts(reader: Reader, filters: Filters = EVERYTHING) -> Counts:
    """Count posts in all, by topic, sentiment, kind, platform and account."""
    query = posts_where(filters).extra(size=0, track_total_hits=True)
    _add_facets(query)
    query.aggs.metric("account_count", "cardinality", field="accounts")
    query.aggs.bucket("opinions", "filter", filter=Q("term", opinion=True))
    answer = reader.run("counts", reader.names.posts, query)
    accounts, opinions = metric(answer, "account_count").get("value", 0), metric(answer, "opinions").get("doc_count", 0)
    return Counts(total(answer), opinions, int(accounts), _facets(answer))


def models(reader: Reader, filters: Filters = EVERYTHING) -> dict[str, int]:
    """Count posts by the models that tagged them, the most first."""
    query = posts_where(filters).extra(size=0)
    query.aggs.bucket("models", "terms", field="model", size=MAX_FACET)
    return sizes(reader.run("models", reader.names.posts, query), "models")


def compare(reader: Reader, windows: Mapping[str, Window], filters: Filters = EVERYTHING) -> dict[str, int]:
    """Count posts in each of several named windows, for example today and yesterday up to this hour."""
    query = posts_where(filters).extra(size=0)
    ranges = {name: Q("range", published_at={"gte": iso(window.start), "lt": iso(window.end)}) for name, window in windows.items()}
    query.aggs.bucket("windows", "filters", filters=ranges)
    found = metric(reader.run("compare", reader.names.posts, query), "windows").get("buckets", {})
    return {name: found.get(name, {}).get("doc_count", 0) for name in windows}


def spread(reader: Reader, filters: Filters = EVERYTHING) -> Spread:
    """Say how far posts have come: in sum, at most, by percentile and by band."""
    query = posts_where(filters).extra(size=0, track_total_hits=True)
    query.aggs.metric("stats", "stats", field="spread")
    query.aggs.metric("percentiles", "percentiles", field="spread", percents=list(PERCENTS))
    edges = (0, *SPREAD_BANDS)
    bands = [{"key": f"{low}-{high}", "from": low, "to": high} for low, high in zip(edges, SPREAD_BANDS, strict=False)]
    bands.append({"key": f"{edges[-1]}-", "from": edges[-1]})
    query.aggs.bucket("bands", "range", field="spread", ranges=bands)
    answer = reader.run("spread", reader.names.posts, query)
    stats, values = metric(answer, "stats"), metric(answer, "percentiles").get("values", {})
    percentiles = {percent: value for percent in PERCENTS if (value := values.get(str(percent))) is not None}
    sizes = {bucket["key"]: bucket["doc_count"] for bucket in buckets(answer, "bands")}
    return Spread(total(answer), round(stats.get("sum") or 0), round(stats.get("max") or 0), percentiles, sizes)


def account_series(reader: Reader, window: Window, step: timedelta, filters: Filters = EVERYTHING) -> Iterator[AccountSlot]:
    """Count posts per monitored account and step, by account and time; steps without posts are left out.

    Steps count from the start of the window. However many there are, a thousand are fetched at a time.
    """
    query = posts_where(msgspec.structs.replace(filters, window=window)).extra(size=0)
    sources = [
        {"account": A("terms", field="accounts")},
        {"start": A("date_histogram", field="published_at", **histogram(step, window.start, reader.zone))},
    ]
    after: dict[str, Any] | None = None
    while True:
        page = query._clone()  # noqa: SLF001 - the library's own way to copy a query
        page.aggs.bucket("series", "composite", size=PAGE, sources=sources, **({"after": after} if after else {}))
        answer = reader.run("account_series", reader.names.posts, page)
        for bucket in buckets(answer, "series"):
            start = datetime.fromtimestamp(bucket["key"]["start"] / 1000, reader.zone)
            yield AccountSlot(bucket["key"]["account"], start, bucket["doc_count"])
        after = metric(answer, "series").get("after_key")
        if after is None:
            return


def latest_coverage(reader: Reader) -> list[Coverage]:
    """Give the last run of each source, by source."""
    query: Search[Any] = Search().extra(size=0)
    source = query.aggs.bucket("sources", "terms", field="source", size=MAX_SOURCES, order={"_key": "asc"})
    source.metric("latest", "top_hits", size=1, sort=[{"started_at": {"order": "desc"}}, {"id": {"order": "asc"}}])
    answer = reader.run("latest_coverage", reader.names.coverage, query)
    runs = (hit for bucket in buckets(answer, "sources") for hit in hits(bucket["latest"]))
    return [_convert(hit, Coverage) for hit in runs]


def coverage_of(reader: Reader, source: str, *, size: int = 50) -> list[Coverage]:
    """Give the last runs of one source, newest first."""
    query = Search().filter("term", source=source).sort({"started_at": {"order": "desc"}}, {"id": {"order": "asc"}}).extra(size=size)
    return [_convert(hit, Coverage) for hit in hits(reader.run("coverage_of", reader.names.coverage, query))]


def arrivals(reader: Reader, since: datetime, *, size: int = PAGE, after: Sequence[Any] | None = None) -> list[StoredPost]:
    """Give the posts first written at `since` or later, in that order; `after` is the `(indexed_at in ms, id)` that a page ended with.

    A writer notes the time before it writes, so a post can be found some seconds after one with a later time.
    """
    query = Search().filter("range", indexed_at={"gte": iso(since)}).sort({"indexed_at": {"order": "asc"}}, {"id": {"order": "asc"}})
    query = query.extra(size=size).source(excludes=list(FOR_MERGING_ONLY))
    if after is not None:
        query = query.extra(search_after=list(after))
    return [_stored(hit) for hit in hits(reader.run("arrivals", reader.names.posts, query))]


def walk_posts(reader: Reader, window: Window) -> Iterator[list[StoredPost]]:
    """Give all posts published in a window, whole, oldest first, a page at a time; what changes meanwhile is given once."""
    query = posts_where(Filters(window=window)).sort({"published_at": {"order": "asc"}}, {"id": {"order": "asc"}}).extra(size=PAGE)
    while True:
        page = hits(reader.run("walk_posts", reader.names.posts, query))
        if page:
            yield [_stored(hit) for hit in page]
        if len(page) < PAGE:
            return
        query = query.extra(search_after=page[-1]["sort"])


def get_post(reader: Reader, post_id: str) -> StoredPost | None:
    """Find one post, whichever month it stands in."""
    query: Search[Any] = Search().query("ids", values=[document_id(post_id)]).extra(size=1)
    found = hits(reader.run("get_post", reader.names.posts, query))
    return _stored(found[0]) if found else None


def get_posts(reader: Reader, post_ids: Sequence[str], *, whole: bool = False) -> dict[str, StoredPost]:
    """Find many posts by their ids, whichever months they stand in; a thousand are asked for at a time.

    `whole`: with what is needed to merge them, too.
    """
    found: dict[str, StoredPost] = {}
    for start in range(0, len(post_ids), PAGE):
        wanted = {document_id(name): name for name in post_ids[start : start + PAGE]}
        query: Search[Any] = Search().query("ids", values=list(wanted)).sort({"id": {"order": "asc"}}).extra(size=PAGE)
        query = query if whole else query.source(excludes=list(FOR_MERGING_ONLY))
        for hit in hits(reader.run("get_posts", reader.names.posts, query)):
            found.setdefault(wanted[hit["_id"]], _stored(hit))
    return found


def spreading(reader: Reader, since: datetime, least: int) -> Iterator[tuple[str, int]]:
    """Give the posts published at `since` or later that have come as far as `least`, and how far; a thousand fetched at a time."""
    query = Search().filter("range", published_at={"gte": iso(since)}).filter("range", spread={"gte": least})
    query = query.sort({"spread": {"order": "desc"}}, {"id": {"order": "asc"}}).extra(size=PAGE).source(includes=["id", "spread"])
    while True:
        page = hits(reader.run("spreading", reader.names.posts, query))
        yield from ((hit["_source"]["id"], hit["_source"]["spread"]) for hit in page)
        if len(page) < PAGE:
            return
        query = query.extra(search_after=page[-1]["sort"])


def observations_of(reader: Reader, post_id: str) -> Iterator[Observation]:
    """Give what was observed of one post, oldest first, a thousand fetched at a time."""
    query = Search().filter("term", post=document_id(post_id)).sort({"observed_at": {"order": "asc"}}, {"id": {"order": "asc"}})
    query = query.extra(size=PAGE)
    while True:
        page = hits(reader.run("observations_of", reader.names.observations, query))
        yield from (_convert(hit, Observation) for hit in page)
        if len(page) < PAGE:
            return
        query = query.extra(search_after=page[-1]["sort"])


def _shares(reader: Reader, name: str, field: str, size: int, filters: Filters) -> list[Share]:
    query = posts_where(filters).extra(size=0)
    share = query.aggs.bucket("shares", "terms", field=field, size=size)
    share.bucket("sentiment", "terms", field="sentiment", size=3)
    share.metric("spread", "stats", field="spread")
    answer = reader.run(name, reader.names.posts, query)
    return [
        Share(bucket["key"], bucket["doc_count"], sizes(bucket, "sentiment"), round(bucket["spread"]["sum"] or 0))
        for bucket in buckets(answer, "shares")
    ]


def _add_facets(query: Search[Any]) -> None:
    for field in FACETS:
        query.aggs.bucket(field, "terms", field=field, size=MAX_FACET)


def _facets(answer: Body) -> dict[str, dict[str, int]]:
    return {field: {str(key): size for key, size in sizes(answer, field).items()} for field in FACETS}


def _slot(start: datetime, bucket: Body) -> Slot:
    return Slot(start, bucket.get("doc_count", 0), sizes(bucket, "sentiment"), sizes(bucket, "topic"))


def _stored(hit: Body) -> StoredPost:
    return _convert(hit, StoredPost)


Source = TypeVar("Source", StoredPost, Observation, Coverage)


def _convert(hit: Body, kind: type[Source]) -> Source:
    try:
        return msgspec.convert(hit["_source"], kind)
    except msgspec.ValidationError as error:
        raise DatabaseError(
            f"{hit['_index']}/{hit['_id']} is not a {kind.__name__} of ours: {error}; something else wrote it",
            status=200,
            reason="foreign_document",
        ) from error
