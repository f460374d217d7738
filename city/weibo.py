"""The JSON that m.weibo.cn serves: timelines, search, long texts, comments, reposts."""

import html
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from city.answers import Answer, Request, Route, as_json
from city.clock import CityClock
from city.people import NOBODY, Person
from city.utterances import Form, Place, Utterance
from city.world import Strand, World

PAGE = 10  # cards of a timeline or a search
ANSWERS = 20  # comments or reposts a page
LONGEST = 140  # characters that a list shows
_TEN_THOUSAND = 10_000


class Weibo:
    """The site under /weibo."""

    def __init__(self, world: World, clock: CityClock) -> None:
        self._world = world
        self._clock = clock

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            Route(re.compile(r"/weibo/api/container/getIndex"), self.index),
            Route(re.compile(r"/weibo/statuses/extend"), self.extend),
            Route(re.compile(r"/weibo/comments/hotflow"), self.hotflow),
            Route(re.compile(r"/weibo/api/statuses/repostTimeline"), self.reposts),
        ]

    def index(self, request: Request) -> Answer:
        """A timeline (containerid 107603 and the user) or a search (100103type=1&q=words)."""
        container, page = request.query.get("containerid", ""), max(1, request.number("page", 1))
        if container.startswith("107603") and container[6:].isdigit():
            strand, grouped = self._world.by(Place.WEIBO, int(container[6:])), False
        elif container.startswith("100103"):
            strand, grouped = self._world.search(Place.WEIBO, parse_qs(container[6:]).get("q", [""])[0]), True
        else:
            return as_json({"ok": 0, "msg": "参数错误"})
        return as_json(self._cards(strand, container, page, grouped=grouped))

    def _cards(self, strand: Strand, container: str, page: int, *, grouped: bool) -> dict[str, Any]:
        now = self._clock.now()
        posts = strand.newest(now, (page - 1) * PAGE, PAGE)
        if not posts:
            return {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
        cards: list[dict[str, Any]] = [
            {"card_type": 9, "itemid": f"{container}_-_{post.number}", "mblog": self._mblog(post, now)} for post in posts
        ]
        if grouped and page == 1:  # a search's first page has its best finds in a group
            cards = [{"card_type": 11, "card_group": cards[:2]}, *cards[2:]]
        total = strand.visible(now)
        following = page + 1 if total > page * PAGE else None
        return {"ok": 1, "data": {"cardlistInfo": {"containerid": container, "total": total, "page": following}, "cards": cards}}

    def extend(self, request: Request) -> Answer:
        """The whole of a long text."""
        post = self._post(request)
        if post is None:
            return as_json({"ok": 0, "msg": "该微博不存在"})
        now = self._clock.now()
        return as_json({"ok": 1, "data": {"ok": 1, "longTextContent": _html(post.text), **self._counts(post, now)}})

    def hotflow(self, request: Request) -> Answer:
        """Comments on a post; `max_id` leads on, 0 at the end."""
        post, now, skip = self._post(request), self._clock.now(), request.number("max_id", 0)
        strand = self._world.answers(post, Form.COMMENT) if post else Strand()
        total = strand.visible(now)
        comments = strand.newest(now, skip, ANSWERS)
        if not comments:
            return as_json({"ok": 0, "msg": "还没有人评论哦~快来抢沙发！"})
        following = skip + ANSWERS if skip + ANSWERS < total else 0
        data = {"data": [self._comment(one, now) for one in comments], "total_number": total, "max_id": following, "max_id_type": 0}
        return as_json({"ok": 1, "data": data})

    def reposts(self, request: Request) -> Answer:
        """Reposts of a post, by page."""
        post, now, page = self._post(request), self._clock.now(), max(1, request.number("page", 1))
        strand = self._world.answers(post, Form.REPOST) if post else Strand()
        reposts = strand.newest(now, (page - 1) * ANSWERS, ANSWERS)
        if not reposts:
            return as_json({"ok": 0, "msg": "还没有人转发过！"})
        total = strand.visible(now)
        data = {"data": [self._mblog(one, now) for one in reposts], "total_number": total, "max": -(-total // ANSWERS)}
        return as_json({"ok": 1, "msg": "数据获取成功", "data": data})

    def _post(self, request: Request) -> Utterance | None:
        post = self._world.by_number.get(request.number("id", 0))
        return post if post and post.at <= self._clock.now() else None

    def _counts(self, post: Utterance, now: datetime) -> dict[str, int]:
        return {
            "reposts_count": self._world.answers(post, Form.REPOST).visible(now),
            "comments_count": self._world.answers(post, Form.COMMENT).visible(now),
            "attitudes_count": post.likes_at(now),
        }

    def _mblog(self, post: Utterance, now: datetime) -> dict[str, Any]:
        long = len(post.text) > LONGEST
        shown = f'{_html(post.text[:LONGEST])}...<a href="/status/{post.number}">全文</a>' if long else _html(post.text)
        mblog: dict[str, Any] = {
            "id": str(post.number),
            "mid": str(post.number),
            "created_at": _date(post.at),
            "text": shown,
            "isLongText": long,
            "source": post.client,
            "region_name": f"发布于 {post.author.region}",
            "user": _user(post.author),
            "pics": [],
            **self._counts(post, now),
        }
        if post.root is not None:
            mblog["retweeted_status"] = self._mblog(post.root, now)
        return mblog

    def _comment(self, comment: Utterance, now: datetime) -> dict[str, Any]:
        return {
            "id": str(comment.number),
            "mid": str(comment.number),
            "rootid": str(comment.number),
            "created_at": _date(comment.at),
            "text": _html(comment.text),
            "user": _user(comment.author),
            "like_count": comment.likes_at(now),
            "source": f"来自{comment.author.region}",
            "comments": False,
            "total_number": 0,
        }


def _user(person: Person) -> dict[str, Any]:
    return {
        "id": person.number,
        "screen_name": person.name,
        "verified": person.verified != NOBODY,
        "verified_type": person.verified,
        "followers_count": f"{person.followers / _TEN_THOUSAND:.1f}万" if person.followers >= _TEN_THOUSAND else str(person.followers),
        "follow_count": person.following,
        "statuses_count": person.posts,
    }


def _date(moment: datetime) -> str:
    return moment.strftime("%a %b %d %H:%M:%S %z %Y")


def _html(text: str) -> str:
    """Make HTML as Weibo does: accounts and topics are links."""
    escaped = html.escape(text, quote=False).replace("\n", "<br />")
    escaped = re.sub(r"@([\w-]+)", r"<a href='/n/\1'>@\1</a>", escaped)
    return re.sub(r"#([^#<>]+)#", r'<a href="/search?q=\1"><span class="surl-text">#\1#</span></a>', escaped)
