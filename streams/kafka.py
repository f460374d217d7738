"""The log on Kafka: for an office with several machines, or one that has a cluster already.

Everything waits for acknowledgement: an append returns when all in-sync replicas have the messages, or fails as a whole.
Partitions are chosen by our own hash, the same as on the local log.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import stamina
import structlog
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError, NoError, TopicAlreadyExistsError, for_code

from config.settings import KafkaSettings, LogSettings
from streams.errors import ContractError, LogUnavailable
from streams.kafka_clients import advice, client_options, open_client
from streams.kafka_consumer import GroupConsumer, records_of
from streams.log import Message, Place, Record, Topic
from streams.sharing import LARGEST_VALUE, check, partition_of

ENVELOPE = 1024 * 1024  # bytes that keys and Kafka's own frames may add to a value of the largest size
BATCH_BYTES = 256 * 1024
LINGER_MS = 50  # a batch waits so long for company; the flush at the end of an append cuts it short
FETCH_BYTES = 4 * 1024 * 1024  # of one partition at once
PAGE = 5000  # records read at once by `read`
POLL_MS = 200
_MADE = (NoError, TopicAlreadyExistsError)  # another process may have been first

_log = structlog.get_logger()


class KafkaLog:
    """The log on a Kafka cluster. See `streams.log.Log` for the verbs. Safe to share between threads.

    longest_work_s: a consumer that does not poll for so long loses its share. Raises ConfigError where a file of certificates or of
    a key can't be used.
    """

    def __init__(self, kafka: KafkaSettings, log: LogSettings, *, longest_work_s: float = 300.0) -> None:
        self._settings = kafka
        self._wanted = log
        self._longest_work_s = longest_work_s
        self._options = client_options(kafka)
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None
        self._admin: KafkaAdminClient | None = None
        self._topics_made = False

    def prepare(self) -> None:
        with self._reaching():
            self._open_producer()

    def append(self, messages: Iterable[Message]) -> None:
        """Store the messages and return when all in-sync replicas have them.

        Raises LogUnavailable where one of them was not acknowledged in time, and ContractError for one that is too large.
        """
        checked = [check(message) for message in messages]
        if not checked:
            return
        with self._reaching():
            producer = self._open_producer()
            try:
                self._send(producer, checked)
            except MessageSizeTooLargeError as error:
                raise ContractError("message_too_large", f"a topic's max.message.bytes is below {LARGEST_VALUE:,}: {error}") from error
            except KafkaError:
                # After a failure an idempotent producer may refuse all further work, so the next append makes a new one.
                self._discard(producer)
                raise

    def consumer(self, group: str, topics: Iterable[Topic]) -> GroupConsumer:
        with self._reaching():
            self._make_topics()
            consumer = open_client(
                KafkaConsumer,
                **self._options,
                **FETCHING,
                group_id=f"{self._wanted.prefix}.{group}",
                session_timeout_ms=_ms(self._settings.session_timeout_s),
                heartbeat_interval_ms=_ms(self._settings.session_timeout_s / 5),
                max_poll_interval_ms=_ms(self._longest_work_s),
            )
            try:
                names = {self._name(topic): topic for topic in topics}
                return GroupConsumer(consumer, names, patience_s=self._settings.delivery_timeout_s)
            except BaseException:  # its sockets and its thread must not outlive it
                consumer.close(autocommit=False)
                raise

    def read(self, topic: Topic) -> Iterator[Record]:
        with self._reaching():
            self._make_topics()
            consumer = open_client(KafkaConsumer, **self._options, **FETCHING)
            try:
                yield from self._read(consumer, topic)
            finally:
                consumer.close(autocommit=False)

    def lag(self, group: str, topics: Iterable[Topic]) -> Mapping[Place, int]:
        wanted = tuple(topics)
        lags: dict[Place, int] = {}
        with self._reaching():
            self._make_topics()
            # A cluster that has just started, or moves a coordinator, refuses for a moment.
            for attempt in stamina.retry_context(
                on=_is_passing, attempts=None, timeout=self._settings.delivery_timeout_s, wait_initial=0.1, wait_max=1.0
            ):
                with attempt:
                    lags = self._lag(f"{self._wanted.prefix}.{group}", wanted)
        return lags

    def close(self) -> None:
        with self._lock:
            producer, self._producer = self._producer, None
            admin, self._admin = self._admin, None
        if producer is not None:
            self._close_producer(producer)
        if admin is not None:
            admin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (KafkaError, OSError) as error:
            self._forget_admin()
            raise LogUnavailable(f"Kafka at {self._settings.bootstrap}: {error}; {advice(error)}") from error

    def _send(self, producer: KafkaProducer, messages: list[Message]) -> None:
        futures = []
        for message in messages:
            name = self._name(message.topic)
            partition = partition_of(message.key, len(producer.partitions_for(name)))
            futures.append(producer.send(name, message.value, message.key.encode(), partition=partition))
        producer.flush(self._settings.delivery_timeout_s * 2)
        for future in futures:
            future.get(0)

    def _open_producer(self) -> KafkaProducer:
        self._make_topics()
        with self._lock:
            if self._producer is None:
                patience_ms = _ms(self._settings.delivery_timeout_s)
                self._producer = open_client(
                    KafkaProducer,
                    **self._options,
                    acks="all",
                    enable_idempotence=True,
                    compression_type="lz4",
                    linger_ms=LINGER_MS,
                    batch_size=BATCH_BYTES,
                    max_request_size=LARGEST_VALUE + ENVELOPE,
                    delivery_timeout_ms=patience_ms,
                    max_block_ms=patience_ms,
                )
            return self._producer

    def _discard(self, producer: KafkaProducer) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
        self._close_producer(producer)

    def _close_producer(self, producer: KafkaProducer) -> None:
        try:
            producer.close(timeout=self._settings.delivery_timeout_s)
        except KafkaTimeoutError as error:  # what was not acknowledged is the concern of those who appended it
            _log.warning("log.producer_closed_late", error=str(error))

    def _open_admin(self) -> KafkaAdminClient:
        with self._lock:
            if self._admin is None:
                self._admin = open_client(
                    KafkaAdminClient, **{name: value for name, value in self._options.items() if name != "metrics_enabled"}
                )
            return self._admin

    def _forget_admin(self) -> None:
        with self._lock:
            admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def _make_topics(self) -> None:
        """Create what is missing; topics that are there already keep the settings that they have."""
        if self._topics_made:
            return
        admin = self._open_admin()
        there = set(admin.list_topics())
        missing = {name: plan for name, plan in topic_plans(self._wanted, self._settings.replication).items() if name not in there}
        if missing:
            answer = admin.create_topics(missing, raise_errors=False)
            for topic in answer["topics"]:
                error = for_code(topic["error_code"])
                if not (error in _MADE or error.retriable):
                    raise error(f"{topic['name']}: {topic['error_message']}")
            _log.info("log.topics_made", topics=sorted(missing))
            admin.wait_for_topics(list(missing), timeout_ms=_ms(self._settings.delivery_timeout_s))
        self._topics_made = True

    def _lag(self, group: str, topics: Iterable[Topic]) -> dict[Place, int]:
        admin = self._open_admin()
        committed = admin.list_group_offsets({group: None})[group]
        lags = {}
        for topic in topics:
            parts = self._partitions(topic)
            oldest = admin.list_partition_offsets(dict.fromkeys(parts, OffsetSpec.EARLIEST))
            newest = admin.list_partition_offsets(dict.fromkeys(parts, OffsetSpec.LATEST))
            for part in parts:
                done = committed[part].offset if part in committed else 0
                lags[Place(topic, part.partition)] = max(0, newest[part].offset - max(done, oldest[part].offset))
        return lags

    def _partitions(self, topic: Topic) -> list[TopicPartition]:
        name = self._name(topic)
        (described,) = self._open_admin().describe_topics([name])
        return [TopicPartition(name, part["partition_index"]) for part in described["partitions"]]

    def _read(self, consumer: KafkaConsumer, topic: Topic) -> Iterator[Record]:
        parts = self._partitions(topic)
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends = consumer.end_offsets(parts, timeout_ms=_ms(self._settings.delivery_timeout_s))
        names = {self._name(topic): topic}
        silent_ms = 0
        while any(consumer.position(part, timeout_ms=_ms(self._settings.delivery_timeout_s)) < end for part, end in ends.items()):
            fetched = consumer.poll(POLL_MS, max_records=PAGE)
            silent_ms = 0 if fetched else silent_ms + POLL_MS
            if silent_ms > _ms(self._settings.delivery_timeout_s):
                raise KafkaTimeoutError(f"no records of {topic} for {self._settings.delivery_timeout_s} s")
            for record in records_of(fetched, names):
                if record.offset < ends[TopicPartition(self._name(topic), record.place.partition)]:
                    yield record

    def _name(self, topic: Topic) -> str:
        return f"{self._wanted.prefix}.{topic}"


FETCHING: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "allow_auto_create_topics": False,
    "max_partition_fetch_bytes": FETCH_BYTES,
    "metadata_max_age_ms": 30_000,  # so soon a consumer sees that a topic got more partitions
}


def topic_plans(log: LogSettings, replication: int) -> dict[str, dict[str, Any]]:
    """Partitions, replicas and settings of each topic by its full name, as `create_topics` wants them."""
    common = {"max.message.bytes": str(LARGEST_VALUE + ENVELOPE), "min.insync.replicas": str(max(1, replication - 1))}
    kept = {"cleanup.policy": "delete", "retention.ms": str(timedelta(days=log.retention_days) // timedelta(milliseconds=1))}
    plans = {
        Topic.POSTS: (log.partitions, kept),
        Topic.COVERAGE: (1, kept),
        Topic.DEAD: (1, {"cleanup.policy": "compact"}),
    }
    return {
        f"{log.prefix}.{topic}": {"num_partitions": count, "replication_factor": replication, "configs": common | configs}
        for topic, (count, configs) in plans.items()
    }


def _is_passing(error: Exception) -> bool:
    return isinstance(error, KafkaError) and bool(error.retriable) and not isinstance(error, KafkaTimeoutError)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
