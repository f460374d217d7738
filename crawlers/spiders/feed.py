"""RSS and Atom: websites, and WeChat accounts through an RSS bridge."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import urljoin

import feedparser
from scrapy.http import Request, Response

from config.sources import FeedSource
from crawlers import outcomes
from crawlers.authors import RawAuthor
from crawlers.errors import PageError
from crawlers.find import Find
from crawlers.masking import faceless
from crawlers.spiders.base import Scraped, SourceSpider
from crawlers.text import decode_body
from streams.messages import Kind, Standing

LONGEST_GUID = 200  # characters; a longer one is hashed

_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


class FeedSpider(SourceSpider):
    """Reads every entry of each feed; a feed has one page."""

    @property
    def source(self) -> FeedSource:
        """What it is to read."""
        return cast("FeedSource", self.visit.source)

    def first(self) -> Iterable[Request]:
        return [self.ask(url, self.read, url, name=url) for url in self.source.urls]

    def read(self, response: Response, name: str) -> Iterator[Scraped]:
        """Read one feed. Raises PageError for what is none."""
        feed = parse(response.body, (response.headers.get("Content-Type") or b"").decode("latin-1"))
        finds = [self._find(entry, feed.feed, response.url) for entry in feed.entries]
        self.visit.ledger.expect(len(finds))
        self.visit.more(name, [find.native_id for find in finds], page=0)
        yield from finds

    def _find(self, entry: Any, feed: Any, url: str) -> Find:
        contents = entry.get("content") or []
        body = max((content.get("value") or "" for content in contents), key=len, default="") or entry.get("summary") or ""
        link = urljoin(url, entry["link"]) if entry.get("link") else None
        author = self._author(entry, feed)
        published = entry.get("published") or entry.get("updated") or entry.get("created") or None
        return Find(
            source=self.source.id,
            platform=self.source.platform,
            native_id=_native_id(entry.get("id") or link or "", author),
            kind=Kind.ARTICLE,
            text=body,
            html=True,
            title=entry.get("title") or None,
            url=link,
            published=published,
            collected_at=self.visit.clock.now(),
            author=author,
            comments=entry.get("slash_comments"),
            media=tuple(item.get("href") or "" for item in entry.get("enclosures") or []),
            truncated=not contents and body.rstrip().endswith(("[...]", "[…]", "…", "...")),
            timezone=self.source.timezone,
        )

    def _author(self, entry: Any, feed: Any) -> RawAuthor:
        if self.source.account is not None:
            account = self.visit.accounts[self.source.account]
            native = account.platforms.get(self.source.platform, f"account:{account.id}")
            return RawAuthor(id=native, name=account.name, standing=Standing.MONITORED)
        name = entry.get("author") or None
        standing = Standing(self.source.standing)
        if standing is not Standing.PRIVATE:
            return RawAuthor(name=feed.get("title") or name or self.source.id, standing=standing)
        return RawAuthor(name=name)


def _native_id(given: str, author: RawAuthor) -> str:
    telling = given.startswith(("http://", "https://")) and faceless(given, author.names) != given
    if len(given) > LONGEST_GUID or telling:
        return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return given


def parse(body: bytes, content_type: str) -> Any:
    """Parse a feed of whatever encoding. Raises PageError: "feed_bomb", "html_instead_of_feed", "cut_off", "not_a_feed"."""
    text = decode_body(body, content_type).text
    if _ENTITY.search(text):
        raise PageError("feed_bomb", "the feed defines entities of its own; no honest feed needs them")
    reason = outcomes.of_html(text, "feed")
    if reason:
        raise PageError(reason, "a web page where a feed was due")
    plain = '<?xml version="1.0" encoding="utf-8"?>' + _DECLARATION.sub("", text.lstrip("\ufeff"), count=1)
    headers = {"content-type": "application/xml; charset=utf-8"}
    feed = feedparser.parse(plain.encode("utf-8", "replace"), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    if not feed.get("version") and not feed.entries:
        raise PageError("not_a_feed", "neither RSS nor Atom")
    if not re.search(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*-->\s*)*$", plain[-1000:], re.IGNORECASE | re.DOTALL):
        raise PageError("cut_off", "the feed ends in its middle")
    return feed
