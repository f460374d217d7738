"""The menu: one row a page. A page that isn't built yet has none."""

from typing import NamedTuple

from indexers.people import Role
from web.access import may


class Row(NamedTuple):
    """A row of the menu: the word for it, and its address."""

    word: str
    path: str


MENU = (
    Row("menu.duty", "/duty"),
    Row("menu.alerts", "/alerts"),
    Row("menu.incidents", "/incidents"),
    Row("menu.requests", "/requests"),
    Row("menu.search", "/search"),
    Row("menu.accounts", "/accounts"),
    Row("menu.sources", "/sources"),
    Row("menu.reports", "/reports"),
    Row("menu.report", "/report"),
    Row("menu.audit", "/audit"),
)


def menu_for(role: Role) -> list[Row]:
    """Give the rows that a role may open."""
    return [row for row in MENU if may(role, "GET", row.path)]
