"""Tests of `crawlers.spiders.weibo`, on a real site."""

from typing import Any

import pytest

from config.settings import Settings
from crawlers.run import crawl
from services.stop import Stop
from streams.messages import Flag, Kind, Post, Standing
from tests.crawlers.conftest import ACCOUNTS, Once, a_source
from tests.crawlers.memory_log import MemoryLog
from tests.crawlers.site import Answer, Site, as_json

RIGHT = "与平台签订的数据服务协议"
OFFICE = {
    "id": 7700000001,
    "screen_name": "云溪发布",
    "verified_type": 1,
    "followers_count": "12.5万",
    "follow_count": 30,
    "statuses_count": 900,
}
CITIZEN = {
    "id": 5550001234,
    "screen_name": "山间一棵树",
    "verified_type": -1,
    "followers_count": 77,
    "follow_count": 88,
    "statuses_count": 99,
}
PAPER = {"id": 6660001, "screen_name": "云溪晚报", "verified_type": 3, "followers_count": "3万"}

Query = dict[str, str]


def status(number: int, text: str, user: dict[str, Any] | None = OFFICE, **more: Any) -> dict[str, Any]:
    """Write a post as the site does."""
    made = {"id": str(number), "text": text, "created_at": "Sat Mar 07 17:42:48 +0800 2026", "user": user, "source": "iPhone客户端"}
    return made | {"reposts_count": 1, "comments_count": 0, "attitudes_count": "10万+", "region_name": "发布于 云溪"} | more


def cards(*posts: dict[str, Any], total: int | None = None) -> Answer:
    """Write a page of a timeline or of a search."""
    data: dict[str, Any] = {"cards": [{"card_type": 9, "mblog": post} for post in posts]}
    if total is not None:
        data["cardlistInfo"] = {"total": total}
    return as_json({"ok": 1, "data": data})


def by_id(log: MemoryLog) -> dict[str, Post]:
    """The posts in the log."""
    return {post.id.removeprefix("weibo:"): post for post in log.posts()}


NOTHING = as_json({"ok": 0, "msg": "这里还没有内容"})
ALONE = {"spider": "weibo", "right": RIGHT, "comments": False, "reposts": False}


def test_stays_off_until_the_right_is_stated(site: Site, once: Once, log: MemoryLog) -> None:
    """Without a right nothing is asked, and the ledger says why."""
    report = once(spider="weibo", accounts=["fabu"], base_url=site.url)
    assert (report.outcome, report.reason) == ("off", "no_right_stated")
    assert site.asked == []
    assert log.coverage() == [report]


def test_reads_a_timeline_to_its_end(site: Site, once: Once, log: MemoryLog) -> None:
    """Page after page until the site has no more; an office keeps its name and numbers."""
    pages = {"1": cards(status(1, "通知一"), status(2, "通知二"), total=3), "2": cards(status(3, "通知三"), total=3)}
    site.routes["/api/container/getIndex"] = lambda query: pages.get(query["page"], NOTHING)

    report = once(accounts=["fabu"], base_url=site.url, **ALONE)

    posts = by_id(log)
    assert list(posts) == ["1", "2", "3"]
    first = posts["1"]
    assert (first.author.id, first.author.name, first.author.standing) == ("weibo:7700000001", "云溪发布", Standing.MONITORED)
    assert (first.author.followers, first.author.region) == (125_000, "云溪")
    assert (first.forwards, first.comments, first.likes) == (1, 0, 100_000)
    assert (first.client, first.kind, first.url) == ("iPhone客户端", Kind.POST, f"{site.url}/status/1")
    assert (report.outcome, report.pages, report.expected, report.kept) == ("complete", 2, 3, 3)
    assert "containerid=1076037700000001" in site.paths()[0]


def test_fewer_than_the_site_says_is_partial(site: Site, once: Once) -> None:
    """A timeline that ends before its own number is reported, not taken for whole."""
    pages = {"1": cards(status(1, "通知一"), total=9)}
    site.routes["/api/container/getIndex"] = lambda query: pages.get(query["page"], NOTHING)
    report = once(accounts=["fabu"], base_url=site.url, **ALONE)
    assert (report.outcome, report.reason, report.expected, report.seen) == ("partial", "ended_early", 9, 1)


def test_more_pages_than_allowed_is_partial(site: Site, once: Once) -> None:
    """The ledger says that there was more."""
    site.routes["/api/container/getIndex"] = lambda query: cards(status(int(query["page"]), "通知"))
    report = once(accounts=["fabu"], base_url=site.url, max_pages=2, **ALONE)
    assert (report.outcome, report.reason, report.pages) == ("partial", "max_pages", 2)


