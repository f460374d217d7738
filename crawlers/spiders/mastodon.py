"""Any server with the Mastodon API: public timeline, tags, accounts and the replies to their posts."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import quote

import msgspec
from scrapy.http import Request, Response

from config.sources import MastodonSource
from crawlers.authors import RawAuthor
from crawlers.find import Find
from crawlers.spiders.base import Scraped, SourceSpider, expected, json_of, shaped
from streams.messages import Kind

PAGE = 40  # the most that the API gives at once
MOST_REPLIES = 60  # the most that a server shows of a conversation to who has not signed in

_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="?next"?')


class Account(msgspec.Struct):
    """An account as the API shows it."""

    id: str
    acct: str = ""
    display_name: str = ""
    followers_count: Any = None
    following_count: Any = None
    statuses_count: Any = None


class Mention(msgspec.Struct):
    """Whom a status calls."""

    id: str
    acct: str = ""


class Status(msgspec.Struct):
    """A status as the API shows it."""

    id: str
    account: Account
    content: str = ""
    spoiler_text: str = ""
    created_at: Any = None
    url: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    reblog: Any = None
    reblogs_count: Any = None
    replies_count: Any = None
    favourites_count: Any = None
    media_attachments: list[Any] = []
    mentions: list[Mention] = []
    application: Any = None


class MastodonSpider(SourceSpider):
    """Reads each list from the newest on, along the addresses that the server gives for the next page."""

    @property
    def source(self) -> MastodonSource:
        """What it is to read."""
        return cast("MastodonSource", self.visit.source)

    def first(self) -> Iterable[Request]:
        api = f"{self.source.base_url}/api/v1"
        if self.source.public:
            yield self._list(f"{api}/timelines/public?limit={PAGE}", "public")
        for tag in self.source.tags:
            yield self._list(f"{api}/timelines/tag/{quote(tag.lstrip('#'), safe='')}?limit={PAGE}", f"tag:{tag}")
        for account in self.source.accounts:
            native = self.visit.accounts[account].platforms[self.source.platform]
            if native.isdigit():
                yield self._account(native)
            else:
                url = f"{api}/accounts/lookup?acct={quote(native.lstrip('@'), safe='@')}"
                yield self.ask(url, self.read_account, f"account:{native}")

    def _account(self, native: str) -> Request:
        url = f"{self.source.base_url}/api/v1/accounts/{quote(native, safe='')}/statuses?limit={PAGE}"
        return self._list(url, f"account:{native}", replies=self.source.replies)

    def _list(self, url: str, stream: str, page: int = 1, *, replies: bool = False) -> Request:
        return self.ask(url, self.read_list, stream, name=stream, page=page, replies=replies)

    def read_account(self, response: Response) -> Iterator[Scraped]:
        """Learn the number of an account that is known by its name."""
        yield self._account(expected(expected(json_of(response), dict).get("id"), str))

    def read_list(self, response: Response, name: str, page: int, *, replies: bool) -> Iterator[Scraped]:
        """Read a page of statuses."""
        ids: list[str] = []
        for item in expected(json_of(response), list):
            status = _shown(item)
            if status is None:
                yield self.lost(item, "layout_changed")
                continue
            ids.append(str(item.get("id", status.id)))
            yield self._find(status)
            count = str(status.replies_count or 0)
            if replies and count != "0" and self.visit.memory.changed(f"context:{status.id}", count):
                url = f"{self.source.base_url}/api/v1/statuses/{quote(status.id, safe='')}/context"
                yield self.ask(url, self.read_context, f"context:{status.id}", root=status)
        following = _NEXT.search((response.headers.get("Link") or b"").decode("latin-1"))
        if self.visit.more(name, ids, page, last=following is None):
            assert following
            yield self._list(response.urljoin(following[1]), name, page + 1, replies=replies)

    def read_context(self, response: Response, root: Status) -> Iterator[Scraped]:
        """Read the replies to a status."""
        replies = expected(expected(json_of(response), dict).get("descendants"), list)
        direct = 0
        for item in replies:
            status = _shown(item)
            direct += status is not None and status.in_reply_to_id == root.id
            yield self.lost(item, "layout_changed") if status is None else self._find(status, root=root)
        said = root.replies_count
        if len(replies) >= MOST_REPLIES and isinstance(said, int) and direct < said:
            self.visit.ledger.short("ended_early")

    def _find(self, status: Status, root: Status | None = None) -> Find:
        answers = [RawAuthor(id=mention.id, handle=mention.acct) for mention in status.mentions]
        if status.in_reply_to_account_id:
            answers.append(RawAuthor(id=status.in_reply_to_account_id))
        if root is not None:
            answers.append(_author(root.account))
        reply = status.in_reply_to_id is not None or root is not None
        application = status.application if isinstance(status.application, dict) else {}
        return Find(
            source=self.source.id,
            platform=self.source.platform,
            native_id=status.id,
            kind=Kind.COMMENT if reply else Kind.POST,
            text=f"<p>{status.spoiler_text}</p>{status.content}" if status.spoiler_text else status.content,
            html=True,
            url=status.url or f"{self.source.base_url}/statuses/{status.id}",
            published=status.created_at,
            collected_at=self.visit.clock.now(),
            author=_author(status.account),
            client=application.get("name"),
            root_id=root.id if root else status.in_reply_to_id,
            parent_id=status.in_reply_to_id or (root.id if root else None),
            answers=tuple(answers),
            forwards=status.reblogs_count,
            comments=status.replies_count,
            likes=status.favourites_count,
            media=tuple(str(item.get("url") or "") for item in status.media_attachments if isinstance(item, dict)),
            timezone="UTC",
        )


def _shown(item: Any) -> Status | None:
    """The status, or the one that it boosts: a boost says nothing of its own."""
    boosted = item.get("reblog") if isinstance(item, dict) else None
    return shaped(boosted or item, Status)


def _author(account: Account) -> RawAuthor:
    return RawAuthor(
        id=account.id,
        name=account.display_name or account.acct,
        handle=account.acct or None,
        followers=account.followers_count,
        following=account.following_count,
        posts=account.statuses_count,
    )
