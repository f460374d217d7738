"""The REST API of a WordPress site: a forum of the city, with comments."""

import re
from datetime import UTC
from typing import Any

from city.answers import Answer, Request, Route, as_html, as_json, paragraphs
from city.clock import CityClock
from city.utterances import Place, Utterance
from city.world import Strand, World

PAGE, MOST = 10, 100


class WordPress:
    """The site under /forum."""

    def __init__(self, world: World, clock: CityClock) -> None:
        self._world = world
        self._clock = clock

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            Route(re.compile(r"/forum/?"), self.front),
            Route(re.compile(r"/forum/wp-json/wp/v2/posts"), self.posts),
            Route(re.compile(r"/forum/wp-json/wp/v2/comments"), self.comments),
        ]

    def front(self, request: Request) -> Answer:
        """The forum's front page, which names the API as WordPress does."""
        api = f'<link rel="https://api.w.org/" href="{request.base}/forum/wp-json/">'
        return as_html(f"<!DOCTYPE html><html><head><title>云溪论坛</title>{api}</head><body><h1>云溪论坛</h1></body></html>")

    def posts(self, request: Request) -> Answer:
        """Posts, newest first. A page beyond the last is an error, as WordPress has it."""
        page = request.number("page", 1)
        if page > 1 and (page - 1) * self._size(request) >= self._world.posts(Place.FORUM).visible(self._clock.now()):
            return _refused("rest_post_invalid_page_number", "请求的页码大于总页数。")
        return self._list(request, self._world.posts(Place.FORUM), comments=False)

    def comments(self, request: Request) -> Answer:
        """Comments, newest first; those on one post with `post`."""
        return self._list(request, self._world.comments(Place.FORUM), comments=True)

    def _size(self, request: Request) -> int:
        return max(1, request.number("per_page", PAGE))

    def _list(self, request: Request, strand: Strand, *, comments: bool) -> Answer:
        size, page = self._size(request), max(1, request.number("page", 1))
        if size > MOST:
            return _refused("rest_invalid_param", "无效的参数：per_page")
        now = self._clock.now()
        wanted = request.query.get("post")
        if wanted:
            fitting = [one for one in strand.until(now) if one.root and str(one.root.number) == wanted][::-1]
            total, shown = len(fitting), fitting[(page - 1) * size : page * size]
        else:
            total, shown = strand.visible(now), strand.newest(now, (page - 1) * size, size)
        make = _comment if comments else _post
        return as_json([make(one, request) for one in shown], headers={"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // size))})


def _dates(said: Utterance) -> dict[str, str]:
    return {"date": f"{said.at:%Y-%m-%dT%H:%M:%S}", "date_gmt": f"{said.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"}


def _post(said: Utterance, request: Request) -> dict[str, Any]:
    author = {
        "id": said.author.number,
        "name": said.author.name,
        "slug": said.author.handle,
        "link": f"{request.base}/forum/author/{said.author.handle}",
    }
    return {
        "id": said.number,
        **_dates(said),
        "status": "publish",
        "type": "post",
        "link": f"{request.base}/forum/archives/{said.number}",
        "title": {"rendered": said.title},
        "content": {"rendered": paragraphs(said.text), "protected": False},
        "excerpt": {"rendered": "", "protected": False},
        "author": said.author.number,
        "comment_status": "open",
        **({"_embedded": {"author": [author]}} if "_embed" in request.query else {}),
    }


def _comment(said: Utterance, request: Request) -> dict[str, Any]:
    root = said.root.number if said.root else 0
    return {
        "id": said.number,
        "post": root,
        "parent": 0,
        "author": said.author.number,
        "author_name": said.author.name,
        "author_url": "",
        **_dates(said),
        "content": {"rendered": paragraphs(said.text)},
        "link": f"{request.base}/forum/archives/{root}#comment-{said.number}",
        "status": "approved",
        "type": "comment",
    }


def _refused(code: str, message: str) -> Answer:
    return as_json({"code": code, "message": message, "data": {"status": 400}}, status=400)
