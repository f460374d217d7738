"""Tests of `crawlers.run` with `crawlers.pipeline`: scheduling, stopping, and a log that is away."""

import asyncio
import shutil
import tempfile
import threading
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest
import time_machine
from scrapy import signals
from scrapy.crawler import Crawler

from config.settings import KafkaSettings, Settings
from config.sources import PluginSource
from crawlers.errors import KeyMissing
from crawlers.run import STOP_CHECK_S, crawl, crawl_forever
from streams.errors import LogUnavailable
from streams.local import LocalLog
from streams.messages import Coverage
from tests.crawlers.conftest import ACCOUNTS, Once, a_source
from tests.crawlers.memory_log import MemoryLog
from tests.crawlers.site import Answer, Site, as_feed
from tests.crawlers.test_feed import item, rss
from tests.nobody import as_nobody, read_only
from tests.plugins.noticeboard import NoticeboardSpider

LONG_S = 60.0  # a test that waits so long has failed


class Asked:
    """A Stop for tests."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def request(self) -> None:
        self._event.set()


def test_a_log_that_is_away_holds_the_crawl_up_and_loses_nothing(site: Site, once: Once, log: MemoryLog) -> None:
    """Appending is tried again until it is acknowledged; every post is in the log exactly once."""
    site.routes["/feed"] = as_feed(rss(*(item(number, "云溪地铁") for number in range(30))))
    log.away = 3
    report = once(spider="feed", urls=[f"{site.url}/feed"])
    assert log.away == 0
    assert (report.outcome, report.kept) == ("complete", 30)
    assert Counter(post.id for post in log.posts()) == Counter(f"web:n-{number}" for number in range(30))


def test_what_was_not_acknowledged_is_read_again(site: Site, settings: Settings, log: MemoryLog) -> None:
    """A crawl that is stopped while the log is away remembers nothing: the next one brings the posts."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁")))
    source = a_source(spider="feed", urls=[f"{site.url}/feed"])
    stop = Asked()
    log.away = 10**9
    threading.Thread(target=lambda: (log.failed.wait(LONG_S), stop.request()), daemon=True).start()

    (report,) = crawl(settings, [source], log, accounts=ACCOUNTS, stop=stop)
    assert (report.outcome, report.reason, report.kept) == ("partial", "log_unavailable", 0)
    assert log.messages == []

    log.away = 0
    (report,) = crawl(settings, [source], log, accounts=ACCOUNTS)
    assert (report.outcome, report.kept) == ("complete", 1)
    assert [post.id for post in log.posts()] == ["web:n-1"]


def test_a_log_that_stays_away_ends_a_crawl_of_once(site: Site, settings: Settings, log: MemoryLog) -> None:
    """After its patience it asks no more pages and says why; the next crawl brings all of it."""
    page = as_feed(rss(item(1, "云溪地铁")))
    site.routes |= {f"/{number}": page for number in range(20)}
    source = a_source(spider="feed", urls=[f"{site.url}/{number}" for number in range(20)], delay=0.05)
    hasty = settings.model_copy(update={"crawl": settings.crawl.model_copy(update={"patience_s": 0.05})})
    told: list[Coverage] = []
    log.away = 10**9
    with pytest.raises(LogUnavailable, match="the broker is gone"):
        crawl(hasty, [source], log, accounts=ACCOUNTS, told=told.append)
    assert [(report.outcome, report.reason, report.kept) for report in told] == [("partial", "log_unavailable", 0)]

    log.away = 0
    (report,) = crawl(settings, [source], log, accounts=ACCOUNTS)
    assert (report.outcome, report.pages) == ("complete", 20)
    assert {post.id for post in log.posts()} == {"web:n-1"}


def test_a_read_only_log_is_said_before_the_first_page(site: Site, settings: Settings) -> None:
    """A crawl of once ends with the file and what to do, instead of waiting for a right that nobody gives."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁")))
    folder = Path(tempfile.mkdtemp(prefix="yuqing-log-"))
    folder.chmod(0o755)  # pytest's own folders are for root alone
    try:
        with LocalLog(folder / "log") as log:
            log.prepare()
        source = a_source(spider="feed", urls=[f"{site.url}/feed"])
        with (
            read_only(folder),
            LocalLog(folder / "log") as log,
            as_nobody(),
            pytest.raises(LogUnavailable, match=r"messages\.db.*writable"),
        ):
            crawl(settings, [source], log, accounts=ACCOUNTS)
        assert site.asked == []
    finally:
        shutil.rmtree(folder)


def test_unchanged_posts_are_not_sent_again(site: Site, once: Once, log: MemoryLog) -> None:
    """A second run of the same page keeps the books, and leaves the log alone; `fresh` sends all again."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁")))
    wanted = {"spider": "feed", "urls": [f"{site.url}/feed"]}
    once(**wanted)
    assert once(**wanted).kept == 1
    assert len(log.posts()) == 1
    once(**wanted, fresh=True)
    assert len(log.posts()) == 2


