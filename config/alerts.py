"""What is worth an alert, who is told of it, and by which channel."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, HttpUrl, StringConstraints, field_validator, model_validator

from config.accounts import FILE as ACCOUNTS_FILE
from config.accounts import Entry, Id, MonitoredAccount, twice
from config.errors import ConfigError, Problem
from config.lines import Document, read_yaml, unknown
from config.settings import PACKAGE_DIR, Settings
from config.topic_names import TopicName

FILE = "alerts.yaml"
SECTIONS = ("rules", "channels", "subscriptions")
LEVELS: tuple[str, ...] = ("notice", "warning", "urgent")  # weakest first
FROM_ENVIRONMENT = "env:"

Level = Literal["notice", "warning", "urgent"]
Step = Literal["opened", "grown", "acknowledged", "resolved"]
Cut = Literal["account", "topic", "sentiment"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Secret = Annotated[str, StringConstraints(min_length=1)]  # itself, or "env:NAME" for a variable of the environment
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
_PATH = re.compile(r"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*$")


class Filter(Entry):
    """Which posts or findings are meant. What is left out is not asked for; private authors can't be asked for."""

    accounts: tuple[Id, ...] = ()
    topics: tuple[TopicName, ...] = ()
    sentiments: tuple[Literal[-1, 0, 1], ...] = ()
    platforms: tuple[Text, ...] = ()
    words: tuple[Text, ...] = ()  # one of them stands in the text


class SpikeParameters(Entry):
    """When a count is a spike: see docs/alerts.md."""

    by: tuple[Cut, ...] = ("account", "sentiment")
    step_s: Annotated[int, Field(ge=60, le=86400)] = 300
    surprise: Annotated[float, Field(ge=1, le=12)] = 2.5
    residual: Annotated[float, Field(ge=1, le=20)] = 2.2
    posts: Annotated[int, Field(ge=1)] = 8


class FrequencyParameters(Entry):
    """So many posts within so long."""

    posts: Annotated[int, Field(ge=1)]
    within_s: Annotated[int, Field(ge=60, le=30 * 86400)]
    by: tuple[Cut, ...] = ("account",)
    late_s: Annotated[int, Field(ge=0)] = 3 * 3600  # a post collected later than this after publication is a back-fill


class TransitionParameters(Entry):
    """Into which states of an incident."""

    to: tuple[Text, ...] = ()  # every state where none is named


class ClockParameters(Entry):
    """Which phases of an incident's clocks."""

    phases: tuple[Literal["warned", "passed"], ...] = ("warned", "passed")


class TakeoverParameters(Entry):
    """When a post of one of the office's own accounts looks like somebody else's: see docs/accounts.md."""

    tell: tuple[Literal["suspect", "takeover"], ...] = ("takeover",)
    least_posts: Annotated[int, Field(ge=10)] = 40  # of the account's own past, before anything is said
    least_spread: Annotated[int, Field(ge=1)] = 100  # forwards and comments


PARAMETERS: Mapping[str, type[Entry]] = {
    "spike": SpikeParameters,
    "frequency": FrequencyParameters,
    "transition": TransitionParameters,
    "clock": ClockParameters,
    "takeover": TakeoverParameters,
}


class Rule(Entry):
    """One rule. `kind` is one of PARAMETERS, or the dotted path of a plug-in: `office_rules.night:Night`."""

    id: Id
    name: Name  # as people read it
    kind: Text
    level: Level = "warning"
    filter: Filter = Filter()
    parameters: dict[str, Any] = Field(default_factory=dict)
    calm_s: Annotated[int, Field(ge=60)] = 3600  # an episode is over after so long without a finding
    off: bool = False

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: str) -> str:
        if kind not in PARAMETERS and not _PATH.fullmatch(kind):
            raise ValueError(f"{unknown(kind, PARAMETERS)}, or the path of a plug-in: package.module:Class")
        return kind


def whole(rule: Rule) -> dict[str, Any]:
    """Give a rule in JSON's types, with the defaults of its kind filled in; of a plug-in's kind only what the file says."""
    found = rule.model_dump(mode="json")
    if rule.kind in PARAMETERS:
        found["parameters"] = PARAMETERS[rule.kind].model_validate(rule.parameters).model_dump(mode="json")
    return found


