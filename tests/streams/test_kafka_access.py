"""A real Kafka that lets nobody in without a password or a certificate."""

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from config.errors import ConfigError
from config.settings import KafkaSettings, LogSettings
from services.stack import Missing
from services.stack.servers import LOOPBACK, Server, free_port, kafka, kafka_ready, own
from streams.errors import LogUnavailable, PartitionsLost
from streams.kafka import KafkaLog
from streams.log import Consumer, Topic
from tests.certificates import Authority, Certificate
from tests.conftest import missing
from tests.own_server import open_folder, running
from tests.streams.engines import LONG_S, new_prefix, numbered, numbers

PASSWORD = "a-password-for-tests"
PREFIX = "yuqing"
USERS = ("User:office", "User:clerk", "User:CN=worker")  # by SCRAM, by PLAIN, by certificate


@dataclass(frozen=True)
class Secured:
    """Where the broker asks for a password, where for a certificate, and what its clients need."""

    sasl: str
    tls: str
    authority: Path
    stranger: Path  # an authority that signed nothing here
    worker: Certificate

    def settings(self, **given: Any) -> KafkaSettings:
        """Those of the user `office`, but for what is given."""
        defaults = {"bootstrap": self.sasl, "security_protocol": "SASL_SSL", "sasl_username": "office", "sasl_password": PASSWORD}
        wanted = {**defaults, "ssl_cafile": self.authority, "delivery_timeout_s": 10.0, **given}
        return KafkaSettings.model_validate({name: value for name, value in wanted.items() if value is not None})

    def by_certificate(self, **given: Any) -> KafkaSettings:
        """Those of a client that shows a certificate instead of a password."""
        shown = {"ssl_certfile": self.worker.file, "ssl_keyfile": self.worker.key}
        return self.settings(
            **{"bootstrap": self.tls, "security_protocol": "SSL", "sasl_username": None, "sasl_password": None, **shown, **given}
        )


@pytest.fixture(scope="module")
def broker() -> Iterator[Secured]:
    """The broker, with rights on all that begins with the prefix, as docs/streams.md lists them."""
    with open_folder("kafka-secured") as folder:
        try:
            server = kafka(folder / "kafka", brief=True)
        except Missing as error:
            missing(f"no real kafka: {error}")
        authority, stranger = Authority(folder, "authority"), Authority(folder, "stranger")
        certificate, worker = authority.issue("broker"), authority.issue("worker")
        sasl, tls, inside = free_port(), free_port(), free_port()
        _secure(server, authority.file, certificate, (sasl, tls, inside))
        with running(server, lambda: kafka_ready(inside)):
            _let_in(f"{LOOPBACK}:{inside}")
            yield Secured(f"{LOOPBACK}:{sasl}", f"{LOOPBACK}:{tls}", authority.file, stranger.file, worker)


def _secure(server: Server, authority: Path, certificate: Certificate, ports: tuple[int, int, int]) -> None:
    """Change a plain broker's files: of two lines of one name the later counts."""
    folder, (sasl, tls, inside) = Path(server.folder), ports
    properties = folder / "server.properties"
    (controller,) = set(re.findall(rf"CONTROLLER://{re.escape(LOOPBACK)}:\d+", properties.read_text(encoding="utf-8")))
    keystore, truststore = folder / "broker.pem", folder / "authority.pem"
    keystore.write_bytes(certificate.key.read_bytes() + certificate.file.read_bytes())
    truststore.write_bytes(authority.read_bytes())
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule"
    lines = (
        f"listeners=SASL_SSL://{LOOPBACK}:{sasl},SSL://{LOOPBACK}:{tls},INSIDE://{LOOPBACK}:{inside},{controller}",
        "listener.security.protocol.map=SASL_SSL:SASL_SSL,SSL:SSL,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name=INSIDE",
        "sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN",
        f'listener.name.sasl_ssl.plain.sasl.jaas.config={plain} required user_clerk="{PASSWORD}" user_stranger="{PASSWORD}";',
        f"listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={scram} required;",
        "listener.name.ssl.ssl.client.auth=required",
        f"ssl.keystore.type=PEM\nssl.keystore.location={keystore}",
        f"ssl.truststore.type=PEM\nssl.truststore.location={truststore}",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users=User:ANONYMOUS",  # who comes in from inside
    )
    with properties.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    own(folder)


def _let_in(inside: str) -> None:
    """Give `office` its password, and all users the rights of the docs."""
    operations = {
        ResourceType.TOPIC: (ACLOperation.CREATE, ACLOperation.DESCRIBE, ACLOperation.READ, ACLOperation.WRITE),
        ResourceType.GROUP: (ACLOperation.DESCRIBE, ACLOperation.READ),
    }
    rights = [
        ACL(user, "*", operation, ACLPermissionType.ALLOW, ResourcePattern(kind, PREFIX, ACLResourcePatternType.PREFIXED))
        for user in USERS
        for kind, allowed in operations.items()
        for operation in allowed
    ]
    admin = KafkaAdminClient(bootstrap_servers=[inside])
    try:
        admin.alter_user_scram_credentials([UserScramCredentialUpsertion("office", ScramMechanism.SCRAM_SHA_512, PASSWORD)])
        admin.create_acls(rights)
    finally:
        admin.close()


