"""What the search page takes, and the addresses it makes."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from indexers.slots import Window
from web.errors import BadInput
from web.links import Narrow, post_link, search_link
from web.search_form import SearchQuery, read_time

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "last", "expected"),
    [
        ("2026-11-03", False, "2026-11-02T16:00:00"),
        ("2026-11-03", True, "2026-11-03T16:00:00"),
        ("2026-11-03T08:30", True, "2026-11-03T00:30:00"),
        ("2026-11-03 08:30", False, "2026-11-03T00:30:00"),
        ("2026-11-03T08:30:00+00:00", False, "2026-11-03T08:30:00"),
    ],
)
def test_days_and_minutes_are_the_office_s_own(text: str, *, last: bool, expected: str) -> None:
    """A day begins at the office's midnight; a last day is included, a last minute is not."""
    assert read_time(text, ZONE, last=last) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["gestern", "2026-13-01", "0001-01-01", "9999-12-31", "2026-11-03T25:00", "1969-01-01", "2500-01-01", "\x00"]
)
def test_what_is_no_date_is_told(text: str) -> None:
    """Also dates at the end of the calendar, which no zone can hold."""
    with pytest.raises(BadInput, match=r"2026-11-03|范围"):
        read_time(text, ZONE, last=True)


@pytest.mark.parametrize(("since", "until"), [("2026-11-03", "2026-11-02"), ("2026-11-03T08:30", "2026-11-03T08:30")])
def test_a_reversed_range_is_told(since: str, until: str) -> None:
    """What ends before it begins would find nothing, and nobody would know why."""
    with pytest.raises(BadInput, match="不早于"):
        SearchQuery.model_validate({"from": since, "to": until}).window(ZONE)


def test_an_open_range_has_an_end() -> None:
    """From a day on, up to a day, or always."""
    assert SearchQuery().window(ZONE) is None
    since = SearchQuery.model_validate({"from": "2026-11-03"}).window(ZONE)
    assert since is not None
    assert since.end.year == 2200


def test_an_address_says_all_and_is_read_back() -> None:
    """What one sends to a colleague shows the colleague the same."""
    given = {
        "q": "地铁 & 停运",
        "topic": ["交通运输", "环境保护"],
        "sentiment": [-1],
        "account": ["a"],
        "from": "2026-11-03",
        "sort": "spread",
    }
    query = SearchQuery.model_validate(given)
    found = parse_qs(urlsplit(query.link()).query)
    assert (
        SearchQuery.model_validate(
            {
                name: values if name in {"topic", "sentiment", "account"} else values[0]
                for name, values in found.items()
                if name != "sentiment"
            }
            | {"sentiment": [-1]}
        )
        == query
    )
    assert "after" not in found


def test_a_value_is_chosen_and_let_go() -> None:
    """A facet's link adds its value, or takes it away, and goes back to the first page."""
    query = SearchQuery.model_validate({"q": "x", "after": '[1,"a"]'})
    chosen = query.toggled("topic", "交通运输")
    assert parse_qs(urlsplit(chosen).query) == {"q": ["x"], "topic": ["交通运输"]}
    assert SearchQuery(q="x", topic=["交通运输"]).toggled("topic", "交通运输") == "/search?q=x"


@pytest.mark.parametrize("after", ["x", "[]", '["a",1]', "[1]", '[1,"a",2]', "[" * 300])
def test_a_made_up_page_is_told(after: str) -> None:
    """A place that we did not write is an error, not the first page."""
    with pytest.raises(BadInput):
        SearchQuery(after=after).place()


@pytest.mark.parametrize(
    "given", [{"q": "x" * 501}, {"topic": ["x"] * 51}, {"sentiment": [5]}, {"sort": "author"}, {"kind": ["person"]}, {"author": "x"}]
)
def test_what_the_page_does_not_know_is_refused(given: dict[str, object]) -> None:
    """Too long, too many, or no such thing."""
    with pytest.raises(ValidationError):
        SearchQuery.model_validate(given)


def test_links_lead_to_the_posts_behind_a_number() -> None:
    """A window and what narrows it, in the office's zone; ids of all kinds are one path."""
    window = Window(datetime(2026, 11, 3, tzinfo=UTC), datetime(2026, 11, 3, 1, 30, 7, tzinfo=UTC))
    link = search_link(ZONE, window, Narrow(topic="交通运输", sentiment=-1))
    assert parse_qs(urlsplit(link).query) == {
        "topic": ["交通运输"],
        "sentiment": ["-1"],
        "from": ["2026-11-03T08:00"],
        "to": ["2026-11-03T09:30:07"],
    }
    assert post_link("web:https://a.b/c?d#e 长") == "/posts/web:https:%2F%2Fa.b%2Fc%3Fd%23e%20%E9%95%BF"
