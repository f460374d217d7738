"""The addresses of lists: they say what is chosen, and nothing that is as by default."""

from urllib.parse import parse_qs, urlsplit

import pytest

from web.errors import BadInput
from web.list_query import choices
from web.pages.incident_posts import IncidentPostsQuery
from web.pages.incidents import IncidentsQuery

LISTED = "/incidents"


def test_an_address_says_what_is_chosen_and_no_more() -> None:
    """Values of one field stand beside each other; the page and what is as by default are left out."""
    assert IncidentsQuery().link(LISTED) == LISTED
    query = IncidentsQuery(state=["judged", "found"], topic=["交通运输"], after="[1]", sort="latest")
    assert query.link(LISTED) == "/incidents?state=judged&state=found&topic=%E4%BA%A4%E9%80%9A%E8%BF%90%E8%BE%93&sort=latest"
    assert query.link(LISTED, state=[], sort="urgent") == "/incidents?topic=%E4%BA%A4%E9%80%9A%E8%BF%90%E8%BE%93"
    assert query.link(LISTED, topic=[], state=[], sort="urgent", after=(1, None, "x")) == "/incidents?after=%5B1%2Cnull%2C%22x%22%5D"
    assert IncidentPostsQuery(since="2026-11-01").link("/p") == "/p?from=2026-11-01"


def test_a_value_is_chosen_and_no_longer_chosen() -> None:
    """The same link twice leads back."""
    query = IncidentsQuery(level=["red"])
    assert query.toggled(LISTED, "level", "blue") == "/incidents?level=red&level=blue"
    assert query.toggled(LISTED, "level", "red") == LISTED


def test_what_is_chosen_stays_among_the_choices() -> None:
    """Also where nothing has it."""
    found = choices(IncidentsQuery(level=["red"]), LISTED, "level", {"blue": 3}, {"blue": "蓝色", "red": "红色"})
    assert [(one.value, one.name, one.count, one.chosen) for one in found.values] == [("blue", "蓝色", 3, False), ("red", "红色", 0, True)]


def test_a_place_comes_back_as_it_was_given() -> None:
    """A page ends where the next begins, also where a key has no value."""
    for place in ((3, "inc-1"), (None, "inc-1"), (-(1 << 63), "长")):
        link = IncidentsQuery().link(LISTED, after=place)
        assert IncidentsQuery(after=parse_qs(urlsplit(link).query)["after"][0]).place(1) == place
    assert IncidentsQuery().place(2) is None


@pytest.mark.parametrize(
    "after", ["x", "[]", "{}", "null", "[1]", '["x"]', '[1,2,"x"]', '[true,"x"]', '[1.5,"x"]', f'[{1 << 63},"x"]', "[1,2]"]
)
def test_a_place_that_is_none_of_ours_is_told(after: str) -> None:
    """Nothing of it reaches the database."""
    with pytest.raises(BadInput, match="翻页"):
        IncidentsQuery(after=after).place(1)