def handled(consumer: Consumer, count: int) -> set[int]:
    """The numbers that were polled and committed; the first group of a broker may be dealt anew at any time."""
    found: set[int] = set()
    deadline = time.monotonic() + LONG_S
    while len(found) < count:
        assert time.monotonic() < deadline, f"only {len(found)} of {count} records came"
        batch = consumer.poll(count, 0.2)
        with contextlib.suppress(PartitionsLost):
            consumer.commit(batch)
            found |= set(numbers(batch.records))
    return found


@pytest.mark.stack
@pytest.mark.parametrize("way", ["scram", "plain", "certificate"])
def test_who_is_known_can_do_all_there_is_to_do(broker: Secured, way: str) -> None:
    """By either mechanism of passwords or by certificate, with the rights of the docs: append, poll, commit, read, lag."""
    settings = {
        "scram": broker.settings(),
        "plain": broker.settings(sasl_mechanism="PLAIN", sasl_username="clerk"),
        "certificate": broker.by_certificate(),
    }[way]
    with KafkaLog(settings, LogSettings(partitions=2, prefix=f"{PREFIX}-{new_prefix()}")) as log:
        log.prepare()
        log.append(numbered(range(20)))
        with log.consumer("work", [Topic.POSTS]) as consumer:
            assert handled(consumer, 20) == set(range(20))
        assert sum(log.lag("work", [Topic.POSTS]).values()) == 0
        assert sorted(numbers(list(log.read(Topic.POSTS)))) == list(range(20))


@pytest.mark.stack
@pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning")  # see forgotten_sockets
@pytest.mark.usefixtures("forgotten_sockets")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sasl_password": "wrong"}, "YUQING_KAFKA__SASL_USERNAME and YUQING_KAFKA__SASL_PASSWORD"),
        ({"sasl_username": "nobody"}, "YUQING_KAFKA__SASL_USERNAME and YUQING_KAFKA__SASL_PASSWORD"),
        ({"sasl_mechanism": "SCRAM-SHA-256"}, "YUQING_KAFKA__SASL_MECHANISM"),
        ({"sasl_mechanism": "PLAIN", "sasl_username": "stranger"}, "the rights that docs/streams.md lists"),
        ({"ssl_cafile": "stranger"}, "YUQING_KAFKA__SSL_CAFILE must be the authority"),
        ({"bootstrap": "localhost"}, "the certificate names other hosts: look at YUQING_KAFKA__BOOTSTRAP"),
        (
            {"security_protocol": "PLAINTEXT", "ssl_cafile": None, "sasl_username": None, "sasl_password": None},
            "YUQING_KAFKA__SECURITY_PROTOCOL",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_who_is_refused_is_told_by_the_setting(broker: Secured, given: dict[str, Any], said: str) -> None:
    """It fails within its time, and the error says where to look; no password is in it."""
    places = {"stranger": broker.stranger, "localhost": broker.sasl.replace(LOOPBACK, "localhost")}
    wanted = {name: places.get(value, value) if name in ("ssl_cafile", "bootstrap") else value for name, value in given.items()}
    settings = broker.settings(delivery_timeout_s=1.5, **wanted)
    with KafkaLog(settings, LogSettings(prefix=PREFIX)) as log, pytest.raises(LogUnavailable, match=said) as caught:
        log.append(numbered([1]))
    assert PASSWORD not in str(caught.value)


@pytest.mark.stack
@pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning")
@pytest.mark.usefixtures("forgotten_sockets")
def test_a_client_without_the_certificate_that_is_asked_for_is_told_so(broker: Secured) -> None:
    """By the settings that it lacks."""
    settings = broker.by_certificate(ssl_certfile=None, ssl_keyfile=None, delivery_timeout_s=1.5)
    with KafkaLog(settings, LogSettings(prefix=PREFIX)) as log, pytest.raises(LogUnavailable, match="YUQING_KAFKA__SSL_CERTFILE"):
        log.prepare()


@pytest.mark.parametrize(
    ("setting", "content", "said"),
    [
        ("ssl_cafile", None, "No such file"),
        ("ssl_cafile", "no certificate", "holds no certificates"),
        ("ssl_certfile", "no certificate", "must be a certificate in PEM and its key"),
        ("ssl_keyfile", "no key", "must be a certificate in PEM and its key"),
    ],
)
def test_files_that_are_no_certificates_are_told_before_the_first_socket(
    tmp_path: Path, setting: str, content: str | None, said: str
) -> None:
    """A problem of the configuration, by the name of the setting."""
    made = Authority(tmp_path, "authority").issue("worker")
    files = {"ssl_certfile": made.file, "ssl_keyfile": made.key, setting: tmp_path / "bad.pem"}
    if content is not None:
        (tmp_path / "bad.pem").write_text(content, encoding="utf-8")
    name = "SSL_CERTFILE" if setting == "ssl_keyfile" else setting.upper()
    settings = KafkaSettings(bootstrap="127.0.0.1:9", security_protocol="SSL", **files)
    with pytest.raises(ConfigError, match=rf"YUQING_KAFKA__{name}.*{said}"):
        KafkaLog(settings, LogSettings())
