"""The city's sites over HTTP: the formats of the sources, their paging, and that they change while one watches."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from city import City
from city.people import FABU, MUSEUM
from city.utterances import Form, Place
from tests.city.conftest import Hand, Page

Get = Callable[[str], Page]
TIMELINE = f"/weibo/api/container/getIndex?containerid=107603{FABU.number}"


def test_weibo_timeline_pages_through_everything_once(get: Get, city: City) -> None:
    """Page after page of ten, newest first, until `ok` is 0; together all that the account has posted."""
    found: list[str] = []
    page = 1
    while (answer := get(f"{TIMELINE}&page={page}").json)["ok"] == 1:
        found += [card["mblog"]["id"] for card in answer["data"]["cards"]]
        assert answer["data"]["cardlistInfo"]["total"] == city.world.by(Place.WEIBO, FABU.number).visible(city.clock.now())
        page += 1
    assert found == [str(one.number) for one in reversed(city.world.by(Place.WEIBO, FABU.number).until(city.clock.now()))]
    assert answer["data"]["cards"] == []


def test_weibo_post_has_the_fields_that_the_site_shows(get: Get) -> None:
    """Date, author with followers as people print them, counts, html."""
    mblog = get(f"{TIMELINE}&page=1").json["data"]["cards"][0]["mblog"]
    assert datetime.strptime(mblog["created_at"], "%a %b %d %H:%M:%S %z %Y").utcoffset() == timedelta(hours=8)
    assert mblog["user"] == {
        "id": FABU.number,
        "screen_name": "云溪发布",
        "verified": True,
        "verified_type": 1,
        "followers_count": "86.5万",
        "follow_count": 120,
        "statuses_count": 8000,
    }
    assert {"reposts_count", "comments_count", "attitudes_count", "isLongText", "source", "region_name"} <= set(mblog)


def test_weibo_search_finds_words(get: Get) -> None:
    """A search's first page groups its best finds; every find has the word."""
    cards = get("/weibo/api/container/getIndex?containerid=100103type%3D1%26q%3D%E5%85%AC%E4%BA%A4&page=1").json["data"]["cards"]
    mblogs = [part["mblog"] for card in cards for part in card.get("card_group", [card])]
    assert cards[0]["card_type"] == 11
    assert all("公交" in re.sub("<[^>]+>", "", mblog["text"]) for mblog in mblogs)


def test_weibo_cuts_long_texts_and_gives_them_whole_on_demand(get: Get, city: City, hand: Hand) -> None:
    """A list ends a long text with a link; statuses/extend has it all."""
    hand.moment = city.world.beats.notice + timedelta(minutes=1)
    mblog = next(card["mblog"] for card in get(f"{TIMELINE}&page=1").json["data"]["cards"] if card["mblog"]["isLongText"])
    assert mblog["text"].endswith(">全文</a>")
    whole = get(f"/weibo/statuses/extend?id={mblog['id']}").json["data"]["longTextContent"]
    assert len(whole) > len(re.sub("<[^>]+>", "", mblog["text"]))


