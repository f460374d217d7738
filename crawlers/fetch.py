"""One page asked by hand, for setting up; crawls ask through Scrapy. The same manners: robots.txt, our name, no sign-in, limits."""

import time
from collections.abc import Mapping
from contextlib import closing
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import urllib3
from scrapy.robotstxt import ProtegoRobotParser

from config.settings import CrawlSettings
from crawlers import outcomes
from crawlers.errors import PageError

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
PIECE = 64 * 1024  # bytes
OK = 200


class Fetched(NamedTuple):
    """A page, and where it was found in the end."""

    url: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def content_type(self) -> str:
        """What the site says that it is."""
        return self.headers.get("Content-Type", "")


class Fetcher:
    """Asks pages, one at a time. Remembers each site's robots.txt, so it lives no longer than a dialogue with somebody."""

    def __init__(self, settings: CrawlSettings) -> None:
        self._settings = settings
        self._robots: dict[str, ProtegoRobotParser | None] = {}

    def get(self, url: str) -> Fetched:
        """Ask a page, through redirects. Raises PageError with one of the reasons of `crawlers.reasons`."""
        for _ in range(MOST_REDIRECTS + 1):
            if not self._allowed(url):
                raise PageError("robots", f"robots.txt of {urlsplit(url).netloc} forbids {url}")
            status, page = self._ask(url)
            leads_to = page.headers.get("Location")
            if status not in REDIRECTS or not leads_to:
                if status != OK:
                    raise PageError(outcomes.of_status(status), f"{url} answers {status}")
                return page
            url = urljoin(url, leads_to)
            if reason := outcomes.of_address(url):
                raise PageError(reason, f"it leads to {url}")
        raise PageError("bad_status", f"more than {MOST_REDIRECTS} redirects")

    def _allowed(self, url: str) -> bool:
        if not self._settings.obey_robots:
            return True
        site = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if site not in self._robots:
            self._robots[site] = self._rules(site)
        rules = self._robots[site]
        return rules is None or bool(rules.allowed(url, self._settings.user_agent))

    def _rules(self, site: str) -> ProtegoRobotParser | None:
        """The site's robots.txt; None where it has none. A site that can't be reached is found by the page itself."""
        try:
            status, page = self._ask(f"{site}/robots.txt")
        except PageError:
            return None
        return ProtegoRobotParser(page.body, None) if status == OK else None

    def _ask(self, url: str) -> tuple[int, Fetched]:
        """One request; redirects are the caller's."""
        wait = self._settings.timeout_s
        headers = {"User-Agent": self._settings.user_agent, "Accept": "*/*"}
        try:
            with urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(wait)) as pool:
                answer = pool.request("GET", url, headers=headers, redirect=False, preload_content=False)
                return answer.status, Fetched(url, self._read(answer), dict(answer.headers))
        except urllib3.exceptions.LocationValueError as error:
            raise PageError("unreachable", f"{url} is no address") from error
        except urllib3.exceptions.TimeoutError as error:
            if isinstance(error, urllib3.exceptions.NewConnectionError):  # also "refused", by urllib3's own order of classes
                raise PageError("unreachable", f"nobody answers at {url}") from error
            raise PageError("timeout", f"{url} did not answer within {wait:g} s") from error
        except (urllib3.exceptions.IncompleteRead, urllib3.exceptions.ProtocolError, urllib3.exceptions.DecodeError) as error:
            raise PageError("cut_off", f"{url} broke off") from error
        except urllib3.exceptions.HTTPError as error:
            raise PageError("unreachable", f"{url}: {error}") from error

    def _read(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        most, until = round(self._settings.max_body_mb * 1_000_000), time.monotonic() + self._settings.timeout_s
        body = b""
        with closing(answer):
            for piece in answer.stream(PIECE, decode_content=True):
                body += piece
                if len(body) > most:
                    raise PageError("too_large", f"more than {self._settings.max_body_mb:g} MB")
                if time.monotonic() > until:
                    raise PageError("timeout", f"the page was not complete after {self._settings.timeout_s:g} s")
        return body
