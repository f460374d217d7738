"""Kafka alone: what clients are told, how topics are made, and brokers that are lost."""

import socket
import ssl
import time
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from pydantic import SecretStr

from config.settings import KafkaSettings, LogSettings
from streams.errors import LogUnavailable, PartitionsLost
from streams.kafka import FETCHING, KafkaLog, topic_plans
from streams.kafka_clients import client_options
from streams.kafka_consumer import GroupConsumer
from streams.log import Consumer, Place, Record, Topic
from tests.certificates import Authority
from tests.streams.engines import LONG_S, Engine, drain, new_prefix, numbered, numbers


def test_plain_brokers_need_no_secrets() -> None:
    """Without SASL and TLS only addresses and times are given; several brokers are split."""
    options = client_options(KafkaSettings(bootstrap="10.0.0.1:9092, 10.0.0.2:9092", delivery_timeout_s=30.0))
    assert options["bootstrap_servers"] == ["10.0.0.1:9092", "10.0.0.2:9092"]
    assert (options["security_protocol"], options["request_timeout_ms"]) == ("PLAINTEXT", 15_000)
    assert not {name for name in options if name.startswith(("sasl", "ssl"))}


def test_sasl_and_tls_reach_the_client(tmp_path: Path) -> None:
    """User, password and mechanism are handed over as kafka-python names them; certificates and host names are checked."""
    authority = Authority(tmp_path, "authority")
    mine = authority.issue("worker")
    options = client_options(
        KafkaSettings(
            bootstrap="kafka.example.cn:9093",
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-256",
            sasl_username="yuqing",
            sasl_password=SecretStr("made up"),
            ssl_cafile=authority.file,
            ssl_certfile=mine.file,
            ssl_keyfile=mine.key,
        )
    )
    assert options["security_protocol"] == "SASL_SSL"
    assert {name: value for name, value in options.items() if name.startswith("sasl")} == {
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "yuqing",
        "sasl_plain_password": "made up",
    }
    context = options["ssl_context"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert [dict(part[0] for part in found["subject"])["commonName"] for found in context.get_ca_certs()] == ["authority"]


def test_topics_are_planned_from_the_settings() -> None:
    """Posts get the partitions, dead letters are compacted and never expire, and all take the largest message."""
    plans = topic_plans(LogSettings(partitions=12, retention_days=7, prefix="city"), replication=3)
    assert {name: (plan["num_partitions"], plan["replication_factor"]) for name, plan in plans.items()} == {
        "city.posts": (12, 3),
        "city.coverage": (1, 3),
        "city.dead": (1, 3),
    }
    assert plans["city.posts"]["configs"]["retention.ms"] == str(7 * 24 * 3600 * 1000)
    assert plans["city.dead"]["configs"]["cleanup.policy"] == "compact"
    assert "retention.ms" not in plans["city.dead"]["configs"]
    assert {plan["configs"]["min.insync.replicas"] for plan in plans.values()} == {"2"}


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # see forgotten_sockets
@pytest.mark.usefixtures("forgotten_sockets")
def test_no_broker_is_an_error_that_names_it() -> None:
    """Where nothing listens, every verb fails within its time and says where."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    with KafkaLog(KafkaSettings(bootstrap=place, delivery_timeout_s=0.5), LogSettings()) as log:
        for verb in (
            log.prepare,
            lambda: log.append(numbered([1])),
            lambda: log.consumer("work", [Topic.POSTS]),
            lambda: log.lag("work", [Topic.POSTS]),
        ):
            with pytest.raises(LogUnavailable, match=place):
                verb()


class Making:
    """A client to which a topic has no partitions for its first looks."""

    def __init__(self, looks: float) -> None:
        self.looks = looks
        self.subscribed: list[str] = []

    def partitions_for_topic(self, _name: str) -> set[int] | None:
        self.looks -= 1
        return {0, 1} if self.looks < 0 else None

    def subscribe(self, names: list[str]) -> None:
        self.subscribed = names


def test_topics_that_another_process_is_making_are_waited_for() -> None:
    """Of two roles that start together on a new cluster, the second sees topics without partitions for a moment."""
    client = Making(looks=3)
    GroupConsumer(client, {"city.posts": Topic.POSTS}, patience_s=30.0)
    assert client.subscribed == ["city.posts"]
    with pytest.raises(LogUnavailable, match=r"no partitions of city\.posts"):
        GroupConsumer(Making(looks=float("inf")), {"city.posts": Topic.POSTS}, patience_s=0.05)


@pytest.fixture
def engine(kafka_bootstrap: str, tmp_path: Path) -> Engine:
    return Engine(tmp_path, kafka_bootstrap, new_prefix(), delivery_s=2.0)


@pytest.mark.stack
def test_a_consumer_says_that_the_broker_is_lost_and_goes_on_when_it_is_back(engine: Engine) -> None:
    """A silent broker looks like an empty topic to Kafka's client; ours asks, fails, and then hands out what came meanwhile."""
    with engine.open() as log, log.consumer("work", [Topic.POSTS]) as consumer:
        log.append(numbered([1]))
        assert numbers(drain(consumer, 1)) == [1]
        with engine.broken(), pytest.raises(LogUnavailable, match="Kafka"):
            drain(consumer, 1)
        log.append(numbered([2]))
        assert numbers(drain_anew(consumer, 1)) == [2]


def drain_anew(consumer: Consumer, count: int) -> list[Record]:
    """Drain, and once more where the group was dealt anew meanwhile: what was polled then comes again."""
    try:
        return drain(consumer, count)
    except PartitionsLost:
        return drain(consumer, count)


@pytest.mark.stack
def test_more_replicas_than_brokers_are_told_by_the_setting(kafka_bootstrap: str) -> None:
    """A topic that can't be made is an error at once, with the reason of the cluster."""
    settings = KafkaSettings(bootstrap=kafka_bootstrap, replication=3, delivery_timeout_s=20.0)
    with KafkaLog(settings, LogSettings(prefix=new_prefix())) as log, pytest.raises(LogUnavailable, match="YUQING_KAFKA__REPLICATION"):
        log.append(numbered([1]))


@pytest.mark.stack
def test_topics_that_are_there_are_taken_as_they_are(engine: Engine) -> None:
    """A second log with other wishes uses the topics of the first."""
    with engine.open() as log:
        log.append(numbered([1]))
    with KafkaLog(engine.settings.kafka, LogSettings(partitions=9, prefix=engine.prefix)) as log:
        assert set(log.lag("work", [Topic.POSTS])) == {Place(Topic.POSTS, number) for number in range(4)}
        log.append(numbered([2]))
        assert sorted(numbers(list(log.read(Topic.POSTS)))) == [1, 2]


@pytest.mark.stack
def test_a_topic_that_gets_partitions_stops_no_busy_consumer(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A consumer that never waits for messages still ends the join that new partitions bring, commits, and reads them all."""
    monkeypatch.setitem(FETCHING, "metadata_max_age_ms", 200)
    with engine.open() as log, log.consumer("work", [Topic.POSTS]) as consumer:
        log.append(numbered([1]))
        assert numbers(drain(consumer, 1)) == [1]
        with closing(KafkaAdminClient(bootstrap_servers=engine.bootstrap)) as admin:
            admin.create_partitions({f"{engine.prefix}.{Topic.POSTS}": 8})
        with engine.open() as grown:
            found: set[Place] = set()
            deadline = time.monotonic() + LONG_S
            while found != {Place(Topic.POSTS, number) for number in range(8)}:
                assert time.monotonic() < deadline, f"only {len(found)} partitions were ever committed"
                grown.append(numbered(range(40), keys=40))
                batch = consumer.poll(limit=1000, timeout_s=0)
                try:
                    consumer.commit(batch)
                except PartitionsLost:
                    consumer.rewind()
                else:
                    found |= set(batch.positions())
