"""The named queries on both engines."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from elasticsearch import Elasticsearch

from indexers import queries
from indexers.answers import AccountSlot
from indexers.errors import DatabaseError, DatabaseUnavailable
from indexers.left_out import LeftOut
from indexers.names import Names
from indexers.queries import Filters, Order
from indexers.reader import Reader
from indexers.search_box import parse
from indexers.slots import Calendar, Window
from indexers.writer import Writer
from nlp.segment import cut
from streams.messages import Coverage, Kind, TaggedPost
from tests.indexers.played import played, refusal
from tests.indexers.posts import NOW, tagged

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = Window(NOW - 7 * DAY, NOW + HOUR)
TOPICS = ("交通运输", "环境保护", "教育文体")
TEXTS = ("地铁早高峰停运，请尽快恢复", "河水发黑，环境保护要落实", "学校门口堵车")


def post(n: int) -> TaggedPost:
    """The n-th of thirty posts, four hours apart, of three topics, accounts and feelings in turn."""
    text = TEXTS[n % 3]
    return tagged(
        n,
        text=text,
        title="公告" if n % 10 == 0 else None,
        platform="weibo" if n % 2 else "web",
        kind=Kind.COMMENT if n % 5 == 0 else Kind.POST,
        published_at=NOW - n * 4 * HOUR,
        collected_at=NOW + HOUR,
        forwards=n * n,
        accounts=("metro", "city") if n % 2 else ("water",),
        tags={"topic": TOPICS[n % 3], "sentiment": n % 3 - 1, "tokens": " ".join(cut(("公告。" if n % 10 == 0 else "") + text))},
    )


@pytest.fixture
def writer(database: Elasticsearch, prefix: str) -> Writer:
    return Writer(database, prefix, segmenter="stamp")


@pytest.fixture(scope="module")
def filled(shared_reader: Reader) -> Reader:
    """A database with thirty posts, which nobody changes."""
    reader = shared_reader
    assert Writer(reader.client, reader.names.prefix, segmenter="stamp").write([post(n) for n in range(30)]) == []
    reader.client.indices.refresh(index=reader.names.everything)
    return reader


def ids(found: queries.Found) -> list[str]:
    return [hit.post.id for hit in found.hits]


def numbers(reader: Reader, filters: Filters) -> set[int]:
    return {int(key.removeprefix("weibo:")) for key in ids(queries.search(reader, filters, size=100))}


def typed(text: str) -> Filters:
    return Filters(text=parse(text, cut, ZoneInfo("Asia/Shanghai")))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), set(range(30))),
        (Filters(accounts=("water",)), {n for n in range(30) if n % 2 == 0}),
        (Filters(accounts=("water", "metro")), set(range(30))),
        (Filters(topics=("交通运输",), sentiments=(-1,)), {n for n in range(30) if n % 3 == 0}),
        (Filters(topics=("交通运输",), sentiments=(0, 1)), set()),
        (Filters(kinds=("comment",), platforms=("web",)), {0, 10, 20}),
        (Filters(sources=("weibo-metro",), window=Window(NOW - 8 * HOUR, NOW)), {1, 2}),
        (typed("停运"), {n for n in range(30) if n % 3 == 0}),
        (typed("停运 -公告"), {n for n in range(30) if n % 3 == 0 and n % 10}),
        (typed('"门口堵"'), {n for n in range(30) if n % 3 == 2}),
        (typed('"公告"'), {0, 10, 20}),
        (typed('"停运，请" OR topic:环境保护'), {n for n in range(30) if n % 3 < 2}),
        (typed("-停运"), {n for n in range(30) if n % 3}),
        (typed("地铁早高峰"), {n for n in range(30) if n % 3 == 0}),
        (typed("高峰地铁"), set()),
        (typed("account:water sentiment:中性 platform:web kind:post"), {4, 16, 22, 28}),
        (typed("from:2026-11-18"), {0, 1, 2, 3}),
        (typed("to:2026-11-13"), {n for n in range(30) if n >= 28}),
    ],
)
def test_filters_and_words_find_what_they_say(filled: Reader, filters: Filters, expected: set[int]) -> None:
    """Every filter, alone and together, and everything that can be typed."""
    assert numbers(filled, filters) == expected


def test_posts_are_left_out(filled: Reader) -> None:
    """By id, in lists, facets and counts, however many they are; an id that isn't there leaves out nothing."""
    names = ("weibo:3", "weibo:4", "never", *(f"none:{n}" for n in range(3000)))
    found = queries.search(filled, Filters(without=LeftOut(ids=names)), size=30, facets=True)
    assert {hit.post.id for hit in found.hits} == {f"weibo:{n}" for n in range(30)} - {"weibo:3", "weibo:4"}
    assert (found.total, sum(found.facets["sentiment"].values())) == (28, 28)
    assert queries.compare(filled, {"week": WEEK}, Filters(without=LeftOut(ids=names))) == {"week": 28}
    assert sum(slot.posts for slot in queries.sentiment_timeline(filled, WEEK, DAY, Filters(without=LeftOut(ids=names)))) == 28


