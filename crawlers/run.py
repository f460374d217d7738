"""Runs the sources: each once, or each by its interval until told to stop."""

import asyncio
import contextlib
import importlib
import math
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from scrapy.crawler import AsyncCrawlerRunner, Crawler

from config.accounts import MonitoredAccount, load_accounts
from config.settings import Settings
from config.sources import Source
from crawlers import reactor
from crawlers.appender import Appender
from crawlers.authors import office_key
from crawlers.coverage import Ledger, RunClock, message_of
from crawlers.edge import Edge
from crawlers.memory import Memory, rules_of
from crawlers.pipeline import quiet_scrapy, scrapy_settings
from crawlers.visit import Visit
from streams.errors import LogUnavailable
from streams.log import Log
from streams.messages import Coverage

SPIDERS = {
    "feed": "crawlers.spiders.feed:FeedSpider",
    "mastodon": "crawlers.spiders.mastodon:MastodonSpider",
    "weibo": "crawlers.spiders.weibo:WeiboSpider",
    "wordpress": "crawlers.spiders.wordpress:WordPressSpider",
}  # the spiders that come with the program; others are named in sources.yaml as package.module:Class

MOST_AT_ONCE = 8  # sources read side by side; those on one site come one after another
STOP_CHECK_S = 0.1
CUT_OFF_S = 2.0  # after the grace: Scrapy waits for ever for an item of a spider's `start` that the stop has interrupted
SLOWEST = 8  # a source that keeps failing is asked at this many times its interval

log = structlog.get_logger()


class Stopping(Protocol):
    """Somebody who may ask a crawl to end."""

    @property
    def requested(self) -> bool:
        """Whether it was asked to end."""


class _Never:
    requested = False


NEVER: Stopping = _Never()
Told = Callable[[Coverage], None]  # hears of each run as it ends


def crawl(
    settings: Settings,
    sources: Iterable[Source],
    messages: Log,
    *,
    accounts: Sequence[MonitoredAccount] | None = None,
    stop: Stopping = NEVER,
    fresh: bool = False,
    told: Told | None = None,
) -> list[Coverage]:
    """Read each source once; the coverage of each, in the order of the sources.

    `fresh` forgets what the last runs have seen. Raises KeyMissing, and LogUnavailable where the log takes nothing now, before
    the first page is asked; LogUnavailable, too, where the log goes away on the way and stays away for `crawl.patience_s`: what it
    did not acknowledge is read again by the next run.
    """
    crew = _Crew(settings, messages, _known(settings, accounts), stop, fresh=fresh, told=told)
    return reactor.run(crew.once(list(sources)))


def crawl_forever(
    settings: Settings,
    sources: Iterable[Source],
    messages: Log,
    *,
    stop: Stopping,
    accounts: Sequence[MonitoredAccount] | None = None,
    told: Told | None = None,
) -> None:
    """Read each source by its interval until told to stop; then end the pages in work and flush."""
    crew = _Crew(settings, messages, _known(settings, accounts), stop, told=told)
    reactor.run(crew.forever(list(sources)))


def _known(settings: Settings, accounts: Sequence[MonitoredAccount] | None) -> Sequence[MonitoredAccount]:
    return load_accounts(settings) if accounts is None else accounts


def spider_class(name: str) -> type:
    """Find the class of a spider by its name in sources.yaml."""
    module, _, attribute = SPIDERS.get(name, name).partition(":")
    found: type = getattr(importlib.import_module(module), attribute)
    return found


