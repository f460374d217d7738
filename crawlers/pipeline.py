"""What Scrapy is told of us: the pipeline into the log, the guard before sign-in pages, and what may be logged."""
# ruff: noqa: ARG002 - the hooks of Scrapy have the arguments that they have

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import structlog
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.logformatter import LogFormatter
from twisted.python.failure import Failure

from config.settings import Settings
from config.sources import Source
from crawlers import outcomes
from crawlers.errors import PageError
from crawlers.find import Find
from crawlers.visit import Visit
from streams.dead import DeadLetter

log = structlog.get_logger()

REDIRECTS = range(300, 400)


class LogPipeline:
    """Takes each find to the log; Scrapy holds the item as in work until the log has acknowledged it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the visit from the spider."""
        visit: Visit = crawler.spider.visit  # type: ignore[union-attr]
        return cls(visit)

    async def process_item(self, item: Find | DeadLetter) -> None:
        """Take one item; it is done when this returns."""
        try:
            if isinstance(item, Find):
                await self._visit.take(item)
            else:
                await self._visit.unreadable(item)
        except Exception as error:  # noqa: BLE001 - Scrapy would only log it; the ledger must say that something is missing
            self._visit.short("spider_error")
            log.error("crawl.item_failed", source=self._visit.source.id, error=type(error).__name__, where=_where(error))  # noqa: TRY400 - a traceback may quote a page


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"


class SpiderGuard:
    """Tells the ledger where a spider falls over, at its start or on a page: Scrapy would only log it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the visit from the spider."""
        visit: Visit = crawler.spider.visit  # type: ignore[union-attr]
        return cls(visit)

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Hand on what the spider begins with."""
        try:
            async for begun in start:
                yield begun
        except Exception as error:  # noqa: BLE001 - whatever it is, the ledger says so
            self._note(error)

    def process_spider_exception(self, response: Response, exception: Exception) -> list[Any]:
        """Note what a reader raised, and go on with the other pages."""
        self._note(exception)
        return []

    def _note(self, error: BaseException) -> None:
        self._visit.short("spider_error")
        log.error("crawl.spider_failed", source=self._visit.source.id, error=type(error).__name__, where=_where(error))


class SignInGuard:
    """Stops before a sign-in page or a captcha instead of following there."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise PageError where the answer leads to a sign-in page."""
        location = response.headers.get("Location")
        if response.status in REDIRECTS and location:
            reason = outcomes.of_address(response.urljoin(location.decode("latin-1")))
            if reason:
                raise PageError(reason, "the site leads to its sign-in page")
        return response


class SilentFormatter(LogFormatter):
    """Says of items and errors no more than that they were: what they hold is what people wrote."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Any) -> Any:
        return None

    def dropped(self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Any) -> Any:
        return {"level": logging.WARNING, "msg": "item dropped", "args": {}}

    def item_error(self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Any) -> Any:
        return {"level": logging.ERROR, "msg": "item error", "args": {}}


class ScrapyLog(logging.Handler):
    """Turns what Scrapy and Twisted log into events of ours, without their words: they may quote a page."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        event = {"logger": record.name, "line": record.lineno, "error": error}
        log.log(record.levelno, "crawl.scrapy", **event)


def quiet_scrapy() -> None:
    """Send what Scrapy and Twisted log through ScrapyLog, and nowhere else."""
    for name in ("scrapy", "twisted", "asyncio"):
        logger = logging.getLogger(name)
        logger.propagate = name == "asyncio"
        logger.setLevel(logging.ERROR if name == "scrapy" else logging.WARNING)
        if name != "asyncio" and not any(isinstance(handler, ScrapyLog) for handler in logger.handlers):
            logger.addHandler(ScrapyLog())


def scrapy_settings(settings: Settings, source: Source) -> dict[str, Any]:
    """The settings of Scrapy for one source. Nothing of a page touches the disk: no cache, no job folder, no cookies."""
    crawl = settings.crawl
    return {
        "COOKIES_ENABLED": False,
        "CONCURRENT_ITEMS": crawl.batch * 2,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
        "DOWNLOADER_MIDDLEWARES": {"crawlers.pipeline.SignInGuard": 610},  # nearer to the site than redirects (600)
        "DOWNLOAD_DELAY": crawl.delay_s if source.delay is None else source.delay,
        "DOWNLOAD_MAXSIZE": round(crawl.max_body_mb * 1_000_000),
        "DOWNLOAD_TIMEOUT": crawl.timeout_s,
        "DOWNLOAD_WARNSIZE": 0,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "HTTPCACHE_ENABLED": False,
        "ITEM_PIPELINES": {"crawlers.pipeline.LogPipeline": 500},
        "JOBDIR": None,
        "LOG_FORMATTER": "crawlers.pipeline.SilentFormatter",
        "MEMUSAGE_ENABLED": False,
        "REFERER_ENABLED": False,
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_TIMES": crawl.retries,
        "ROBOTSTXT_OBEY": crawl.obey_robots,
        "SPIDER_MIDDLEWARES": {
            "crawlers.pipeline.SpiderGuard": 100
        },  # behind HttpErrorMiddleware (50), whose errors are the spider's own to read
        "STATS_DUMP": False,
        "TELNETCONSOLE_ENABLED": False,
        "USER_AGENT": crawl.user_agent,
    }