class Channel(Entry):
    """What every channel has."""

    secrets: ClassVar[tuple[str, ...]] = ()

    id: Id
    off: bool = False

    def revealed(self, name: str) -> str:
        """Give a secret field's value, from the environment where it says so. Raises KeyError where the variable is not set."""
        value = str(getattr(self, name))
        return os.environ[value.removeprefix(FROM_ENVIRONMENT)] if value.startswith(FROM_ENVIRONMENT) else value


class MailChannel(Channel):
    """Mail by SMTP."""

    secrets: ClassVar[tuple[str, ...]] = ("password",)

    kind: Literal["mail"]
    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] = 465
    security: Literal["tls", "starttls", "none"] = "tls"
    user: Text | None = None
    password: Secret | None = None
    sender: Annotated[str, StringConstraints(pattern=r"^[^\s@]+@[^\s@]+$")]
    to: Annotated[tuple[Annotated[str, StringConstraints(pattern=r"^[^\s@]+@[^\s@]+$")], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole_sign_in(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        return self


class WebhookChannel(Channel):
    """JSON by HTTP, signed."""

    secrets: ClassVar[tuple[str, ...]] = ("secret",)

    kind: Literal["webhook"]
    url: Url
    secret: Secret


class RobotChannel(Channel):
    """A group robot of DingTalk, WeCom or Feishu: its webhook address as the platform shows it, and its signing secret if it has one."""

    secrets: ClassVar[tuple[str, ...]] = ("url", "secret")

    kind: Literal["dingtalk", "wecom", "feishu"]
    url: Secret
    secret: Secret | None = None

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        if not url.startswith(FROM_ENVIRONMENT):
            HttpUrl(url)
        return url

    @model_validator(mode="after")
    def _signed_by_some(self) -> Self:
        if self.kind == "wecom" and self.secret is not None:
            raise ValueError("a WeCom robot has no signing secret; leave it out")
        return self


class AppriseChannel(Channel):
    """Any other service, by an address of apprise."""

    secrets: ClassVar[tuple[str, ...]] = ("url",)

    kind: Literal["apprise"]
    url: Secret


AnyChannel = MailChannel | WebhookChannel | RobotChannel | AppriseChannel
CHANNELS: Mapping[str, type[AnyChannel]] = {
    "mail": MailChannel,
    "webhook": WebhookChannel,
    "dingtalk": RobotChannel,
    "wecom": RobotChannel,
    "feishu": RobotChannel,
    "apprise": AppriseChannel,
}


class Subscription(Entry):
    """Who is told of what, and where. What is left out is not asked for."""

    id: Id
    name: Name  # of the person or department
    rules: tuple[Id, ...] = ()
    level: Level = "notice"  # this level and stronger ones
    filter: Filter = Filter()
    steps: tuple[Step, ...] = ("opened", "grown", "resolved")
    channels: Annotated[tuple[Id, ...], Field(min_length=1)]


class AlertPlan(Entry):
    """All of alerts.yaml."""

    rules: tuple[Rule, ...] = ()
    channels: tuple[AnyChannel, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()


def read_alerts(document: Document, accounts: Iterable[MonitoredAccount], *, secrets: bool = True) -> tuple[AlertPlan, list[Problem]]:
    """Check alerts.yaml against the accounts; what is right comes back beside every problem of the rest.

    Without `secrets` it is no problem where the environment has not got them: only who sends needs to know them.
    """
    problems = [*document.problems, *document.unknown_sections(SECTIONS)]
    built: dict[str, dict[int, Any]] = {}
    for section, build in (("rules", _rule), ("channels", _channel), ("subscriptions", _subscription)):
        entries, wrong = document.section(section)
        problems += wrong
        built[section] = {}
        for index, given in enumerate(entries):
            entry, found = build(document, index, given)
            problems += found
            if entry is not None:
                built[section][index] = entry
        problems += twice(document, section, [(index, name) for index, given in enumerate(entries) for name in _named(given, "id") if name])
    problems += _strangers(document, {account.id for account in accounts})
    if secrets:
        problems += _unset(document, built["channels"])
    return AlertPlan(**{section: tuple(entries.values()) for section, entries in built.items()}), problems


def _rule(document: Document, index: int, given: Any) -> tuple[Rule | None, list[Problem]]:
    rule, problems = document.build(Rule, ("rules", index), given)
    kinds = [kind for kind in _named(given, "kind") if kind in PARAMETERS]
    parameters = given.get("parameters", {}) if kinds else None
    if not isinstance(parameters, dict):
        return rule, problems
    built, wrong = document.build(PARAMETERS[kinds[0]], ("rules", index, "parameters"), parameters)
    return (rule if built is not None else None), [*problems, *wrong]


def _channel(document: Document, index: int, given: Any) -> tuple[AnyChannel | None, list[Problem]]:
    kind = given.get("kind") if isinstance(given, dict) else None
    if not isinstance(kind, str) or kind not in CHANNELS:
        what = "is missing" if kind is None else f"no such kind: {kind!r}"
        return None, [document.problem(("channels", index, "kind"), f"{what}; possible are {', '.join(CHANNELS)}")]
    return document.build(CHANNELS[kind], ("channels", index), given)


def _unset(document: Document, channels: Mapping[int, AnyChannel]) -> Iterator[Problem]:
    """Say which variables of the environment are named and not there."""
    for index, channel in channels.items():
        for name in () if channel.off else channel.secrets:
            value = getattr(channel, name)
            variable = value.removeprefix(FROM_ENVIRONMENT) if isinstance(value, str) and value.startswith(FROM_ENVIRONMENT) else None
            if variable is not None and not os.environ.get(variable):
                yield document.problem(("channels", index, name), f"the variable {variable} is not set in the environment")


def _subscription(document: Document, index: int, given: Any) -> tuple[Subscription | None, list[Problem]]:
    return document.build(Subscription, ("subscriptions", index), given)


def _strangers(document: Document, accounts: set[str]) -> Iterator[Problem]:
    """Say which accounts, channels and rules are named but stand nowhere, also by what has another mistake."""
    entries = {section: document.section(section)[0] for section in SECTIONS}
    there = {section: {name for given in entries[section] for name in _named(given, "id")} for section in ("channels", "rules")}
    for section in ("rules", "subscriptions"):
        for index, given in enumerate(entries[section]):
            yield from _missing(document, (section, index, "filter", "accounts"), _named(given, "filter", "accounts"), accounts)
    for index, given in enumerate(entries["subscriptions"]):
        for section, known in there.items():
            yield from _missing(document, ("subscriptions", index, section), _named(given, section), known)


def _named(given: Any, *keys: str) -> tuple[str, ...]:
    """The names that an entry has under a key, or a key of a key, as it was written; none where something else stands there."""
    for key in keys:
        given = given.get(key) if isinstance(given, dict) else None
    names = given if isinstance(given, list) else [given]
    return tuple(name if isinstance(name, str) else "" for name in names) if given is not None else ()


def _missing(document: Document, path: tuple[str | int, ...], names: Iterable[str], known: set[str]) -> Iterator[Problem]:
    what = str(path[-1]).removesuffix("s")
    where = ACCOUNTS_FILE if what == "account" else FILE
    for number, name in enumerate(names):
        if name and name not in known:
            yield document.problem((*path, number), f"no such {what}: {name!r}; it must stand in {where}")


def open_document(settings: Settings) -> Document:
    """Read the office's file; where it has none, the one that comes with the program."""
    path = settings.config_dir / FILE
    return read_yaml(path if path.exists() else PACKAGE_DIR / FILE)


def load_alerts(settings: Settings, accounts: Iterable[MonitoredAccount]) -> AlertPlan:
    """Read the rules, channels and subscriptions. Raises ConfigError with every problem of the file."""
    plan, problems = read_alerts(open_document(settings), accounts)
    if problems:
        raise ConfigError(problems)
    return plan