def test_pages_neither_repeat_nor_skip(filled: Reader) -> None:
    """By time and by spread, page after page gives every post once, in order."""
    for order in Order:
        seen: list[str] = []
        after: tuple[Any, ...] | None = None
        while True:
            page = queries.search(filled, order=order, size=7, after=after)
            assert page.total == 30
            seen += ids(page)
            after = page.after
            if after is None:
                break
        first = range(30) if order is Order.TIME else range(29, -1, -1)
        assert seen == [f"weibo:{n}" for n in first]


def test_posts_of_one_moment_are_paged_by_id(writer: Writer, reader: Reader) -> None:
    """Where the sort has many equals, the id keeps the order: none is lost between two pages."""
    writer.write([tagged(n) for n in range(25)])
    reader.client.indices.refresh(index=reader.names.everything)
    first = queries.search(reader, size=10)
    second = queries.search(reader, size=10, after=first.after)
    third = queries.search(reader, size=10, after=second.after)
    everything = ids(first) + ids(second) + ids(third)
    assert everything == sorted(f"weibo:{n}" for n in range(25))


@pytest.mark.parametrize(
    ("text", "marked"), [("停运", ("停运",)), ('"停运，请"', ("停运，请",)), ('公告 "尽快恢复"', ("尽快恢复", "公告"))]
)
def test_what_matched_is_marked(filled: Reader, text: str, marked: tuple[str, ...]) -> None:
    """Each hit tells which strings of its text to mark."""
    hit = queries.search(filled, typed(text), size=1).hits[0]
    whole = f"{hit.post.title}{hit.post.text}"
    assert set(hit.marks) == set(marked)
    assert all(mark in whole for mark in hit.marks)


def test_facets_count_what_the_filters_leave(filled: Reader) -> None:
    """Beside the page stands how many posts there are of each value."""
    found = queries.search(filled, Filters(topics=("交通运输",)), size=1, facets=True)
    assert found.facets == {
        "topic": {"交通运输": 10},
        "own_topics": {},
        "sentiment": {"-1": 10},
        "asks": {},
        "form": {"voice": 10},
        "kind": {"post": 8, "comment": 2},
        "platform": {"web": 5, "weibo": 5},
        "accounts": {"city": 5, "metro": 5, "water": 5},
    }


def test_what_serves_merging_only_is_not_fetched(filled: Reader) -> None:
    """People get the text, not the words as they were cut."""
    assert queries.search(filled, size=1).hits[0].post.tokens == ""


def test_the_most_spread_come_first(filled: Reader) -> None:
    """The ten that were forwarded and commented on most."""
    assert [one.forwards for one in queries.most_spread(filled, size=3)] == [29 * 29, 28 * 28, 27 * 27]


def test_a_timeline_counts_every_post_once(filled: Reader) -> None:
    """Steps of six hours from the start of the window, empty ones included, add up to what is in the window."""
    timeline = queries.sentiment_timeline(filled, WEEK, 6 * HOUR)
    assert timeline[0].start == WEEK.start
    assert all(later.start - earlier.start == 6 * HOUR for earlier, later in pairwise(timeline))
    assert len(timeline) == 29
    assert sum(slot.posts for slot in timeline) == 30
    assert sum(slot.sentiments.get(-1, 0) for slot in timeline) == sum(slot.topics.get("交通运输", 0) for slot in timeline) == 10
    empty = [slot for slot in timeline if not slot.posts]
    assert empty
    assert all(slot.sentiments == slot.topics == {} for slot in empty)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Calendar.DAY, [("2026-11-13", 2), ("2026-11-14", 6), ("2026-11-15", 6), ("2026-11-16", 6), ("2026-11-17", 6), ("2026-11-18", 4)]),
        (Calendar.WEEK, [("2026-11-09", 14), ("2026-11-16", 16)]),
        (Calendar.MONTH, [("2026-11-01", 30)]),
    ],
)
def test_calendar_steps_are_those_of_the_office(filled: Reader, step: Calendar, expected: list[tuple[str, int]]) -> None:
    """A day begins at midnight in Shanghai, sixteen hours into the day before in UTC."""
    window = Window(datetime(2026, 11, 12, 16, tzinfo=UTC), NOW + HOUR)
    timeline = queries.sentiment_timeline(filled, window, step)
    assert [(slot.start.date().isoformat(), slot.posts) for slot in timeline] == expected


