"""Lists every shape of request that our writer and named queries send, from the code itself, for the local store to take.

`python -m indexers.shapes` writes the list, docs/request-shapes.md; a test fails when it is out of date.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from elastic_transport import ApiResponseMeta, BaseNode, HttpHeaders, NodeConfig
from elastic_transport._node._base import NodeApiResponse
from elastic_transport.client_utils import DEFAULT, DefaultType
from elasticsearch import Elasticsearch
from elasticsearch.dsl import Search

from indexers import case_queries, coverage_queries, opinion_queries, queries, series
from indexers.cursors import CURSORS, Piece
from indexers.left_out import LeftOut
from indexers.merge import StoredPost, lift
from indexers.names import Names
from indexers.people import Entry, People, Role, Session, User
from indexers.queries import Filters, Order
from indexers.reader import Reader
from indexers.records import Records
from indexers.search_box import parse
from indexers.slots import Calendar, Window
from indexers.writer import Writer
from streams.messages import AskKind, Author, Coverage, Flag, Form, Kind, Post, TaggedPost, Tags

PREFIX = "yuqing"
AT = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
STAMP = "engine-version-dictionary-cleaning"


class Request(NamedTuple):
    """One request as it goes to the database."""

    method: str
    target: str
    body: tuple[Any, ...]  # the JSON documents in it


class Recorder(BaseNode):
    """A database that keeps the requests it gets. `stands` is the one post it has; a search finds nothing."""

    requests: list[Request]
    stands: StoredPost | None

    def __init__(self, config: NodeConfig) -> None:
        super().__init__(config)
        self.requests = []
        self.stands = None

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,  # noqa: ARG002 - the signature of the transport
        request_timeout: DefaultType | float | None = DEFAULT,  # noqa: ARG002 - the signature of the transport
    ) -> NodeApiResponse:
        request = Request(method, target, tuple(json.loads(line) for line in (body or b"").splitlines()))
        self.requests.append(request)
        status, answer = self._answer(request)
        said = HttpHeaders({"x-elastic-product": "Elasticsearch", "content-type": "application/json"})
        return NodeApiResponse(ApiResponseMeta(status, "1.1", said, 0.0, self.config), json.dumps(answer).encode())

    def _answer(self, request: Request) -> tuple[int, Any]:
        verb = urlsplit(request.target).path.rpartition("/")[2]
        if verb == "_bulk":
            return 200, _bulk_answer(request.body, self.stands)
        if verb == "_mget":
            return 200, {"docs": [_mget_answer(doc, self.stands) for doc in request.body[0]["docs"]]}
        if verb == "_search":
            return 200, _search_answer(request.body[0])
        missing = request.method == "GET" and ("_index_template" in request.target or "/_doc/" in request.target)
        written = {"_create", "_doc"} & set(request.target.partition("?")[0].split("/"))
        return (404, {}) if missing else (200, {"_seq_no": 7, "_primary_term": 1} if written else {})


def _bulk_answer(lines: Iterable[Mapping[str, Any]], stands: StoredPost | None) -> dict[str, Any]:
    items = [
        {verb: {"_id": place["_id"], "status": _status(verb, place["_id"], stands)}} for line in lines for verb, place in _actions(line)
    ]
    return {"errors": any(item["status"] == 409 for entry in items for item in entry.values()), "items": items}  # noqa: PLR2004 - a conflict


def _actions(line: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((verb, place) for verb, place in line.items() if verb in {"create", "index"} and isinstance(place, dict))


def _status(verb: str, key: str, stands: StoredPost | None) -> int:
    return 409 if verb == "create" and stands is not None and stands.id == key else 201


def _mget_answer(place: Mapping[str, Any], stands: StoredPost | None) -> dict[str, Any]:
    if stands is None or stands.id != place["_id"]:
        return {**place, "found": False}
    return {**place, "found": True, "_seq_no": 7, "_primary_term": 1, "_source": msgspec.to_builtins(stands)}


def _search_answer(body: Mapping[str, Any]) -> dict[str, Any]:
    series = body.get("aggs", {}).get("series", {}).get("composite")
    if series is not None and "after" not in series:
        return {"hits": _NOTHING, "aggregations": {"series": {"buckets": [], "after_key": {"account": "metro", "start": 1795060800000}}}}
    return {"hits": _NOTHING}


_NOTHING: dict[str, Any] = {"total": {"value": 0}, "hits": []}


def _post(**given: Any) -> TaggedPost:
    """One post that has everything."""
    body: dict[str, Any] = {
        "id": "weibo:1",
        "platform": "weibo",
        "kind": Kind.COMMENT,
        "author": Author(id="p:1"),
        "text": "地铁早高峰停运",
        "published_at": AT,
        "collected_at": AT + timedelta(minutes=5),
        "source": "weibo-metro",
        "url": "https://weibo.example/1",
        "title": "停运",
        "client": "网页",
        "root_id": "weibo:0",
        "parent_id": "weibo:0",
        "forwards": 1,
        "comments": 2,
        "likes": 3,
        "reads": 4,
        "media": ("https://weibo.example/1.jpg",),
        "accounts": ("metro",),
        "flags": (Flag.TRUNCATED,),
    }
    tags = Tags(
        topic="交通运输",
        topic_score=0.9,
        second_topic="城乡建设",
        second_score=0.2,
        own_topics=("地铁扰民",),
        own_topics_why=("词：地铁",),
        form=Form.VOICE,
        form_score=0.9,
        asks=AskKind.COMPLAINT,
        asks_score=0.7,
        doubtful=("metro",),
        language="zh",
        copy_keys=("0123456789ab",),
        duplicate_of="weibo:0",
        sentiment=-1,
        sentiment_score=0.8,
        tokens="地铁 早高峰 停运",
        keywords=("停运",),
        model="topic-1/sentiment-1",
        tag_revision=1,
    )
    return TaggedPost(post=Post(**(body | given)), tags=tags)


def _writing(client: Elasticsearch, stands: Callable[[TaggedPost | None], None]) -> Iterator[str]:
    """Send each request of the writer; yields what to call those since the last."""
    writer = Writer(client, PREFIX, segmenter=STAMP, clock=lambda: AT)
    writer.write([])
    yield "Setting up, before the first write"
    writer.write([_post()])
    yield "A new post"
    stands(_post())
    writer.write([_post(forwards=100, collected_at=AT + timedelta(hours=1))])
    yield "A post that stands already, seen again with other counts: read, observe, replace the version that was read"
    stands(None)
    writer.write([_post(id="weibo:2", published_at=datetime(2026, 11, 1, tzinfo=UTC))])
    yield "A new post near the edge of a month: looked up on the other side first"
    writer.write([_post(id="weibo:3", flags=(Flag.NO_DATE,))])
    yield "A new post without a date: looked up in every month that exists"
    writer.write_coverage([Coverage(id="weibo-metro:1", source="weibo-metro", started_at=AT, ended_at=AT, outcome="complete")])
    yield "A report of coverage"


def _reading(client: Elasticsearch) -> Iterator[str]:
    """Send each named query; yields what to call the requests since the last."""
    reader = Reader(client, Names(PREFIX), ZONE)
    window = Window(AT - timedelta(days=7), AT)
    text = parse(
        '地铁 -演练 早高峰停运 OR "停运" topic:交通运输 sentiment:负面 asks:投诉 -form:广告 from:2026-11-01 to:2026-11-07', str.split, ZONE
    )
    phrase = parse("地铁停运", lambda word: [word[:2], word[2:]], ZONE)
    every = Filters(
        accounts=("metro",),
        topics=("交通运输",),
        own_topics=("地铁扰民",),
        forms=("voice",),
        asks=("complaint",),
        sentiments=(-1, 0),
        kinds=("post",),
        platforms=("weibo",),
        sources=("weibo-metro",),
        window=window,
    )
    calls: dict[str, Callable[[], Any]] = {
        "search: everything, newest first": lambda: queries.search(reader),
        "search: all filters, furthest spread first, a later page": lambda: queries.search(
            reader, every, order=Order.SPREAD, after=(12, "weibo:9")
        ),
        "search: from the search box, with marks and facets": lambda: queries.search(reader, Filters(text=text), facets=True),
        "search: a word that is cut in two, newest first, a later page": lambda: queries.search(
            reader, Filters(text=phrase), after=(1795060800000, "weibo:9")
        ),
        "search: without reports": lambda: queries.search(reader, Filters(without=LeftOut(reports=True))),
        "search: without some posts": lambda: queries.search(reader, Filters(without=LeftOut(ids=("weibo:1", "weibo:2")))),
        "most_spread": lambda: queries.most_spread(reader, Filters(window=window)),
        "sentiment_timeline: steps of six hours": lambda: queries.sentiment_timeline(reader, window, timedelta(hours=6), every),
        "sentiment_timeline: days of the office's zone": lambda: queries.sentiment_timeline(reader, window, Calendar.DAY),
        "sentiment_timeline: weeks": lambda: queries.sentiment_timeline(reader, window, Calendar.WEEK),
        "sentiment_timeline: months": lambda: queries.sentiment_timeline(reader, window, Calendar.MONTH),
        "topics_by_sentiment": lambda: queries.topics_by_sentiment(reader),
        "accounts_volume": lambda: queries.accounts_volume(reader),
        "leading_posts": lambda: queries.leading_posts(reader),
        "counts": lambda: queries.counts(reader),
        "walk_posts": lambda: list(queries.walk_posts(reader, window)),
        "models": lambda: queries.models(reader, Filters(window=window)),
        "compare": lambda: queries.compare(reader, {"this": window, "before": Window(window.start - timedelta(days=7), window.start)}),
        "spread": lambda: queries.spread(reader),
        "account_series": lambda: list(queries.account_series(reader, window, timedelta(days=1))),
        "latest_coverage": lambda: queries.latest_coverage(reader),
        "coverage_of": lambda: queries.coverage_of(reader, "weibo-metro"),
        "runs_between: of every source": lambda: list(coverage_queries.runs_between(reader, window)),
        "ends_before: the last run of each source, and the last whole one": lambda: coverage_queries.ends_before(reader, AT),
        "completed_after: the next whole run of each source": lambda: coverage_queries.completed_after(reader, AT),
        "arrivals": lambda: queries.arrivals(reader, AT),
        "arrivals: a later page": lambda: queries.arrivals(reader, AT, after=(1795060800000, "weibo:9")),
        "get_post": lambda: queries.get_post(reader, "weibo:1"),
        "get_posts": lambda: queries.get_posts(reader, ["weibo:1", "weibo:2"]),
        "spreading": lambda: list(queries.spreading(reader, AT, 100)),
        "observations_of": lambda: list(queries.observations_of(reader, "weibo:1")),
    }
    for name, call in calls.items():
        call()
        yield name


def _opining(client: Elasticsearch) -> Iterator[str]:
    """Send each named query about opinions; yields what to call the requests since the last."""
    reader = Reader(client, Names(PREFIX), ZONE)
    before, window = Window(AT - timedelta(days=14), AT - timedelta(days=7)), Window(AT - timedelta(days=7), AT)
    opinion_queries.risen_words(reader, window, before, Filters(topics=("交通运输",)))
    yield "risen_words"
    opinion_queries.copies(reader, ["weibo:1"])
    yield "copies"
    list(opinion_queries.with_copy_keys(reader, ["0123456789ab"], AT))
    yield "with_copy_keys"


def _grouped(client: Elasticsearch) -> Iterator[str]:
    """Send each query about incidents; yields what to call the requests since the last."""
    reader = Reader(client, Names(PREFIX), ZONE)
    case_queries.growth(reader, ["inc-1", "inc-2"], AT)
    yield "growth: posts of incidents since a moment"
    case_queries.timeline(reader, ["inc-1"], Window(AT - timedelta(days=1), AT), timedelta(hours=1))
    yield "timeline: posts of an incident by hour"
    case_queries.accounts(reader, ["inc-1"])
    yield "accounts: posts of an incident by account"
    case_queries.incident_counts(reader, Search().filter("term", merged=False), ["zhujian"])
    yield "incident_counts: incidents by state, level, topic, account and department"
    case_queries.request_counts(reader, Search().filter("term", waiting=True), ["zhujian"], reports=False)
    yield "request_counts: requests by state, kind and department, but for the departments of reports"


def _watching(client: Elasticsearch) -> Iterator[str]:
    """Send each query of the watcher and of the accounts; yields what to call the requests since the last."""
    reader, window = Reader(client, Names(PREFIX), ZONE), Window(AT - timedelta(hours=3), AT)
    calls: dict[str, Callable[[], Any]] = {
        "series: posts by account, topic, sentiment and step": lambda: list(
            series.series(reader, window, timedelta(minutes=5), ("account", "topic", "sentiment"), Filters(sentiments=(-1,)))
        ),
        "volume: how many posts": lambda: series.volume(reader, window),
        "volume: how many by monitored accounts": lambda: series.volume(reader, window, own=True),
        "edge: the newest post": lambda: series.edge(reader, window, newest=True),
        "edge: the oldest post": lambda: series.edge(reader, window, newest=False),
        "began: the first post that was collected": lambda: series.began(reader),
        "published: posts, newest first": lambda: series.published(reader, Filters(window=window), most=10),
        "own_posts: by monitored accounts, seen lately": lambda: series.own_posts(reader, window, seen_since=AT),
        "newest_reports": lambda: list(series.newest_reports(reader, most=1000)),
        "called_reports": lambda: series.called_reports(reader, most=1000),
        "own_posts: without their texts": lambda: series.own_posts(reader, window, words=False),
        "newest_complete, oldest_complete: what a source has covered": lambda: (
            series.newest_complete(reader, "weibo-metro"),
            series.oldest_complete(reader, "weibo-metro"),
        ),
    }
    for name, call in calls.items():
        call()
        yield name


def _keeping(client: Elasticsearch) -> Iterator[str]:
    """Read and write records; yields what to call the requests since the last."""
    records = Records(client, Names(PREFIX))
    piece = Piece(id="spike:all", kind="spike", generation="1")
    records.get(CURSORS, piece.id)
    yield "A record of any family, by its id"
    records.create(CURSORS, piece)
    yield "A new one, to be found at once"
    records.replace(CURSORS, piece, (7, 1))
    yield "One in place of the version that was read, to be found at once"
    records.create_all(CURSORS, [piece])
    yield "Many new ones"
    records.delete(CURSORS, piece.id, (7, 1))
    yield "One taken away, if it is the version that was read"
    records.page(CURSORS, Search().filter("term", kind="spike"), {"kind": "asc"}, after=("spike", "a"))
    yield "A page of a family, with versions"
    records.tally(CURSORS, Search().filter("term", kind="spike"), ("kind",))
    yield "How many of a family there are of each value of some columns"
    records.cross(CURSORS, Search(), "kind", "id")
    yield "How many there are of each pair of values of two columns"


def _peopling(client: Elasticsearch) -> Iterator[str]:
    """Read and write about users; yields what to call the requests since the last."""
    people = People(client, Names(PREFIX))
    user = User(id="duty-1", role=Role.DUTY, secret="argon2id", created_at=AT, changed_at=AT)  # noqa: S106 - a made-up hash
    people.get(User, user.id)
    yield "One of the users, sessions, entries or attempts, by its id"
    people.create(user)
    yield "A new one; a record of the audit is written likewise"
    people.replace(user, (7, 1))
    yield "One in place of the version that was read"
    people.delete(Session, "hash")
    people.delete(Entry, "hash", (7, 1))
    yield "One taken away: whatever its version, and only the version that was read"
    people.users()
    yield "All users"
    people.audit()
    yield "The newest records of the audit"
    people.audit_page(size=100, after=(0, "a"))
    yield "A later page of the audit"


def shapes() -> Iterator[tuple[str, list[Request]]]:
    """Run the writer and every named query against a recorder; yields what was asked for and the requests it takes."""
    client = Elasticsearch("http://recorder:9200", node_class=Recorder, max_retries=0)
    node = client.transport.node_pool.get()
    assert isinstance(node, Recorder)

    def stands(post: TaggedPost | None) -> None:
        node.stands = None if post is None else lift(post)

    for part in (
        _writing(client, stands),
        _reading(client),
        _opining(client),
        _grouped(client),
        _watching(client),
        _keeping(client),
        _peopling(client),
    ):
        for name in part:
            yield name, node.requests.copy()
            node.requests.clear()


def page() -> str:
    """Write the list as a page of the docs."""
    parts = [_HEAD]
    for name, requests in shapes():
        parts.append(f"## {name}\n")
        parts += [_section(request) for request in requests]
    return "\n".join(parts)


_HEAD = """# Every shape of request that the database gets

Made by `python -m indexers.shapes` from the code: the writer and every named query, as they send. The local store takes
these shapes, with any values, and refuses all others.
"""


def _section(request: Request) -> str:
    body = "\n".join(json.dumps(document, ensure_ascii=False, sort_keys=True) for document in request.body)
    block = f"```json\n{body}\n```\n" if body else ""
    return f"`{request.method} {request.target}`\n\n{block}"


if __name__ == "__main__":
    sys.stdout.write(page())
