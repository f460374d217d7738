"""The posts of an incident, narrowed down by time, sentiment, account, topic and kind: what stands behind each of its numbers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from incidents.desk import PostOf, PostSort, WantedPosts
from incidents.errors import NoSuchCase
from incidents.people import Actor
from streams.messages import Kind
from web.desk import Desk, actor_of, desk_of
from web.errors import BadInput, NotFound
from web.links import incident_link, incident_posts_link, post_link
from web.list_query import ListQuery, Values
from web.render import respond, wants_json
from web.search_form import read_window
from web.views import PostItem, View, models_of, named_accounts, post_item

router = APIRouter()

SIZE = 30


class IncidentPostsQuery(ListQuery):
    """The query of an incident's posts."""

    sentiment: Annotated[list[Annotated[int, Field(ge=-1, le=1)]], Field(max_length=3, default_factory=list)]
    account: Values
    topic: Values
    kind: Annotated[list[Kind], Field(max_length=10, default_factory=list)]
    since: Annotated[str, Field(alias="from", max_length=32)] = ""
    until: Annotated[str, Field(alias="to", max_length=32)] = ""
    sort: PostSort = PostSort.LATEST

    def wanted(self, desk: Desk) -> WantedPosts:
        """Say what narrows the posts down. Raises BadInput."""
        return WantedPosts(
            window=read_window(self.since, self.until, desk.settings.zone),
            sentiments=tuple(self.sentiment),
            accounts=tuple(self.account),
            topics=tuple(self.topic),
            kinds=tuple(self.kind),
        )


class MemberItem(View):
    """A post of an incident. `post` is null where it is no longer kept, or is withheld from who asks."""

    id: str
    page: str
    published_at: datetime
    platform: str
    kind: str
    sentiment: int
    post: PostItem | None
    text: str  # says why there is no post


class IncidentPostsView(View):
    """The posts of an incident."""

    id: str
    page: str
    title: str
    error: str | None
    since: str
    until: str
    chosen: tuple[tuple[str, str], ...]  # fields and values besides the times, for the form to keep
    sort: str
    sorts: dict[str, str]
    names: dict[str, str]  # of the accounts that are chosen
    total: int
    models: tuple[str, ...]  # that tagged these posts
    posts: tuple[MemberItem, ...]
    following: str | None
    first: str
    all: str  # without anything chosen


@router.get("/incidents/{incident_id}/posts", response_model=IncidentPostsView)
def incident_posts(request: Request, incident_id: str, query: Annotated[IncidentPostsQuery, Query()]) -> Response:
    """List the posts of an incident."""
    desk, by = desk_of(request), actor_of(request)
    try:
        return respond(request, "incident_posts.html", posts_view(desk, incident_id, query, by))
    except NoSuchCase as error:
        raise NotFound(f"没有这个事件：{incident_id[:200]}") from error
    except BadInput as error:
        if wants_json(request):
            raise
        return respond(request, "incident_posts.html", _view(desk, incident_id, query, error=str(error)), 400)


def posts_view(desk: Desk, incident: str, query: IncidentPostsQuery, by: Actor) -> IncidentPostsView:
    """Ask for a page of an incident's posts. Raises NoSuchCase, BadInput and DatabaseUnavailable."""
    found = desk.incidents.posts(incident, by, query.wanted(desk), sort=query.sort, size=SIZE, after=query.place(1))
    path = incident_posts_link(incident)
    following = None if found.after is None else query.link(path, after=found.after)
    posts = tuple(member_item(desk, row) for row in found.rows)
    return _view(desk, incident, query, total=found.total, posts=posts, following=following)


def member_item(desk: Desk, row: PostOf) -> MemberItem:
    """Make of a post of an incident what pages show of it."""
    return MemberItem(
        id=row.member.id,
        page=post_link(row.member.id),
        published_at=row.member.published_at,
        platform=row.member.platform,
        kind=row.member.kind,
        sentiment=row.member.sentiment,
        post=None if row.post is None else post_item(row.post, desk.accounts),
        text="" if row.post is not None else row.text,
    )


def models_of_members(items: Iterable[MemberItem]) -> tuple[str, ...]:
    """Name the models that tagged those posts that are shown."""
    return models_of(item.post for item in items if item.post is not None)


def _view(
    desk: Desk,
    incident: str,
    query: IncidentPostsQuery,
    *,
    error: str | None = None,
    total: int = 0,
    posts: tuple[MemberItem, ...] = (),
    following: str | None = None,
) -> IncidentPostsView:
    path = incident_posts_link(incident)
    return IncidentPostsView(
        id=incident,
        page=incident_link(incident),
        title=desk.incidents.last(incident).incident.title,
        error=error,
        since=query.since,
        until=query.until,
        chosen=tuple(pair for pair in query.pairs() if pair[0] not in {"from", "to", "sort"}),
        sort=query.sort,
        sorts={name: query.link(path, sort=name) for name in PostSort},
        names={account.id: account.name for account in named_accounts(query.account, desk.accounts)},
        total=total,
        models=models_of_members(posts),
        posts=posts,
        following=following,
        first=query.link(path),
        all=path,
    )
