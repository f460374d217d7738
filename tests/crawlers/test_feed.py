"""Tests of `crawlers.spiders.feed`, on a real site."""

from datetime import UTC, datetime

import pytest

from crawlers.errors import PageError
from crawlers.spiders.feed import parse
from streams.messages import Flag, Kind, Standing
from tests.crawlers.conftest import Once
from tests.crawlers.memory_log import MemoryLog
from tests.crawlers.site import Answer, Site, as_feed

ITEM = (
    "<item><title>{title}</title><link>{link}</link><guid>{guid}</guid><dc:creator>{author}</dc:creator>"
    "<pubDate>Mon, 23 Mar 2026 08:00:00 +0800</pubDate>{body}</item>"
)


def rss(*items: str, encoding: str = "utf-8") -> str:
    """Write a feed."""
    head = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    return f'<?xml version="1.0" encoding="{encoding}"?>{head}<channel><title>云溪新闻网</title>{"".join(items)}</channel></rss>'


def item(number: int, text: str, *, author: str = "山间一棵树", full: str | None = None, link: str | None = None) -> str:
    """Write an entry of a feed."""
    body = f"<description><![CDATA[{text}]]></description>"
    if full is not None:
        body += f"<content:encoded><![CDATA[{full}]]></content:encoded>"
    return ITEM.format(title=f"第{number}条", link=link or f"/news/{number}", guid=f"n-{number}", author=author, body=body)


def test_keeps_what_concerns_an_account(site: Site, once: Once, log: MemoryLog) -> None:
    """The entry about 云溪地铁 goes into the log, with its whole text, its date and its address; the other does not."""
    site.routes["/feed"] = as_feed(rss(item(1, "摘要", full="<p>云溪地铁</p><p>今天晚点<br>十分钟</p>"), item(2, "天气晴")))

    report = once(spider="feed", urls=[f"{site.url}/feed"])

    (post,) = log.posts()
    assert post.id == "web:n-1"
    assert (post.title, post.text, post.kind) == ("第1条", "云溪地铁\n今天晚点\n十分钟", Kind.ARTICLE)
    assert post.published_at == datetime(2026, 3, 23, tzinfo=UTC)
    assert post.url == f"{site.url}/news/1"
    assert post.accounts == ("ditie",)
    assert (report.outcome, report.pages, report.seen, report.kept, report.expected) == ("complete", 1, 2, 1, 2)
    assert report.oldest_at == datetime(2026, 3, 23, tzinfo=UTC)


def test_reads_atom(site: Site, once: Once, log: MemoryLog) -> None:
    """Atom is read as RSS is."""
    site.routes["/atom"] = Answer(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><entry><id>urn:1</id><title>云溪发布</title>"
        "<updated>2026-03-01T00:00:00Z</updated><content type='html'>&lt;b&gt;通知&lt;/b&gt;</content></entry></feed>".encode()
    )
    once(spider="feed", urls=[f"{site.url}/atom"])
    assert [(post.id, post.text) for post in log.posts()] == [("web:urn:1", "通知")]


@pytest.mark.parametrize(
    ("encoding", "in_file", "in_header"),
    [
        ("gb18030", "GB2312", ""),
        ("gb18030", "utf-8", "utf-8"),
        ("gb18030", "utf-8", "iso-8859-1"),
        ("utf-8", "GBK", "gbk"),
        ("utf-16", "utf-16", ""),
    ],
)
def test_reads_what_the_bytes_are_whatever_the_page_says(
    *, site: Site, once: Once, log: MemoryLog, encoding: str, in_file: str, in_header: str
) -> None:
    """GB18030 is read though the page says GB2312, UTF-8 or Latin-1; UTF-8 though it says GBK."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁恢复运行，㐀䶮"), encoding=in_file), encoding, in_header)
    once(spider="feed", urls=[f"{site.url}/feed"])
    assert [post.text for post in log.posts()] == ["云溪地铁恢复运行，㐀䶮"]


def test_a_page_in_pieces_of_no_encoding_is_repaired_and_flagged(site: Site, once: Once, log: MemoryLog) -> None:
    """One broken byte in a page of UTF-8 costs one character."""
    body = rss(item(1, "云溪地铁" + "恢复运行" * 50 + "★")).encode().replace("★".encode(), b"\xe2\x98")
    site.routes["/feed"] = Answer(body)
    once(spider="feed", urls=[f"{site.url}/feed"])
    (post,) = log.posts()
    assert post.text.startswith("云溪地铁恢复运行")
    assert Flag.REPAIRED_TEXT in post.flags


def test_a_wechat_bridge_speaks_for_its_account(site: Site, once: Once, log: MemoryLog) -> None:
    """Entries of a feed that is an account's own are by that account, whatever name stands on them."""
    site.routes["/feed"] = as_feed(rss(item(1, "周末活动预告", author="小编")))
    once(spider="feed", urls=[f"{site.url}/feed"], account="fabu", platform="wechat")
    (post,) = log.posts()
    assert (post.author.standing, post.author.name, post.accounts) == (Standing.MONITORED, "云溪发布", ("fabu",))


def test_media_keep_their_name_only_where_the_office_says_so(site: Site, once: Once, log: MemoryLog) -> None:
    """A feed that the office calls media speaks as its title; else its authors are private."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁延长运营")))
    once(spider="feed", urls=[f"{site.url}/feed"], standing="media")
    once(spider="feed", urls=[f"{site.url}/feed"], fresh=True)
    media, private = log.posts()
    assert (media.author.standing, media.author.name) == (Standing.MEDIA, "云溪新闻网")
    assert private.author.name is None
    assert private.author.id.startswith("p:")


def test_ids_that_tell_the_author_are_hashed(site: Site, once: Once, log: MemoryLog) -> None:
    """A guid that is an address with the author's name in it is kept as its digest."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁").replace("<guid>n-1</guid>", "<guid>https://example.cn/@shanjian/77</guid>")))
    once(spider="feed", urls=[f"{site.url}/feed"])
    (post,) = log.posts()
    assert len(post.id) == len("web:") + 32
    assert b"shanjian" not in log.bytes()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss version="2.0"><channel>&b;</channel></rss>',
            "feed_bomb",
        ),
        ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss version="2.0"/>'.encode("utf-16"), "feed_bomb"),
        (b"<!DOCTYPE html><html><body>hello</body></html>", "html_instead_of_feed"),
        (b"<html><form><input type='password'></form></html>", "sign_in_page"),
        (b'<rss version="2.0"><channel><title>t</title><item><title>x</ti', "cut_off"),
        (b"plain words", "not_a_feed"),
        (b"", "not_a_feed"),
    ],
)
def test_refuses_what_is_no_feed(body: bytes, reason: str) -> None:
    """Each has its reason."""
    with pytest.raises(PageError) as caught:
        parse(body, "")
    assert caught.value.reason == reason
