"""How the brokers are reached: what every client is told of addresses, sign-in and certificates, and why they refused.

Files that can't be used are a problem of the configuration, told by their setting before the first socket opens. What a broker
refuses is told by the setting that it is about: kafka-python only logs it, and then says no more than that time was up.
"""

import ssl
from collections.abc import Callable
from typing import Any, TypeVar

from kafka.errors import (
    AuthorizationError,
    InvalidReplicationFactorError,
    KafkaTimeoutError,
    RequestTimedOutError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from config.errors import ConfigError, Problem
from config.settings import KafkaSettings

Client = TypeVar("Client")

_SETTING = "YUQING_KAFKA__"
_BROKERS = "look whether its brokers run and let us in"
# What a failed handshake or a broken connection says, and the settings that it is about; the first that fits counts.
_TLS = (
    ("ertificate is not valid for", f"the certificate names other hosts: look at {_SETTING}BOOTSTRAP"),
    ("Hostname mismatch", f"the certificate names other hosts: look at {_SETTING}BOOTSTRAP"),
    ("CERTIFICATE_VERIFY_FAILED", f"{_SETTING}SSL_CAFILE must be the authority that signed the brokers' certificates"),
    ("CERTIFICATE_REQUIRED", f"the brokers ask for a certificate of ours: give {_SETTING}SSL_CERTFILE and {_SETTING}SSL_KEYFILE"),
    ("ALERT", f"the brokers refuse our certificate: look at {_SETTING}SSL_CERTFILE and {_SETTING}SSL_KEYFILE"),
    ("Handshake failed", f"look at {_SETTING}SECURITY_PROTOCOL"),
    ("Invalid frame length", f"look at {_SETTING}SECURITY_PROTOCOL"),
    ("socket disconnected", f"{_BROKERS}, and at {_SETTING}SECURITY_PROTOCOL"),
)


class _Manager(KafkaConnectionManager):  # type: ignore[misc]  # kafka-python has no types
    """Remembers why a broker could not be reached, and hears what it says before it hangs up."""

    refused: Exception | None = None

    def get_connection(self, *given: Any, **named: Any) -> Any:
        connection = super().get_connection(*given, **named)
        connection.init_future.add_errback(self._remember)
        return connection

    def _remember(self, error: Exception) -> None:
        if self.refused is None or not isinstance(error, KafkaTimeoutError | RequestTimedOutError):
            self.refused = error

    async def _build_transport(self, *given: Any, **named: Any) -> Any:
        transport = await super()._build_transport(*given, **named)
        transport._sock_recv = _words_first(transport._sock_recv)  # noqa: SLF001 - there is no other way in
        return transport


def _words_first(receive: Callable[[], tuple[bytes, Exception | None]]) -> Callable[[], tuple[bytes, Exception | None]]:
    """Hand out the last words of a broker that hangs up with them: kafka-python would drop them for the hanging up.

    They say that the password is wrong.
    """

    def both() -> tuple[bytes, Exception | None]:
        data, error = receive()
        return data, None if data else error

    return both


def open_client(kind: Callable[..., Client], **options: Any) -> Client:
    """Open one of kafka-python's clients; where that fails, close the sockets that it would leave open.

    Raises what kafka-python raises, and where it says no more than that time was up, what the last broker said instead.
    """
    opened: list[tuple[KafkaNetClient, _Manager]] = []

    def connect(**given: Any) -> KafkaNetClient:
        net = NetworkSelector(**given)
        manager = _Manager(net, **given)
        opened.append((KafkaNetClient(net=net, manager=manager, **given), manager))
        return opened[-1][0]

    try:
        return kind(**options, kafka_client=connect)
    except BaseException as error:
        refused = next((manager.refused for _, manager in opened if manager.refused is not None), None)
        for connection, _ in opened:
            connection.close()
        if isinstance(error, KafkaTimeoutError) and refused is not None:
            raise refused from error
        raise


def client_options(kafka: KafkaSettings) -> dict[str, Any]:
    """Say what every client needs to reach the brokers, as kafka-python wants it.

    Raises ConfigError where a file of certificates or of a key can't be used.
    """
    patience_ms = round(kafka.delivery_timeout_s * 1000)
    options: dict[str, Any] = {
        "bootstrap_servers": [broker.strip() for broker in (kafka.bootstrap or "").split(",")],
        "security_protocol": kafka.security_protocol,
        "bootstrap_timeout_ms": patience_ms,
        # Below the delivery timeout, so that a request to a broker that hangs is tried again before time is up.
        "request_timeout_ms": patience_ms // 2,
        "reconnect_backoff_max_ms": 1000,
        "metrics_enabled": False,
    }
    if kafka.security_protocol.startswith("SASL"):
        assert kafka.sasl_password is not None
        options["sasl_mechanism"] = kafka.sasl_mechanism
        options["sasl_plain_username"] = kafka.sasl_username
        options["sasl_plain_password"] = kafka.sasl_password.get_secret_value()
    if kafka.security_protocol.endswith("SSL"):
        options["ssl_context"] = _tls(kafka)
    return options


def _tls(kafka: KafkaSettings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # certificate and host name are checked
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if kafka.ssl_cafile is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(kafka.ssl_cafile)
    except OSError as error:
        raise _unusable("SSL_CAFILE", f"{kafka.ssl_cafile} holds no certificates in PEM that can be read: {error}") from error
    try:
        if kafka.ssl_certfile is not None:
            context.load_cert_chain(kafka.ssl_certfile, kafka.ssl_keyfile, password=lambda: "")  # else OpenSSL would ask at the terminal
    except OSError as error:
        files = " and ".join(str(path) for path in (kafka.ssl_certfile, kafka.ssl_keyfile) if path)
        what = f"{files} must be a certificate in PEM and its key without a password: {error}"
        raise _unusable("SSL_CERTFILE", what) from error
    return context


def _unusable(name: str, what: str) -> ConfigError:
    return ConfigError([Problem("environment", None, f"{_SETTING}{name}", what)])


def advice(error: BaseException) -> str:
    """Say what to look at when the brokers refused us so."""
    if isinstance(error, SaslAuthenticationFailedError):
        return f"look at {_SETTING}SASL_USERNAME and {_SETTING}SASL_PASSWORD"
    if isinstance(error, UnsupportedSaslMechanismError):
        return f"look at {_SETTING}SASL_MECHANISM"
    if isinstance(error, InvalidReplicationFactorError):
        return f"look at {_SETTING}REPLICATION"
    if isinstance(error, AuthorizationError):
        return "give the user the rights that docs/streams.md lists"
    said = str(error)
    return next((what for sign, what in _TLS if sign in said), _BROKERS)