def test_weibo_burst_grows_between_visits_and_pages_to_its_end(get: Get, city: City, hand: Hand) -> None:
    """The hijacked post's counts grow; its comments lead on by max_id, its reposts by page, each shown once."""
    beats = city.world.beats
    hand.moment = beats.hijacked + timedelta(minutes=2)
    timeline = f"/weibo/api/container/getIndex?containerid=107603{MUSEUM.number}&page=1"
    first = get(timeline).json["data"]["cards"][0]["mblog"]
    hand.moment = beats.hijacked + timedelta(minutes=15)
    later = get(timeline).json["data"]["cards"][0]["mblog"]
    assert first["id"] == later["id"]
    assert 0 < first["comments_count"] < later["comments_count"]
    assert 0 < first["reposts_count"] < later["reposts_count"]
    assert comments(get, later["id"]) == later["comments_count"]
    pages = -(-later["reposts_count"] // 20)
    reposts = [
        one
        for page in range(1, pages + 1)
        for one in get(f"/weibo/api/statuses/repostTimeline?id={later['id']}&page={page}").json["data"]["data"]
    ]
    assert len({one["id"] for one in reposts}) == later["reposts_count"]
    assert get(f"/weibo/api/statuses/repostTimeline?id={later['id']}&page={pages + 1}").json["ok"] == 0


def comments(get: Get, post: str) -> int:
    """Count a post's comments, page by page."""
    seen: set[str] = set()
    max_id = 0
    while True:
        data = get(f"/weibo/comments/hotflow?id={post}&mid={post}&max_id_type=0&max_id={max_id}").json["data"]
        seen |= {one["id"] for one in data["data"]}
        max_id = data["max_id"]
        if not max_id:
            return len(seen)


def test_mastodon_pages_by_link(get: Get, city: City) -> None:
    """Following rel="next" shows every status once, newest first."""
    found: list[str] = []
    path: str | None = "/mastodon/api/v1/timelines/public?limit=40"
    while path:
        page = get(path)
        found += [status["id"] for status in page.json]
        match = re.search(r'<([^>]+)>; rel="next"', page.headers.get("Link", ""))
        path = match[1].removeprefix(city.url) if match else None
    assert found == [str(one.number) for one in reversed(city.world.posts(Place.MASTODON).until(city.clock.now()))]


def test_mastodon_account_by_name_its_statuses_and_their_replies(get: Get, city: City, hand: Hand) -> None:
    """Lookup gives the number, statuses what it posted, context what was answered."""
    hand.moment = city.world.beats.end
    number = get("/mastodon/api/v1/accounts/lookup?acct=yunxi_fabu").json["id"]
    statuses = get(f"/mastodon/api/v1/accounts/{number}/statuses?limit=40").json
    assert {status["account"]["acct"] for status in statuses} == {"yunxi_fabu"}
    answered = max(statuses, key=lambda status: status["replies_count"])
    replies = get(f"/mastodon/api/v1/statuses/{answered['id']}/context").json["descendants"]
    assert len(replies) == answered["replies_count"] > 0
    assert {reply["in_reply_to_id"] for reply in replies} == {answered["id"]}


def test_mastodon_tag_and_what_is_not_there(get: Get) -> None:
    """A tag lists what carries it; unknown accounts and statuses are 404 in JSON."""
    for status in get("/mastodon/api/v1/timelines/tag/云溪生活").json:
        assert "云溪生活" in {tag["name"] for tag in status["tags"]}
    for path in ("accounts/lookup?acct=nobody", "accounts/1/statuses", "statuses/1/context"):
        answer = get(f"/mastodon/api/v1/{path}")
        assert (answer.status, answer.json) == (404, {"error": "Record not found"})


@pytest.mark.parametrize("kind", ["posts", "comments"])
def test_wordpress_says_how_much_there_is(get: Get, kind: str) -> None:
    """The headers count posts and pages, and the pages hold as many."""
    first = get(f"/forum/wp-json/wp/v2/{kind}?per_page=50&page=1&_embed=author")
    total, pages = int(first.headers["X-WP-Total"]), int(first.headers["X-WP-TotalPages"])
    rest = [entry for page in range(2, pages + 1) for entry in get(f"/forum/wp-json/wp/v2/{kind}?per_page=50&page={page}").json]
    assert len({entry["id"] for entry in first.json + rest}) == total > 50


def test_wordpress_refuses_as_the_api_does(get: Get) -> None:
    """A page beyond the last, and a page size beyond the most, are 400 with WordPress's codes."""
    beyond, wide = get("/forum/wp-json/wp/v2/posts?page=99999"), get("/forum/wp-json/wp/v2/posts?per_page=101")
    assert (beyond.status, beyond.json["code"]) == (400, "rest_post_invalid_page_number")
    assert (wide.status, wide.json["code"]) == (400, "rest_invalid_param")


def test_wordpress_comments_of_one_post(get: Get, city: City) -> None:
    """`post` narrows the comments to that post's."""
    root = next(one.root for one in reversed(city.world.comments(Place.FORUM).until(city.clock.now())) if one.root)
    entries: list[dict[str, Any]] = get(f"/forum/wp-json/wp/v2/comments?post={root.number}").json
    assert len(entries) == city.world.answers(root, Form.COMMENT).visible(city.clock.now())
    assert {entry["post"] for entry in entries} == {root.number}


@pytest.mark.parametrize(
    ("path", "tag"),
    [("/news/feed.xml", "item"), ("/paper/rss.xml", "item"), ("/wechat/yunxi-fabu.atom", "{http://www.w3.org/2005/Atom}entry")],
)
def test_feeds_are_well_formed_and_lead_to_pages(get: Get, city: City, path: str, tag: str) -> None:
    """Each feed parses in its own encoding; its links lead to the article."""
    body = get(path).body
    if path.startswith("/paper"):
        assert b'encoding="gb18030"' in body
        body = body.decode("gb18030").replace("gb18030", "utf-8").encode()
    entries = list(ET.fromstring(body).iter(tag))
    assert entries
    found = next(node for node in entries[0] if node.tag.endswith("link"))
    page = get((found.text or found.attrib["href"]).removeprefix(city.url))
    title = next(node.text for node in entries[0] if node.tag.endswith("title"))
    assert page.status == 200
    assert str(title) in html.unescape(page.body.decode())


def test_what_was_not_yet_said_is_not_there(get: Get, city: City) -> None:
    """A post of tomorrow can't be fetched by its number."""
    tomorrow = next(one for one in reversed(city.world.everything) if one.place is Place.NEWS)
    assert get(f"/news/{tomorrow.number}.html").status == 404
    later = next(one for one in reversed(city.world.everything) if one.place is Place.WEIBO and one.form is Form.POST)
    assert get(f"/weibo/statuses/extend?id={later.number}").json["ok"] == 0


def test_robots_and_front(get: Get, city: City) -> None:
    """robots.txt allows all but the path that is there to be refused; the front page tells the city's time."""
    assert "Disallow: /faults/robots" in get("/robots.txt").body.decode()
    assert f"{city.clock.now():%Y-%m-%d %H:%M}" in get("/").body.decode()
    assert get("/nowhere").status == 404
