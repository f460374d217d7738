"""`POST /api/posts`: takes posts from other systems into the log, through the same edge as the crawlers."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from crawlers.ingest import FIELDS, Rows, Taken, ingest
from crawlers.rows import Row
from web.desk import Desk, address_of, desk_of, officer_of
from web.errors import BadInput, TooLarge
from web.views import View

router = APIRouter()

LARGEST = 8_000_000  # bytes of a request
MOST = 2000  # posts in a request


class TakenView(View):
    """What became of the posts. What is broken lies in the dead letters: `yuqing dead list`."""

    rows: int
    kept: int
    irrelevant: int
    broken: int


_POST: dict[str, Any] = {
    "type": "object",
    "properties": {name: {"description": what} for name, what in FIELDS.items()},
    "required": ["text"],
}
_BODY = {"requestBody": {"content": {"application/json": {"schema": {"type": "array", "items": _POST, "maxItems": MOST}}}}}


@router.post("/api/posts", response_model=TakenView, openapi_extra=_BODY)
async def push(request: Request) -> Response:
    """Take up to 2,000 posts, a JSON array or `{"posts": […]}`; the answer comes when the log has them. Sending them again is safe."""
    posts = read_posts(await _body(request))
    desk, name = desk_of(request), officer_of(request).name
    taken = await run_in_threadpool(_take, desk, name, posts)
    told = f"{taken.kept}/{taken.rows}"
    await run_in_threadpool(desk.gate.note, name, "pushed", target=f"push-{name}", detail=told, address=address_of(request))
    return JSONResponse(asdict(taken))


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise TooLarge(f"请求超过 {LARGEST // 1_000_000} MB，请分批推送")
    return bytes(body)


def read_posts(body: bytes) -> list[object]:
    """Read the posts of a request. Raises BadInput."""
    try:
        given: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInput(f"不是 JSON：{error}") from error
    posts = given.get("posts") if isinstance(given, dict) else given
    if not isinstance(posts, list):
        raise BadInput('应为 JSON 数组，或 {"posts": [...]}')
    if len(posts) > MOST:
        raise TooLarge(f"一次最多 {MOST} 条，这里有 {len(posts)} 条，请分批推送")
    return posts


def _take(desk: Desk, name: str, posts: list[object]) -> Taken:
    columns = Rows({}, source=f"push-{name}", platform="push", zone=None)
    return ingest(_rows(posts), columns, desk.log, desk.edge(), name=f"push by {name}", batch=MOST)


def _rows(posts: list[object]) -> Iterator[Row]:
    for number, post in enumerate(posts, 1):
        if isinstance(post, dict):
            yield Row(number, post, table=False)
        else:
            yield Row(number, None, "not an object", size=len(str(post)), table=False)
