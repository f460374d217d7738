"""Pages asked by hand: the same manners and the same reasons as a crawl."""

import gzip

import pytest

from config.settings import CrawlSettings
from crawlers.errors import PageError
from crawlers.fetch import Fetcher
from tests.crawlers.site import Answer, Site

QUICK = CrawlSettings(timeout_s=1, max_body_mb=1)


def test_redirects_are_followed_to_the_page(site: Site) -> None:
    """The address is the one in the end; a loop ends."""
    site.routes["/a"] = Answer(status=302, headers={"Location": "/b"})
    site.routes["/b"] = Answer(b"here")
    site.routes["/loop"] = Answer(status=301, headers={"Location": "/loop"})
    page = Fetcher(QUICK).get(f"{site.url}/a")
    assert (page.url, page.body, page.content_type) == (f"{site.url}/b", b"here", "text/html; charset=utf-8")
    with pytest.raises(PageError, match="redirects"):
        Fetcher(QUICK).get(f"{site.url}/loop")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=404), "not_found"),
        (Answer(status=403), "forbidden"),
        (Answer(status=429), "too_many_requests"),
        (Answer(status=503), "server_error"),
        (Answer(b"x", says=100), "cut_off"),
        (Answer(b"x", waits_s=60), "timeout"),
        (Answer(b"x" * 1_100_000), "too_large"),
        (Answer(gzip.compress(b"x" * 1_100_000), headers={"Content_Encoding": "gzip"}), "too_large"),
        (Answer(b"no gzip", headers={"Content_Encoding": "gzip"}), "cut_off"),
        (Answer(status=302, headers={"Location": "/passport/login"}), "sign_in_page"),
    ],
)
def test_what_goes_wrong_has_the_reason_of_the_ledger(site: Site, answer: Answer, reason: str) -> None:
    """So that `init` says of a site what the ledger would say later."""
    site.routes["/page"] = answer
    with pytest.raises(PageError) as error:
        Fetcher(QUICK).get(f"{site.url}/page")
    assert error.value.reason == reason
    assert "/passport/login" not in site.asked


def test_nobody_there(site: Site) -> None:
    """A closed port, and a name that is none."""
    site.close()
    for url in (f"{site.url}/page", "http://"):
        with pytest.raises(PageError) as error:
            Fetcher(QUICK).get(url)
        assert error.value.reason == "unreachable"


def test_robots_is_asked_once_and_obeyed(site: Site) -> None:
    """A path that it forbids is not asked, also behind a redirect; unless the office has said not to obey."""
    site.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /closed\n", content_type="text/plain")
    site.routes["/closed"] = Answer(b"closed")
    site.routes["/open"] = Answer(status=302, headers={"Location": "/closed"})
    fetcher = Fetcher(QUICK)
    for path in ("/closed", "/open"):
        with pytest.raises(PageError) as error:
            fetcher.get(site.url + path)
        assert error.value.reason == "robots"
    assert site.asked == ["/robots.txt", "/open"]
    assert Fetcher(QUICK.model_copy(update={"obey_robots": False})).get(f"{site.url}/closed").body == b"closed"
