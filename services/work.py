"""The loop that turns messages into records of the database. Handled, flushed, then committed: in that order.

While one batch is written the next is tagged and the one after it read, each on a thread of its own. A batch is committed when it is
written, before the next one is begun; where that fails, what was read ahead is dropped and comes again.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import structlog

from indexers.errors import DatabaseUnavailable
from indexers.writer import Refused
from services.errors import TaggerUnavailable
from services.stop import Stop
from streams.dead import DeadLetter
from streams.errors import ContractError, LogUnavailable, PartitionsLost
from streams.log import Batch, Consumer, Record, Topic
from streams.messages import Coverage, Post, TaggedPost, decode

log = structlog.get_logger()

TOPICS = (Topic.POSTS, Topic.COVERAGE)
LONGEST_PAUSE_S = 30.0  # a database that was away for hours is asked twice a minute


class Tagging(Protocol):
    """What the loop needs of `nlp.tagger.Tagger`."""

    def tag(self, posts: Sequence[Post]) -> list[TaggedPost]:
        """Tags for each post, in order; raises TaggerUnavailable where it can't tag anything now."""


class Marking(Protocol):
    """What the loop needs of `services.copies.Copies`."""

    def mark(self, tagged: Sequence[TaggedPost]) -> list[TaggedPost]:
        """Say of each post which one it repeats, in order; raises DatabaseUnavailable."""


class Writing(Protocol):
    """What the loop needs of `indexers.writer.Writer`."""

    def write(self, posts: Sequence[TaggedPost]) -> list[Refused]:
        """Write posts; raises DatabaseUnavailable when nothing was acknowledged for good."""

    def write_coverage(self, reports: Sequence[Coverage]) -> list[Refused]:
        """Write coverage reports, likewise."""


class Letters(Protocol):
    """What the loop needs of `streams.dead.DeadLetters`."""

    def add(self, letters: Iterable[DeadLetter]) -> None:
        """Store the letters; adding one twice is adding it once."""


@dataclass
class Tally:
    """What the loop has done since it started."""

    posts: int = 0
    reports: int = 0
    dead: int = 0
    pauses: int = 0


@dataclass
class Sorted:
    """The records of a batch, decoded."""

    sightings: list[Post] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)  # of the sightings, one for one
    reports: list[tuple[Coverage, Record]] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    tagged: list[TaggedPost] = field(default_factory=list)


class _Tagging(NamedTuple):
    """A batch that is being decoded and tagged."""

    batch: Batch
    found: Future[Sorted]


class _Writing(NamedTuple):
    """A batch that is being written; the letters of what the database refused come of it."""

    batch: Batch
    found: Sorted
    refused: Future[list[DeadLetter]]


def sort_batch(batch: Batch, now: datetime) -> Sorted:
    """Decode every record of a batch; what can't be decoded becomes a dead letter with its reason."""
    found = Sorted()
    for record in batch.records:
        try:
            if record.place.topic is Topic.COVERAGE:
                found.reports.append((decode(record.value or b"", Coverage), record))
            else:
                found.sightings.append(decode(record.value or b"", Post))
                found.records.append(record)
        except ContractError as error:
            found.letters.append(DeadLetter.of_record(record, error.reason, str(error), now))
    return found


