"""The edge: what a spider found becomes a post as we keep it, or a dead letter. Names of private persons end here.

Pure: the same find gives the same post. Nothing is repaired in silence: each repair leaves its flag.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from config.accounts import MonitoredAccount
from crawlers.authors import Authors
from crawlers.counts import read_count
from crawlers.dates import plausible, read_date
from crawlers.errors import CountError, DateError, Unusable
from crawlers.find import Find
from crawlers.masking import Masking, faceless
from crawlers.text import html_to_text, repair, tidy
from matching.mentions import Mentions
from streams.dead import DeadLetter
from streams.messages import Author, Flag, Post, Standing

LONGEST_ID = 400  # bytes
LONGEST_TITLE = 500  # characters
LONGEST_URL = 2000  # characters
MOST_MEDIA = 50
COUNTS = ("forwards", "comments", "likes", "reads")


class _Text(NamedTuple):
    text: str
    title: str | None
    flags: list[Flag]


class Edge:
    """Turns finds into posts. `zone` is the office's own, for pages that don't say theirs; `max_text` counts characters."""

    def __init__(self, accounts: Iterable[MonitoredAccount], key: bytes, *, zone: tzinfo, max_text: int = 20_000) -> None:
        accounts = tuple(accounts)
        self._mentions = Mentions(accounts)
        self._masking = Masking(accounts)
        self._authors = Authors(accounts, key)
        self._zone = zone
        self._max_text = max_text

    def post(self, find: Find) -> Post:
        """Make a post of a find. Raises Unusable with a reason: "no_id", "id_too_long" or "empty_text"."""
        native = _native_id(find.native_id)
        said = self._text(find)
        if not (said.text or said.title or find.media):
            raise Unusable("empty_text", "neither text nor title nor picture")
        author = self._authors.kept(find.platform, find.author, native)
        owner = self._authors.monitored(find.platform, find.author)
        private = author.standing is Standing.PRIVATE
        published_at, dated = self._published_at(find)
        counts, counted = _counts(find)
        names = self._private_names(find, author)
        title = self._masking.text(said.title, names) if said.title else None
        return Post(
            id=f"{find.platform}:{native}",
            platform=find.platform,
            kind=find.kind,
            author=author,
            text=self._masking.text(said.text, names),
            published_at=published_at,
            collected_at=find.collected_at,
            source=find.source,
            url=self._url(find, private=private),
            title=title,
            client=None if private else find.client,  # people name their telephones after themselves
            root_id=_related(find.platform, find.root_id, native),
            parent_id=_related(find.platform, find.parent_id, native),
            media=_media(find, private=private),
            owner=owner.id if owner else None,
            accounts=self._accounts(find, said),
            flags=tuple(dict.fromkeys([*said.flags, *dated, *counted])),
            **counts,
        )

    def letter(self, find: Find, error: Unusable) -> DeadLetter:
        """Make the dead letter of a find that can't become a post: what it said, without whoever said it.

        Nor when it was seen, for the id is made of the value: a find that is met again in each run is one letter.
        """
        said = self._text(find)
        author = self._authors.kept(find.platform, find.author, find.native_id or "none")
        names = self._private_names(find, author)
        private = author.standing is Standing.PRIVATE
        kept = {
            "id": None if find.native_id in find.author.names else repair(find.native_id)[0][:LONGEST_ID],
            "platform": find.platform,
            "kind": find.kind,
            "author": author,
            "title": self._masking.text(said.title, names) if said.title else None,
            "text": self._masking.text(said.text, names),
        }
        url = self._url(find, private=private)
        return DeadLetter.of_find(
            source=find.source, url=url, value=msgspec.json.encode(kept), reason=error.reason, error=str(error), at=find.collected_at
        )

    def _text(self, find: Find) -> _Text:
        flags = [Flag.TRUNCATED] if find.truncated else []
        cleaned = html_to_text if find.html else tidy
        text, repaired = repair(find.text)
        title, title_repaired = repair(find.title or "")
        if repaired or title_repaired:
            flags.append(Flag.REPAIRED_TEXT)
        text, title = cleaned(text), cleaned(title).replace("\n", " ")
        if len(text) > self._max_text or len(title) > LONGEST_TITLE:
            flags.append(Flag.CLIPPED_TEXT)
        return _Text(text[: self._max_text], title[:LONGEST_TITLE] or None, flags)

    def _accounts(self, find: Find, said: _Text) -> tuple[str, ...]:
        by = self._authors.monitored(find.platform, find.author)
        answered = [self._authors.monitored(find.platform, author) for author in find.answers]
        found = [account.id for account in (by, *answered) if account]
        found += self._mentions.find(f"{said.title or ''}\n{said.text}")
        if find.context:
            found += self._mentions.find(find.context)
        return tuple(dict.fromkeys(found))

    def _private_names(self, find: Find, author: Author) -> tuple[str, ...]:
        involved = [raw for raw in find.answers if self._authors.kept(find.platform, raw, "").standing is Standing.PRIVATE]
        if author.standing is Standing.PRIVATE:
            involved.append(find.author)
        return tuple(raw.name for raw in involved if raw.name)

    def _url(self, find: Find, *, private: bool) -> str | None:
        if find.url is None or not find.url.startswith(("http://", "https://")) or len(find.url) > LONGEST_URL:
            return None
        url, _ = repair(find.url)
        answered = [name for raw in find.answers for name in raw.names if self._authors.monitored(find.platform, raw) is None]
        own = find.author.names if private else ()
        return faceless(url, (*own, *answered)) if private else url

    def _published_at(self, find: Find) -> tuple[datetime, list[Flag]]:
        if find.published is None or find.published == "":
            return find.collected_at, [Flag.NO_DATE]
        zone = ZoneInfo(find.timezone) if find.timezone else self._zone
        try:
            reading = read_date(find.published, find.collected_at, zone)
        except DateError:
            return find.collected_at, [Flag.NO_DATE]
        if not plausible(reading.at, find.collected_at):
            return find.collected_at, [Flag.IMPLAUSIBLE_DATE]
        return reading.at.astimezone(UTC), [] if reading.exact else [Flag.INEXACT_DATE]


def _native_id(given: str) -> str:
    native, repaired = repair(given.strip())
    if not native or repaired:
        raise Unusable("no_id", "no id that a database can keep")
    if len(native.encode()) > LONGEST_ID:
        raise Unusable("id_too_long", f"an id of more than {LONGEST_ID} bytes")
    return native


def _related(platform: str, native: str | None, own: str) -> str | None:
    return f"{platform}:{native}" if native and native != own else None


def _counts(find: Find) -> tuple[dict[str, int | None], list[Flag]]:
    counts: dict[str, int | None] = {}
    flags: list[Flag] = []
    for name in COUNTS:
        try:
            counts[name] = read_count(getattr(find, name))
        except CountError:
            counts[name] = None
            flags.append(Flag.BAD_COUNT)
    return counts, flags


def _media(find: Find, *, private: bool) -> tuple[str, ...]:
    """Addresses of pictures; not of private authors, for Weibo writes the author's number into each."""
    if private:
        return ()
    return tuple(repair(url)[0] for url in find.media[:MOST_MEDIA] if url.startswith(("http://", "https://")) and len(url) <= LONGEST_URL)