def test_a_memory_of_other_accounts_is_forgotten(site: Site, settings: Settings, log: MemoryLog) -> None:
    """When the accounts change, what was passed over may matter: all is read anew."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪发布"), item(2, "云溪地铁")))
    source = a_source(spider="feed", urls=[f"{site.url}/feed"])
    crawl(settings, [source], log, accounts=ACCOUNTS[:1])
    crawl(settings, [source], log, accounts=ACCOUNTS)
    assert Counter(post.id for post in log.posts()) == {"web:n-1": 2, "web:n-2": 1}


def test_a_broken_memory_costs_only_time(site: Site, settings: Settings, once: Once, log: MemoryLog) -> None:
    """A memory that can't be read is made anew."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁")))
    folder = settings.data_dir / "crawl"
    folder.mkdir(parents=True)
    (folder / "test.json").write_bytes(b"\x00not json")
    assert once(spider="feed", urls=[f"{site.url}/feed"]).outcome == "complete"
    assert len(log.posts()) == 1


def test_forever_reads_by_the_interval_until_stopped(site: Site, settings: Settings, log: MemoryLog) -> None:
    """New posts come with the next round; a stop ends it between two."""
    stop, rounds = Asked(), []

    def feed(_query: dict[str, str]) -> Answer:
        return as_feed(rss(*(item(number, "云溪地铁") for number in range(len(rounds) + 1))))

    def told(report: Coverage) -> None:
        rounds.append(report)
        if len(rounds) == 3:
            stop.request()

    site.routes["/feed"] = feed
    source = a_source(spider="feed", urls=[f"{site.url}/feed"], interval=0.01)
    crawl_forever(settings, [source], log, stop=stop, accounts=ACCOUNTS, told=told)
    assert [report.outcome for report in rounds] == ["complete"] * 3
    assert [post.id for post in log.posts()] == ["web:n-0", "web:n-1", "web:n-2"]


def test_with_every_source_off_it_waits_to_be_stopped(settings: Settings, log: MemoryLog) -> None:
    """The ledger says why each is off, once; the process stays, for a supervisor would only start it anew."""
    stop, told = Asked(), threading.Event()
    source = a_source(spider="weibo", accounts=["fabu"])
    options = {"stop": stop, "accounts": ACCOUNTS, "told": lambda _report: told.set()}
    crawling = threading.Thread(target=crawl_forever, args=(settings, [source], log), kwargs=options)
    crawling.start()
    assert told.wait(LONG_S)
    assert crawling.is_alive()
    stop.request()
    crawling.join(LONG_S)
    assert not crawling.is_alive()
    assert [(report.outcome, report.reason) for report in log.coverage()] == [("off", "no_right_stated")]


def test_a_stop_ends_a_crawl_that_waits_for_a_site(site: Site, settings: Settings, log: MemoryLog) -> None:
    """A source in work when the stop comes is reported as stopped, and its coverage is in the log."""
    stop = Asked()

    def slow(_query: dict[str, str]) -> Answer:
        stop.request()
        return Answer(b"", status=500, waits_s=0.5)

    site.routes["/feed"] = slow
    sources = [a_source(spider="feed", id=name, urls=[f"{site.url}/feed"], delay=0.01) for name in ("first", "second")]
    first, second = crawl(settings, sources, log, accounts=ACCOUNTS, stop=stop)
    assert first.outcome == "failed"
    assert (second.outcome, second.reason, second.pages) == ("failed", "stopped", 0)
    assert len(log.coverage()) == 2


