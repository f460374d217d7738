"""Serves recorded posts (JSON lines, gzip or not: id, published_at, text, author, verified_type) as a site's pages.

As the Mastodon API under /replay/mastodon, or as a feed of pages under /replay/feed.xml?page=N. Posts come newest first, in the
order of their ids; nothing of them is changed.
"""

import gzip
import json
import re
from bisect import bisect_left
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from city.answers import Answer, Request, Route, as_json
from city.mastodon import MOST, PAGE, content, link

FEED_PAGE = 50


class Replay:
    """Recorded posts. Raises ValueError, with the line, for one that lacks an id, a text or a time."""

    def __init__(self, path: Path) -> None:
        packed = path.read_bytes()
        lines = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode().split("\n")
        posts = [_read(line, number) for number, line in enumerate(lines, start=1) if line.strip()]
        self.posts = sorted({int(post["id"]): post for post in posts}.items())
        self._numbers = [number for number, _ in self.posts]

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(re.compile(r"/replay/mastodon/api/v1/timelines/public"), self.timeline),
            Route(re.compile(r"/replay/feed\.xml"), self.feed),
        ]

    def timeline(self, request: Request) -> Answer:
        """A page of the public timeline."""
        below, above = request.number("max_id", 0), request.number("since_id", 0)
        limit = max(1, request.number("limit", PAGE, MOST))
        end = bisect_left(self._numbers, below) if below else len(self._numbers)
        begin = max(bisect_left(self._numbers, above + 1), end - limit)
        shown = self.posts[begin:end][::-1]
        body = [_status(post, request.base) for _, post in shown]
        headers = link(request, str(shown[0][0]), str(shown[-1][0]), more=begin > 0) if shown else {}
        return as_json(body, headers=headers)

    def feed(self, request: Request) -> Answer:
        """A page of the feed, from 1."""
        end = len(self.posts) - (max(1, request.number("page", 1)) - 1) * FEED_PAGE
        shown = self.posts[max(0, end - FEED_PAGE) : max(0, end)][::-1]
        items = "".join(
            f'<item><title/><link>{request.base}/replay/{post["id"]}</link><guid isPermaLink="false">{post["id"]}</guid>'
            f"<author>{escape(str(post.get('author', '')))}</author><pubDate>{format_datetime(datetime.fromisoformat(post['published_at']))}</pubDate>"
            f"<description>{escape(content(post['text']))}</description></item>\n"
            for _, post in shown
        )
        text = f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>replay</title>{items}</channel></rss>'
        return Answer(text.encode(), "application/rss+xml; charset=utf-8")


def _read(line: str, number: int) -> dict[str, Any]:
    post: dict[str, Any] = json.loads(line)
    if not (str(post.get("id", "")).isdigit() and "text" in post and "published_at" in post):
        raise ValueError(f"line {number}: a recorded post needs id (digits), text and published_at")
    return post


def _status(post: dict[str, Any], base: str) -> dict[str, Any]:
    author = str(post.get("author") or "nobody")
    published = datetime.fromisoformat(post["published_at"]).astimezone(UTC)
    return {
        "id": str(post["id"]),
        "created_at": published.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "spoiler_text": "",
        "visibility": "public",
        "url": f"{base}/replay/{post['id']}",
        "content": content(post["text"]),
        "reblog": None,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "account": {"id": author, "username": author, "acct": author, "display_name": author},
        "media_attachments": [],
        "mentions": [],
        "tags": [],
    }
