"""What becomes of bad answers: each has its reason in the coverage ledger, nothing is lost, and the other sources go on."""

import gzip
from collections.abc import Callable

import pytest

from config.settings import Settings
from crawlers.reasons import REASONS
from crawlers.run import crawl
from streams.log import Topic
from streams.messages import Flag
from tests.crawlers.conftest import ACCOUNTS, Once, a_source
from tests.crawlers.memory_log import MemoryLog
from tests.crawlers.site import Answer, Site, as_feed, as_json
from tests.crawlers.test_feed import item, rss

GOOD = rss(item(1, "云溪地铁"))
MEGABYTE = 1_000_000
SIGN_IN = Answer(b"", status=302, headers={"Location": "/passport/login?r=%2Ffeed"})
BOMB = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss version="2.0"><channel><title>&b;</title></channel></rss>'


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=404), "not_found"),
        (Answer(status=410), "not_found"),
        (Answer(status=401), "forbidden"),
        (Answer(status=403), "forbidden"),
        (Answer(status=418), "too_many_requests"),
        (Answer(status=429), "too_many_requests"),
        (Answer(status=500), "server_error"),
        (Answer(status=503), "server_error"),
        (Answer(GOOD.encode(), waits_s=30), "timeout"),
        (SIGN_IN, "sign_in_page"),
        (Answer(status=302, headers={"Location": "https://passport.example.cn/x"}), "sign_in_page"),
        (Answer(status=302, headers={"Location": "/captcha?x"}), "captcha"),
        (Answer(GOOD.encode(), says=len(GOOD.encode()) + 500), "cut_off"),
        (Answer(b" " * (2 * MEGABYTE)), "too_large"),
        (Answer(b"", says=50 * MEGABYTE), "too_large"),
        (Answer(gzip.compress(b" " * (50 * MEGABYTE)), headers={"Content-Encoding": "gzip"}), "too_large"),
        (Answer(BOMB.encode()), "feed_bomb"),
        (Answer("<!doctype html><html><p>你好".encode()), "html_instead_of_feed"),
    ],
)
def test_a_bad_answer_has_its_reason(site: Site, settings: Settings, log: MemoryLog, answer: Answer, reason: str) -> None:
    """The run of that source fails with the reason, for people too, while the good source is read."""
    site.routes |= {"/bad": answer, "/good": as_feed(GOOD)}
    using = settings.model_copy(update={"crawl": settings.crawl.model_copy(update={"timeout_s": 1.0})})
    sources = [a_source(spider="feed", id="bad", urls=[f"{site.url}/bad"]), a_source(spider="feed", id="good", urls=[f"{site.url}/good"])]

    bad, good = crawl(using, sources, log, accounts=ACCOUNTS)

    assert (bad.outcome, bad.reason, bad.failed_pages) == ("failed", reason, 1)
    assert bad.detail == REASONS[reason]
    assert (good.outcome, good.kept) == ("complete", 1)
    assert sorted(log.coverage(), key=lambda report: report.source) == [bad, good]


def test_nobody_answers(once: Once) -> None:
    """A site that is not there is unreachable."""
    report = once(spider="feed", urls=["http://127.0.0.1:9/feed"])
    assert (report.outcome, report.reason) == ("failed", "unreachable")


def test_a_failed_page_is_asked_again(site: Site, settings: Settings, log: MemoryLog) -> None:
    """A server error that passes costs nothing."""
    answers = iter([Answer(status=500), as_feed(GOOD)])
    site.routes["/feed"] = lambda _query: next(answers)
    using = settings.model_copy(update={"crawl": settings.crawl.model_copy(update={"retries": 1})})
    (report,) = crawl(using, [a_source(spider="feed", urls=[f"{site.url}/feed"])], log, accounts=ACCOUNTS)
    assert (report.outcome, report.kept) == ("complete", 1)


def test_the_sign_in_page_is_never_asked(site: Site, once: Once) -> None:
    """A redirect to a sign-in page is where the crawl ends."""
    site.routes["/feed"] = SIGN_IN
    once(spider="feed", urls=[f"{site.url}/feed"])
    assert site.paths() == ["/feed"]


def test_other_redirects_are_followed(site: Site, once: Once) -> None:
    """A feed that moved is read where it is now."""
    site.routes |= {"/old": Answer(status=301, headers={"Location": "/new"}), "/new": as_feed(GOOD)}
    assert once(spider="feed", urls=[f"{site.url}/old"]).kept == 1


def test_robots_are_obeyed(site: Site, once: Once) -> None:
    """What robots.txt forbids is not asked, and the ledger says so."""
    site.routes |= {"/robots.txt": Answer(b"User-agent: *\nDisallow: /private", content_type="text/plain"), "/private/feed": as_feed(GOOD)}
    report = once(spider="feed", urls=[f"{site.url}/private/feed"])
    assert (report.outcome, report.reason) == ("failed", "robots")
    assert site.paths() == []


def test_a_part_that_fails_makes_the_run_partial(site: Site, once: Once) -> None:
    """One feed of two: what came is kept, and the report says that it is not all."""
    site.routes["/good"] = as_feed(GOOD)
    report = once(spider="feed", urls=[f"{site.url}/good", f"{site.url}/gone"])
    assert (report.outcome, report.reason, report.pages, report.failed_pages, report.kept) == ("partial", "not_found", 1, 1, 1)