def test_two_sources_of_one_site_take_turns(site: Site, settings: Settings, log: MemoryLog) -> None:
    """The delay between two requests holds for the site, not for each source."""
    at_once, most = set(), []

    def feed(query: dict[str, str]) -> Answer:
        at_once.add(query["of"])
        most.append(len(at_once))
        answer = as_feed(rss(item(1, "云溪地铁")))
        at_once.discard(query["of"])
        return answer

    site.routes["/feed"] = feed
    sources = [a_source(spider="feed", id=f"s{number}", urls=[f"{site.url}/feed?of={number}"], delay=0.01) for number in range(4)]
    reports = crawl(settings, sources, log, accounts=ACCOUNTS)
    assert [report.source for report in reports] == ["s0", "s1", "s2", "s3"]
    assert set(most) == {1}
    spans = sorted((report.started_at, report.ended_at) for report in reports)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


def test_a_clock_that_goes_back_does_not_turn_the_crawl(site: Site, settings: Settings, log: MemoryLog) -> None:
    """Times within a run only grow, whatever the clock of the machine does meanwhile."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁")))
    sources = [a_source(spider="feed", urls=[f"{site.url}/feed"])]
    with time_machine.travel("2026-11-23T09:00:00+08:00", tick=False) as clock:

        def feed(_query: dict[str, str]) -> Answer:
            clock.move_to("2026-11-23T08:00:00+08:00")
            return as_feed(rss(item(1, "云溪地铁")))

        site.routes["/feed"] = feed
        (report,) = crawl(settings, sources, log, accounts=ACCOUNTS)
    (post,) = log.posts()
    assert report.started_at <= post.collected_at <= report.ended_at


def test_a_spider_of_the_offices_own(settings: Settings, log: MemoryLog) -> None:
    """sources.yaml names it as package.module:Class; it yields finds as ours do."""
    source = PluginSource(id="own", spider="tests.plugins.noticeboard:NoticeboardSpider", options={"lines": ["云溪地铁停运", "无关"]})
    (report,) = crawl(settings, [source], log, accounts=ACCOUNTS)
    assert [post.text for post in log.posts()] == ["云溪地铁停运"]
    assert (report.seen, report.kept) == (2, 1)


def test_a_spider_that_falls_over_at_once_is_reported(settings: Settings, log: MemoryLog) -> None:
    """The others go on, and the ledger says so."""
    source = PluginSource(id="own", spider="tests.plugins.noticeboard:NoticeboardSpider", options={})
    (report,) = crawl(settings, [source], log, accounts=ACCOUNTS)
    assert (report.outcome, report.reason) == ("failed", "spider_error")


def test_on_kafka_the_key_must_be_set(tmp_path: Path, log: MemoryLog) -> None:
    """Before the first page is asked."""
    settings = Settings(data_dir=tmp_path, kafka=KafkaSettings(bootstrap="127.0.0.1:9"))
    with pytest.raises(KeyMissing, match="YUQING_OFFICE__PSEUDONYM_KEY"):
        crawl(settings, [], log, accounts=ACCOUNTS)


def test_posts_are_appended_together(site: Site, once: Once, log: MemoryLog) -> None:
    """A page of many posts costs the log few appends."""
    site.routes["/feed"] = as_feed(rss(*(item(number, "云溪地铁") for number in range(200))))
    once(spider="feed", urls=[f"{site.url}/feed"])
    assert sum(log.appends) == 201
    assert len(log.appends) <= 20


class SlowToOpen(NoticeboardSpider):
    """A spider that is told to stop while it opens."""

    stop: ClassVar[Asked]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.opened, signals.spider_opened)
        return spider

    async def opened(self) -> None:
        self.stop.request()
        await asyncio.sleep(3 * STOP_CHECK_S)


def test_a_crawl_that_is_told_to_stop_while_a_spider_opens_ends(
    settings: Settings, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scrapy forgets such a stop; the crawl must not wait for ever for a spider that will never be told again."""
    stop = Asked()
    monkeypatch.setattr(SlowToOpen, "stop", stop, raising=False)
    source = PluginSource(id="own", spider=f"{__name__}:SlowToOpen", options={"lines": ["云溪地铁停运"]})
    ended = threading.Thread(target=crawl_forever, args=(settings, [source], log), kwargs={"accounts": ACCOUNTS, "stop": stop}, daemon=True)
    ended.start()
    ended.join(LONG_S)
    assert not ended.is_alive()
    assert [(report.outcome, report.reason) for report in log.coverage()] == [("partial", "stopped")]