class Worker:
    """One member of the group that tags and indexes. `clock` gives aware UTC times for dead letters. For one thread at a time."""

    def __init__(
        self,
        consumer: Consumer,
        tagger: Tagging,
        writer: Writing,
        dead: Letters,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        copies: Marking | None = None,
    ) -> None:
        self._consumer = consumer
        self._tagger = tagger
        self._writer = writer
        self._dead = dead
        self._copies = copies
        self._clock = clock
        self._head = ThreadPoolExecutor(1, "work-tag")  # these threads begin with the first batch and end with this object
        self._hand = ThreadPoolExecutor(1, "work-write")
        self._tagging: _Tagging | None = None
        self._writing: _Writing | None = None
        self.tally = Tally()

    def run(self, stop: Stop, *, limit: int, poll_s: float) -> None:
        """Work until told to stop. What can't be done now is done again after a pause that grows, never given up."""
        failures = 0
        while not stop.requested:
            try:
                self.step(limit=limit, poll_s=poll_s)
                failures = 0
            except (DatabaseUnavailable, LogUnavailable, TaggerUnavailable) as error:
                failures += 1
                self.tally.pauses += 1
                pause = min(LONGEST_PAUSE_S, error.retry_after * 2 ** min(failures - 1, 6))
                log.warning("work.paused", error=str(error), seconds=pause)
                stop.wait(pause)
                self._rewind()
            except PartitionsLost as error:
                log.info("work.partitions_lost", error=str(error))
                self._rewind()
        self._end()

    def step(self, *, limit: int, poll_s: float) -> int:
        """Read a batch and begin to tag it, end the one before the last, and begin to write the last one.

        Returns the number of records that were read, tagged or written; 0 when nothing came and nothing is left to end. Raises what
        the log, the tagger and the database raise; then rewind the consumer, for what was read and not committed is forgotten here.
        """
        try:
            return self._step(limit, poll_s)
        except BaseException:
            self._forget()
            raise

    def _step(self, limit: int, poll_s: float) -> int:
        batch = self._consumer.poll(limit, 0 if self._tagging or self._writing else poll_s)
        last, self._tagging = self._tagging, None
        if batch:
            self._tagging = _Tagging(batch, self._head.submit(self._sort_and_tag, batch))
        return len(batch.records) + self._go_on(last)

    def _go_on(self, last: _Tagging | None) -> int:
        """End the batch that is being written, and begin to write the one that was tagged last; returns the number of their records."""
        found = last.found.result() if last else None
        ended = self._finish()
        if last is None or found is None:
            return ended
        self._writing = _Writing(last.batch, found, self._hand.submit(self._write, found))
        return ended + len(last.batch.records)

    def _finish(self) -> int:
        """Wait until the batch that is being written is, and commit it; returns the number of its records."""
        writing, self._writing = self._writing, None
        if writing is None:
            return 0
        letters = writing.found.letters + writing.refused.result()
        if letters:
            self._dead.add(letters)
        self._consumer.commit(writing.batch)
        self.tally.posts += len(writing.found.tagged)
        self.tally.reports += len(writing.found.reports)
        self.tally.dead += len(letters)
        return len(writing.batch.records)

    def _end(self) -> None:
        """End the batches in hand; one that can't be written now comes again when the next worker starts."""
        last, self._tagging = self._tagging, None
        try:
            self._go_on(last)
            self._finish()
        except (DatabaseUnavailable, LogUnavailable, TaggerUnavailable, PartitionsLost) as error:
            log.warning("work.left_undone", error=str(error))
            self._forget()

    def _sort_and_tag(self, batch: Batch) -> Sorted:
        found = sort_batch(batch, self._clock())
        self._tag(found)
        return found

    def _write(self, found: Sorted) -> list[DeadLetter]:
        letters: list[DeadLetter] = []
        if found.tagged:
            for refused in self._writer.write(found.tagged):  # one refusal stands for all sightings of the post
                same = zip(found.sightings, found.records, strict=True)
                letters += [self._refused(refused, record) for post, record in same if post.id == refused.id]
        if found.reports:
            records = {report.id: record for report, record in found.reports}
            reports = [report for report, _ in found.reports]
            letters += [self._refused(refused, records[refused.id]) for refused in self._writer.write_coverage(reports)]
        return letters

    def _tag(self, found: Sorted) -> None:
        self._tag_all(found)
        if self._copies is not None and found.tagged:
            found.tagged = self._copies.mark(found.tagged)

    def _tag_all(self, found: Sorted) -> None:
        try:
            found.tagged = self._tagger.tag(found.sightings)
        except TaggerUnavailable:
            raise
        except Exception:  # noqa: BLE001 - a text that breaks a library must not stop the rest: find it, one by one
            log.warning("work.batch_untaggable", posts=len(found.sightings))
        else:
            return
        for post, record in zip(found.sightings, found.records, strict=True):
            try:
                found.tagged += self._tagger.tag([post])
            except TaggerUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the letter says so
                found.letters.append(DeadLetter.of_record(record, "untaggable", repr(error), self._clock()))

    def _refused(self, refused: Refused, record: Record) -> DeadLetter:
        return DeadLetter.of_record(record, refused.reason, refused.error, self._clock())

    def _rewind(self) -> None:
        """Go back to what was last committed."""
        try:
            self._consumer.rewind()
        except LogUnavailable as error:
            log.warning("work.rewind_failed", error=str(error))

    def _forget(self) -> None:
        """Drop the batches in hand, once nothing is being tagged or written any more."""
        tagging, writing = self._tagging, self._writing
        self._tagging = self._writing = None
        if tagging is not None:
            wait([tagging.found])
        if writing is not None:
            wait([writing.refused])
