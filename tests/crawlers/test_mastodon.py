"""Tests of `crawlers.spiders.mastodon`, on a real site."""

from typing import Any

from streams.messages import Kind, Standing
from tests.crawlers.conftest import Once
from tests.crawlers.memory_log import MemoryLog
from tests.crawlers.site import Site, as_json

OFFICE = {"id": "1001", "acct": "yunxi", "display_name": "云溪发布", "followers_count": 10}
CITIZEN = {"id": "2002", "acct": "shanjian", "display_name": "山间一棵树", "followers_count": 77}


def status(number: int, html: str, account: dict[str, Any] = CITIZEN, **more: Any) -> dict[str, Any]:
    """Write a status as the API does."""
    url = f"https://social.example.cn/@{account['acct']}/{number}"
    return {"id": str(number), "content": html, "account": account, "created_at": "2026-03-01T00:00:00.000Z", "url": url} | more


def test_follows_the_link_to_the_next_page(site: Site, once: Once, log: MemoryLog) -> None:
    """The public timeline is read along the Link header, and kept where it mentions an account."""
    following = f'<{site.url}/api/v1/timelines/public?max_id=2>; rel="next", <{site.url}/x>; rel="prev"'
    pages = {None: as_json([status(3, "<p>云溪地铁</p>"), status(2, "天气")], Link=following), "2": as_json([status(1, "雲溪地鐵晚點")])}
    site.routes["/api/v1/timelines/public"] = lambda query: pages[query.get("max_id")]

    report = once(spider="mastodon", base_url=site.url, public=True)

    assert [post.id for post in log.posts()] == ["mastodon:3", "mastodon:1"]
    assert (report.outcome, report.pages, report.seen, report.kept) == ("complete", 2, 3, 2)


def test_the_address_of_a_private_post_does_not_say_whose(site: Site, once: Once, log: MemoryLog) -> None:
    """It leads to the post by its number alone."""
    site.routes["/api/v1/timelines/tag/云溪"] = as_json([status(3, "云溪地铁")])
    site.routes["/api/v1/timelines/tag/%E4%BA%91%E6%BA%AA"] = site.routes["/api/v1/timelines/tag/云溪"]
    once(spider="mastodon", base_url=site.url, tags=["云溪"])
    (post,) = log.posts()
    assert post.url == "https://social.example.cn/statuses/3"
    assert post.author.id.startswith("p:")
    assert b"shanjian" not in log.bytes()


def test_reads_an_account_and_the_replies_to_it(site: Site, once: Once, log: MemoryLog) -> None:
    """Replies concern the account that they answer, and hang on its post."""
    site.routes["/api/v1/accounts/1001/statuses"] = as_json([status(10, "<p>停水通知</p>", OFFICE, replies_count=1)])
    call = '<p><span class="h-card"><a href="https://social.example.cn/@yunxi">@<span>yunxi</span></a></span> 何时恢复</p>'
    reply = status(11, call, in_reply_to_id="10", mentions=[{"id": "1001", "acct": "yunxi"}])
    site.routes["/api/v1/statuses/10/context"] = as_json({"ancestors": [], "descendants": [reply]})

    once(spider="mastodon", base_url=site.url, accounts=["fabu"])

    own, answer = log.posts()
    assert (own.author.standing, own.author.name, own.kind) == (Standing.MONITORED, "云溪发布", Kind.POST)
    assert (answer.kind, answer.root_id, answer.accounts) == (Kind.COMMENT, "mastodon:10", ("fabu",))
    assert answer.text == "@用户 何时恢复"


def test_an_account_known_by_its_name_is_looked_up(site: Site, once: Once, log: MemoryLog) -> None:
    """Its number is asked first; it is known as monitored by that name."""
    site.routes["/api/v1/accounts/lookup"] = as_json({"id": "31"})
    site.routes["/api/v1/accounts/31/statuses"] = as_json([status(1, "末班车延后", {"id": "31", "acct": "ditie"})])
    once(spider="mastodon", base_url=site.url, accounts=["ditie"])
    assert [post.accounts for post in log.posts()] == [("ditie",)]


def test_a_boost_is_the_post_that_it_boosts(site: Site, once: Once, log: MemoryLog) -> None:
    """It says nothing of its own."""
    boost = status(5, "", reblog=status(4, "云溪地铁", reblogs_count=3))
    site.routes["/api/v1/timelines/public"] = as_json([boost])
    once(spider="mastodon", base_url=site.url, public=True)
    assert [(post.id, post.forwards) for post in log.posts()] == [("mastodon:4", 3)]


def test_pictures_without_words_are_no_dead_letters(site: Site, once: Once, log: MemoryLog) -> None:
    """A picture says something, only not of whom."""
    site.routes["/api/v1/timelines/public"] = as_json([status(1, "", media_attachments=[{"url": "https://social.example.cn/a.jpg"}])])
    report = once(spider="mastodon", base_url=site.url, public=True)
    assert (report.seen, report.kept, report.broken) == (1, 0, 0)


def test_a_conversation_that_the_server_cuts_is_partial(site: Site, once: Once, log: MemoryLog) -> None:
    """A server shows sixty replies to a stranger; where the status has more, the ledger says that they are missing."""
    replies = [status(n, "何时恢复", in_reply_to_id="10", in_reply_to_account_id="1001") for n in range(100, 160)]
    site.routes["/api/v1/statuses/10/context"] = as_json({"ancestors": [], "descendants": replies})
    for count, expected in ((60, ("complete", None)), (75, ("partial", "ended_early"))):
        site.routes["/api/v1/accounts/1001/statuses"] = as_json([status(10, "停水通知", OFFICE, replies_count=count)])
        report = once(spider="mastodon", base_url=site.url, accounts=["fabu"])
        assert (report.outcome, report.reason) == expected
    assert len({post.id for post in log.posts()}) == 61


def test_a_list_without_a_next_page_is_whole(site: Site, once: Once) -> None:
    """Also where it is the last page that one run may read."""
    site.routes["/api/v1/timelines/public"] = as_json([status(3, "云溪地铁")])
    assert once(spider="mastodon", base_url=site.url, public=True, max_pages=1).outcome == "complete"
