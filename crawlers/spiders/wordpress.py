"""WordPress sites: posts and comments by the REST API."""

from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from scrapy.http import Request, Response

from config.sources import WordPressSource
from crawlers.authors import RawAuthor
from crawlers.find import Find
from crawlers.spiders.base import Scraped, SourceSpider, expected, json_of, shaped
from streams.messages import Kind, Standing

PAGE = 50  # the API gives up to 100 at once; half spares small sites


class Rendered(msgspec.Struct):
    """A text as HTML."""

    rendered: str = ""


class Entry(msgspec.Struct):
    """A post or a comment as the API shows it."""

    id: int
    content: Rendered
    title: Rendered | None = None
    date: str | None = None  # in the zone of the site
    date_gmt: str | None = None
    link: str | None = None
    author: int = 0
    author_name: str | None = None
    post: int | None = None
    parent: int = 0
    embedded: dict[str, Any] = msgspec.field(name="_embedded", default_factory=dict)


class WordPressSpider(SourceSpider):
    """Reads posts and comments from the newest on, as many pages as the site says it has."""

    @property
    def source(self) -> WordPressSource:
        """What it is to read."""
        return cast("WordPressSource", self.visit.source)

    def first(self) -> Iterable[Request]:
        if self.source.posts:
            yield self._list("posts", 1)
        if self.source.comments:
            yield self._list("comments", 1)

    def _list(self, name: str, page: int) -> Request:
        embed = "&_embed=author" if name == "posts" else ""
        url = f"{self.source.base_url}/wp-json/wp/v2/{name}?per_page={PAGE}&page={page}&orderby=date&order=desc{embed}"
        return self.ask(url, self.read_list, name, name=name, page=page)

    def read_list(self, response: Response, name: str, page: int) -> Iterator[Scraped]:
        """Read a page of posts or comments."""
        items = expected(json_of(response), list)
        total, pages = _number(response, "X-WP-Total"), _number(response, "X-WP-TotalPages")
        if page == 1 and total is not None:
            self.visit.ledger.expect(total)
        ids = []
        for item in items:
            entry = shaped(item, Entry)
            if entry is None:
                yield self.lost(item, "layout_changed")
                continue
            find = self._comment(entry) if name == "comments" else self._post(entry)
            ids.append(find.native_id)
            yield find
        if self.visit.more(name, ids, page, total=total, last=None if pages is None else page >= pages):
            yield self._list(name, page + 1)

    def _post(self, entry: Entry) -> Find:
        authors = entry.embedded.get("author")
        shown = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
        author = RawAuthor(
            id=self._user(entry.author), name=shown.get("name"), handle=shown.get("slug"), standing=Standing(self.source.standing)
        )
        return self._find(entry, Kind.ARTICLE, self._id(entry.id), self._owner() or author)

    def _comment(self, entry: Entry) -> Find:
        author, owner = RawAuthor(id=self._user(entry.author), name=entry.author_name), self._owner()
        find = self._find(entry, Kind.COMMENT, f"{self._id(entry.post or 0)}#{entry.id}", author)
        root = self._id(entry.post or 0)
        parent = f"{root}#{entry.parent}" if entry.parent else root
        return msgspec.structs.replace(find, root_id=root, parent_id=parent, answers=(owner,) if owner else ())

    def _owner(self) -> RawAuthor | None:
        """The monitored account whose site it is."""
        if self.source.account is None:
            return None
        account = self.visit.accounts[self.source.account]
        native = account.platforms.get(self.source.platform, f"account:{account.id}")
        return RawAuthor(id=native, name=account.name, standing=Standing.MONITORED)

    def _find(self, entry: Entry, kind: Kind, native: str, author: RawAuthor) -> Find:
        return Find(
            source=self.source.id,
            platform=self.source.platform,
            native_id=native,
            kind=kind,
            text=entry.content.rendered,
            html=True,
            title=entry.title.rendered if entry.title else None,
            url=entry.link,
            published=f"{entry.date_gmt}Z" if entry.date_gmt and not entry.date_gmt.endswith("Z") else entry.date_gmt or entry.date,
            collected_at=self.visit.clock.now(),
            author=author,
            timezone=self.source.timezone,
        )

    def _id(self, number: int) -> str:
        """A number of this site, told from the same number of another one."""
        return f"{urlsplit(self.source.base_url).netloc}{urlsplit(self.source.base_url).path}/{number}"

    def _user(self, number: int) -> str | None:
        return f"{urlsplit(self.source.base_url).netloc}/user/{number}" if number else None


def _number(response: Response, header: str) -> int | None:
    value = (response.headers.get(header) or b"").decode("latin-1")
    return int(value) if value.isdigit() else None
