"""The durable, ordered, at-least-once log: few verbs, two engines (`streams.kafka`, `streams.local`), one contract suite."""

import enum
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Protocol, Self

import msgspec


class Topic(enum.StrEnum):
    """The topics of the log."""

    POSTS = "posts"  # Post messages, keyed by root post, `log.partitions` partitions
    COVERAGE = "coverage"  # Coverage messages, keyed by source, 1 partition
    DEAD = "dead"  # dead letters, keyed by their id, 1 partition, compacted: a None value removes a letter


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message to append. A None value removes what stands under the key in a compacted topic."""

    topic: Topic
    key: str
    value: bytes | None


class Place(NamedTuple):
    """One partition of a topic."""

    topic: Topic
    partition: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it stands in the log."""

    place: Place
    offset: int
    key: str
    value: bytes | None
    appended_at: datetime  # aware, UTC


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Records to handle and then commit, oldest first in each partition. False when it holds none."""

    records: tuple[Record, ...] = ()
    generation: int = 0  # the consumer's membership of the group when the batch was handed out

    def __bool__(self) -> bool:
        return bool(self.records)

    def positions(self) -> Mapping[Place, int]:
        """For each partition the offset after the last record of the batch: what a commit stores."""
        return {record.place: record.offset + 1 for record in self.records}


class Consumer(Protocol):
    """One member of a consumer group: it gets a share of the partitions and keeps it while it lives."""

    def poll(self, limit: int, timeout_s: float) -> Batch:
        """Hand out the next records of this member's share, oldest first; an empty batch after timeout_s.

        Raises LogUnavailable when the log can't be read now.
        """

    def commit(self, batch: Batch) -> None:
        """Mark the batch as handled. Raises PartitionsLost where another consumer took over: the batch comes again there."""

    def rewind(self) -> None:
        """Go back to what was last committed, so that the next poll hands out again what was not."""

    def close(self) -> None:
        """Leave the group, so that others take over at once. Without a commit."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class Log(Protocol):
    """A durable, ordered, at-least-once log of messages, split by key. Safe to share between threads for appending."""

    def prepare(self) -> None:
        """Make what is missing, folder, files or topics, and see that messages can be appended. Raises LogUnavailable."""

    def append(self, messages: Iterable[Message]) -> None:
        """Store the messages durably and return when all are acknowledged.

        Raises LogUnavailable otherwise; some of the messages may be stored then, so appending them again is right.
        """

    def consumer(self, group: str, topics: Iterable[Topic]) -> Consumer:
        """Join a consumer group."""

    def read(self, topic: Topic) -> Iterator[Record]:
        """Every record of the topic from the oldest kept to the newest of now, outside any group."""

    def lag(self, group: str, topics: Iterable[Topic]) -> Mapping[Place, int]:
        """For each partition the number of records that the group has not committed."""

    def close(self) -> None:
        """Flush and let go of files and sockets."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
