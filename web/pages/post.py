"""One post's page: its text, what the models say of it, its counts over time, and where all that comes from."""

from datetime import datetime
from itertools import islice
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from config.topic_names import TOPIC_NAMES
from incidents.people import Actor
from indexers import corrections, opinion_queries, queries
from indexers.merge import StoredPost, written
from web.access import may
from web.desk import Desk, actor_of, desk_of, officer_of
from web.links import incident_link, post_link, reasons_link, request_link
from web.readable import readable_post
from web.render import respond
from web.views import PostItem, View, post_item

router = APIRouter()

POST = "/posts/{post_id:path}"
REASONS = "/reasons/{post_id:path}"
MOST_OBSERVATIONS = 2000


class Point(View):
    """The counts at one time; null where the source did not show one."""

    at: datetime
    forwards: int | None
    comments: int | None
    likes: int | None
    reads: int | None


class Case(View):
    """An incident or a request: its page, and what people call it."""

    page: str
    name: str  # an incident's title, or the kind of a request


class Corrected(View):
    """What a person said of one field instead of the models."""

    was: str | None  # what the models say
    by: str
    at: datetime


class Correctable(View):
    """A field that whoever asks may correct, and to what; null stands for nothing."""

    field: str
    now: str | None
    options: tuple[str | None, ...]


class PostView(View):
    """The page of a post."""

    post: PostItem
    client: str | None
    media: tuple[str, ...]
    first_collected_at: datetime
    root: str | None  # the address of the page of the post at the top of the chain
    parent: str | None
    repeats: str | None  # the address of the page of the post that this one repeats
    copies: int  # how many repeat this one
    copies_page: str
    corrected: dict[str, Corrected]  # by field
    counted_at: dict[str, datetime]  # count → when the one shown was collected
    observations: tuple[Point, ...]
    incident: Case | None  # that it came to
    request: Case | None  # that it makes
    reasons: str | None  # the address of the words that decided its tags, for whoever may ask for them
    correctable: tuple[Correctable, ...]
    why: str = ""  # typed with a correction that was refused
    message: str = ""
    done: bool = False  # a correction was just written down


@router.get(POST, response_model=PostView)
def post(request: Request, post_id: str) -> Response:
    """Show one post."""
    return respond(request, "post.html", post_view(request, readable_post(request, post_id)))


def post_view(request: Request, stored: StoredPost) -> PostView:
    """Ask for all that a post's page shows. Raises DatabaseUnavailable."""
    desk, role = desk_of(request), officer_of(request).role
    points = tuple(
        Point(at=seen.observed_at, forwards=seen.forwards, comments=seen.comments, likes=seen.likes, reads=seen.reads)
        for seen in islice(queries.observations_of(desk.reader, stored.id), MOST_OBSERVATIONS)
    )
    return PostView(
        post=post_item(stored, desk.accounts, longest=None),
        client=stored.client,
        media=stored.media,
        first_collected_at=stored.first_collected_at,
        root=_link(stored.root_id),
        parent=_link(stored.parent_id),
        repeats=_link(stored.duplicate_of),
        copies=opinion_queries.copies(desk.reader, [stored.id]).get(stored.id, 0),
        copies_page="/search?q=" + quote(f"copies:{stored.id}"),
        corrected={name: Corrected(was=one.was, by=one.by, at=one.at) for name, one in stored.corrected.items()},
        counted_at=_counted_at(stored),
        observations=points,
        reasons=reasons_link(stored.id) if may(role, "GET", REASONS) else None,
        correctable=_correctable(stored) if may(role, "POST", POST) else (),
        **_cases(desk, stored.id, actor_of(request)),
    )


def _correctable(stored: StoredPost) -> tuple[Correctable, ...]:
    options = corrections.values(frozenset(TOPIC_NAMES))
    return tuple(
        Correctable(
            field=name, now=written(getattr(stored, name)), options=(*filter(None, values), *[one for one in values if one is None])
        )
        for name, values in options.items()
    )


def _cases(desk: Desk, post_id: str, by: Actor) -> dict[str, Case | None]:
    filed, asked = desk.incidents.incident_of(post_id), desk.lane.request_of(post_id, by)
    return {
        "incident": None if filed is None else Case(page=incident_link(filed.incident.id), name=filed.incident.title),
        "request": None if asked is None else Case(page=request_link(asked.id), name=asked.kind),
    }


def _link(post_id: str | None) -> str | None:
    return None if post_id is None else post_link(post_id)


def _counted_at(stored: StoredPost) -> dict[str, datetime]:
    times = {name: getattr(stored.counted_at, name) for name in ("forwards", "comments", "likes", "reads")}
    return {name: at for name, at in times.items() if at is not None}
