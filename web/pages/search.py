"""检索: find posts by their words and by what they are about; the numbers beside them; and the list as a file."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from incidents.people import Actor
from indexers import queries
from indexers.answers import Hit
from indexers.errors import SearchBoxError
from indexers.queries import Filters
from web.desk import Desk, actor_of, address_of, desk_of, officer_of
from web.errors import BadInput
from web.pages.duty import RULE
from web.render import respond, wants_json
from web.search_form import FACETS, SearchQuery
from web.views import PostItem, View, models_of, post_item

router = APIRouter()

SIZE = 30
EXPORTED = 10_000  # rows of a file
PAGE = 1000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COLUMNS = (
    "id", "url", "platform", "kind", "published_at", "standing", "author", "title", "text", "topic", "topic_score", "second_topic",
    "own_topics", "sentiment", "sentiment_score", "form", "asks", "doubtful", "model", "keywords", "forwards", "comments", "likes", "reads", "accounts", "sources", "flags", "collected_at",
)  # fmt: skip


class FacetValue(View):
    """A value, how many of the posts found have it, and the address with it chosen or no longer chosen."""

    value: str
    name: str
    posts: int
    chosen: bool
    link: str


class Facet(View):
    """The values of one field."""

    field: str
    values: tuple[FacetValue, ...]


class SearchView(View):
    """The search page."""

    q: str
    since: str
    until: str
    sort: str
    chosen: tuple[tuple[str, str], ...]  # fields and values, for the form to keep
    error: str | None
    total: int
    rule: str
    models: tuple[str, ...]
    without_reports: bool  # reports (举报) that are not for who asks are not among them
    facets: tuple[Facet, ...]
    posts: tuple[PostItem, ...]
    following: str | None  # the address of the next page
    first: str  # the address of the first page
    sorts: dict[str, str]  # order → address
    export: str
    export_limit: int


@router.get("/search", response_model=SearchView)
def search(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """Find posts."""
    desk = desk_of(request)
    try:
        return respond(request, "search.html", search_view(desk, query, actor_of(request)))
    except (SearchBoxError, BadInput) as error:
        if wants_json(request):
            raise
        return respond(request, "search.html", _view(query, error=str(error)), 400)


def search_view(desk: Desk, query: SearchQuery, by: Actor) -> SearchView:
    """Ask for a page of posts as somebody may see them. Raises SearchBoxError, BadInput and DatabaseUnavailable."""
    filters = query.filters(desk.settings.zone, desk.cut, desk.withheld.left_out(by))
    found = queries.search(desk.reader, filters, order=query.order(), size=SIZE, after=query.place(), facets=True)
    posts = tuple(post_item(hit.post, desk.accounts, hit.marks) for hit in _visible(desk, found.hits, by))
    facets = tuple(_facet(desk, query, field, found.facets.get(field, {})) for field in FACETS)
    return _view(
        query,
        total=found.total,
        posts=posts,
        facets=facets,
        models=models_of(posts),
        without_reports=not desk.withheld.sees_all(by),
        following=None if found.after is None else query.link(after=found.after),
    )


def _view(query: SearchQuery, *, error: str | None = None, **given: Any) -> SearchView:
    empty = {"total": 0, "posts": (), "facets": (), "models": (), "following": None, "without_reports": False}
    return SearchView(
        q=query.q,
        since=query.since,
        until=query.until,
        sort=query.sort,
        chosen=tuple(pair for pair in query.pairs() if pair[0] not in {"q", "from", "to", "sort"}),
        error=error,
        rule=RULE,
        first=query.link(),
        sorts={name: query.model_copy(update={"sort": name}).link() for name in type(query.sort)},
        export=query.link(path="/search.csv"),
        export_limit=EXPORTED,
        **{**empty, **given},
    )


def _facet(desk: Desk, query: SearchQuery, field: str, sizes: Any) -> Facet:
    name = FACETS[field]
    chosen = {str(value) for value in getattr(query, name)}
    accounts = desk.accounts if field == "accounts" else {}
    values = [*sizes, *(value for value in sorted(chosen) if value not in sizes)]
    return Facet(
        field=name,
        values=tuple(
            FacetValue(
                value=value,
                name=accounts[value].name if value in accounts else value,
                posts=sizes.get(value, 0),
                chosen=value in chosen,
                link=query.toggled(name, value),
            )
            for value in values
        ),
    )


@router.get("/search.csv", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
def export(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """Give the posts found as a file for spreadsheets, 10,000 at most; formulas in it are texts."""
    desk, officer, by = desk_of(request), officer_of(request), actor_of(request)
    filters = query.filters(desk.settings.zone, desk.cut, desk.withheld.left_out(by))
    pages = _pages(desk, filters, query, by)
    first = next(pages, [])  # asked for before the answer begins: a database that is away is a 503, not half a file
    desk.gate.note(officer.name, "exported", target=query.link(path="/search.csv")[:256], address=address_of(request))
    headers = {"Content-Disposition": 'attachment; filename="yuqing.csv"'}
    return StreamingResponse(_file(desk, first, pages), media_type="text/csv; charset=utf-8", headers=headers)


def _pages(desk: Desk, filters: Filters, query: SearchQuery, by: Actor) -> Iterator[list[Hit]]:
    after: Sequence[Any] | None = None
    for _ in range(EXPORTED // PAGE):
        found = queries.search(desk.reader, filters, order=query.order(), size=PAGE, after=after)
        if found.hits:
            yield _visible(desk, found.hits, by)
        after = found.after
        if after is None:
            return


def _visible(desk: Desk, hits: Sequence[Hit], by: Actor) -> list[Hit]:
    """Leave out what is not for somebody, also where the follower has not yet read it."""
    withheld = desk.withheld.among([hit.post for hit in hits], by)
    return [hit for hit in hits if hit.post.id not in withheld]


def _file(desk: Desk, first: list[Hit], pages: Iterator[list[Hit]]) -> Iterator[str]:
    yield "\ufeff" + _lines([COLUMNS])  # spreadsheets take UTF-8 for it by the mark
    yield _lines(_row(post_item(hit.post, desk.accounts, longest=None), desk.settings.zone) for hit in first)
    for page in pages:
        yield _lines(_row(post_item(hit.post, desk.accounts, longest=None), desk.settings.zone) for hit in page)


def _lines(rows: Any) -> str:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue()


def _row(item: PostItem, zone: ZoneInfo) -> list[object]:
    cells = {**item.model_dump(mode="json"), **item.counts.model_dump(), **item.tags.model_dump()}
    cells |= {"title": "".join(part.text for part in item.title), "text": "".join(part.text for part in item.text)}
    cells |= {name: " ".join(account.name for account in getattr(item, name)) for name in ("accounts", "doubtful")}
    cells |= {"own_topics": " ".join(topic.name for topic in item.tags.own_topics)}
    cells |= {name: getattr(item, name).astimezone(zone).isoformat(timespec="seconds") for name in ("published_at", "collected_at")}
    return [defused(cells[name]) for name in COLUMNS]


def defused(value: object) -> object:
    """Make of a cell what no spreadsheet takes for a formula: a text that begins like one gets an apostrophe before it."""
    if isinstance(value, list | tuple):
        return defused(" ".join(str(one) for one in value))
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip(" \u00a0\u3000").startswith(FORMULA) or value.startswith(FORMULA) else value
