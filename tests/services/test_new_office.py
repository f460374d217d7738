"""Sources and receivers tried before they are kept, against the simulated city and a receiver on loopback."""

import os
from collections.abc import Iterator

import pytest

from city import City, Fault
from config.accounts import MonitoredAccount
from config.alerts import WebhookChannel
from config.settings import Settings
from config.sources import FeedSource, MastodonSource, WordPressSource
from crawlers.errors import PageError
from crawlers.probe import Offer
from services.new_office import look_at, source_of, try_channel, try_source
from services.receiver import Receiver

ACCOUNTS = (MonitoredAccount(id="fabu", name="云溪发布", keywords=("云溪市政府",)),)


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    with City() as city:
        yield city


@pytest.fixture
def quick(settings: Settings) -> Settings:
    """Settings of somebody in a hurry."""
    return settings.model_copy(update={"crawl": settings.crawl.model_copy(update={"delay_s": 0, "timeout_s": 2, "retries": 0})})


@pytest.mark.parametrize(
    ("path", "spider", "lies_at"),
    [("/news/", "feed", "/news/feed.xml"), ("/forum/", "wordpress", "/forum"), ("/mastodon", "mastodon", "/mastodon")],
)
def test_each_kind_of_site_is_found_and_read(city: City, quick: Settings, path: str, spider: str, lies_at: str) -> None:
    """From the front page to posts, as the crawl will read them; nothing is left on the disk."""
    offer = look_at(quick, city.url + path).offers[0]
    assert (offer.spider, offer.address) == (spider, city.url + lies_at)
    outcome = try_source(quick, source_of(offer, ()), ACCOUNTS)
    assert outcome.coverage.outcome in {"complete", "partial"}
    assert len(outcome.posts) == outcome.coverage.seen > 10
    assert 0 < outcome.concerning < len(outcome.posts) or spider == "feed"
    assert not quick.data_dir.exists()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.ROBOTS, "robots"),
        (Fault.TIMEOUT, "timeout"),
        (Fault.SIGN_IN, "sign_in_page"),
        (Fault.NOT_FOUND, "not_found"),
        (Fault.SERVER_ERROR, "server_error"),
    ],
)
def test_a_site_that_does_not_answer_as_it_should(city: City, quick: Settings, fault: Fault, reason: str) -> None:
    """Forbidden, silent, closed, gone, broken: each by its name."""
    with city.faulty("/news", fault), pytest.raises(PageError) as error:
        look_at(quick, f"{city.url}/news/")
    assert error.value.reason == reason


def test_a_site_without_a_feed(city: City, quick: Settings) -> None:
    """A page that names none, and has no API: nothing is offered, and what was tried is told."""
    seen = look_at(quick, city.url)
    assert seen.offers == ()
    assert {one.reason for one in seen.refused} == {"not_found"}


def test_a_feed_that_breaks_after_it_was_found(city: City, quick: Settings) -> None:
    """The trial says what the ledger would."""
    offer = look_at(quick, f"{city.url}/news/").offers[0]
    with city.faulty("/news", Fault.CAPTCHA):
        outcome = try_source(quick, source_of(offer, ()), ACCOUNTS)
    assert (outcome.coverage.outcome, outcome.coverage.reason, outcome.posts) == ("failed", "captcha", ())


def test_entries_of_sources_have_names_of_their_own() -> None:
    """Made of the host; a second one of the same host is numbered, a second server of the Mastodon API is a platform of its own."""
    first = source_of(Offer("feed", "https://www.yunxi.example/feed", "", 1, ()), ())
    second = source_of(Offer("wordpress", "https://yunxi.example/bbs", "", 1, ()), (first,), keep="all")
    third = source_of(Offer("mastodon", "https://Social.yunxi.example:8443", "", 1, ()), (first, second))
    fourth = source_of(Offer("mastodon", f"https://{'x' * 80}.example", "", 1, ()), (first, second, third))
    assert [one.id for one in (first, second, third)] == ["yunxi-example", "yunxi-example-2", "social-yunxi-example-8443"]
    assert isinstance(first, FeedSource)
    assert isinstance(second, WordPressSource)
    assert isinstance(third, MastodonSource)
    assert (second.keep, third.platform, third.public) == ("all", "mastodon", True)
    assert (fourth.platform, len(fourth.id)) == ("m" + "x" * 31, 60)
    assert source_of(Offer("feed", "https://云溪.example", "", 1, ()), ()).id == "example"


def test_a_receiver_gets_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed with the secret that is not in the file; a wrong one, and nobody there, are told as what they are."""
    monkeypatch.setenv("HOOK_SECRET", "of somebody else")
    with Receiver("s3cret") as receiver:
        channel = WebhookChannel(id="hook", kind="webhook", url=f"http://127.0.0.1:{receiver.port}/", secret="env:HOOK_SECRET")
        assert try_channel(channel, {"HOOK_SECRET": "s3cret"}) is None
        assert [told.title for told in receiver.received] == ["【测试】预警通知"]
        wrong = try_channel(channel, {"HOOK_SECRET": "other"})
    assert wrong is not None
    assert wrong.reason == "http_401"
    away = try_channel(channel, {"HOOK_SECRET": "s3cret"})
    assert away is not None
    assert away.reason == "unreachable"
    assert os.environ["HOOK_SECRET"] == "of somebody else"
