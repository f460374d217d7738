"""What an address has for a crawl, as sites of all kinds show it."""

import json
from collections.abc import Mapping

import pytest

from crawlers.errors import PageError
from crawlers.fetch import Fetched
from crawlers.probe import probe, whole

SITE = "https://www.yunxi.example"
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>云溪在线</title>%s</channel></rss>'
ITEM = "<item><title> 停水\n通知</title><link>/1</link></item>"
FEED = RSS % (ITEM * 2)
STATUSES = json.dumps([{"id": "1", "content": "<p>停水</p>", "account": {"id": "7"}}])
ENTRIES = json.dumps([{"id": 1, "title": {"rendered": "停水 &amp; 停电"}, "content": {"rendered": "<p>……</p>"}}])
HTML = "<!DOCTYPE html><html><head>%s</head><body>你好</body></html>"
FEED_LINK = '<link rel="alternate" type="application/rss+xml" href="%s">'
API_LINK = '<link rel="https://api.w.org/" href="/blog/wp-json/">'


class Web:
    """Pages by their address; any other is not found."""

    def __init__(self, pages: Mapping[str, str | bytes | PageError]) -> None:
        self._pages = pages
        self.asked: list[str] = []

    def get(self, url: str) -> Fetched:
        self.asked.append(url)
        page = self._pages.get(url, PageError("not_found", url))
        if isinstance(page, PageError):
            raise page
        return Fetched(url, page.encode() if isinstance(page, str) else page, {"Content-Type": "text/html"})


def found(pages: Mapping[str, str | bytes | PageError], address: str = f"{SITE}/") -> list[tuple[str, str, int]]:
    """What is offered: spider, address, posts."""
    return [(offer.spider, offer.address, offer.posts) for offer in probe(Web(pages), address).offers]


def test_a_feed_is_told_by_what_it_holds() -> None:
    """Its own address, its name, its titles on one line; also in GB18030 that is said nowhere."""
    web = Web({f"{SITE}/rss": FEED.encode("gb18030")})
    (offer,) = probe(web, f"{SITE}/rss").offers
    assert offer == ("feed", f"{SITE}/rss", "云溪在线", 2, ("停水 通知", "停水 通知"))
    assert web.asked == [f"{SITE}/rss"]


def test_a_page_names_its_feeds() -> None:
    """By link, relative or whole; one that is broken is refused by its reason, the others stand. Other links are no feeds."""
    style = '<link rel="stylesheet" href="/a.css"><link rel="alternate" hreflang="en" href="/en">'
    page = HTML % (style + FEED_LINK % "/feed" + FEED_LINK % "https://news.yunxi.example/atom" + FEED_LINK % "/feed")
    pages = {f"{SITE}/": page, f"{SITE}/feed": HTML % "", "https://news.yunxi.example/atom": FEED}
    seen = probe(Web(pages), SITE + "/")
    assert [(offer.spider, offer.address) for offer in seen.offers] == [("feed", "https://news.yunxi.example/atom")]
    assert (f"{SITE}/feed", "html_instead_of_feed") in seen.refused


def test_wordpress_is_named_by_its_page_or_found_at_its_root() -> None:
    """The named API is the first offer, before the feed; without a name it is tried where the page lies."""
    api = "/wp-json/wp/v2/posts?per_page=20"
    named = {f"{SITE}/": HTML % (FEED_LINK % "/feed" + API_LINK), f"{SITE}/blog{api}": ENTRIES, f"{SITE}/feed": FEED}
    assert found(named) == [("wordpress", f"{SITE}/blog", 1), ("feed", f"{SITE}/feed", 2)]
    assert found({f"{SITE}/bbs/index.php?a=1": HTML % "", f"{SITE}/bbs{api}": ENTRIES}, f"{SITE}/bbs/index.php?a=1") == [
        ("wordpress", f"{SITE}/bbs", 1)
    ]
    (offer,) = probe(Web({f"{SITE}{api}": ENTRIES}), f"{SITE}{api}").offers
    assert (offer.address, offer.titles) == (SITE, ("停水 & 停电",))


def test_a_server_with_the_mastodon_api() -> None:
    """At its front page, or by the address of the API itself."""
    api = "/api/v1/timelines/public?limit=20"
    assert found({f"{SITE}/": HTML % "", f"{SITE}{api}": STATUSES}) == [("mastodon", SITE, 1)]
    assert found({f"{SITE}{api}": STATUSES}, f"{SITE}{api}") == [("mastodon", SITE, 1)]


@pytest.mark.parametrize("said", [HTML % "", "[1, 2]", '{"error": "closed"}', "not json", '<html><input type="password">'])
def test_what_is_no_api_is_refused(said: str) -> None:
    """A site that answers everything with a page, a list of something else, an error: none is offered."""
    pages = {f"{SITE}/": HTML % "", f"{SITE}/api/v1/timelines/public?limit=20": said, f"{SITE}/wp-json/wp/v2/posts?per_page=20": said}
    seen = probe(Web(pages), f"{SITE}/")
    assert seen.offers == ()
    assert len(seen.refused) == 2


def test_neither_page_nor_feed() -> None:
    """A picture, an empty answer: refused, not a failure of ours."""
    for body in (b"\x89PNG\r\n\x1a\n\x00\x00", b"", b"\xff\xfe\x00"):
        seen = probe(Web({f"{SITE}/x": body}), f"{SITE}/x")
        assert (seen.offers, [one.reason for one in seen.refused]) == ((), ["not_a_feed"])


def test_a_hostile_feed_is_refused() -> None:
    """One that defines entities of its own is not read."""
    bomb = '<!DOCTYPE rss [<!ENTITY a "哈">]>' + FEED
    assert [one.reason for one in probe(Web({f"{SITE}/x": bomb}), f"{SITE}/x").refused] == ["feed_bomb"]


def test_an_address_as_people_type_it() -> None:
    """Without a scheme it is tried with TLS, then without; what went wrong otherwise is not tried again."""
    bare = "www.yunxi.example"
    assert whole(f" {bare} ") == (f"https://{bare}", f"http://{bare}")
    plain = {f"https://{bare}": PageError("unreachable", "refused"), f"http://{bare}": FEED}
    assert found(plain, bare) == [("feed", f"http://{bare}", 2)]
    web = Web({f"https://{bare}": PageError("robots", "forbidden")})
    with pytest.raises(PageError) as error:
        probe(web, bare)
    assert (error.value.reason, web.asked) == ("robots", [f"https://{bare}"])


@pytest.mark.parametrize("wrong", ["", "ftp://a.example", "我们的 网站", "http://", "http://a:b:c/", "http://[::1"])
def test_what_is_no_address(wrong: str) -> None:
    """It is told before anything is asked."""
    with pytest.raises(PageError) as error:
        whole(wrong)
    assert error.value.reason == "unreachable"
