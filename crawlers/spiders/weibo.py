"""Weibo, by the JSON that m.weibo.cn serves to its mobile pages. Off until the office states its right to read it.

Where the site asks to sign in or to solve a captcha, the run ends there and the ledger says so.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import quote, urlencode

import msgspec
from scrapy.http import Request, Response

from config.sources import WeiboSource
from crawlers import outcomes
from crawlers.authors import RawAuthor
from crawlers.errors import PageError
from crawlers.find import NOBODY, Find
from crawlers.spiders.base import Scraped, SourceSpider, expected, json_of, shaped
from streams.messages import Kind, Standing

SIGN_IN = -100  # what `ok` says where one must sign in
MEDIA = 3  # verified_type of the media; government, companies, schools, sites, apps and organisations are 1, 2 and 4 to 8
ORGANISATIONS = frozenset({1, 2, 4, 5, 6, 7, 8})
DELETED = ("抱歉，此微博已被", "抱歉，作者已设置", "该微博因")
FULL_TEXT = "全文"  # the link at the end of a text that is cut


class User(msgspec.Struct):
    """A user as Weibo shows them."""

    id: int | str
    screen_name: str = ""
    verified_type: int = -1
    followers_count: Any = None
    follow_count: Any = None
    statuses_count: Any = None


class Status(msgspec.Struct):
    """A post, a repost or a comment as Weibo shows it."""

    id: int | str
    text: str = ""
    created_at: Any = None
    user: User | None = None
    source: str | None = None
    region_name: str | None = None
    reposts_count: Any = None
    comments_count: Any = None
    attitudes_count: Any = None
    like_count: Any = None
    like_counts: Any = None
    reads_count: Any = None
    isLongText: bool = False  # noqa: N815 - Weibo's own name for it
    edit_count: int = 0
    pics: list[Any] | None = None
    retweeted_status: Any = None
    comments: Any = None  # the answers to a comment, or false
    reply_comment: Any = None


class WeiboSpider(SourceSpider):
    """Reads timelines of accounts, with comments and reposts of their posts, and searches for words."""

    @property
    def source(self) -> WeiboSource:
        """What it is to read."""
        return cast("WeiboSource", self.visit.source)

    def first(self) -> Iterable[Request]:
        for account in self.source.accounts:
            yield self._timeline(self.visit.accounts[account].platforms["weibo"], 1)
        for words in self.source.search:
            yield self._search(words, 1)

    def _timeline(self, user: str, page: int) -> Request:
        url = self._url("api/container/getIndex", containerid=f"107603{user}", page=page)
        return self.ask(url, self.read_timeline, f"timeline:{user}", user=user, page=page)

    def _search(self, words: str, page: int) -> Request:
        url = self._url("api/container/getIndex", containerid=f"100103type=1&q={words}", page_type="searchall", page=page)
        return self.ask(url, self.read_search, f"search:{words}", words=words, page=page)

    def _comments(self, post: Status, page: int, max_id: object = 0, max_id_type: object = 0) -> Request:
        given: dict[str, object] = {"id": post.id, "mid": post.id, "max_id_type": max_id_type}
        url = self._url("comments/hotflow", **given, **({"max_id": max_id} if max_id else {}))
        return self.ask(url, self.read_comments, f"comments:{post.id}", post=post, page=page)

    def _reposts(self, post: Status, page: int) -> Request:
        return self.ask(
            self._url("api/statuses/repostTimeline", id=post.id, page=page), self.read_reposts, f"reposts:{post.id}", post=post, page=page
        )

    def _url(self, path: str, **query: object) -> str:
        return f"{self.source.base_url}/{path}?{urlencode(query, quote_via=quote)}"

    def read_timeline(self, response: Response, user: str, page: int) -> Iterator[Scraped]:
        """Read a page of an account's timeline, and what answers its posts."""
        data = data_of(response)
        posts, lost = self._cards(data)
        yield from lost
        total = self._expected(page, _total(data, "cardlistInfo", "total"))
        for post in posts:
            yield from self._post(post)
            yield from self._echo(post)
        if self.visit.more(f"timeline:{user}", [str(post.id) for post in posts], page, total=total):
            yield self._timeline(user, page + 1)

    def read_search(self, response: Response, words: str, page: int) -> Iterator[Scraped]:
        """Read a page of what a search finds."""
        data = data_of(response)
        posts, lost = self._cards(data)
        yield from lost
        total = self._expected(page, _total(data, "cardlistInfo", "total"))
        for post in posts:
            yield from self._post(post)
        if self.visit.more(f"search:{words}", [str(post.id) for post in posts], page, total=total):
            yield self._search(words, page + 1)

    def read_comments(self, response: Response, post: Status, page: int) -> Iterator[Scraped]:
        """Read a page of comments, and the answers to them that it shows."""
        data = data_of(response)
        comments, lost = self._statuses(data.get("data") or [])
        yield from lost
        total = self._expected(page, _total(data, "total_number"))
        shown: list[str] = []
        for comment in comments:
            for scraped in self._comment(comment, post):
                if isinstance(scraped, Find):
                    shown.append(scraped.native_id)
                yield scraped
        if self.visit.more(f"comments:{post.id}", shown, page, total=total, last=not data.get("max_id")):
            yield self._comments(post, page + 1, data["max_id"], data.get("max_id_type") or 0)

    def read_reposts(self, response: Response, post: Status, page: int) -> Iterator[Scraped]:
        """Read a page of reposts."""
        data = data_of(response)
        reposts, lost = self._statuses(data.get("data") or [])
        yield from lost
        total = self._expected(page, _total(data, "total_number"))
        for repost in reposts:
            yield self._find(repost, Kind.REPOST, root=str(post.id), answers=(_author(post.user),))
        if self.visit.more(f"reposts:{post.id}", [str(repost.id) for repost in reposts], page, total=total):
            yield self._reposts(post, page + 1)

    def read_long(self, response: Response, find: Find) -> Iterator[Scraped]:
        """Read the whole of a long text."""
        text = expected(data_of(response).get("longTextContent"), str)
        yield msgspec.structs.replace(find, text=text, truncated=False)

    def _expected(self, page: int, total: int | None) -> int | None:
        """How many there are by what the source says, which the first page has the run expect."""
        if page == 1 and total is not None:
            self.visit.ledger.expect(total)
        return total

    def _cards(self, data: dict[str, Any]) -> tuple[list[Status], list[Scraped]]:
        found = []
        for card in expected(data.get("cards", []), list):
            inside = card.get("card_group") if isinstance(card, dict) else None
            found += [part["mblog"] for part in [card, *(inside or [])] if isinstance(part, dict) and part.get("mblog")]
        return self._statuses(found)

    def _statuses(self, items: Any) -> tuple[list[Status], list[Scraped]]:
        statuses: list[Status] = []
        lost: list[Scraped] = []
        for item in expected(items, list):
            status = shaped(item, Status)
            if status is None:
                lost.append(self.lost(item, "layout_changed"))
            else:
                statuses.append(status)
        return statuses, lost

    def _post(self, post: Status) -> Iterator[Scraped]:
        root = shaped(post.retweeted_status, Status) if post.retweeted_status else None
        if post.retweeted_status and root is None:
            yield self.lost(post.retweeted_status, "layout_changed")
        if root is None:
            yield from self._whole(post, self._find(post, Kind.POST))
            return
        context = root.text if root.user else ""
        find = self._find(post, Kind.REPOST, root=str(root.id), answers=(_author(root.user),))
        yield from self._whole(post, msgspec.structs.replace(find, context=context))
        if root.user is not None and not root.text.startswith(DELETED):
            yield from self._whole(root, self._find(root, Kind.POST))

    def _whole(self, post: Status, find: Find) -> Iterator[Scraped]:
        """The post, with its whole text where the page cuts it and the last run has not had it."""
        stream = f"long:{post.id}"
        if find.truncated and self.visit.memory.changed(stream, str(post.edit_count)):
            yield self.ask(self._url("statuses/extend", id=post.id), self.read_long, stream, instead=find, find=find)
        else:
            yield find

    def _echo(self, post: Status) -> Iterator[Request]:
        """Ask for the comments and reposts of a post, where there are other than last time."""
        lists = ((self.source.comments, "comments", post.comments_count), (self.source.reposts, "reposts", post.reposts_count))
        for wanted, name, count in lists:
            if wanted and str(count or 0) not in ("0", "") and self.visit.memory.changed(f"{name}:{post.id}", str(count)):
                yield self._comments(post, 1) if name == "comments" else self._reposts(post, 1)

    def _comment(self, comment: Status, post: Status) -> Iterator[Scraped]:
        answered = shaped(comment.reply_comment, Status) if comment.reply_comment else None
        whom = (_author(post.user), *((_author(answered.user),) if answered else ()))
        parent = str(answered.id if answered else post.id)
        yield self._find(comment, Kind.COMMENT, root=str(post.id), parent=parent, answers=whom)
        replies, lost = self._statuses(comment.comments or [])
        yield from lost
        for reply in replies:
            whom = (_author(post.user), _author(comment.user))
            yield self._find(reply, Kind.COMMENT, root=str(post.id), parent=str(comment.id), answers=whom)

    def _find(
        self, status: Status, kind: Kind, *, root: str | None = None, parent: str | None = None, answers: tuple[RawAuthor, ...] = ()
    ) -> Find:
        likes = (status.attitudes_count, status.like_counts, status.like_count)
        return Find(
            source=self.source.id,
            platform="weibo",
            native_id=str(status.id),
            kind=kind,
            text=status.text,
            html=True,
            url=f"{self.source.base_url}/status/{root if kind is Kind.COMMENT else status.id}",
            published=status.created_at,
            collected_at=self.visit.clock.now(),
            author=_author(status.user, status.region_name),
            client=status.source or None,
            root_id=root,
            parent_id=parent or root,
            answers=answers,
            forwards=status.reposts_count,
            comments=status.comments_count,
            likes=next((count for count in likes if count is not None), None),
            reads=status.reads_count,
            media=tuple(_pictures(status)),
            truncated=status.isLongText or status.text.rstrip().endswith((f"...{FULL_TEXT}", f">{FULL_TEXT}</a>")),
            timezone=self.source.timezone or "Asia/Shanghai",
        )


