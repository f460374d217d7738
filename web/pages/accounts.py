"""账号: the matrix of the office's accounts, with the six indicators and the veto on silence for any period; and as a spreadsheet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from accounts.errors import TooManyPosts
from accounts.indicators import Period, Rules
from accounts.report import Gathered, gather
from accounts.tables import as_xlsx, places
from config.accounts import MonitoredAccount
from web.account_views import AccountRow, Matrix, rows_of
from web.accounts_form import FACETS, NONE, PATH, AccountsQuery, presets
from web.desk import Desk, address_of, desk_of, officer_of
from web.errors import BadInput
from web.pages.search import Facet, FacetValue
from web.render import respond, wants_json
from web.views import View

router = APIRouter()

VETO = ("yes", "unknown", "no")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Group(View):
    """Accounts of one department or place, or all of them; null is the name of those that have none."""

    name: str | None
    accounts: tuple[AccountRow, ...]


class PresetView(View):
    """A period that people often ask for."""

    name: str
    link: str
    chosen: bool


class AccountsView(View):
    """The page of the matrix. Rows stand by department, place or name, and never by how an account fares."""

    first: date | None
    last: date | None
    days: int
    since: str
    until: str
    error: str | None
    model: str
    silent_days: int
    sort: str
    sorts: dict[str, str]  # order → address
    presets: tuple[PresetView, ...]
    facets: tuple[Facet, ...]
    chosen: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    total: int
    published: int
    vetoed: int
    unknown: int  # accounts of which the veto can't be said
    export: str
    clear: str


@router.get(PATH, response_model=AccountsView)
def accounts(request: Request, query: Annotated[AccountsQuery, Query()]) -> Response:
    """Show the matrix."""
    desk = desk_of(request)
    try:
        return respond(request, "accounts.html", accounts_view(desk, query))
    except BadInput as error:
        if wants_json(request):
            raise
        return respond(request, "accounts.html", _view(desk, query, error=str(error)), 400)


def accounts_view(desk: Desk, query: AccountsQuery) -> AccountsView:
    """Work the matrix out. Raises BadInput and DatabaseUnavailable."""
    period = query.period(today(desk))
    gathered = look(desk, chosen(desk, query), period)
    rows = rows_of(desk, gathered)
    shown = [row for row in rows if not query.veto or row.veto in query.veto]
    return _view(
        desk,
        query,
        first=period.first,
        last=period.last,
        days=period.days,
        facets=_facets(desk, query, rows),
        groups=tuple(_groups(shown, query.sort, Matrix.of(desk.office))),
        total=len(shown),
        published=sum(row.posts_published for row in shown),
        vetoed=sum(row.veto == "yes" for row in shown),
        unknown=sum(row.veto == "unknown" for row in shown),
    )


@router.get("/accounts.xlsx", response_class=Response, responses={200: {"content": {XLSX: {}}}})
def export(request: Request, query: Annotated[AccountsQuery, Query()]) -> Response:
    """Give the matrix as a spreadsheet, in which no name is a formula."""
    desk = desk_of(request)
    period = query.period(today(desk))
    rows = look(desk, chosen(desk, query), period).indicators(desk.settings.zone)
    wanted = {"yes": True, "no": False, "unknown": None}
    kept = [row for row in rows if not query.veto or row.silent in [wanted[one] for one in query.veto]]
    office = desk.office
    content = as_xlsx(kept, period, places(office.accounts, office.departments, office.places))
    target = query.link("/accounts.xlsx")[:256]
    desk.gate.note(officer_of(request).name, "exported", target=target, address=address_of(request))
    name = f"accounts-{period.first}-{period.last}.xlsx"
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def today(desk: Desk) -> date:
    """Give the day in the office's zone."""
    return desk.clock().astimezone(desk.settings.zone).date()


def look(desk: Desk, wanted: Sequence[MonitoredAccount], period: Period) -> Gathered:
    """Read what is known of accounts. Raises BadInput where it is too much at once, and DatabaseUnavailable."""
    try:
        return gather(desk.reader, wanted, desk.office.sources, period, Rules.of(desk.office.assessment))
    except TooManyPosts as error:
        raise BadInput(f"这段时间账号发布超过 {error.most:,} 条，请缩短时间") from error


