"""The writer on both engines: doing it again changes nothing, and nothing is lost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from indexers import queries
from indexers import writer as writer_module
from indexers.bulk import Action, Outcome, send
from indexers.errors import DatabaseUnavailable
from indexers.merge import StoredPost
from indexers.names import Names
from indexers.reader import Reader
from indexers.writer import Refused, Writer
from streams.messages import Coverage, Flag, TaggedPost
from tests.indexers.played import Answer, played, refusal
from tests.indexers.posts import NOW, tagged

HOUR = timedelta(hours=1)


@pytest.fixture
def writer(database: Elasticsearch, prefix: str) -> Writer:
    return Writer(database, prefix, segmenter="stamp")


def state(reader: Reader) -> dict[str, Any]:
    """Everything that stands, with its place and version."""
    reader.client.indices.refresh(index=reader.names.everything)
    found: dict[str, Any] = {}
    for family in (reader.names.posts, reader.names.observations):
        answer = reader.client.search(index=family, body={"query": {"match_all": {}}, "size": 1000, "sort": [{"id": {"order": "asc"}}]})
        for hit in answer["hits"]["hits"]:
            read = reader.client.mget(docs=[{"_index": hit["_index"], "_id": hit["_id"]}])["docs"][0]
            found[hit["_index"], hit["_id"]] = (read["_source"], read["_seq_no"])
    return found


def stored(reader: Reader, post_id: str = "weibo:1") -> StoredPost:
    reader.client.indices.refresh(index=reader.names.everything)
    post = queries.get_post(reader, post_id)
    assert post is not None
    return post


def test_a_new_post_is_created(writer: Writer, reader: Reader) -> None:
    """A post seen for the first time stands in the month of its publication."""
    assert writer.write([tagged(published_at=datetime(2026, 3, 15, tzinfo=UTC))]) == []
    assert [index for index, _ in state(reader)] == [reader.names.posts_of("2026.03")]
    assert stored(reader).text == "地铁早高峰停运第1天"


def test_writing_again_changes_nothing(writer: Writer, reader: Reader) -> None:
    """The same posts again leave every document and every version as it was."""
    posts = [tagged(n, forwards=n, collected_at=NOW + hour * HOUR) for n in range(5) for hour in range(2)]
    writer.write(posts)
    before = state(reader)
    assert writer.write(posts) == []
    assert writer.write(list(reversed(posts))) == []
    assert state(reader) == before


def test_a_replay_of_the_whole_log_changes_nothing(writer: Writer, reader: Reader, database: Elasticsearch, prefix: str) -> None:
    """Sightings with growing counts, cut into other batches the second time, leave the same posts and observations."""
    log = [tagged(n, forwards=n + step, comments=step // 2, collected_at=NOW + step * HOUR) for step in range(6) for n in range(3)]
    for start in range(0, len(log), 4):
        writer.write(log[start : start + 4])
    before = state(reader)
    assert len(before) > 3
    again = Writer(database, prefix, segmenter="stamp")
    for start in range(0, len(log), 7):
        again.write(log[start : start + 7])
    assert state(reader) == before


def test_a_newer_sighting_updates_and_leaves_observations(writer: Writer, reader: Reader) -> None:
    """Counts that changed leave two points in time, each once, however often it is written."""
    sightings = [tagged(forwards=1), tagged(forwards=9, collected_at=NOW + HOUR), tagged(forwards=12, collected_at=NOW + 2 * HOUR)]
    for one in (*sightings, *sightings):
        writer.write([one])
    assert stored(reader).forwards == 12
    found = list(queries.observations_of(reader, "weibo:1"))
    assert [(one.observed_at - NOW, one.forwards) for one in found] == [(0 * HOUR, 1), (HOUR, 9), (2 * HOUR, 12)]


def test_sightings_in_one_batch_are_merged(writer: Writer, reader: Reader) -> None:
    """A batch may hold several sightings of a post, in any order."""
    assert writer.write([tagged(forwards=9, collected_at=NOW + HOUR), tagged(forwards=1)]) == []
    assert (stored(reader).forwards, stored(reader).first_collected_at) == (9, NOW)
    assert [one.forwards for one in queries.observations_of(reader, "weibo:1")] == [1, 9]


def test_observations_stand_in_the_month_of_observation(writer: Writer, reader: Reader) -> None:
    """A post of November that is still forwarded in December is observed in December."""
    writer.write([tagged(forwards=1)])
    writer.write([tagged(forwards=2, collected_at=NOW + timedelta(days=20))])
    assert {index for index, _ in state(reader)} == {
        reader.names.posts_of("2026.11"),
        reader.names.observations_of("2026.11"),
        reader.names.observations_of("2026.12"),
    }


EDGE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (EDGE - timedelta(minutes=2), EDGE + timedelta(minutes=3)),
        (EDGE + timedelta(minutes=3), EDGE - timedelta(minutes=2)),
        (EDGE - timedelta(hours=16), EDGE + timedelta(hours=15)),
    ],
)
def test_one_post_at_the_edge_of_a_month_stands_once(writer: Writer, reader: Reader, first: datetime, second: datetime) -> None:
    """An inexact date on one side of the month's edge and an exact one on the other are the same post."""
    writer.write([tagged(published_at=first, forwards=1, flags=(Flag.INEXACT_DATE,))])
    writer.write([tagged(published_at=second, forwards=2, collected_at=NOW + HOUR)])
    posts = [key for index, key in state(reader) if "-posts-" in index]
    assert posts == ["weibo:1"]
    assert (stored(reader).published_at, stored(reader).forwards) == (first, 2)