def data_of(response: Response) -> dict[str, Any]:
    """What an answer of Weibo holds; empty where it says that there is nothing. Raises PageError."""
    answer = expected(json_of(response), dict)
    said = str(answer.get("msg") or "")
    if answer.get("ok") == SIGN_IN or outcomes.of_address(str(answer.get("url") or "")) == "sign_in_page":
        raise PageError("sign_in_page", "the site asks to sign in")
    if "频繁" in said or "稍后" in said:
        raise PageError("too_many_requests", "the site asks to slow down")
    if "ok" not in answer:
        raise PageError("layout_changed", "no `ok` in the answer")
    return expected(answer.get("data") or {}, dict)


def _author(user: User | None, region: str | None = None) -> RawAuthor:
    if user is None:
        return NOBODY
    standing = Standing.PRIVATE
    if user.verified_type == MEDIA:
        standing = Standing.MEDIA
    elif user.verified_type in ORGANISATIONS:
        standing = Standing.ORGANISATION
    return RawAuthor(
        id=str(user.id),
        name=user.screen_name or None,
        standing=standing,
        region=(region or "").removeprefix("发布于").strip() or None,
        followers=user.followers_count,
        following=user.follow_count,
        posts=user.statuses_count,
    )


def _pictures(status: Status) -> Iterator[str]:
    for picture in status.pics or []:
        if isinstance(picture, dict):
            large = picture.get("large")
            yield str((large.get("url") if isinstance(large, dict) else None) or picture.get("url") or "")


def _total(data: dict[str, Any], *path: str) -> int | None:
    found: Any = data
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, int) and found >= 0 else None
