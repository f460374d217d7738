"""The panels on both engines, counted again by hand; and what no panel may do."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dashboards import panels
from dashboards.ask import Part, ask, listed
from dashboards.boards import BOARDS, COLUMNS
from dashboards.kibana import board_body
from dashboards.kql import read, written
from dashboards.operations import Count, Is, Terms
from dashboards.panel import Listing, Panel
from dashboards.panels import PANELS
from dashboards.shapes import shapes
from dashboards.views import VIEWS
from indexers.documents import templates
from indexers.embedded.open import LocalStore
from indexers.embedded.routes import answer
from indexers.names import Names
from indexers.reader import Reader
from indexers.shapes import Request
from indexers.shapes import shapes as other_shapes
from streams.messages import TaggedPost
from tests.dashboards.conftest import ACCOUNTS, SCOPE
from tests.indexers.embedded.conftest import folder, store

__all__ = ["folder", "store"]

COUNTING = [panel for panel in PANELS if isinstance(panel, Panel)]
NAMES = Names("yuqing")
PUBLISHED = {"post", "repost", "article"}


def counts(part: Part) -> dict[tuple[object, object], int]:
    return {(outer.key, inner.key): inner.count for outer in part.parts for inner in outer.parts if inner.count}


def test_posts_are_counted_right(reader: Reader, filled: Sequence[TaggedPost]) -> None:
    """By step, sentiment, topic, platform, account and keyword, all in one request."""
    asked = [panels.VOLUME, panels.TOPICS, panels.TOPIC_SPREAD, panels.PLATFORMS, panels.CONCERNED, panels.KEYWORDS, panels.NEGATIVE_SHARE]
    found = ask(reader, asked, SCOPE)
    topics = Counter((one.tags.topic, one.tags.sentiment) for one in filled)
    assert counts(found["topics"]) == topics
    assert sum(counts(found["volume"]).values()) == len(filled) == found["volume"].count
    for step in found["volume"].parts:
        inside = [one for one in filled if step.key <= one.post.published_at < step.key + SCOPE.step]
        assert step.count == len(inside)
    spread: Counter[str] = Counter()
    for one in filled:
        spread[one.tags.topic] += (one.post.forwards or 0) + (one.post.comments or 0)
    assert {part.key: part.measures[1] for part in found["topic-spread"].parts} == spread
    assert {part.key: part.count for part in found["platforms"].parts} == Counter(one.post.platform for one in filled)
    concerned = Counter((name, one.tags.sentiment) for one in filled for name in one.post.accounts)
    assert counts(found["accounts-volume"]) == concerned
    assert {part.key: part.count for part in found["keywords"].parts} == Counter(word for one in filled for word in one.tags.keywords)
    negative = sum(one.tags.sentiment == -1 for one in filled)
    assert found["negative-share"].measures == (pytest.approx(negative / len(filled)), negative)


def test_what_accounts_published_is_theirs(reader: Reader, filled: Sequence[TaggedPost]) -> None:
    """A post that mentions another account counts for its own alone, by day of the office; comments are not published."""
    found = ask(reader, [panels.PER_DAY, panels.RECEIVED], SCOPE)
    own = [one for one in filled if one.post.owner and one.post.kind in PUBLISHED]
    zone = ZoneInfo("Asia/Shanghai")
    days = Counter((one.post.published_at.astimezone(zone).date(), one.post.owner) for one in own)
    per_day = {
        (day.date(), owner): count for (day, owner), count in counts(found["published-per-day"]).items() if isinstance(day, datetime)
    }
    assert per_day == days
    forwards: defaultdict[str | None, int] = defaultdict(int)
    for one in own:
        forwards[one.post.owner] += one.post.forwards or 0
    assert [part.key for part in found["received"].parts] == sorted(ACCOUNTS)
    assert {part.key: part.measures[1] for part in found["received"].parts} == forwards


def test_other_documents_are_counted_right(reader: Reader, filled: Sequence[TaggedPost]) -> None:
    """Runs, incidents without those that were merged, and those that nobody has rated; alerts; profiles."""
    found = ask(reader, [panels.RUNS, panels.YIELD, panels.CASES, panels.ALERTS, panels.FOLLOWERS], SCOPE)
    assert sum(counts(found["runs"]).values()) == 78
    assert [part.key for part in found["source-coverage"].parts] == ["weibo-metro", "yunxi-news"]
    assert {part.count for part in found["source-coverage"].parts} == {39}
    assert None in {level for _, level in counts(found["incidents"])}
    assert 30 < sum(counts(found["incidents"]).values()) < 60
    assert sum(counts(found["alerts"]).values()) == 60
    assert {part.key for part in found["followers"].parts} == set(ACCOUNTS)


def test_what_spreads_most_comes_first(reader: Reader, filled: Sequence[TaggedPost]) -> None:
    """With the columns of the panel and nothing that tells who wrote it."""
    rows = listed(reader, panels.SPREADING, SCOPE)
    far = sorted(((one.post.forwards or 0) + (one.post.comments or 0) for one in filled), reverse=True)
    assert [row["spread"] for row in rows] == far[: panels.SPREADING.size]
    assert set(rows[0]) <= {"id", *panels.SPREADING.columns}


def test_more_conditions_narrow_a_panel(reader: Reader, filled: Sequence[TaggedPost]) -> None:
    """A page about one account asks with the same panel."""
    also = SCOPE._replace(also=(Is("accounts", ("metro",)),))
    found = ask(reader, [panels.TOTAL], also)["posts"]
    assert found.count == sum("metro" in one.post.accounts for one in filled)


def test_an_empty_database_has_empty_panels(reader: Reader) -> None:
    """No index yet: every step is there with nothing in it, and no share of nothing."""
    found = ask(Reader(reader.client, Names("nobody"), reader.zone), COUNTING, SCOPE)
    assert {part.count for part in found.values()} == {0}
    assert len(found["volume"].parts) == 144
    assert found["negative-share"].measures == (None, 0)


@pytest.mark.parametrize("panel", PANELS, ids=[panel.id for panel in PANELS])
def test_no_panel_goes_by_author(panel: Panel | Listing) -> None:
    """Nor by what identifies one post or conversation: only by columns of the documents that speak of groups. A list shows ids."""
    known = set(templates(NAMES, "stamp", 0)[f"yuqing-{panel.view.id}"]["template"]["mappings"]["properties"])
    shown = {"id", "url"} if isinstance(panel, Listing) else set()
    assert set(panel.fields) - shown <= known - {"author", "id", "root_id", "parent_id", "client"}


def test_no_author_is_in_any_body_or_request() -> None:
    """But for the fields that data views hide."""
    bodies = [json.dumps(board_body(board, NAMES, language)) for board in BOARDS for language in ("zh", "en")]
    requests = [json.dumps(request.body) for _, request in shapes()]
    assert not any("author" in text or '"p:' in text for text in (*bodies, *requests))
    assert {view.id for view in VIEWS}.isdisjoint({"users", "sessions", "audit", "requests", "handling"})


def test_panels_are_whole() -> None:
    """Each has an id of its own and both titles; what ranks by number has a plain number first; all stand on a board, none over another."""
    ids = [panel.id for panel in PANELS]
    assert len(set(ids)) == len(ids)
    assert all(title for panel in PANELS for title in panel.title)
    for panel in COUNTING:
        if any(isinstance(split, Terms) and not split.alphabetical for split in panel.split):
            assert isinstance(panel.measures[0], Count)
            assert panel.measures[0].where is None
    assert {panel.id for board in BOARDS for panel, _ in board.placed} == set(ids)
    for board in BOARDS:
        cells = [(x, y) for _, place in board.placed for x in range(place.x, place.x + place.w) for y in range(place.y, place.y + place.h)]
        assert len(set(cells)) == len(cells)
        assert max(x for x, _ in cells) < COLUMNS


def test_bodies_are_the_same_each_time() -> None:
    """To the byte."""
    one, two = ([json.dumps(board_body(board, NAMES, "zh")) for board in BOARDS] for _ in range(2))
    assert one == two


@pytest.mark.parametrize(("panel", "request_"), [pytest.param(panel, request, id=panel.id) for panel, request in shapes()])
def test_every_request_is_taken_by_the_local_store(store: LocalStore, panel: Panel | Listing, request_: Request) -> None:
    """In an empty store with our templates."""
    setup = next(found for name, found in other_shapes() if name.startswith("Setting up"))
    for request in [*setup, request_]:
        body = "".join(json.dumps(line) + "\n" for line in request.body).encode()
        status, _, content = answer(store.engine, request.method, request.target, body)
        assert status < 500
        assert b"unsupported" not in content


def test_conditions_are_read_as_they_are_written() -> None:
    """A text in quotation marks is a phrase, a number or a truth is a word."""
    where = (Is("kind", ("post", "article")), Is("sentiment", (-1,)), Is("merged", (False,)))
    assert written(where) == 'kind: ("post" or "article") and sentiment: -1 and merged: false'
    clauses = [clause["bool"]["should"] for clause in read(written(where), "here")]
    assert clauses == [
        [{"match_phrase": {"kind": "post"}}, {"match_phrase": {"kind": "article"}}],
        [{"match": {"sentiment": "-1"}}],
        [{"match": {"merged": "false"}}],
    ]