@pytest.mark.parametrize("flag", [Flag.NO_DATE, Flag.IMPLAUSIBLE_DATE])
def test_a_post_without_a_date_stands_once(writer: Writer, reader: Reader, flag: Flag) -> None:
    """Each sighting brings its own date; the post stays in the month where it was first written."""
    for days in (0, 20, 70):
        at = NOW + timedelta(days=days)
        writer.write([tagged(published_at=at, collected_at=at, flags=(flag,)), tagged(days + 2, published_at=at)])
    assert [index for index, key in state(reader) if key == "weibo:1"] == [reader.names.posts_of("2026.11")]


def test_what_the_database_refuses_is_returned_and_the_rest_is_written(writer: Writer, reader: Reader) -> None:
    """A count that no index takes is for the dead letters, with its reason; its neighbours are searchable."""
    refused = writer.write([tagged(1), tagged(2, forwards=10**30), tagged(3)])
    assert [(one.id, one.status) for one in refused] == [("weibo:2", 400)]
    assert "parsing_exception" in refused[0].reason
    assert "forwards" in refused[0].error or "spread" in refused[0].error
    assert [key for _, key in state(reader)] == ["weibo:1", "weibo:3"]


def test_a_sighting_that_can_t_be_stored_leaves_what_stands(writer: Writer, reader: Reader) -> None:
    """A later sighting with an impossible count is refused; the post stays as it was."""
    writer.write([tagged(forwards=1)])
    refused = writer.write([tagged(forwards=10**30, collected_at=NOW + HOUR)])
    assert [one.id for one in refused] == ["weibo:1"]
    assert stored(reader).forwards == 1


def test_an_id_that_is_too_long_is_hashed(writer: Writer, reader: Reader) -> None:
    """A post with an id of 2,000 bytes is stored, found by that id, and stands once."""
    long = "web:" + "长" * 700
    assert writer.write([tagged(id=long)]) == []
    assert writer.write([tagged(id=long)]) == []
    assert stored(reader, long).text == "地铁早高峰停运第1天"
    assert len(state(reader)) == 1


def test_text_that_is_not_unicode_is_returned() -> None:
    """A lone surrogate that got this far is refused by itself, before anything is sent."""
    writer = Writer(played(Fragile(0, (200, {}))), "office", segmenter="stamp")
    assert [(one.id, one.reason) for one in writer.write([tagged(text="坏\ud800")])] == [("weibo:1", "unencodable")]


def test_reports_of_coverage_are_written_once(writer: Writer, reader: Reader) -> None:
    """A report that comes again stays as it is."""
    report = Coverage(id="metro:1", source="metro", started_at=NOW, ended_at=NOW, outcome="partial", reason="timeout", seen=3)
    assert writer.write_coverage([report]) == []
    assert writer.write_coverage([report]) == []
    reader.client.indices.refresh(index=reader.names.everything)
    assert queries.latest_coverage(reader) == [report]