WEIBO = {"spider": "weibo", "accounts": ["fabu"], "right": "数据服务协议 2026-01", "comments": False, "reposts": False}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"<!DOCTYPE html><html><body>hi</body></html>"), "html_instead_of_json"),
        (Answer("<!DOCTYPE html><html><body>请完成安全验证".encode()), "captcha"),
        (Answer(b"<html><form><input type='password'></form></html>"), "sign_in_page"),
        (as_json({"ok": -100, "url": "https://passport.weibo.com/sso/signin"}), "sign_in_page"),
        (as_json({"ok": 0, "msg": "请求过于频繁，歇歇吧"}), "too_many_requests"),
        (as_json({"status": "fine"}), "layout_changed"),
        (as_json([1, 2]), "layout_changed"),
        (as_json({"ok": 1, "data": {"cards": "none"}}), "layout_changed"),
        (Answer(b'{"ok": 1, "data": {"cards": ['), "cut_off"),
        (Answer(b"{'ok': 1}"), "not_json"),
    ],
)
def test_where_json_was_due(site: Site, once: Once, answer: Answer, reason: str) -> None:
    """A page that is no JSON, or other JSON than ours, has its reason."""
    site.routes["/api/container/getIndex"] = answer
    report = once(base_url=site.url, **WEIBO)
    assert (report.outcome, report.reason) == ("failed", reason)


Check = Callable[[MemoryLog], None]


def crawled(site: Site, once: Once, log: MemoryLog, text: str, **given: object) -> None:
    """Crawl one status of a server with the Mastodon API, by the account 云溪发布 itself."""
    status = {"id": "5", "account": {"id": "1001", "acct": "fabu"}, "content": text, "created_at": "2026-03-01T00:00:00Z"} | given
    site.routes["/api/v1/timelines/public"] = as_json([status])
    once(spider="mastodon", base_url=site.url, public=True)
    assert len(log.messages) == 2  # the post or its dead letter, and the coverage


def test_a_post_of_100_000_characters_is_clipped(site: Site, once: Once, log: MemoryLog) -> None:
    """It is kept to the length of the setting, and flagged."""
    crawled(site, once, log, "长" * 100_000)
    (post,) = log.posts()
    assert len(post.text) == 20_000
    assert post.flags == (Flag.CLIPPED_TEXT,)


def test_emoji_only_is_kept(site: Site, once: Once, log: MemoryLog) -> None:
    """Emoji are text."""
    crawled(site, once, log, "😡😡👎🏽")
    assert [post.text for post in log.posts()] == ["😡😡👎🏽"]


def test_nul_and_lone_surrogates_are_repaired(site: Site, once: Once, log: MemoryLog) -> None:
    """They become U+FFFD, and the post is flagged; a proper pair stays."""
    site.routes["/api/v1/timelines/public"] = Answer(
        b'[{"id":"5","account":{"id":"1001"},"content":"a\\u0000b\\ud800c\\ud83d\\ude00","created_at":"2026-03-01T00:00:00Z"}]'
    )
    once(spider="mastodon", base_url=site.url, public=True)
    (post,) = log.posts()
    assert post.text == "a�b�c😀"
    assert post.flags == (Flag.REPAIRED_TEXT,)


def test_empty_text_goes_to_the_dead_letters(site: Site, once: Once, log: MemoryLog) -> None:
    """With its reason; the run counts it as broken."""
    crawled(site, once, log, "<p> </p>")
    (letter,) = log.read(Topic.DEAD)
    assert b'"empty_text"' in (letter.value or b"")
    assert log.coverage()[0].broken == 1


@pytest.mark.parametrize("date", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_an_implausible_date_becomes_that_of_collection(site: Site, once: Once, log: MemoryLog, date: str) -> None:
    """And the post is flagged."""
    crawled(site, once, log, "通知", created_at=date)
    (post,) = log.posts()
    assert post.published_at == post.collected_at
    assert post.flags == (Flag.IMPLAUSIBLE_DATE,)


def test_negative_counts_are_unknown(site: Site, once: Once, log: MemoryLog) -> None:
    """They become None, and the post is flagged."""
    crawled(site, once, log, "通知", reblogs_count=-3, favourites_count=4)
    (post,) = log.posts()
    assert (post.forwards, post.likes, post.flags) == (None, 4, (Flag.BAD_COUNT,))


def test_a_known_id_with_another_text_is_sent_again(site: Site, once: Once, log: MemoryLog) -> None:
    """A post that was edited reaches the log as a new sighting under its id."""
    for text in ("第一版", "第二版"):
        status = {"id": "5", "account": {"id": "1001"}, "content": text, "created_at": "2026-03-01T00:00:00Z"}
        site.routes["/api/v1/timelines/public"] = as_json([status])
        once(spider="mastodon", base_url=site.url, public=True)
    assert [(post.id, post.text) for post in log.posts()] == [("mastodon:5", "第一版"), ("mastodon:5", "第二版")]


def test_a_thing_that_is_no_post_goes_to_the_dead_letters_without_its_values(site: Site, once: Once, log: MemoryLog) -> None:
    """Only its keys are kept, for nobody knows what stands in it; its neighbour is read."""
    good = {"id": "5", "account": {"id": "1001"}, "content": "通知", "created_at": "2026-03-01T00:00:00Z"}
    site.routes["/api/v1/timelines/public"] = as_json([{"nickname": "山间一棵树"}, good])
    report = once(spider="mastodon", base_url=site.url, public=True)
    assert (report.seen, report.kept, report.broken) == (2, 1, 1)
    assert "山间一棵树".encode() not in log.bytes()
