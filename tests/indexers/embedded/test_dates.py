"""Dates, date math and the steps of calendars."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexers.embedded.dates import advance, constant_offset, floor, iso, milliseconds, moment, parse_bound, parse_date, parse_zone
from indexers.embedded.errors import ApiFault
from indexers.embedded.typed import quick_date

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOW = milliseconds(datetime(2026, 11, 18, 7, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", "2026-01-01T00:00:00.000Z"),
        ("2026-11", "2026-11-01T00:00:00.000Z"),
        ("2026-11-18T08", "2026-11-18T08:00:00.000Z"),
        ("2026-11-18T08:05:06.1234+08:00", "2026-11-18T00:05:06.123Z"),
        ("2026-11-18T08:05+0800", "2026-11-18T00:05:00.000Z"),
        ("2026-11-18T08:05+08", "2026-11-18T00:05:00.000Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("1793548800000", "2026-11-01T16:00:00.000Z"),
        ("-1", "1969-12-31T23:59:59.999Z"),
    ],
)
def test_dates_are_read_as_the_server_reads_them(text: str, expected: str) -> None:
    """Parts that are missing are their first; four digits are a year, others milliseconds."""
    assert iso(parse_date(text)) == expected


@pytest.mark.parametrize("text", ["", "today", "2026-13", "2026-02-30", "2026-11-18 08:00", "20261118T08", "2026-11-18T25:00", "2026-W12"])
def test_what_is_no_date_is_refused(text: str) -> None:
    """Other forms of ISO 8601 too, for the server refuses them."""
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


@given(st.integers(-62_000_000_000_000, 250_000_000_000_000), st.sampled_from(["seconds", "milliseconds"]))
def test_the_quick_way_gives_the_same(ms: int, precision: str) -> None:
    """The two common forms are read by the standard library; nothing else changes."""
    text = moment(ms).isoformat(timespec=precision).replace("+00:00", "Z")
    assert quick_date(text) == parse_date(text)


@pytest.mark.parametrize(
    ("bound", "up", "expected"),
    [
        ("now", False, "2026-11-18T07:30:00.000Z"),
        ("now-7d/d", False, "2026-11-10T16:00:00.000Z"),
        ("now/d", True, "2026-11-18T15:59:59.999Z"),
        ("now/M", False, "2026-10-31T16:00:00.000Z"),
        ("now/w", False, "2026-11-15T16:00:00.000Z"),
        ("now+1y-1M", False, "2027-10-18T07:30:00.000Z"),
        ("2026-01-31||+1M", False, "2026-02-27T16:00:00.000Z"),
        ("2026-11-18", True, "2026-11-18T15:59:59.999Z"),
        ("2026-11", True, "2026-11-01T15:59:59.999Z"),
        (1793548800000, True, "2026-11-01T16:00:00.000Z"),
    ],
)
def test_ends_of_ranges_are_rounded_in_the_zone(bound: object, up: bool, expected: str) -> None:
    """Days begin in the zone that was given; upper ends are rounded up."""
    assert iso(parse_bound(bound, NOW, SHANGHAI, up=up)) == expected


@pytest.mark.parametrize("bound", ["now-", "now+3x", "yesterday", True, [1], "2026-11-18||/Q"])
def test_what_is_no_end_of_a_range_is_refused(bound: object) -> None:
    """With a 400."""
    with pytest.raises(ApiFault):
        parse_bound(bound, NOW, UTC, up=False)


def test_calendar_steps_follow_the_clock_of_the_zone() -> None:
    """A day of 25 hours is a day; an hour is an hour; a month ends with its last day."""
    start = milliseconds(datetime(2026, 10, 25, tzinfo=BERLIN))
    assert advance(start, "d", 1, BERLIN) - start == 25 * 3_600_000
    assert advance(start, "h", 1, BERLIN) - start == 3_600_000
    assert iso(advance(milliseconds(datetime(2026, 1, 31, tzinfo=UTC)), "M", 1, UTC)) == "2026-02-28T00:00:00.000Z"
    assert iso(floor(NOW, "q", SHANGHAI), SHANGHAI) == "2026-10-01T00:00:00.000+08:00"


def test_a_zone_says_where_its_clock_never_changes() -> None:
    """Shanghai since 1991, Berlin within a summer, an offset always."""
    summer = [milliseconds(datetime(2026, month, 1, tzinfo=UTC)) for month in (5, 9, 12)]
    assert constant_offset(summer[0], summer[2], SHANGHAI) == 8 * 3_600_000
    assert constant_offset(summer[0], summer[1], BERLIN) == 2 * 3_600_000
    assert constant_offset(summer[0], summer[2], BERLIN) is None
    assert constant_offset(0, NOW, timezone(timedelta(hours=-3))) == -3 * 3_600_000


def test_zones_are_names_or_offsets() -> None:
    """And anything else is refused."""
    assert parse_zone("+08:00").utcoffset(None) == timedelta(hours=8)
    assert parse_zone("-0330").utcoffset(None) == -timedelta(hours=3, minutes=30)
    assert parse_zone(None) is UTC
    with pytest.raises(ApiFault):
        parse_zone("Mars/Olympus")


@pytest.mark.parametrize(
    "text",
    ["2026-11-01T08:00:00Z", "2026-11-01T08:00:00.123Z", "1969-12-31T23:59:59.999999Z", "2026-11-01T08:00:00.123456Z", "2026-11-01"],
)
def test_common_dates_are_read_fast_and_alike(text: str) -> None:
    """The short way to read a date and the long one agree."""
    assert quick_date(text) == parse_date(text)


@pytest.mark.parametrize("text", ["2026-W44-7T08:00:00Z", "2026-W44-7T08:00:00.123456Z", "2026-13-01T08:00:00Z"])
def test_what_is_no_date_to_the_long_way_is_none_to_the_short_one(text: str) -> None:
    """Forms that the standard library knows and the server does not are refused."""
    with pytest.raises((ValueError, ApiFault)):
        quick_date(text)
