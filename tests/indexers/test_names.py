"""How indices and documents are named."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexers.names import EDGE, MAX_ID_BYTES, Names, document_id, month, months_near


@given(st.text(max_size=600))
def test_any_id_fits_the_database(identifier: str) -> None:
    """Whatever a platform calls its posts, the stored id is no longer than the database takes."""
    assert len(document_id(identifier).encode("utf-8", "surrogatepass")) <= MAX_ID_BYTES


@pytest.mark.parametrize("identifier", ["weibo:1", "x" * 512, "微" * 170])
def test_an_id_that_fits_stays_as_it_is(identifier: str) -> None:
    """Only ids over 512 bytes are hashed, so that the others can be read."""
    assert document_id(identifier) == identifier


def test_long_ids_that_differ_at_the_end_stay_apart() -> None:
    """A hash tells long ids apart that begin alike."""
    assert document_id("微" * 171) != document_id("微" * 172)
    assert document_id("微" * 171) == document_id("微" * 171)


def test_the_month_is_that_of_utc() -> None:
    """Half past seven on the first of November in Shanghai is still October in UTC."""
    assert month(datetime(2026, 11, 1, 7, 30, tzinfo=ZoneInfo("Asia/Shanghai"))) == "2026.10"


@pytest.mark.parametrize(
    ("at", "months"),
    [
        (datetime(2026, 11, 18, tzinfo=UTC), {"2026.11"}),
        (datetime(2026, 11, 1, tzinfo=UTC), {"2026.10", "2026.11"}),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), {"2026.12", "2027.01"}),
        (datetime(2026, 2, 28, 13, tzinfo=UTC), {"2026.02", "2026.03"}),
    ],
)
def test_near_its_edge_a_month_has_a_neighbour(at: datetime, months: set[str]) -> None:
    """A post near the edge of a month may stand on the other side, in the middle of it not."""
    assert set(months_near(at)) == months


@given(st.datetimes(min_value=datetime(2000, 1, 3), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)), st.floats(-1, 1))  # noqa: DTZ001
def test_a_date_that_is_off_by_less_than_the_edge_is_looked_up(at: datetime, off: float) -> None:
    """Whichever way an inexact date is wrong, the month it was stored under is among those looked up."""
    assert month(at + off * (EDGE - timedelta(seconds=1))) in months_near(at)


def test_every_name_carries_the_prefix() -> None:
    """Offices that share a cluster stay apart."""
    names = Names("office")
    everything = (
        names.posts,
        names.observations,
        names.coverage,
        names.everything,
        names.posts_of("2026.11"),
        names.observations_of("2026.11"),
    )
    assert all(name.startswith("office-") for name in everything)
