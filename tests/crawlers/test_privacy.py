"""Nothing that tells who a private author is leaves the crawler: not in the log, not in its files, not in what it logs."""

from typing import Any

import pytest
import structlog
from scrapy.crawler import Crawler

from config.settings import Settings
from crawlers.pipeline import scrapy_settings
from tests.crawlers.conftest import Once, a_source
from tests.crawlers.memory_log import MemoryLog
from tests.crawlers.site import Answer, Site, as_json
from tests.crawlers.test_feed import item, rss

NAME, NUMBER, HANDLE, REGION, OTHER = "山间一棵树", "5550001234", "shanjian_tree", "清溪镇", "河边柳树"
SECRETS = [NAME, NUMBER, HANDLE, REGION, OTHER]
FORBIDDEN = [form for secret in SECRETS for form in (secret.encode(), repr(secret.encode())[2:-1].encode(), ascii(secret)[1:-1].encode())]

USER = {"id": int(NUMBER), "screen_name": NAME, "verified_type": -1, "followers_count": 987654, "statuses_count": 876543}
FAN = {"id": NUMBER, "acct": HANDLE, "display_name": NAME, "followers_count": 987654}


def weibo(text: str, **more: Any) -> dict[str, Any]:
    """Write a post of the private author."""
    made = {"id": "9", "text": text, "created_at": "刚刚", "user": USER, "source": f"{NAME}的手机", "region_name": f"发布于 {REGION}"}
    return made | {"pics": [{"url": f"https://wx1.sinaimg.cn/{NUMBER}.jpg"}]} | more


def cards(*posts: Any) -> Answer:
    """Write a page of a search."""
    return as_json({"ok": 1, "data": {"cards": [{"mblog": post} for post in posts]}})


def status(text: str, **more: Any) -> dict[str, Any]:
    """Write a status of the private author."""
    made = {"id": "9", "content": text, "account": FAN, "created_at": "2026-03-01T00:00:00Z"}
    return made | {"url": f"https://social.example.cn/@{HANDLE}/9"} | more


PAGES: dict[str, tuple[str, Answer]] = {
    "a post that mentions an account": ("weibo", cards(weibo(f"云溪地铁晚点 @{OTHER} //@{OTHER}:看 {NAME}的微博视频"))),
    "a post with links to profiles": ("weibo", cards(weibo(f"云溪地铁 https://weibo.com/u/{NUMBER} https://weibo.com/{NUMBER}/AbCdEf123"))),
    "a post with nothing in it": ("weibo", cards(weibo(""), weibo("", pics=None, id="10"))),
    "a post without an id": ("weibo", cards(weibo(f"云溪地铁 @{OTHER}", id=""))),
    "a post of another shape": ("weibo", cards(weibo("云溪地铁", id={"x": NAME}), weibo("云溪地铁", id="4") | {"text": [NAME]})),
    "an error that quotes the author": ("weibo", as_json({"ok": 1, "data": {"cards": {NAME: NUMBER}}})),
    "a page that is broken": ("weibo", Answer(f'{{"ok": 1, "name": "{NAME}", "id": {NUMBER}'.encode())),
    "a status": ("mastodon", as_json([status(f"<p>云溪地铁 @{HANDLE}@social.example.cn</p>")])),
    "a status with nothing in it": ("mastodon", as_json([status("")])),
    "an entry of a feed": (
        "feed",
        Answer(rss(item(1, f"云溪地铁 @{OTHER}", author=NAME, link=f"https://blog.example.cn/{HANDLE}/@{NAME}/1")).encode()),
    ),
    "an entry with nothing in it": ("feed", Answer(rss(item(1, "", author=NAME).replace("<title>第1条</title>", "")).encode())),
}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_private_is_kept_or_said(
    *,
    page: str,
    site: Site,
    settings: Settings,
    once: Once,
    log: MemoryLog,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Whatever the page is like, no name, number, handle or region of a private author is in the log, on disk or on the screen."""
    stats: list[dict[str, Any]] = []
    remember(monkeypatch, stats)
    kind, answer = PAGES[page]
    site.routes |= {"/api/container/getIndex": answer, "/api/v1/timelines/public": answer, "/feed": answer}
    sources: dict[str, dict[str, Any]] = {
        "weibo": {"search": ["云溪"], "right": "数据服务协议 2026-01", "base_url": site.url, "max_pages": 1},
        "mastodon": {"public": True, "base_url": site.url},
        "feed": {"urls": [f"{site.url}/feed"]},
    }

    with structlog.testing.capture_logs() as events:
        report = once(spider=kind, **sources[kind])

    files = b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())
    screen = "".join(capfd.readouterr())
    kept = log.bytes() + files + screen.encode() + repr(events).encode() + repr(stats).encode() + repr(report).encode()
    assert [secret for secret in FORBIDDEN if secret in kept] == []
    assert b"98765" not in kept
    assert report.pages + report.failed_pages == 1
    assert stats


def remember(monkeypatch: pytest.MonkeyPatch, stats: list[dict[str, Any]]) -> None:
    """Keep the statistics of each crawler of Scrapy."""
    crawl = Crawler.crawl_async

    async def crawl_and_remember(self: Crawler, *args: Any, **kwargs: Any) -> None:
        await crawl(self, *args, **kwargs)
        stats.append(dict(self.stats.get_stats()))

    monkeypatch.setattr(Crawler, "crawl_async", crawl_and_remember)


def test_scrapy_keeps_no_pages_and_no_cookies(settings: Settings) -> None:
    """No cache, no job folder, no cookies, no console to look into."""
    told = scrapy_settings(settings, a_source(spider="feed", urls=["https://example.cn/feed"]))
    assert not told["HTTPCACHE_ENABLED"]
    assert told["JOBDIR"] is None
    assert not told["COOKIES_ENABLED"]
    assert not told["TELNETCONSOLE_ENABLED"]
    assert told["ROBOTSTXT_OBEY"]
