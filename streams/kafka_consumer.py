"""A consumer group's member on Kafka, with the manners that `streams.log.Consumer` promises."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import CommitFailedError, KafkaError, RebalanceInProgressError
from kafka.structs import MemberState, OffsetAndMetadata

from streams.errors import LogUnavailable, PartitionsLost
from streams.kafka_clients import advice
from streams.log import Batch, Place, Record, Topic

GOODBYE_MS = 3000  # a leaving member waits so long for the brokers; without its word they wait for the session to end
JOIN_S = 1.0  # a poll while the group is dealt anew takes this long: kafka-python can't end a join within a shorter one
LOOK_S = 0.1  # between two looks for partitions
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GroupConsumer:
    """One member of a Kafka consumer group. For one thread at a time; heartbeats run on the client's own thread.

    names: our topics by their names on the cluster. patience_s: after this long without an answer the brokers are lost.
    """

    def __init__(self, consumer: KafkaConsumer, names: Mapping[str, Topic], *, patience_s: float) -> None:
        self._consumer = consumer
        self._names = names
        self._patience_s = patience_s
        self._heard_at = time.monotonic()
        # kafka-python forgets a subscription's topics where it is still asking for metadata, and deals out no partitions
        # for minutes. So the first metadata must be here before the subscription. Topics that another process is making at this
        # moment are listed before they have partitions.
        deadline = time.monotonic() + patience_s
        while unknown := [name for name in names if not consumer.partitions_for_topic(name)]:
            if time.monotonic() > deadline:
                raise LogUnavailable(f"Kafka shows no partitions of {', '.join(unknown)}")
            time.sleep(LOOK_S)
        consumer.subscribe(list(names))

    def poll(self, limit: int, timeout_s: float) -> Batch:
        with _reaching():
            if self._joining():
                timeout_s = max(timeout_s, JOIN_S)
            fetched = self._consumer.poll(round(timeout_s * 1000), max_records=limit)
            if fetched:
                self._heard_at = time.monotonic()
            else:
                self._make_sure_that_brokers_answer()
            return Batch(records=tuple(records_of(fetched, self._names)), generation=self._consumer.group_metadata().generation_id)

    def commit(self, batch: Batch) -> None:
        if not batch:
            return
        membership = self._consumer.group_metadata()
        # The broker would take a commit for a partition that moved on in an earlier rebalance, so the generation is
        # compared here. After a rebalance all that was not committed is handed out again.
        if membership.generation_id != batch.generation or membership.state is not MemberState.STABLE:
            raise PartitionsLost(f"group {membership.group_id!r} was dealt anew while the batch was handled")
        offsets = {self._part(place): OffsetAndMetadata(offset, "", -1) for place, offset in batch.positions().items()}
        with _reaching():
            try:
                self._consumer.commit(offsets, timeout_ms=round(self._patience_s * 1000))
            except (CommitFailedError, RebalanceInProgressError) as error:
                raise PartitionsLost(f"group {membership.group_id!r} gave a partition to another consumer: {error}") from error

    def rewind(self) -> None:
        with _reaching():
            for part in self._consumer.assignment():
                committed = self._consumer.committed(part, timeout_ms=round(self._patience_s * 1000))
                if committed is None:
                    self._consumer.seek_to_beginning(part)
                else:
                    self._consumer.seek(part, committed)

    def close(self) -> None:
        self._consumer.close(autocommit=False, timeout_ms=GOODBYE_MS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _joining(self) -> bool:
        """Whether the group is being dealt anew; makes sure that this ends.

        kafka-python 3.0.12 forgets a join that it began because a topic got partitions, once a poll was too short for it: it goes on
        handing out records as if it had joined, and no commit is possible any more. Only its coordinator can be told to join again.
        """
        coordinator = self._consumer._coordinator  # noqa: SLF001 - see above
        if not coordinator.rebalance_in_progress():
            return False
        if not coordinator.need_rejoin():
            coordinator.request_rejoin()
        return True

    def _make_sure_that_brokers_answer(self) -> None:
        """Ask for something small once in a while: a lost cluster looks like an empty one to `poll`."""
        if time.monotonic() - self._heard_at < self._patience_s:
            return
        parts = [TopicPartition(name, 0) for name in self._names]
        self._consumer.end_offsets(parts, timeout_ms=round(self._patience_s * 1000))
        self._heard_at = time.monotonic()

    def _part(self, place: Place) -> TopicPartition:
        (name,) = (name for name, topic in self._names.items() if topic is place.topic)
        return TopicPartition(name, place.partition)


def records_of(fetched: Mapping[TopicPartition, Sequence[Any]], names: Mapping[str, Topic]) -> Iterator[Record]:
    """Turn what kafka-python fetched into our records."""
    for part, records in fetched.items():
        place = Place(names[part.topic], part.partition)
        for record in records:
            yield Record(
                place=place,
                offset=record.offset,
                key=(record.key or b"").decode(errors="replace"),
                value=record.value,
                appended_at=EPOCH + timedelta(milliseconds=record.timestamp),
            )


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        raise LogUnavailable(f"Kafka: {error}; {advice(error)}") from error
