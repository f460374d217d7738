"""The sources: which pages are read, how, how often, and by whose right."""

import importlib
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, HttpUrl, StringConstraints, TypeAdapter, ValidationError, field_validator, model_validator

from config.accounts import Entry, Id, twice
from config.errors import ConfigError, Problem
from config.lines import Document, Path_, read_yaml
from config.settings import Settings

FILE = "sources.yaml"
SECTIONS = ("sources",)
SHORTEST_RIGHT = 8  # characters: "同意" alone does not say who allowed what

_url = TypeAdapter(HttpUrl)


def _is_url(text: str) -> str:
    try:
        _url.validate_python(text)
    except ValidationError as error:
        raise ValueError(f"not an address: {text!r}; write it like https://www.example.cn/feed") from error
    return text


Url = Annotated[str, AfterValidator(_is_url)]
Base = Annotated[str, AfterValidator(_is_url), AfterValidator(lambda text: text.rstrip("/"))]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Source(Entry):
    """What every source says, whatever spider reads it."""

    needs_right: ClassVar[bool] = False  # off until the office states its right to it

    id: Id
    spider: str  # feed, weibo, mastodon, wordpress, or "package.module:Class" for one of your own
    platform: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,31}$")] = "web"
    interval: Annotated[float, Field(gt=0)] = 300.0  # seconds between two runs
    enabled: bool = True
    right: str | None = None  # who allowed the office to read this, and when
    timezone: str | None = None  # in which the page writes its times; the office's own where it says nothing
    max_pages: Annotated[int, Field(ge=1, le=1000)] = 5  # of each list in one run
    delay: Annotated[float, Field(ge=0)] | None = None  # seconds between two requests; the setting crawl.delay_s where unset
    keep: Literal["mentions", "all"] = "mentions"  # which posts go on: those that concern an account, or all
    account: Id | None = None  # the monitored account whose own publications these are
    standing: Literal["private", "organisation", "media"] = "private"  # as what its authors speak, where the page doesn't say

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        try:
            ZoneInfo(name or "UTC")
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"no such time zone: {name!r}; use a name like Asia/Shanghai") from error
        return name

    @property
    def off(self) -> str | None:
        """Why the source is not read: "disabled", "no_right_stated", or None where it is."""
        if not self.enabled:
            return "disabled"
        stated = self.right is not None and len(self.right.strip()) >= SHORTEST_RIGHT
        return "no_right_stated" if self.needs_right and not stated else None

    @property
    def account_ids(self) -> dict[Path_, str]:
        """Every monitored account that the source refers to, by the key where it does."""
        return {} if self.account is None else {("account",): self.account}


class FeedSource(Source):
    """RSS or Atom: websites, and WeChat accounts through an RSS bridge."""

    spider: Literal["feed"]
    urls: Annotated[tuple[Url, ...], Field(min_length=1)]


class _WithAccounts(Source):
    accounts: tuple[Id, ...] = ()  # whose timelines are read

    @property
    def account_ids(self) -> dict[Path_, str]:
        return super().account_ids | {("accounts", number): account for number, account in enumerate(self.accounts)}


class WeiboSource(_WithAccounts):
    """The JSON that m.weibo.cn serves to anybody, as far as the office has a right to read it."""

    needs_right: ClassVar[bool] = True

    spider: Literal["weibo"]
    platform: Literal["weibo"] = "weibo"
    base_url: Base = "https://m.weibo.cn"
    search: tuple[Text, ...] = ()
    comments: bool = True  # of the posts on the accounts' timelines
    reposts: bool = True

    @model_validator(mode="after")
    def _something_to_read(self) -> "WeiboSource":
        if not self.accounts and not self.search:
            raise ValueError("nothing to read: give accounts, or search, or both")
        return self


class MastodonSource(_WithAccounts):
    """Any server that speaks the Mastodon API."""

    spider: Literal["mastodon"]
    platform: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,31}$")] = "mastodon"
    base_url: Base
    public: bool = False  # the public timeline
    tags: tuple[Text, ...] = ()
    replies: bool = True  # to the posts on the accounts' timelines

    @model_validator(mode="after")
    def _something_to_read(self) -> "MastodonSource":
        if not (self.accounts or self.tags or self.public):
            raise ValueError("nothing to read: give public, tags or accounts")
        return self


class WordPressSource(Source):
    """The REST API of a WordPress site."""

    spider: Literal["wordpress"]
    base_url: Base
    posts: bool = True
    comments: bool = True


class PluginSource(Source):
    """A source that a spider of the office's own reads."""

    options: dict[str, Any] = Field(default_factory=dict)

    @field_validator("spider")
    @classmethod
    def _importable(cls, spider: str) -> str:
        module, _, name = spider.partition(":")
        try:
            getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise ValueError(f"no such spider: {spider!r} ({error}); write it as package.module:Class") from error
        return spider


SPIDERS: dict[str, type[Source]] = {"feed": FeedSource, "weibo": WeiboSource, "mastodon": MastodonSource, "wordpress": WordPressSource}


def read_sources(document: Document) -> tuple[dict[int, Source], list[Problem]]:
    """Check sources.yaml; what is right comes back by its place in the file, beside every problem of the rest."""
    entries, wrong = document.section("sources")
    problems = [*document.problems, *document.unknown_sections(SECTIONS), *wrong]
    sources: dict[int, Source] = {}
    for index, given in enumerate(entries):
        model = _model(given)
        if model is None:
            problems.append(document.problem(("sources", index, "spider"), _unknown_spider(given)))
            continue
        source, found = document.build(model, ("sources", index), given)
        problems += found
        if source is not None:
            sources[index] = source
    problems += twice(document, "sources", [(index, source.id) for index, source in sources.items()])
    return sources, [*problems, *_shared_platforms(document, sources)]


def _shared_platforms(document: Document, sources: dict[int, Source]) -> list[Problem]:
    """Each server numbers its own posts, so two servers under one name of a platform would mix them up."""
    server: dict[str, str] = {}
    problems = []
    for index, source in sources.items():
        if isinstance(source, MastodonSource) and server.setdefault(source.platform, source.base_url) != source.base_url:
            what = f"{source.platform!r} is the platform of {server[source.platform]} already; give each server a name of its own"
            problems.append(document.problem(("sources", index, "platform"), what))
    return problems


def _model(given: Any) -> type[Source] | None:
    if not isinstance(given, dict):
        return Source
    spider = str(given.get("spider", ""))
    return PluginSource if ":" in spider else SPIDERS.get(spider)


def _unknown_spider(given: dict[str, Any]) -> str:
    names = ", ".join(SPIDERS)
    if "spider" not in given:
        return f"is missing; possible are {names}, or package.module:Class for one of your own"
    return f"no such spider: {given['spider']!r}; possible are {names}, or package.module:Class for one of your own"


def load_sources(settings: Settings) -> tuple[Source, ...]:
    """Read the sources. Raises ConfigError with every problem of the file; `config.check` reads all files together."""
    sources, problems = read_sources(read_yaml(settings.config_dir / FILE))
    if problems:
        raise ConfigError(problems)
    return tuple(sources.values())