def test_long_texts_are_expanded(site: Site, once: Once, log: MemoryLog) -> None:
    """A text that the page cuts is asked for whole; where that fails, its beginning is kept and flagged."""
    cut = [status(number, f'开头{number}...<a href="/status/{number}">全文</a>', isLongText=True) for number in (1, 2)]
    site.routes["/api/container/getIndex"] = lambda query: cards(*cut) if query["page"] == "1" else NOTHING
    whole = as_json({"ok": 1, "data": {"ok": 1, "longTextContent": "开头1和全部其余<br/>第二行"}})
    site.routes["/statuses/extend"] = lambda query: whole if query["id"] == "1" else Answer(status=500)

    report = once(accounts=["fabu"], base_url=site.url, **ALONE)

    posts = by_id(log)
    assert (posts["1"].text, posts["1"].flags) == ("开头1和全部其余\n第二行", ())
    assert posts["2"].text.startswith("开头2")
    assert posts["2"].flags == (Flag.TRUNCATED,)
    assert (report.outcome, report.reason) == ("partial", "server_error")


def test_search_keeps_what_mentions_an_account(site: Site, once: Once, log: MemoryLog) -> None:
    """Hits in groups of cards are found; a private author has a pseudonym and nothing else, media keep their name."""
    hits = [status(1, "云溪地铁又晚点了", CITIZEN, reads_count=5), status(2, "云溪地铁回应", PAPER), status(3, "云溪天气", CITIZEN)]
    group = as_json({"ok": 1, "data": {"cards": [{"card_type": 11, "card_group": [{"card_type": 9, "mblog": hit} for hit in hits]}]}})
    site.routes["/api/container/getIndex"] = lambda query: group if query["page"] == "1" else NOTHING

    report = once(search=["云溪 地铁"], base_url=site.url, **ALONE)

    posts = by_id(log)
    assert set(posts) == {"1", "2"}
    citizen, paper = posts["1"].author, posts["2"].author
    assert (citizen.standing, citizen.name, citizen.region, citizen.followers) == (Standing.PRIVATE, None, None, None)
    assert citizen.id.startswith("p:")
    assert posts["1"].client is None
    assert posts["1"].reads == 5
    assert (paper.standing, paper.name) == (Standing.MEDIA, "云溪晚报")
    assert (report.seen, report.kept) == (3, 2)
    assert "100103type%3D1%26q%3D%E4%BA%91%E6%BA%AA%20%E5%9C%B0%E9%93%81" in site.paths()[0]


def test_comments_follow_max_id(site: Site, once: Once, log: MemoryLog) -> None:
    """Comments are read page by page along max_id, with the answers below them; all concern the account they answer."""
    site.routes["/api/container/getIndex"] = lambda query: cards(status(1, "通知", comments_count=3)) if query["page"] == "1" else NOTHING
    reply = {"id": 12, "text": "回复<a href='/n/x'>@山间一棵树</a>:同问", "created_at": "5分钟前", "user": CITIZEN}
    first = {"id": 11, "text": "什么时候修好", "created_at": "5分钟前", "user": CITIZEN, "like_count": 7, "comments": [reply]}
    last = {"id": 13, "text": "支持", "created_at": "昨天 23:10", "user": CITIZEN, "comments": False}
    pages = {None: ([first], 99), "99": ([last], 0)}

    def hotflow(query: Query) -> Answer:
        found, max_id = pages[query.get("max_id")]
        return as_json({"ok": 1, "data": {"data": found, "max_id": max_id, "max_id_type": 0, "total_number": 3}})

    site.routes["/comments/hotflow"] = hotflow
    report = once(spider="weibo", right=RIGHT, accounts=["fabu"], base_url=site.url, reposts=False)

    posts = by_id(log)
    assert set(posts) == {"1", "11", "12", "13"}
    assert (posts["11"].kind, posts["11"].root_id, posts["11"].parent_id, posts["11"].likes) == (Kind.COMMENT, "weibo:1", "weibo:1", 7)
    assert (posts["12"].parent_id, posts["12"].text) == ("weibo:11", "回复@用户:同问")
    assert {post.accounts for post in posts.values()} == {("fabu",)}
    assert {post.key for post in posts.values()} == {"weibo:1"}
    assert posts["11"].flags == (Flag.INEXACT_DATE,)
    assert (report.outcome, report.kept) == ("complete", 4)


def test_comments_that_the_site_does_not_show_are_partial(site: Site, once: Once) -> None:
    """Where the comments end before their own number, answers below them counted, the ledger says so."""
    site.routes["/api/container/getIndex"] = lambda query: cards(status(1, "通知", comments_count=3)) if query["page"] == "1" else NOTHING
    reply = {"id": 12, "text": "同问", "created_at": "昨天 23:10", "user": CITIZEN}
    shown = {"id": 11, "text": "什么时候修好", "created_at": "昨天 23:10", "user": CITIZEN, "comments": [reply]}
    for total, expected in ((2, ("complete", None)), (3, ("partial", "ended_early"))):
        site.routes["/comments/hotflow"] = as_json({"ok": 1, "data": {"data": [shown], "max_id": 0, "total_number": total}})
        report = once(spider="weibo", right=RIGHT, accounts=["fabu"], base_url=site.url, reposts=False, fresh=True)
        assert (report.outcome, report.reason) == expected