def test_topics_and_accounts_are_counted_by_sentiment(filled: Reader) -> None:
    """Each share has its posts, their feelings and their spread; a post of two accounts counts for both."""
    topics = {share.name: share for share in queries.topics_by_sentiment(filled)}
    assert (topics["环境保护"].posts, topics["环境保护"].sentiments) == (10, {0: 10})
    assert topics["环境保护"].spread == sum(n * n for n in range(1, 30, 3))
    accounts = {share.name: share.posts for share in queries.accounts_volume(filled, Filters(topics=("交通运输",)))}
    assert accounts == {"metro": 5, "city": 5, "water": 5}


def test_each_account_has_its_leading_posts(filled: Reader) -> None:
    """The posts with most forwards and comments, for each account."""
    leading = {account: [one.id for one in posts] for account, posts in queries.leading_posts(filled, each=2).items()}
    assert leading == {"metro": ["weibo:29", "weibo:27"], "city": ["weibo:29", "weibo:27"], "water": ["weibo:28", "weibo:26"]}


def test_counts_say_how_many_of_what(filled: Reader) -> None:
    """All posts, by field, and how many accounts they speak of."""
    found = queries.counts(filled, Filters(platforms=("web",)))
    assert (found.posts, found.accounts) == (15, 1)
    assert found.facets["kind"] == {"post": 12, "comment": 3}


def test_models_are_counted(writer: Writer, reader: Reader) -> None:
    """Which models tagged the posts of a window, the most first."""
    models = ["topic-1/sentiment-1"] * 2 + ["topic-2/sentiment-1"]
    assert writer.write([tagged(n, tags={"model": model}) for n, model in enumerate(models)]) == []
    reader.client.indices.refresh(index=reader.names.everything)
    assert list(queries.models(reader, Filters(window=WEEK)).items()) == [("topic-1/sentiment-1", 2), ("topic-2/sentiment-1", 1)]
    assert queries.models(reader, Filters(window=Window(NOW + DAY, NOW + 2 * DAY))) == {}


def test_windows_are_compared(filled: Reader) -> None:
    """Today and yesterday up to this hour, side by side; a window without posts is there with zero."""
    windows = {"today": Window(NOW - DAY, NOW), "yesterday": Window(NOW - 2 * DAY, NOW - DAY), "next": Window(NOW + DAY, NOW + 2 * DAY)}
    assert queries.compare(filled, windows) == {"today": 6, "yesterday": 6, "next": 0}


def test_spread_is_summed_and_banded(filled: Reader) -> None:
    """Sum, largest, percentiles and bands of forwards and comments."""
    found = queries.spread(filled)
    assert (found.posts, found.sum, found.largest) == (30, sum(n * n for n in range(30)), 841)
    assert found.bands == {"0-10": 4, "10-100": 6, "100-1000": 20, "1000-": 0}
    assert found.percentiles[50.0] == pytest.approx((14 * 14 + 15 * 15) / 2, rel=0.05)


