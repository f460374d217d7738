"""The settings tree: read once from the environment, frozen, checked as a whole before the first socket opens.

Every setting is an environment variable: `YUQING_` and the path in capitals, joined by two underscores, for example
`YUQING_ELASTICSEARCH__URL`. The defaults run everything on one machine, embedded.
"""

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.errors import ConfigError, Problem

ENVIRONMENT_PREFIX = "YUQING_"
DELIMITER = "__"
PACKAGE_DIR = Path(__file__).parent
SHORTEST_KEY = 32  # characters

PositiveSeconds = Annotated[float, Field(gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _checked(url: str, example: str, *, with_port: bool) -> str:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or not with_port)
    except ValueError:
        whole = False
    if not whole:
        raise ValueError(f"not an address with scheme, host{' and port' if with_port else ''}; write it like {example}")
    if parts.username or parts.password:
        raise ValueError("holds a user or a password; give them as user and password, where no log shows them")
    return url


class _ServerSection(_Section):
    """A server of the Elastic stack: its address, and how one signs in to it."""

    url: str | None = None
    user: str | None = Field(None, description="User for basic sign-in.")
    password: SecretStr | None = Field(None, description="Password for basic sign-in.")
    api_key: SecretStr | None = Field(None, description="An API key, instead of user and password.")
    ca: Path | None = Field(None, description="The authority that signed the server's certificate.")
    timeout_s: PositiveSeconds = Field(30.0, description="After this long without an answer a request has failed.")

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        if self.api_key and self.user:
            raise ValueError("give either api_key or user and password, not both")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        return self

    @model_validator(mode="after")
    def _authority_of_something(self) -> Self:
        if self.ca is not None and not (self.url or "").startswith("https:"):
            raise ValueError("ca can only be used with an url that begins with https: anything else encrypts nothing")
        return self


class OfficeSettings(_Section):
    """Who runs this system."""

    name: str = Field("示例市新媒体办", description="The office's name, as it stands on pages and in reports.")
    timezone: str = Field("Asia/Shanghai", description="The zone in which days begin and charts are drawn.")
    pseudonym_key: SecretStr | None = Field(
        None,
        description="The office's secret key for pseudonyms of private authors, 32 characters or more. Unset: made once and kept in the data folder. Must be set where several machines crawl.",
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {name!r}; use a name like Asia/Shanghai") from error
        return name

    @field_validator("pseudonym_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"too short to keep authors pseudonymous: give {SHORTEST_KEY} characters or more")
        return key


class KafkaSettings(_Section):
    """The Kafka cluster; unset, the log is a local file."""

    bootstrap: str | None = Field(None, description="Brokers as host:port, separated by commas. Set: the log is Kafka.")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to speak to the brokers."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field("SCRAM-SHA-512", description="How to sign in, with SASL.")
    sasl_username: str | None = Field(None, description="The user, with SASL.")
    sasl_password: SecretStr | None = Field(None, description="The password, with SASL.")
    ssl_cafile: Path | None = Field(None, description="The authority that signed the brokers' certificates.")
    ssl_certfile: Path | None = Field(None, description="The client's own certificate, where brokers ask for one.")
    ssl_keyfile: Path | None = Field(None, description="The key of the client's own certificate.")
    replication: int = Field(1, ge=1, description="Replicas of each topic that the program creates.")
    session_timeout_s: PositiveSeconds = Field(10.0, description="After this long without a heartbeat a consumer's share goes to others.")
    delivery_timeout_s: PositiveSeconds = Field(30.0, description="After this long without an acknowledgement a producer fails.")

    @model_validator(mode="after")
    def _complete_sasl(self) -> Self:
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            raise ValueError(f"security_protocol {self.security_protocol} needs sasl_username and sasl_password")
        if not self.security_protocol.startswith("SASL") and (self.sasl_username or self.sasl_password):
            raise ValueError(
                f"sasl_username and sasl_password can only be used with security_protocol SASL_SSL, not {self.security_protocol}"
            )
        return self

    @model_validator(mode="after")
    def _complete_tls(self) -> Self:
        given = [name for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile") if getattr(self, name) is not None]
        if given and not self.security_protocol.endswith("SSL"):
            files = " and ".join(given)
            raise ValueError(f"{files} can only be used with security_protocol SSL or SASL_SSL: {self.security_protocol} encrypts nothing")
        if self.ssl_keyfile is not None and self.ssl_certfile is None:
            raise ValueError("ssl_keyfile needs ssl_certfile, the certificate that the key is of")
        return self


class LogSettings(_Section):
    """The durable log, whichever engine keeps it."""

    prefix: str = Field("yuqing", pattern=r"^[a-z][a-z0-9_-]*$", description="First part of every topic and consumer group on Kafka.")
    partitions: int = Field(6, ge=1, le=256, description="Partitions of the topic of posts: as many consumers can share the work.")
    retention_days: int = Field(14, ge=1, description="Days for which the log keeps handled messages.")


class ElasticsearchSettings(_ServerSection):
    """The database; unset, the local store."""

    url: str | None = Field(
        None, description="Address of Elasticsearch 9, for example https://es.example.cn:9200. Set: the database is Elasticsearch."
    )
    prefix: str = Field("yuqing", pattern=r"^[a-z][a-z0-9]*$", description="First part of every index name.")
    replicas: int = Field(0, ge=0, description="Replicas of each index; 1 or more on a cluster.")

    @field_validator("url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        return url if url is None else _checked(url, "https://es.example.cn:9200", with_port=True)


class KibanaSettings(_ServerSection):
    """Where `yuqing dashboards install` puts the dashboards."""

    url: str | None = Field(None, description="Address of Kibana 9.5 or newer, for example https://kibana.example.cn:5601.")
    space: str | None = Field(None, pattern=r"^[a-z0-9_-]+$", description="The space that gets them. Unset: the default one.")

    @field_validator("url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        return url if url is None else _checked(url, "https://kibana.example.cn:5601", with_port=False)


class CrawlSettings(_Section):
    """How the crawlers behave towards the sites they read."""

    user_agent: str = Field("yuqing (+public-opinion monitoring by a government office)", description="How crawlers name themselves.")
    obey_robots: bool = Field(True, description="Whether robots.txt is obeyed.")
    delay_s: float = Field(1.0, ge=0, description="Seconds between two requests to one site.")
    timeout_s: PositiveSeconds = Field(20.0, description="After this long a request has failed.")
    max_body_mb: float = Field(8.0, gt=0, description="A larger body is refused, in MB.")
    retries: int = Field(2, ge=0, description="How often a failed request is tried again.")
    max_text: int = Field(20_000, ge=100, le=1_000_000, description="Characters of a text that are kept; the rest is cut off and flagged.")
    batch: int = Field(500, ge=1, le=10_000, description="Posts appended to the log at once.")
    linger_s: float = Field(0.05, ge=0, le=5, description="The longest wait for more posts before a batch is appended.")
    grace_s: float = Field(10.0, ge=0, description="After a request to stop, the longest wait for a log that can't be reached.")
    patience_s: PositiveSeconds = Field(
        60.0, description="The longest wait for a log that goes away while sources are read once; --forever waits as long as it takes."
    )


class NlpSettings(_Section):
    """How texts are cut into words and tagged."""

    dictionary: Path | None = Field(
        None, description="The office's own words, one a line in jieba's format: posts and searches are cut with them, too."
    )
    weights: Path | None = Field(None, description="The folder of weights that `yuqing train` made; unset, those that are shipped.")


class WorkSettings(_Section):
    """The loop that tags and indexes."""

    batch: int = Field(2000, ge=1, le=20_000, description="Posts handled at once.")
    poll_s: PositiveSeconds = Field(0.2, description="The longest wait for the next posts.")
    group: str = Field("work", description="Name of the consumer group.")


class WebSettings(_Section):
    """The pages."""

    host: str = Field("127.0.0.1", description="The address on which pages are served; 0.0.0.0 only behind a proxy that speaks TLS.")
    port: int = Field(8420, ge=0, le=65535, description="The port on which pages are served; 0 takes any free one.")
    idle_minutes: PositiveSeconds = Field(480.0, description="After so many minutes without a click one must sign in again.")
    absolute_hours: PositiveSeconds = Field(24.0, description="After so many hours one must sign in again in any case.")
    secure_cookies: bool = Field(False, description="Whether pages are reached over https only, so that sign-ins are never sent without.")
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Addresses and networks of proxies, separated by commas, that are believed whom they ask for (X-Forwarded-For).",
    )
    libraries: Path = Field(
        PACKAGE_DIR.parent / "node_modules", description="The folder with the browser libraries (`deploy/browser.sh` fills it)."
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, given: str) -> str:
        networks = []
        for one in filter(None, map(str.strip, given.split(","))):
            try:
                networks.append(ip_network(one))
            except ValueError as error:
                raise ValueError(f"not an address or a network: {one!r}; write it like 172.18.0.1 or 10.0.0.0/8") from error
        if _everybody(networks):
            raise ValueError(f"would trust everybody: {given!r}; name the proxy's own address, like 172.18.0.1")
        return given


class WatchSettings(_Section):
    """The watcher: it evaluates the alert rules and sends what is to be told. Of several one works."""

    interval_s: PositiveSeconds = Field(5.0, description="Seconds between two looks at the database.")
    late_s: int = Field(
        3 * 3600,
        ge=600,
        le=7 * 86400,
        description="What was published in the last so many seconds is looked at again when posts arrive late.",
    )
    learn_days: int = Field(28, ge=1, le=365, description="How many days of the past a new watcher learns from.")
    lease_s: PositiveSeconds = Field(30.0, description="A watcher that is silent for so long is replaced by another one.")
    claim_s: PositiveSeconds = Field(
        120.0, description="After so long a delivery whose sender has died is sent again; longer than any time-out."
    )
    address: str | None = Field(None, pattern=r"^https?://\S+$", description="Where the pages are, for links in notifications and reports.")


class Settings(BaseSettings):
    """All settings of the program. Frozen; build one with `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter=DELIMITER, frozen=True, extra="forbid", env_ignore_empty=True
    )

    data_dir: Path = Field(Path("var"), description="The folder for everything the program keeps on this machine.")
    config_dir: Path = Field(PACKAGE_DIR, description="The folder with the YAML files that the office edits.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much the program says of its own running.")
    office: OfficeSettings = OfficeSettings()
    kafka: KafkaSettings = KafkaSettings()
    log: LogSettings = LogSettings()
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    kibana: KibanaSettings = KibanaSettings()
    crawl: CrawlSettings = CrawlSettings()
    nlp: NlpSettings = NlpSettings()
    work: WorkSettings = WorkSettings()
    watch: WatchSettings = WatchSettings()
    web: WebSettings = WebSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.office.timezone)


_EVERY_OLD = IPv6Network("::ffff:0:0/96")  # all of IPv4, as a socket of both kinds sees them


def _everybody(networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether these networks hold every IPv4 address, however it is written, also where it takes several of them."""
    given = tuple(networks)
    old = collapse_addresses(one for one in given if isinstance(one, IPv4Network))
    new = collapse_addresses(one for one in given if isinstance(one, IPv6Network))
    return any(network.prefixlen == 0 for network in old) or any(_EVERY_OLD.subnet_of(network) for network in new)


def setting_names() -> dict[str, str]:
    """Every environment variable that the program reads, with what it is for."""
    return dict(_walk(Settings, ENVIRONMENT_PREFIX))


def _walk(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        variable = prefix + name.upper()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _walk(field.annotation, variable + DELIMITER)
        else:
            yield variable, field.description or ""


def load_settings(**given: object) -> Settings:
    """Read the settings from the environment; `given` values go before it.

    Raises ConfigError with every unknown variable and every wrong value at once.
    """
    problems = list(_unknown(os.environ))
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        problems += [
            Problem(
                "environment",
                None,
                ENVIRONMENT_PREFIX + DELIMITER.join(str(part).upper() for part in detail["loc"]),
                detail["msg"].removeprefix("Value error, "),
            )
            for detail in error.errors()
            if detail["type"] != "extra_forbidden"  # said already, with what may have been meant
        ]
        raise ConfigError(problems) from error
    if problems:
        raise ConfigError(problems)
    return settings


def _unknown(names: Mapping[str, str]) -> Iterator[Problem]:
    known = setting_names()
    bare = [name.removeprefix(ENVIRONMENT_PREFIX) for name in known]  # the prefix makes any two names look alike
    for name in names:
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            near = difflib.get_close_matches(name.removeprefix(ENVIRONMENT_PREFIX), bare, n=1)
            hint = f"; did you mean {ENVIRONMENT_PREFIX}{near[0]}?" if near else ""
            yield Problem("environment", None, name, f"no such setting{hint}")