class _Crew:
    """What the runs of one call share. Its coroutines run in the crawler's loop."""

    def __init__(
        self,
        settings: Settings,
        messages: Log,
        accounts: Sequence[MonitoredAccount],
        stop: Stopping,
        *,
        fresh: bool = False,
        told: Told | None = None,
    ) -> None:
        self._settings = settings
        quiet_scrapy()
        self._messages = messages
        self._accounts = {account.id: account for account in accounts}
        self._stop = stop
        self._fresh = fresh
        self._told = told
        self._edge = Edge(accounts, office_key(settings), zone=settings.zone, max_text=settings.crawl.max_text)
        self._sites: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: dict[Crawler, asyncio.Future[None]] = {}

    async def once(self, sources: Sequence[Source]) -> list[Coverage]:
        """Read each source once."""
        await asyncio.to_thread(self._messages.prepare)
        async with self._at_work(self._settings.crawl.patience_s) as appender:
            places = asyncio.Semaphore(MOST_AT_ONCE)
            reports = await asyncio.gather(*(self._visit(source, appender, places) for source in sources))
        if appender.lost is not None:
            raise appender.lost
        return reports

    async def forever(self, sources: Sequence[Source]) -> None:
        """Read each source by its interval, and one that fails less often, until told to stop."""
        async with self._at_work() as appender:
            places = asyncio.Semaphore(MOST_AT_ONCE)
            await asyncio.gather(*(self._again(source, appender, places) for source in sources))
            await self._rest(math.inf)  # with every source off there is nothing to do, which is no reason to end and be started anew

    async def _again(self, source: Source, appender: Appender, places: asyncio.Semaphore) -> None:
        failures = 0
        while not self._stop.requested:
            begun = time.monotonic()
            report = await self._visit(source, appender, places)
            if report.outcome == "off":
                return
            failures = failures + 1 if report.outcome == "failed" else 0
            await self._rest(begun + source.interval * min(2**failures, SLOWEST))

    async def _rest(self, until: float) -> None:
        while not self._stop.requested and (left := until - time.monotonic()) > 0:  # noqa: ASYNC110 - who asks us to stop is no coroutine
            await asyncio.sleep(min(left, STOP_CHECK_S))

    @contextlib.asynccontextmanager
    async def _at_work(self, patience_s: float = math.inf) -> AsyncIterator[Appender]:
        crawl = self._settings.crawl
        appender = Appender(self._messages, batch=crawl.batch, linger_s=crawl.linger_s, patience_s=patience_s)
        watch = asyncio.create_task(self._watch(appender))
        try:
            yield appender
        finally:
            watch.cancel()

    async def _watch(self, appender: Appender) -> None:
        """When told to stop, or the log is lost: ask no more pages, and after a while wait no longer for a log that can't be reached."""
        while not (self._stop.requested or appender.lost):  # noqa: ASYNC110 - who asks us to stop is no coroutine
            await asyncio.sleep(STOP_CHECK_S)
        log.info("crawl.stopping", running=len(self._running))
        ending = [asyncio.create_task(self._end(crawler)) for crawler in self._running]
        await asyncio.sleep(self._settings.crawl.grace_s)
        appender.give_up()
        await asyncio.sleep(CUT_OFF_S)
        for crawler, crawling in self._running.items():
            log.warning("crawl.cut_off", spider=crawler.spidercls.name)
            crawling.cancel()
        await asyncio.gather(*ending)

    async def _end(self, crawler: Crawler) -> None:
        """Stop a crawler, once it has begun: Scrapy forgets a stop that comes while a spider opens, and such a crawler never ended at all."""
        while crawler in self._running and not _turns(crawler):  # noqa: ASYNC110 - Scrapy does not say when
            await asyncio.sleep(STOP_CHECK_S)
        if crawler in self._running:
            await crawler.stop_async()

    async def _visit(self, source: Source, appender: Appender, places: asyncio.Semaphore) -> Coverage:
        clock = RunClock()
        ledger = Ledger(source.id, clock)
        if source.off is not None:
            report = ledger.off(source.off)
        else:
            async with contextlib.AsyncExitStack() as held:
                for site in sorted(self._sites_of(source)):
                    await held.enter_async_context(self._sites[site])
                await held.enter_async_context(places)
                report = await self._run(source, appender)
        try:
            await appender.add(message_of(report))
        except LogUnavailable as error:
            log.error("crawl.coverage_lost", source=source.id, error=str(error))  # noqa: TRY400 - known, the message says all
        log.info("crawl.source_done", source=source.id, outcome=report.outcome, reason=report.reason, seen=report.seen, kept=report.kept)
        if self._told:
            self._told(report)
        return report

    async def _run(self, source: Source, appender: Appender) -> Coverage:
        clock = RunClock()
        ledger = Ledger(source.id, clock)
        memory = Memory(self._settings.data_dir / "crawl" / f"{source.id}.json", self._rules(source), fresh=self._fresh)
        visit = Visit(source, self._accounts, self._edge, appender, ledger, memory, clock)
        if self._stop.requested or appender.lost:
            ledger.short("log_unavailable" if appender.lost else "stopped")
            return ledger.report()
        runner = AsyncCrawlerRunner(scrapy_settings(self._settings, source))
        crawler = runner.create_crawler(spider_class(source.spider))
        self._running[crawler] = crawling = asyncio.ensure_future(runner.crawl(crawler, visit=visit))
        try:
            await crawling
        except Exception as error:  # noqa: BLE001 - a spider that can't even begin must not end the other sources
            visit.short("spider_error")
            log.error("crawl.spider_failed", source=source.id, error=repr(error))  # noqa: TRY400 - before the first page, so nothing private
        finally:
            del self._running[crawler]
        if crawler.stats.get_value("finish_reason", "shutdown") == "shutdown":  # none where it was cut off
            visit.short("stopped")
        await asyncio.to_thread(memory.save)
        return ledger.report()

    def _rules(self, source: Source) -> str:
        return rules_of(sorted(self._accounts.items()), source.model_dump(exclude={"interval", "delay", "right", "enabled", "max_pages"}))

    def _sites_of(self, source: Source) -> set[str]:
        """The sites that a source must have to itself, so that its delay holds for all who read them; none without a delay."""
        delay = self._settings.crawl.delay_s if source.delay is None else source.delay
        return _sites(source) if delay else set()


def _turns(crawler: Crawler) -> bool:
    try:
        return crawler.engine.running
    except RuntimeError:  # it has no engine yet
        return False


def _sites(source: Source) -> set[str]:
    addresses: Iterable[str] = getattr(source, "urls", ()) or [getattr(source, "base_url", source.id)]
    return {urlsplit(address).netloc or address for address in addresses}
