"""The loop that tags and indexes: handled, flushed, then committed."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from indexers.errors import DatabaseUnavailable
from indexers.writer import Refused
from services.stop import Stop
from services.work import TOPICS, Worker
from streams.dead import DeadLetters
from streams.local import LocalLog
from streams.log import Message, Topic
from streams.messages import Author, Coverage, Kind, Post, TaggedPost, Tags, decode, encode

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def post(number: int, text: str = "云溪的桂花开了") -> Post:
    """One post of our own."""
    return Post(
        id=f"web:{number}",
        platform="web",
        kind=Kind.POST,
        author=Author(id="p:1"),
        text=text,
        published_at=NOW,
        collected_at=NOW,
        source="s",
    )


class PlainTagger:
    """Tags everything alike; breaks on a text that says so."""

    def tag(self, posts: Sequence[Post]) -> list[TaggedPost]:
        if any(each.text == "break" for each in posts):
            raise RuntimeError("a library broke")
        tags = Tags(topic="其他", topic_score=1.0, sentiment=0, sentiment_score=1.0, tokens="", keywords=(), model="plain", tag_revision=1)
        return [TaggedPost(post=each, tags=tags) for each in posts]


class MemoryWriter:
    """Keeps what it is given; away or refusing when told so."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.copies: set[str | None] = set()  # what those that were given repeat
        self.reports: list[str] = []
        self.away = 0
        self.refuses: set[str] = set()

    def write(self, posts: Sequence[TaggedPost]) -> list[Refused]:
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable("nobody there", retry_after=0.001)
        self.ids += [each.post.id for each in posts if each.post.id not in self.refuses]
        self.copies |= {each.tags.duplicate_of for each in posts}
        return [
            Refused(id=each.post.id, reason="document_parsing_exception", error="no", status=400)
            for each in posts
            if each.post.id in self.refuses
        ]

    def write_coverage(self, reports: Sequence[Coverage]) -> list[Refused]:
        self.reports += [each.id for each in reports]
        return []


@pytest.fixture
def log(tmp_path: Path) -> LocalLog:
    return LocalLog(tmp_path / "log", partitions=2, retention=timedelta(days=1), session_s=10.0)


def append(log: LocalLog, *posts: Post) -> None:
    """Put posts on the log."""
    log.append([Message(topic=Topic.POSTS, key=each.key, value=encode(each)) for each in posts])


def drain(worker: Worker, limit: int = 10) -> None:
    """Work until nothing is left."""
    while worker.step(limit=limit, poll_s=0.05):
        pass


def test_posts_and_reports_are_written_and_committed(log: LocalLog) -> None:
    """What is on the log ends in the database, and nothing is left to do."""
    report = Coverage(id="s:1", source="s", started_at=NOW, ended_at=NOW, outcome="complete")
    append(log, post(1), post(2))
    log.append([Message(topic=Topic.COVERAGE, key="s", value=encode(report))])
    writer = MemoryWriter()
    with log.consumer("work", TOPICS) as consumer:
        drain(Worker(consumer, PlainTagger(), writer, DeadLetters(log)))
    assert sorted(writer.ids) == ["web:1", "web:2"]
    assert writer.reports == ["s:1"]
    assert sum(log.lag("work", TOPICS).values()) == 0


def test_what_cannot_be_handled_goes_to_the_dead_letters_and_the_rest_goes_on(log: LocalLog) -> None:
    """Garbage, an older contract, a text that breaks the tagger and a refused document each leave a letter with their place."""
    append(log, post(1), post(2, "break"), post(3))
    log.append([Message(topic=Topic.POSTS, key="x", value=b"\xff\x00"), Message(topic=Topic.POSTS, key="y", value=b'{"contract":0}')])
    writer = MemoryWriter()
    writer.refuses = {"web:3"}
    dead = DeadLetters(log)
    with log.consumer("work", TOPICS) as consumer:
        worker = Worker(consumer, PlainTagger(), writer, dead)
        drain(worker)
    assert writer.ids == ["web:1"]
    letters = dead.list()
    assert sorted(letter.reason for letter in letters) == ["contract_version", "document_parsing_exception", "not_json", "untaggable"]
    assert all(letter.topic is Topic.POSTS and letter.offset is not None and letter.value for letter in letters)
    assert worker.tally.dead == 4


def test_each_sighting_of_a_refused_post_leaves_its_own_letter(log: LocalLog) -> None:
    """Two sightings of one post in a batch are two messages: neither is dropped, and the letter of each holds its bytes."""
    append(log, post(1, "先"), post(1, "后"), post(2, "break"), post(2, "好"))
    writer = MemoryWriter()
    writer.refuses = {"web:1"}
    dead = DeadLetters(log)
    with log.consumer("work", TOPICS) as consumer:
        drain(Worker(consumer, PlainTagger(), writer, dead))
    assert writer.ids == ["web:2"]
    found = {(letter.reason, decode(letter.value or b"", Post).text) for letter in dead.list()}
    assert found == {("document_parsing_exception", "先"), ("document_parsing_exception", "后"), ("untaggable", "break")}


class AwayFirst:
    """Calls every post a copy; can't ask the database as often as told."""

    def __init__(self, away: int) -> None:
        self.away = away

    def mark(self, tagged: Sequence[TaggedPost]) -> list[TaggedPost]:
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable("nobody there", retry_after=0.001)
        return [TaggedPost(post=each.post, tags=replace(each.tags, duplicate_of="web:0")) for each in tagged]


