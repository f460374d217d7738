"""What an address has for a crawl: a feed, a WordPress site, a server with the Mastodon API. For setting up, not for crawling.

Of a web page the feeds and the API that it names are tried; what is no page is tried as what it may be. Nothing is guessed at beyond that.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol, TypeVar
from urllib.parse import urljoin, urlsplit

import lxml.html
import msgspec

from crawlers import outcomes
from crawlers.errors import PageError
from crawlers.fetch import Fetched
from crawlers.spiders.feed import parse
from crawlers.text import decode_body, html_to_text

FEEDS = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
WORDPRESS = "https://api.w.org/"  # the relation by which WordPress names its API
WORDPRESS_API, MASTODON_API = "/wp-json", "/api/v1"
MOST_FEEDS = 5
TITLES = 3  # that are shown


class Getting(Protocol):
    """What asks pages: `crawlers.fetch.Fetcher`."""

    def get(self, url: str) -> Fetched:
        """Ask a page. Raises PageError."""


class Offer(NamedTuple):
    """Something that a spider can read."""

    spider: str  # "feed", "wordpress", "mastodon"
    address: str  # of the feed, or the base address of the site
    name: str  # as it calls itself; "" where it doesn't say
    posts: int  # on its first page
    titles: tuple[str, ...]  # of the first ones; private authors' texts have none


class Refused(NamedTuple):
    """Something that was tried and is none."""

    address: str
    reason: str  # of `crawlers.reasons.REASONS`


class Probe(NamedTuple):
    """What was found at an address."""

    offers: tuple[Offer, ...]
    refused: tuple[Refused, ...]


def whole(address: str) -> tuple[str, ...]:
    """Complete an address as people type it: `www.example.cn` may be with TLS or without. Raises PageError where it is none."""
    address = address.strip()
    urls = (address,) if "://" in address else (f"https://{address}", f"http://{address}")
    try:
        parts = urlsplit(urls[0])
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port) and " " not in address
    except ValueError:  # a port that is no number, brackets that don't close
        usable = False
    if not usable:
        raise PageError("unreachable", f"{address!r} is no address of a website")
    return urls


def probe(pages: Getting, address: str) -> Probe:
    """Look what there is at an address. Raises PageError where the address itself can't be asked."""
    url, *plain = whole(address)
    try:
        page = pages.get(url)
    except PageError as error:
        if error.reason != "unreachable" or not plain:
            raise
        page = pages.get(plain[0])
    offers: list[Offer] = []
    refused: list[Refused] = []
    for spider, place in candidates(page):
        try:
            offers.append(_TRIED[spider](pages, page, place))
        except PageError as error:
            refused.append(Refused(place, error.reason))
    return Probe(tuple(offers), tuple(refused))


def candidates(page: Fetched) -> Iterator[tuple[str, str]]:
    """Give what is worth a try at a page: spider and address, the most telling first."""
    root = _root(page.url)
    text = decode_body(page.body, page.content_type).text
    if outcomes.of_html(text, "feed") is None:
        if text.lstrip("\ufeff \r\n\t").startswith(("{", "[")):
            yield "wordpress", root.partition(WORDPRESS_API)[0].rstrip("/")
            yield "mastodon", root.partition(MASTODON_API)[0].rstrip("/")
        else:
            yield "feed", page.url
        return
    links = list(_links(text, page))
    apis = [address for kind, address in links if kind == WORDPRESS]
    yield from (("wordpress", address.partition(WORDPRESS_API)[0].rstrip("/")) for address in apis[:1])
    feeds = [address for kind, address in links if kind in FEEDS]
    yield from (("feed", address) for address in dict.fromkeys(feeds[:MOST_FEEDS]))
    if not apis:
        yield "wordpress", root
    yield "mastodon", root


def _root(url: str) -> str:
    """The address without its query, its file and the slash at its end."""
    parts = urlsplit(url)
    path = parts.path if parts.path.endswith("/") or "." not in parts.path.rpartition("/")[2] else parts.path.rpartition("/")[0]
    return f"{parts.scheme}://{parts.netloc}{path}".rstrip("/")


def _links(text: str, page: Fetched) -> Iterator[tuple[str, str]]:
    """The alternates and the API that a web page names: kind and address."""
    document = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8"))
    for link in document.iter("link"):
        relations, kind, address = (link.get("rel") or "").lower().split(), (link.get("type") or "").lower(), link.get("href")
        if not address:
            continue
        if WORDPRESS in relations:
            yield WORDPRESS, urljoin(page.url, address)
        elif "alternate" in relations and kind in FEEDS:
            yield kind, urljoin(page.url, address)


def _feed(pages: Getting, page: Fetched, address: str) -> Offer:
    found = page if address == page.url else pages.get(address)
    feed = parse(found.body, found.content_type)
    titles = tuple(" ".join(entry.title.split()) for entry in feed.entries if entry.get("title"))
    return Offer("feed", found.url, " ".join((feed.feed.get("title") or "").split()), len(feed.entries), titles[:TITLES])


Shape = TypeVar("Shape", bound=msgspec.Struct)


class _Rendered(msgspec.Struct):
    rendered: str = ""


class _Entry(msgspec.Struct):
    id: int
    title: _Rendered
    content: _Rendered


class _Status(msgspec.Struct):
    id: str
    content: str
    account: dict[str, object]


def _wordpress(pages: Getting, _page: Fetched, address: str) -> Offer:
    entries = _list(pages.get(f"{address}/wp-json/wp/v2/posts?per_page=20"), _Entry)
    titles = tuple(text for entry in entries if (text := _plain(entry.title.rendered)))
    return Offer("wordpress", address, "", len(entries), titles[:TITLES])


def _mastodon(pages: Getting, _page: Fetched, address: str) -> Offer:
    return Offer("mastodon", address, "", len(_list(pages.get(f"{address}/api/v1/timelines/public?limit=20"), _Status)), ())


def _list(page: Fetched, shape: type[Shape]) -> list[Shape]:
    """Read what an API answers. Raises PageError where it is not what that API gives."""
    text = decode_body(page.body, page.content_type).text
    if reason := outcomes.of_html(text, "json"):
        raise PageError(reason, "a web page where JSON was due")
    try:
        return msgspec.json.decode(text, type=list[shape])  # type: ignore[valid-type]  # a type made for this call
    except msgspec.DecodeError as error:
        raise PageError("not_json", "not what this API gives") from error


def _plain(markup: str) -> str:
    return " ".join(html_to_text(markup).split())


_TRIED = {"feed": _feed, "wordpress": _wordpress, "mastodon": _mastodon}
