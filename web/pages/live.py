"""The live stream: server-sent events, one a post, each with the position after it as its id."""

import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from incidents.people import Actor
from indexers.errors import DatabaseError, DatabaseUnavailable
from indexers.merge import StoredPost
from web.desk import Desk, actor_of, cookie_of, desk_of
from web.links import address, minute
from web.position import LONGEST, Position, read, start
from web.render import fragment
from web.views import post_item

router = APIRouter()

MOST = 200  # posts sent at once; of more only the newest, with a line that leads to the others
CHECK_S = 30.0  # a sign-in that has ended closes the stream within this
RETRY_MS = 2000


class LiveQuery(BaseModel):
    """The query of the live stream."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Annotated[str, Field(max_length=LONGEST, description="A position, as the duty page and each event give it.")] = ""


@router.get("/live", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def live(
    request: Request, query: Annotated[LiveQuery, Query()], last_event_id: Annotated[str | None, Header(max_length=LONGEST)] = None
) -> Response:
    """Send posts as they become searchable: `post`, `gap` where there were too many, `news` of the desk, `state`, at the end `signed-out`."""
    desk = desk_of(request)
    given = last_event_id or query.after
    position = read(given) if given else start(desk.clock())
    return StreamingResponse(
        _events(request, desk, position), media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


async def _events(request: Request, desk: Desk, position: Position) -> AsyncIterator[bytes]:
    checked, by = time.monotonic(), actor_of(request)
    yield b"retry: %d\n\n" % RETRY_MS
    async for news in desk.hub.listen(position):
        posts = await run_in_threadpool(_visible, desk, news.posts, by)
        if posts is None:  # the browser comes back, from where it was
            yield event("state", {"database": False, "at": desk.clock()})
            return
        skipped, shown = posts[:-MOST], posts[-MOST:]
        if skipped:
            position = position.after(skipped)
            yield event("gap", _gap(desk, skipped), position.token())
        for post in shown:
            position = position.after([post])
            yield event("post", _post(request, desk, post), position.token())
        if news.desk:
            yield event("news", {})
        yield event("state", {"database": news.reachable, "at": desk.clock()})
        if time.monotonic() - checked > CHECK_S:
            checked = time.monotonic()
            if await run_in_threadpool(_signed_out, request, desk):
                yield event("signed-out", {})
                return


def event(name: str, data: object, key: str | None = None) -> bytes:
    """Write one event. JSON has no line breaks, and a position only letters, so neither can begin another field."""
    head = b"" if key is None else b"id: %b\n" % key.encode()
    return head + b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(data))


def _post(request: Request, desk: Desk, post: StoredPost) -> dict[str, object]:
    item = post_item(post, desk.accounts)
    return {"id": item.id, "post": item.model_dump(mode="json"), "html": fragment(request, "post_row.html", post=item, fresh=True)}


def _visible(desk: Desk, posts: Sequence[StoredPost], by: Actor) -> list[StoredPost] | None:
    """Leave out the reports that are not for somebody; None where the database can't be asked."""
    try:
        withheld = desk.withheld.among(posts, by)
    except (DatabaseUnavailable, DatabaseError):
        return None
    return [post for post in posts if post.id not in withheld]


def _gap(desk: Desk, skipped: Sequence[StoredPost]) -> dict[str, object]:
    """Say how many posts are not shown, and where they can be read: by publication, since a search knows no other time."""
    zone = desk.settings.zone
    times = [post.published_at for post in skipped]
    link = address("/search", [("from", minute(min(times), zone)), ("to", minute(max(times), zone))])
    return {"posts": len(skipped), "link": link}


def _signed_out(request: Request, desk: Desk) -> bool:
    try:
        return desk.gate.officer(cookie_of(request), passive=True) is None
    except (DatabaseUnavailable, DatabaseError):
        return False  # can't be known now; asked again