def chosen(desk: Desk, query: AccountsQuery) -> list[MonitoredAccount]:
    """Give the accounts that a query asks for, in the matrix' order."""
    return [
        account
        for account in desk.office.accounts
        if (not query.department or (account.department or NONE) in query.department)
        and (not query.place or (account.place or NONE) in query.place)
        and (not query.platform or any(platform in query.platform for platform in account.platforms))
    ]


def _view(desk: Desk, query: AccountsQuery, *, error: str | None = None, **given: Any) -> AccountsView:
    empty = {"first": None, "last": None, "days": 0, "facets": (), "groups": (), "total": 0, "published": 0, "vetoed": 0, "unknown": 0}
    periods = [(one.name, str(one.period.first), str(one.period.last)) for one in presets(today(desk))]
    rules = Rules.of(desk.office.assessment)
    shown = (str(given.get("first")), str(given.get("last")))
    return AccountsView(
        since=query.since or str(given.get("first", "")),
        until=query.until or str(given.get("last", "")),
        error=error,
        model=rules.version,
        silent_days=rules.silent_days,
        sort=query.sort,
        sorts={name: query.link(sort=name) for name in ("department", "place", "name")},
        presets=tuple(
            PresetView(name=name, link=query.link(since=first, until=last), chosen=(first, last) == shown) for name, first, last in periods
        ),
        chosen=tuple(pair for pair in query.pairs() if pair[0] in FACETS),
        export=query.link("/accounts.xlsx"),
        clear=query.link(veto=[], department=[], place=[], platform=[]),
        **{**empty, **given},
    )


def _groups(rows: Sequence[AccountRow], sort: str, matrix: Matrix) -> Iterable[Group]:
    """Put rows under their department or place, in the office's order; or all in the order of their names."""
    if sort == "name":
        yield Group(name=None, accounts=tuple(sorted(rows, key=lambda row: spoken(row.name))))
        return
    names = matrix.departments if sort == "department" else matrix.places
    for key in (*names, None):
        found = [row for row in rows if (named.id if (named := getattr(row, sort)) else None) == key]
        if found:
            yield Group(name=None if key is None else names[key], accounts=tuple(found))


def spoken(name: str) -> bytes:
    """Give what orders Chinese names as they are spoken: GB 18030 has its common characters in the order of pinyin."""
    return name.encode("gb18030")


def _facets(desk: Desk, query: AccountsQuery, rows: Sequence[AccountRow]) -> tuple[Facet, ...]:
    matrix = Matrix.of(desk.office)
    values: dict[str, tuple[Callable[[AccountRow], Iterable[str]], Mapping[str, str], Sequence[str]]] = {
        "veto": (lambda row: (row.veto,), {}, VETO),
        "department": (lambda row: (row.department.id if row.department else NONE,), matrix.departments, (*matrix.departments, NONE)),
        "place": (lambda row: (row.place.id if row.place else NONE,), matrix.places, (*matrix.places, NONE)),
        "platform": (lambda row: row.platforms, {}, sorted({platform for row in rows for platform in row.platforms})),
    }
    return tuple(_facet(query, name, rows, *values[name]) for name in FACETS)


def _facet(  # noqa: PLR0917 - the parts of one facet
    query: AccountsQuery,
    name: str,
    rows: Sequence[AccountRow],
    of: Callable[[AccountRow], Iterable[str]],
    names: Mapping[str, str],
    order: Sequence[str],
) -> Facet:
    sizes = {value: sum(value in of(row) for row in rows) for value in order}
    picked: list[str] = getattr(query, name)
    return Facet(
        field=name,
        values=tuple(
            FacetValue(
                value=value,
                name=names.get(value, value),
                posts=sizes.get(value, 0),
                chosen=value in picked,
                link=query.toggled(name, value),
            )
            for value in dict.fromkeys([*order, *picked])
            if sizes.get(value) or value in picked or name == "veto"
        ),
    )
