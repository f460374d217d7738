"""The Mastodon API: public timeline, tags, accounts, contexts; pages by Link."""

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlencode

from city.answers import Answer, Request, Route, as_html, as_json
from city.clock import CityClock
from city.people import Person
from city.utterances import Form, Place, Utterance
from city.world import Strand, World

PAGE, MOST = 20, 40
_TAG = re.compile(r"#(\w+)#?")
_MENTION = re.compile(r"@([\w-]+)")


class Mastodon:
    """The site under /mastodon."""

    def __init__(self, world: World, clock: CityClock) -> None:
        self._world = world
        self._clock = clock
        self._named = {person.name: person for person in world.people.values()}
        self._handles = {person.handle: person for person in world.people.values()}

    def routes(self) -> list[Route]:
        """Where it answers."""
        api = r"/mastodon/api/v1"
        return [
            Route(re.compile(r"/mastodon/?"), self.front),
            Route(re.compile(rf"{api}/timelines/public"), self.public),
            Route(re.compile(rf"{api}/timelines/tag/(?P<tag>[^/]+)"), self.tag),
            Route(re.compile(rf"{api}/accounts/lookup"), self.lookup),
            Route(re.compile(rf"{api}/accounts/(?P<number>\d+)/statuses"), self.account),
            Route(re.compile(rf"{api}/statuses/(?P<number>\d+)/context"), self.context),
        ]

    def front(self, _request: Request) -> Answer:
        """The server's front page, which says nothing to a program."""
        return as_html("<!DOCTYPE html><html><head><title>云溪社区</title></head><body><h1>云溪社区</h1></body></html>")

    def public(self, request: Request) -> Answer:
        """Everything posted here, newest first."""
        return self._list(request, self._world.posts(Place.MASTODON))

    def tag(self, request: Request, tag: str) -> Answer:
        """What carries a tag."""
        return self._list(request, self._world.search(Place.MASTODON, f"#{unquote(tag)}#"))

    def account(self, request: Request, number: str) -> Answer:
        """What one account posted."""
        if int(number) not in self._world.people:
            return _no_record()
        return self._list(request, self._world.by(Place.MASTODON, int(number)))

    def lookup(self, request: Request) -> Answer:
        """An account by its name."""
        person = self._handles.get(request.query.get("acct", "").partition("@")[0])
        return as_json(_account(person, request.base)) if person else _no_record()

    def context(self, request: Request, number: str) -> Answer:
        """What a status answers, and what answers it."""
        status, now = self._world.by_number.get(int(number)), self._clock.now()
        if status is None or status.place is not Place.MASTODON or status.at > now:
            return _no_record()
        replies = self._world.answers(status, Form.COMMENT).until(now)
        above = [status.root] if status.root else []
        return as_json(
            {
                "ancestors": [self._status(one, request, now) for one in above],
                "descendants": [self._status(one, request, now) for one in replies],
            }
        )

    def _list(self, request: Request, strand: Strand) -> Answer:
        now = self._clock.now()
        shown, more = page_of(strand.until(now), request)
        body = [self._status(one, request, now) for one in shown]
        return as_json(body, headers=link(request, str(shown[0].number), str(shown[-1].number), more=more) if shown else {})

    def _status(self, said: Utterance, request: Request, now: datetime) -> dict[str, Any]:
        called = [self._named[name] for name in _MENTION.findall(said.text) if name in self._named]
        if said.root is not None:
            called.append(said.root.author)
        return {
            "id": str(said.number),
            "created_at": said.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "in_reply_to_id": str(said.root.number) if said.root else None,
            "in_reply_to_account_id": str(said.root.author.number) if said.root else None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "language": "zh",
            "uri": f"{request.base}/mastodon/statuses/{said.number}",
            "url": f"{request.base}/mastodon/@{said.author.handle}/{said.number}",
            "replies_count": self._world.answers(said, Form.COMMENT).visible(now),
            "reblogs_count": said.likes_at(now) // 3,
            "favourites_count": said.likes_at(now),
            "content": content(said.text),
            "reblog": None,
            "application": {"name": said.client, "website": None} if said.client else None,
            "account": _account(said.author, request.base),
            "media_attachments": [],
            "mentions": [
                {
                    "id": str(person.number),
                    "username": person.handle,
                    "acct": person.handle,
                    "url": f"{request.base}/mastodon/@{person.handle}",
                }
                for person in called
            ],
            "tags": [{"name": name, "url": f"{request.base}/mastodon/tags/{name}"} for name in _TAG.findall(said.text)],
            "emojis": [],
        }


def page_of(said: Sequence[Utterance], request: Request) -> tuple[list[Utterance], bool]:
    """Cut a page out of a list that is oldest first, by max_id, since_id and limit. Also whether older ones follow."""
    above, below = request.number("since_id", 0), request.number("max_id", 0)
    limit = max(1, request.number("limit", PAGE, MOST))
    fitting = [one for one in said if one.number > above and (not below or one.number < below)]
    return fitting[-limit:][::-1], len(fitting) > limit


def link(request: Request, newest: str, oldest: str, *, more: bool) -> dict[str, str]:
    """Make the header by which clients go on."""
    kept = {name: value for name, value in request.query.items() if name not in ("max_id", "since_id", "min_id")}

    def address(**where: str) -> str:
        return f"<{request.base}{request.path}?{urlencode({**kept, **where})}>"

    previous = f'{address(min_id=newest)}; rel="prev"'
    return {"Link": f'{address(max_id=oldest)}; rel="next", {previous}' if more else previous}


def content(text: str) -> str:
    """Make HTML as Mastodon does."""
    return "".join(f"<p>{html.escape(block).replace(chr(10), '<br />')}</p>" for block in text.split("\n\n"))


def _account(person: Person, base: str) -> dict[str, Any]:
    return {
        "id": str(person.number),
        "username": person.handle,
        "acct": person.handle,
        "display_name": person.name,
        "url": f"{base}/mastodon/@{person.handle}",
        "bot": False,
        "locked": False,
        "followers_count": person.followers,
        "following_count": person.following,
        "statuses_count": person.posts,
        "fields": [],
        "emojis": [],
    }


def _no_record() -> Answer:
    return as_json({"error": "Record not found"}, status=404)
