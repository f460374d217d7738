"""Files and finds by hand: what a vendor delivers or a person reports, through the same edge as the spiders."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from crawlers.authors import RawAuthor
from crawlers.coverage import Ledger, RunClock, message_of
from crawlers.edge import Edge
from crawlers.errors import MappingError, Unusable
from crawlers.find import Find
from crawlers.rows import Row
from crawlers.visit import letter_message, post_message
from streams.dead import DeadLetter
from streams.log import Log, Message
from streams.messages import Kind, Post, Standing

FIELDS = {
    "id": "the platform's own number of the post; without it the post is known by its address, or by its text",
    "platform": "weibo, wechat, web, …",
    "kind": "post, comment, repost or article",
    "text": "the text",
    "title": "the title",
    "url": "the address",
    "published_at": "when it was published",
    "author": "the author's name",
    "author_id": "the author's number on the platform",
    "verified": "how the platform verified the author: organisation, media, or anything else for a private person",
    "region": "where the author is; kept for organisations only",
    "followers": "the author's followers; kept for organisations only",
    "client": "the app it was sent with",
    "root_id": "the number of the post at the top",
    "parent_id": "the number of the post that it answers",
    "forwards": "how often forwarded",
    "comments": "how often commented on",
    "likes": "how often liked",
    "reads": "how often read",
}
_VERIFIED = {
    "organisation": Standing.ORGANISATION,
    "organization": Standing.ORGANISATION,
    "机构": Standing.ORGANISATION,
    "政府": Standing.ORGANISATION,
}
_VERIFIED |= {"企业": Standing.ORGANISATION, "media": Standing.MEDIA, "媒体": Standing.MEDIA}
PLATFORM = re.compile(r"[a-z][a-z0-9]{0,31}")
_PLATFORMS = {"微博": "weibo", "新浪微博": "weibo", "微信": "wechat", "公众号": "wechat", "微信公众号": "wechat"}
_PLATFORMS |= {"网站": "web", "网页": "web", "网媒": "web", "新闻网站": "web"}
_KINDS = {"帖子": Kind.POST, "微博": Kind.POST, "评论": Kind.COMMENT, "转发": Kind.REPOST, "文章": Kind.ARTICLE, "新闻": Kind.ARTICLE}


@dataclass
class Taken:
    """What became of the rows of a file."""

    rows: int = 0
    kept: int = 0
    irrelevant: int = 0  # mention no monitored account
    broken: int = 0  # in the dead letters


def read_mapping(text: str) -> dict[str, str]:
    """Read `--map "text=内容,published_at=发布时间"`. Raises MappingError for what is none, or names no field of ours."""
    mapping: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.replace("，", ",").split(","))):
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise MappingError(f"--map: {pair!r} is not of the form field=column")
        if field not in FIELDS:
            raise MappingError(f"--map: no such field: {field!r}; there are {', '.join(FIELDS)}")
        mapping[field] = column
    return mapping


class Rows:
    """Turns rows of a file into finds. Columns that carry the name of a field need no mapping."""

    def __init__(self, mapping: Mapping[str, str], *, source: str, platform: str, zone: str | None) -> None:
        self._columns = {field: field for field in FIELDS} | dict(mapping)
        self._named = mapping
        self.source = source
        self._platform = platform
        self._zone = zone

    def check(self, columns: Iterable[str]) -> None:
        """Raise MappingError where the file has not the columns that were named, or no text."""
        there = list(columns)
        missing = [column for column in self._named.values() if column.partition(".")[0] not in there]
        if missing:
            raise MappingError(f"no such column: {', '.join(missing)}; the file has {', '.join(there)}")
        if not {self._columns["text"].partition(".")[0], self._columns["title"].partition(".")[0]} & set(there):
            raise MappingError(f"no column for the text: name it with --map text=…; the file has {', '.join(there)}")

    def find(self, values: Mapping[str, Any], now: datetime) -> Find:
        """Make the find of a row."""
        cells = {field: _cell(values, column) for field, column in self._columns.items()}
        named = _string(cells["platform"]).casefold()
        platform = _PLATFORMS.get(named) or (named if PLATFORM.fullmatch(named) else self._platform)
        # Two platforms that we have no name for may both have a post 1.
        own = f"{named}/" if named and named != platform and named not in _PLATFORMS else ""
        kind = _kind(_string(cells["kind"]), cells)
        native = _string(cells["id"]) or _made_up(cells, kind)
        verified = _string(cells["verified"]).casefold()
        return Find(
            source=self.source,
            platform=platform,
            native_id=own + native.removeprefix(f"{platform}:"),
            kind=kind,
            text=_string(cells["text"]),
            title=_string(cells["title"]) or None,
            url=_string(cells["url"]) or None,
            published=cells["published_at"],
            collected_at=now,
            author=RawAuthor(
                id=_string(cells["author_id"]) or None,
                name=_string(cells["author"]) or None,
                standing=_VERIFIED.get(verified, Standing.PRIVATE),
                region=_string(cells["region"]) or None,
                followers=cells["followers"],
            ),
            client=_string(cells["client"]) or None,
            root_id=_related(own, platform, cells["root_id"]),
            parent_id=_related(own, platform, cells["parent_id"]),
            forwards=cells["forwards"],
            comments=cells["comments"],
            likes=cells["likes"],
            reads=cells["reads"],
            timezone=self._zone,
        )


def _cell(values: Mapping[str, Any], column: str) -> Any:
    """The value of a column; `user.name` looks inside."""
    if column in values:
        return values[column]
    found: Any = values
    for part in column.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _string(value: object) -> str:
    if value is None or isinstance(value, list | dict | bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # spreadsheets keep numbers as such
    return str(value).strip()


def _related(own: str, platform: str, value: object) -> str | None:
    given = _string(value).removeprefix(f"{platform}:")
    return f"{own}{given}" if given else None


def _made_up(cells: Mapping[str, Any], kind: Kind) -> str:
    """A number for a row that brings none: the same row has the same number whenever it is taken in.

    An address alone tells posts and articles apart; of comments and reposts vendors give that of the page where they stand.
    """
    parts = tuple(cells[name] for name in ("title", "text", "published_at", "author"))
    if cells["url"]:
        parts = (cells["url"], *(parts if kind in (Kind.COMMENT, Kind.REPOST) else ()))
    return hashlib.sha256("\x1f".join(_string(part) for part in parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _kind(said: str, cells: Mapping[str, Any]) -> Kind:
    if said.casefold() in set(Kind):
        return Kind(said.casefold())
    return _KINDS.get(said, Kind.ARTICLE if cells["title"] else Kind.POST)


def ingest(
    rows: Iterable[Row],
    columns: Rows,
    messages: Log,
    edge: Edge,
    *,
    name: str,
    keep_all: bool = False,
    batch: int = 500,
    told: Callable[[int], None] | None = None,
) -> Taken:
    """Take the rows of a file into the log; what mentions no account is left out unless `keep_all`.

    What can't be used goes to the dead letters. Raises MappingError before the first row where columns are missing, and
    LogUnavailable where the log can't be reached: taking the same file in again then changes nothing of what is there.
    `told` hears how many rows were read, after each batch.
    """
    taken = Taken()
    clock = RunClock()
    ledger = Ledger(columns.source, clock)
    intake = _Intake(columns, edge, clock, ledger, taken, keep_all=keep_all)
    waiting: list[Message] = []
    for row in rows:
        waiting += intake.take(row, name)
        if len(waiting) >= batch:
            messages.append(waiting)
            waiting = []
            if told:
                told(taken.rows)
    ledger.page()
    ledger.seen, ledger.kept, ledger.broken, ledger.expected = taken.rows, taken.kept, taken.broken, taken.rows
    if taken.broken:
        ledger.short("unusable_rows")
    messages.append([*waiting, message_of(ledger.report())])
    if told:
        told(taken.rows)
    return taken


class _Intake:
    """Turns rows into messages, and counts."""

    def __init__(self, columns: Rows, edge: Edge, clock: RunClock, ledger: Ledger, taken: Taken, *, keep_all: bool) -> None:
        self._columns = columns
        self._edge = edge
        self._clock = clock
        self._ledger = ledger
        self._taken = taken
        self._keep_all = keep_all
        self._checked = False

    def take(self, row: Row, name: str) -> list[Message]:
        """The messages of a row: a post, a dead letter, or none where it mentions nobody."""
        self._taken.rows += 1
        if row.values is None:
            self._taken.broken += 1
            return [letter_message(_broken_row(row, name, self._columns.source, self._clock.now()))]
        if row.table and not self._checked:
            self._columns.check(row.values)
            self._checked = True
        find = self._columns.find(row.values, self._clock.now())
        try:
            post = self._edge.post(find)
        except Unusable as error:
            self._taken.broken += 1
            return [letter_message(self._edge.letter(find, error))]
        self._ledger.dated(post.published_at)
        if not (post.accounts or self._keep_all):
            self._taken.irrelevant += 1
            return []
        self._taken.kept += 1
        return [post_message(post)]


def _broken_row(row: Row, name: str, source: str, now: datetime) -> DeadLetter:
    """The letter of a row that can't be read: where it stands and how long it is, for whom it names nobody can tell."""
    value = msgspec.json.encode({"file": name, "row": row.number, "size": row.size})
    return DeadLetter.of_find(
        source=source, url=None, value=value, reason="unreadable_row", error=f"{name}, row {row.number}: {row.error}", at=now
    )


def report(
    url: str, text: str, edge: Edge, now: datetime, *, title: str | None = None, published: str | None = None, accounts: Iterable[str] = ()
) -> Post:
    """Make the post of a find that a person reports by hand. `accounts` are those that it concerns besides any mentioned.

    Raises Unusable where there is neither text nor title.
    """
    find = Find(
        source="report",
        platform="report",
        native_id=hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        kind=Kind.REPORT,
        text=text,
        title=title,
        url=url,
        published=published,
        collected_at=now,
    )
    post = edge.post(find)
    return msgspec.structs.replace(post, accounts=tuple(dict.fromkeys([*post.accounts, *accounts])))