def test_a_series_of_each_account_is_paged_through(filled: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pages, each account and day comes once, in order."""
    monkeypatch.setattr(queries, "PAGE", 4)
    series = list(queries.account_series(filled, WEEK, DAY))
    assert series == sorted(series)
    assert len({(slot.account, slot.start) for slot in series}) == len(series)
    assert sum(slot.posts for slot in series) == 45
    assert series[0] == AccountSlot("city", WEEK.start + 2 * DAY, series[0].posts)


def test_the_latest_run_of_each_source(writer: Writer, reader: Reader) -> None:
    """Of many runs, the last of each source, whatever became of it."""
    runs = [
        Coverage(id=f"{source}:{n}", source=source, started_at=NOW + n * HOUR, ended_at=NOW + n * HOUR, outcome=outcome, seen=n)
        for source in ("metro", "bus")
        for n, outcome in enumerate(("complete", "failed"))
    ]
    assert writer.write_coverage(runs) == []
    reader.client.indices.refresh(index=reader.names.everything)
    assert queries.latest_coverage(reader) == [runs[3], runs[1]]


def test_one_post_is_found_whichever_month_it_stands_in(filled: Reader) -> None:
    """By its id alone; an unknown id finds nothing."""
    found = queries.get_post(filled, "weibo:7")
    assert found is not None
    assert (found.forwards, found.tokens) == (49, " ".join(cut(TEXTS[1])))
    assert queries.get_post(filled, "weibo:700") is None


def test_observations_are_paged_through(writer: Writer, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pages, each observation comes once, oldest first."""
    monkeypatch.setattr(queries, "PAGE", 2)
    for n in range(6):
        writer.write([tagged(forwards=n, collected_at=NOW + n * HOUR)])
    reader.client.indices.refresh(index=reader.names.everything)
    assert [one.forwards for one in queries.observations_of(reader, "weibo:1")] == [0, 1, 2, 3, 4, 5]


def test_an_empty_database_answers_everything(reader: Reader) -> None:
    """Before the first post, each query says that there is nothing, and none fails."""
    assert queries.search(reader, facets=True) == ([], 0, {field: {} for field in queries.FACETS}, None)
    assert queries.most_spread(reader) == []
    assert [slot.posts for slot in queries.sentiment_timeline(reader, WEEK, Calendar.WEEK)] == [0, 0]
    assert queries.topics_by_sentiment(reader) == queries.accounts_volume(reader) == []
    assert queries.leading_posts(reader) == {}
    assert queries.counts(reader).posts == queries.counts(reader).accounts == 0
    assert queries.compare(reader, {"week": WEEK}) == {"week": 0}
    assert queries.spread(reader).sum == 0
    assert list(queries.account_series(reader, WEEK, DAY)) == []
    assert queries.latest_coverage(reader) == []
    assert queries.get_post(reader, "weibo:1") is None
    assert list(queries.observations_of(reader, "weibo:1")) == []


@pytest.mark.parametrize(("status", "error"), [(503, DatabaseUnavailable), (400, DatabaseError)])
def test_a_query_that_fails_says_which(status: int, error: type[Exception]) -> None:
    """Readers get our errors, with the name of the query."""
    reader = Reader(played(lambda *_: (status, refusal("some_exception"))), Names("office"), ZoneInfo("Asia/Shanghai"))
    with pytest.raises(error, match="query counts"):
        queries.counts(reader)


def test_a_document_of_somebody_else_is_an_error() -> None:
    """What is no post of ours is not shown as one."""
    answer = {"hits": {"total": {"value": 1}, "hits": [{"_index": "i", "_id": "1", "_source": {"id": 1}, "sort": [1]}]}}
    reader = Reader(played(lambda *_: (200, answer)), Names("office"), ZoneInfo("Asia/Shanghai"))
    with pytest.raises(DatabaseError, match="i/1 is not a StoredPost"):
        queries.search(reader)


@pytest.mark.parametrize(
    ("highlight", "marks"),
    [
        ({"tokens": ["\ue000地铁\ue001 \ue000停运\ue001 了 \ue000地铁\ue001"]}, ("地铁停运", "地铁")),
        ({"tokens": ["\ue000new app\ue001 好"]}, ("new app",)),
        ({"text": ["在\ue000停\ue001\ue000运\ue001中"]}, ("停运",)),
        ({}, ()),
    ],
)
def test_marks_are_strings_of_the_text(highlight: dict[str, list[str]], marks: tuple[str, ...]) -> None:
    """Neighbouring marks are one; words of Chinese stand in the text without the blanks between them."""
    assert queries.marks(highlight) == marks


def test_listing_does_not_depend_on_where_posts_stand(writer: Writer, reader: Reader) -> None:
    """Posts of several months are one list."""
    writer.write([tagged(n, published_at=NOW - n * 20 * DAY) for n in range(6)])
    reader.client.indices.refresh(index=reader.names.everything)
    assert ids(queries.search(reader)) == [f"weibo:{n}" for n in range(6)]


def test_arrivals_come_by_when_they_were_written(database: Elasticsearch, prefix: str, reader: Reader) -> None:
    """What is new is found by the time of its first write, page by page; a later sighting does not make it new again."""
    times = iter([NOW, NOW + HOUR, NOW + 2 * HOUR])
    writer = Writer(database, prefix, segmenter="stamp", clock=lambda: next(times))
    writer.write([tagged(1), tagged(2)])
    writer.write([tagged(3, published_at=NOW - 40 * DAY)])
    writer.write([tagged(1, collected_at=NOW + DAY, forwards=5)])
    database.indices.refresh(index=reader.names.everything)
    assert [post.id for post in queries.arrivals(reader, NOW)] == ["weibo:1", "weibo:2", "weibo:3"]
    assert [post.id for post in queries.arrivals(reader, NOW + HOUR)] == ["weibo:3"]
    after = (round(NOW.timestamp() * 1000), "weibo:1")
    assert [post.id for post in queries.arrivals(reader, NOW, after=after, size=1)] == ["weibo:2"]


def test_coverage_of_one_source_is_newest_first(database: Elasticsearch, prefix: str, reader: Reader) -> None:
    """The last runs of a source, and of no other."""
    runs = [
        Coverage(id=f"{source}:{n}", source=source, started_at=NOW + n * HOUR, ended_at=NOW + n * HOUR, outcome="complete")
        for source in ("feed", "weibo")
        for n in range(3)
    ]
    Writer(database, prefix, segmenter="stamp").write_coverage(runs)
    database.indices.refresh(index=reader.names.everything)
    assert [run.id for run in queries.coverage_of(reader, "feed", size=2)] == ["feed:2", "feed:1"]
