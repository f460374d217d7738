"""Tests of `crawlers.spiders.wordpress`, on a real site."""

from datetime import UTC, datetime
from typing import Any

from streams.messages import Kind, Standing
from tests.crawlers.conftest import Once
from tests.crawlers.memory_log import MemoryLog
from tests.crawlers.site import Answer, Site, as_json

POSTS, COMMENTS = "/wp-json/wp/v2/posts", "/wp-json/wp/v2/comments"


def entry(number: int, html: str, **more: Any) -> dict[str, Any]:
    """Write a post as the API does."""
    link = f"https://forum.example.cn/?p={number}"
    return {
        "id": number,
        "content": {"rendered": html},
        "date_gmt": "2026-03-01T00:00:00",
        "date": "2026-03-01T08:00:00",
        "link": link,
    } | more


def page(items: list[Any], total: int, pages: int) -> Answer:
    """Write a page of a list."""
    return as_json(items, X_WP_Total=str(total), X_WP_TotalPages=str(pages))


def test_reads_as_many_pages_as_the_site_has(site: Site, once: Once, log: MemoryLog) -> None:
    """Posts and comments by X-WP-TotalPages; the page after the last is not asked."""
    pages = {"1": [entry(3, "<p>云溪地铁</p>", title={"rendered": "晚点&#8211;投诉"})], "2": [entry(2, "清水河变色")]}
    site.routes[POSTS] = lambda query: page(pages[query["page"]], 2, 2)
    site.routes[COMMENTS] = page([entry(9, "<p>云溪发布管管</p>", post=3, parent=8, author_name="山间一棵树")], 1, 1)

    report = once(spider="wordpress", base_url=site.url)

    posts = {post.id.rpartition("/")[2]: post for post in log.posts()}
    host = site.url.removeprefix("http://")
    assert set(posts) == {"3", "2", "3#9"}
    assert (posts["3"].title, posts["3"].kind) == ("晚点–投诉", Kind.ARTICLE)
    assert posts["3"].published_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert (posts["3#9"].kind, posts["3#9"].root_id, posts["3#9"].parent_id) == (Kind.COMMENT, f"web:{host}/3", f"web:{host}/3#8")
    assert posts["2"].accounts == ("fabu",)
    assert (report.outcome, report.expected, report.kept, report.pages) == ("complete", 3, 3, 3)


def test_the_sites_zone_counts_where_it_gives_no_other(site: Site, once: Once, log: MemoryLog) -> None:
    """Without date_gmt the site's own time is read in the zone that the source states."""
    site.routes[POSTS] = page([entry(1, "云溪地铁", date_gmt=None)], 1, 1)
    once(spider="wordpress", base_url=site.url, comments=False, timezone="Asia/Tokyo")
    assert log.posts()[0].published_at == datetime(2026, 2, 28, 23, tzinfo=UTC)


def test_authors_are_private_unless_the_office_says_more(site: Site, once: Once, log: MemoryLog) -> None:
    """Their name and their short name in addresses are gone."""
    embedded = {"author": [{"id": 4, "name": "山间一棵树", "slug": "shanjian"}]}
    site.routes[POSTS] = page([entry(1, "云溪地铁", author=4, _embedded=embedded, link="https://forum.example.cn/shanjian/1")], 1, 1)
    once(spider="wordpress", base_url=site.url, comments=False)
    once(spider="wordpress", base_url=site.url, comments=False, standing="media", fresh=True)
    private, media = log.posts()
    assert (private.author.standing, private.author.name, private.url) == (Standing.PRIVATE, None, None)
    assert (media.author.standing, media.author.name, media.url) == (Standing.MEDIA, "山间一棵树", "https://forum.example.cn/shanjian/1")


def test_stops_at_what_the_last_run_saw(site: Site, once: Once) -> None:
    """A run reads new pages only, and one known page to be sure."""
    lists = {str(number): [entry(100 - number, "云溪地铁")] for number in range(1, 4)}
    site.routes[POSTS] = lambda query: page(lists[query["page"]], 3, 3)
    once(spider="wordpress", base_url=site.url, comments=False)
    before = len(site.paths())
    once(spider="wordpress", base_url=site.url, comments=False)
    assert before == 3
    assert len(site.paths()) == 4


def test_comments_on_an_accounts_own_site_concern_it(site: Site, once: Once, log: MemoryLog) -> None:
    """Though they don't name it: who writes under the office's article speaks to the office. Elsewhere such a comment is left."""
    site.routes[POSTS] = page([entry(3, "停水通知")], 1, 1)
    site.routes[COMMENTS] = page([entry(9, "什么时候来水", post=3, author_name="山间一棵树")], 1, 1)
    once(spider="wordpress", base_url=site.url)
    assert log.posts() == []
    once(spider="wordpress", base_url=site.url, account="fabu")
    article, comment = sorted(log.posts(), key=lambda post: post.kind)
    assert (article.author.name, article.accounts) == ("云溪发布", ("fabu",))
    assert (comment.kind, comment.accounts, comment.root_id) == (Kind.COMMENT, ("fabu",), article.id)
    assert comment.author.standing is Standing.PRIVATE


def test_a_list_that_lacks_what_it_said_is_partial(site: Site, once: Once) -> None:
    """Where the last page comes before the number that the site gave, the ledger says so."""
    site.routes[POSTS] = page([entry(1, "云溪地铁")], 5, 1)
    report = once(spider="wordpress", base_url=site.url, comments=False)
    assert (report.outcome, report.reason, report.expected, report.seen) == ("partial", "ended_early", 5, 1)


def test_the_last_page_that_a_run_may_read_can_be_the_last(site: Site, once: Once) -> None:
    """Then there was not more, and the ledger does not say so."""
    site.routes[POSTS] = page([entry(1, "云溪地铁"), entry(2, "云溪地铁")], 2, 1)
    assert once(spider="wordpress", base_url=site.url, comments=False, max_pages=1).outcome == "complete"