def test_somebody_else_may_be_faster(writer: Writer, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A post that another writer changed between reading and writing is read and merged again; both changes stand."""
    writer.write([tagged(forwards=1)])
    other = Writer(reader.client, reader.names.prefix, segmenter="stamp")
    read = writer._read

    def read_and_lose(places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
        found = read(places)
        if places:
            monkeypatch.undo()
            other.write([tagged(likes=7, collected_at=NOW + HOUR)])
        return found

    monkeypatch.setattr(writer, "_read", read_and_lose)
    assert writer.write([tagged(comments=5, collected_at=NOW + 2 * HOUR)]) == []
    merged = stored(reader)
    assert (merged.forwards, merged.comments, merged.likes) == (1, 5, 7)


def test_a_post_deleted_meanwhile_is_created_again(writer: Writer, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retention may delete a month between a conflict and the reading: the sighting is then a new post."""
    writer.write([tagged(forwards=1)])
    monkeypatch.setattr(writer, "_create", lambda sighted, _: list(sighted))
    create = Writer._create
    read = writer._read

    def delete_and_read(places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
        if places:
            monkeypatch.setattr(writer, "_create", lambda sighted, refused: create(writer, sighted, refused))
            reader.client.indices.delete(index=places[0][0])
        return read(places)

    monkeypatch.setattr(writer, "_read", delete_and_read)
    assert writer.write([tagged(forwards=2, collected_at=NOW + HOUR)]) == []
    assert stored(reader).forwards == 2


LOG = [tagged(n, forwards=n + step, collected_at=NOW + step * HOUR) for step in range(3) for n in range(2)]
BATCHES = (LOG[:2], LOG[2:], LOG)


@pytest.mark.parametrize("acknowledged", [False, True])
@pytest.mark.parametrize("dies_at", range(1, 6))
def test_a_writer_may_die_anywhere(reader: Reader, monkeypatch: pytest.MonkeyPatch, dies_at: int, *, acknowledged: bool) -> None:
    """Whichever request is the last, whether or not it came through: the same batch again leaves what an unbroken run leaves."""
    requests = 0

    def send_and_die(client: Elasticsearch, actions: Sequence[Action]) -> list[Outcome]:
        nonlocal requests
        requests += bool(actions)
        dies = requests == dies_at and bool(actions)
        if dies and not acknowledged:
            raise DatabaseUnavailable("gone")
        outcomes = send(client, actions)
        if dies:
            raise DatabaseUnavailable("gone")
        return outcomes

    def run(prefix: str) -> dict[str, Any]:
        for batch in BATCHES:
            try:
                Writer(reader.client, prefix, segmenter="stamp", clock=lambda: NOW).write(batch)
            except DatabaseUnavailable:
                assert Writer(reader.client, prefix, segmenter="stamp", clock=lambda: NOW).write(batch) == []
        return {key: source for (_, key), (source, _) in state(reader._replace(names=Names(prefix))).items()}

    unbroken = run(reader.names.prefix)
    monkeypatch.setattr(writer_module, "send", send_and_die)
    assert run(f"{reader.names.prefix}-broken") == unbroken
    assert len(unbroken) == 8


class Fragile:
    """A played database that takes everything until it is told to fail at the n-th bulk request."""

    def __init__(self, fails_at: int, answer: Answer | Exception) -> None:
        self.bulks = 0
        self.fails_at = fails_at
        self.answer = answer

    def __call__(self, method: str, path: str, lines: list[Any]) -> Answer | Exception:
        if "_bulk" in path:
            self.bulks += 1
            return self.answer if self.bulks == self.fails_at else self._conflict(lines)
        if "_mget" in path:
            return 200, {"docs": [{**doc, "error": {"type": "no_shard_available_action_exception"}} for doc in lines[0]["docs"]]}
        return (404, {}) if method == "GET" and "_index_template" in path else (200, {})

    def _conflict(self, lines: list[Any]) -> Answer:
        items = [{"create": {"_index": "i", "status": 409, **refusal("version_conflict_engine_exception")}} for _ in lines[::2]]
        return 200, {"errors": True, "items": items}


@pytest.mark.parametrize(
    "answer",
    [
        (503, refusal("unavailable")),
        (429, refusal("busy")),
        (200, {"errors": True, "items": [{"create": {"_index": "i", "status": 403, **refusal("cluster_block_exception")}}]}),
    ],
)
def test_nothing_counts_as_written_when_the_database_is_away(answer: Answer) -> None:
    """Whether the whole request or one item is refused for now, the batch is to be written again as a whole."""
    with pytest.raises(DatabaseUnavailable):
        Writer(played(Fragile(1, answer)), "office", segmenter="stamp").write([tagged()])


def test_a_post_that_can_t_be_read_now_pauses() -> None:
    """A lost shard hides what stands: writing over it would lose it."""
    with pytest.raises(DatabaseUnavailable, match="no_shard_available"):
        Writer(played(Fragile(0, (200, {}))), "office", segmenter="stamp").write([tagged()])


def test_setting_up_waits_for_the_database() -> None:
    """A worker that starts before the database pauses like one that loses it."""
    with pytest.raises(DatabaseUnavailable, match="set up the database"):
        Writer(played(lambda *_: (503, refusal("master_not_discovered_exception"))), "office", segmenter="stamp").write([])


def test_a_document_of_somebody_else_is_not_written_over(writer: Writer, reader: Reader) -> None:
    """What is no post of ours under an id of ours is left, and the sighting is returned with the reason."""
    writer.write([tagged(2)])
    index = reader.names.posts_of("2026.11")
    line = f'{{"create":{{"_index":"{index}","_id":"weibo:1"}}}}\n{{"id":"weibo:1"}}\n'
    reader.client.bulk(operations=(line.encode(),))  # type: ignore[arg-type]
    assert [(one.id, one.reason) for one in writer.write([tagged(1)])] == [("weibo:1", "foreign_document")]


def test_many_posts_are_written_in_order_of_nothing(writer: Writer, reader: Reader) -> None:
    """A batch over several months, with repeats, leaves each post once."""
    posts: list[TaggedPost] = [tagged(n % 150, published_at=NOW - timedelta(days=n % 150)) for n in range(400)]
    refused: list[Refused] = writer.write(posts)
    assert refused == []
    reader.client.indices.refresh(index=reader.names.everything)
    assert queries.counts(reader).posts == 150