def test_copies_are_told_before_anything_is_written(log: LocalLog) -> None:
    """While the database can't be asked what a post repeats, nothing is written or committed; then all is, with its mark."""
    append(log, post(1), post(2))
    stop, writer = Stop(), MemoryWriter()
    with log.consumer("work", TOPICS) as consumer:
        worker = Worker(consumer, PlainTagger(), writer, DeadLetters(log), copies=AwayFirst(2))
        stop_when_idle(worker, stop, writer)
        worker.run(stop, limit=10, poll_s=0.05)
    assert sorted(set(writer.ids)) == ["web:1", "web:2"]
    assert writer.copies == {"web:0"}
    assert worker.tally.pauses == 2
    assert sum(log.lag("work", TOPICS).values()) == 0


def test_a_database_that_is_away_pauses_the_loop_and_nothing_is_lost(log: LocalLog) -> None:
    """While the database is away nothing is committed; when it is back the same posts are written."""
    append(log, post(1), post(2))
    stop, writer = Stop(), MemoryWriter()
    writer.away = 3
    with log.consumer("work", TOPICS) as consumer:
        worker = Worker(consumer, PlainTagger(), writer, DeadLetters(log))
        stop_when_idle(worker, stop, writer)
        worker.run(stop, limit=10, poll_s=0.05)
    assert sorted(set(writer.ids)) == ["web:1", "web:2"]
    assert worker.tally.pauses == 3
    assert sum(log.lag("work", TOPICS).values()) == 0


class WatchedTagger(PlainTagger):
    """Tells when it has tagged a second batch."""

    def __init__(self) -> None:
        self.batches = 0
        self.ahead = threading.Event()

    def tag(self, posts: Sequence[Post]) -> list[TaggedPost]:
        self.batches += bool(posts)
        if self.batches > 1:
            self.ahead.set()
        return super().tag(posts)


class PatientWriter(MemoryWriter):
    """Ends its first write only when the next batch was tagged."""

    def __init__(self, ahead: threading.Event) -> None:
        super().__init__()
        self._ahead = ahead
        self.waited: list[bool] = []

    def write(self, posts: Sequence[TaggedPost]) -> list[Refused]:
        self.waited.append(self._ahead.wait(10))
        return super().write(posts)


def test_the_next_batch_is_tagged_while_one_is_written(log: LocalLog) -> None:
    """Writing and tagging go on side by side, and batches are written in their order."""
    append(log, post(1))
    append(log, *(replace(post(number), root_id="web:1") for number in (2, 3)))  # in one conversation, so in order
    tagger = WatchedTagger()
    writer = PatientWriter(tagger.ahead)
    with log.consumer("work", TOPICS) as consumer:
        worker = Worker(consumer, tagger, writer, DeadLetters(log))
        while worker.step(limit=1, poll_s=0.05):
            pass
    assert writer.waited == [True, True, True]
    assert writer.ids == ["web:1", "web:2", "web:3"]
    assert sum(log.lag("work", TOPICS).values()) == 0


def test_what_was_read_ahead_of_a_failed_write_comes_again(log: LocalLog) -> None:
    """A batch that can't be written is not overtaken by the one read after it, and nothing is committed meanwhile."""
    append(log, post(1), *(replace(post(number), root_id="web:1") for number in (2, 3)))
    writer, lags = MemoryWriter(), []
    writer.away = 2
    with log.consumer("work", TOPICS) as consumer:
        worker = Worker(consumer, PlainTagger(), writer, DeadLetters(log))
        for _ in range(2):
            with pytest.raises(DatabaseUnavailable):
                drain(worker, limit=1)
            lags.append(sum(log.lag("work", TOPICS).values()))
            consumer.rewind()
        while worker.step(limit=1, poll_s=0.05):
            pass
    assert lags == [3, 3]
    assert writer.ids == ["web:1", "web:2", "web:3"]
    assert sum(log.lag("work", TOPICS).values()) == 0


class StoppingWriter(MemoryWriter):
    """Asks the loop to end while it writes."""

    def __init__(self, stop: Stop) -> None:
        super().__init__()
        self._stop = stop

    def write(self, posts: Sequence[TaggedPost]) -> list[Refused]:
        self._stop.request()
        return super().write(posts)


def test_a_batch_in_hand_is_ended_before_the_loop_is(log: LocalLog) -> None:
    """A loop that is told to stop commits what it is writing."""
    append(log, post(1))
    stop = Stop()
    writer = StoppingWriter(stop)
    with log.consumer("work", TOPICS) as consumer:
        Worker(consumer, PlainTagger(), writer, DeadLetters(log)).run(stop, limit=10, poll_s=0.05)
    assert writer.ids == ["web:1"]
    assert sum(log.lag("work", TOPICS).values()) == 0


def test_a_batch_in_hand_that_cannot_be_written_comes_again(log: LocalLog) -> None:
    """A loop that is told to stop while the database is away ends all the same, and commits nothing."""
    append(log, post(1))
    stop = Stop()
    writer = StoppingWriter(stop)
    writer.away = 1
    with log.consumer("work", TOPICS) as consumer:
        Worker(consumer, PlainTagger(), writer, DeadLetters(log)).run(stop, limit=10, poll_s=0.05)
    assert writer.ids == []
    assert sum(log.lag("work", TOPICS).values()) == 1


def stop_when_idle(worker: Worker, stop: Stop, writer: MemoryWriter) -> None:
    """Ask the loop to end once both posts were committed."""
    step = worker.step

    def stepping(*, limit: int, poll_s: float) -> int:
        done = step(limit=limit, poll_s=poll_s)
        if len(set(writer.ids)) == 2:
            stop.request()
        return done

    worker.step = stepping  # type: ignore[method-assign]