def test_lists_that_a_stop_left_unread_are_read_by_the_next_run(site: Site, settings: Settings, log: MemoryLog) -> None:
    """A run that is stopped between a timeline and its comments remembers of neither that it had them."""
    posts = range(1, 41)
    stop = Stop()

    def comments(query: Query) -> Answer:
        stop.request()
        number = int(query["id"])
        return as_json({"ok": 1, "data": {"data": [status(number + 1000, "还没有来水", CITIZEN)], "total_number": 1}})

    site.routes["/api/container/getIndex"] = cards(*(status(number, "云溪发布", comments_count=1) for number in posts), total=len(posts))
    site.routes["/comments/hotflow"] = comments
    source = a_source(spider="weibo", right=RIGHT, accounts=["fabu"], base_url=site.url, reposts=False, delay=0.01)
    (report,) = crawl(settings, [source], log, accounts=ACCOUNTS, stop=stop)
    assert report.reason == "stopped"
    assert len(log.posts()) < 2 * len(posts)

    crawl(settings, [source], log, accounts=ACCOUNTS)
    assert {post.id for post in log.posts()} == {f"weibo:{number + more}" for number in posts for more in (0, 1000)}


def test_reposts_and_what_they_repost(site: Site, once: Once, log: MemoryLog) -> None:
    """Reposts of a post are read; a repost on a timeline brings the post below it, unless that is deleted."""
    below = status(50, "云溪地铁今晨临时停运", PAPER)
    gone = {"id": "51", "text": "抱歉，此微博已被作者删除。", "user": None}
    mine = [
        status(1, "请注意出行", retweeted_status=below),
        status(2, "转发微博", retweeted_status=gone),
        status(3, "通知", reposts_count=2),
    ]
    site.routes["/api/container/getIndex"] = lambda query: cards(*mine) if query["page"] == "1" else NOTHING
    forward = {"id": 31, "text": "扩散//@山间一棵树:看看", "created_at": "2026-03-08 10:00:00", "user": CITIZEN}
    site.routes["/api/statuses/repostTimeline"] = lambda query: (
        as_json({"ok": 1, "data": {"data": [forward], "total_number": 1}}) if query == {"id": "3", "page": "1"} else NOTHING
    )

    once(spider="weibo", right=RIGHT, accounts=["fabu"], base_url=site.url, comments=False)

    posts = by_id(log)
    assert set(posts) == {"1", "2", "3", "31", "50"}
    assert (posts["1"].kind, posts["1"].root_id, posts["1"].accounts) == (Kind.REPOST, "weibo:50", ("fabu", "ditie"))
    assert (posts["31"].kind, posts["31"].root_id, posts["31"].text) == (Kind.REPOST, "weibo:3", "扩散//@用户:看看")
    assert posts["31"].accounts == ("fabu",)


def test_a_reposted_post_of_another_shape_leaves_a_letter(site: Site, once: Once, log: MemoryLog) -> None:
    """The repost itself is kept; what it reposts is not passed over in silence."""
    site.routes["/api/container/getIndex"] = cards(status(5, "转发", retweeted_status={"text": "没有编号"}), total=1)
    report = once(**ALONE, accounts=["fabu"], base_url=site.url)
    assert set(by_id(log)) == {"5"}
    assert (report.kept, report.broken) == (1, 1)


def test_a_second_run_asks_only_what_changed(site: Site, once: Once, log: MemoryLog) -> None:
    """Comments are asked again only where their number grew, and unchanged posts are not sent twice."""
    counts = {"comments": 1}
    site.routes["/api/container/getIndex"] = lambda query: (
        cards(status(1, "通知", comments_count=counts["comments"])) if query["page"] == "1" else NOTHING
    )
    comment = {"id": 11, "text": "好", "created_at": "昨天 23:10", "user": CITIZEN}
    site.routes["/comments/hotflow"] = as_json({"ok": 1, "data": {"data": [comment], "max_id": 0, "total_number": 1}})
    wanted = {"spider": "weibo", "right": RIGHT, "accounts": ["fabu"], "base_url": site.url, "reposts": False}

    once(**wanted)
    before = len(log.posts())
    asked = len(site.paths())
    again = once(**wanted)
    assert len(log.posts()) == before
    assert [path.split("?")[0] for path in site.paths()[asked:]] == ["/api/container/getIndex"]
    assert (again.outcome, again.kept) == ("complete", 1)

    counts["comments"] = 2
    once(**wanted)
    assert [post.id for post in log.posts()[before:]] == ["weibo:1"]
    assert site.paths()[-1].startswith("/comments/hotflow")


@pytest.mark.parametrize("verified", [-1, 0, 200, 220])
def test_persons_are_private_also_when_verified(site: Site, once: Once, log: MemoryLog, verified: int) -> None:
    """A verified person is a person."""
    person = CITIZEN | {"verified_type": verified, "verified": True}
    site.routes["/api/container/getIndex"] = lambda query: cards(status(1, "云溪地铁", person)) if query["page"] == "1" else NOTHING
    once(search=["云溪地铁"], base_url=site.url, **ALONE)
    assert log.posts()[0].author.standing is Standing.PRIVATE
