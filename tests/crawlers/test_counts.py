"""Tests of `crawlers.counts`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.counts import read_count
from crawlers.errors import CountError


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1.2万", 12_000),
        ("10万+", 100_000),
        ("1,024", 1024),
        ("751.0", 751),
        ("3亿", 300_000_000),
        ("2.5千", 2500),
        ("阅读 1.2万", 12_000),
        ("5 次", 5),
        ("1.5w", 15_000),
        (12, 12),
        (751.0, 751),
        ("0", 0),
        ("转发", None),
        ("评论", None),
        ("赞", None),
        ("", None),
        (None, None),
    ],
)
def test_reads_counts_as_pages_print_them(text: object, count: int | None) -> None:
    """A number is itself, a label in its place is unknown and not zero."""
    assert read_count(text) == count


@pytest.mark.parametrize("text", [-1, "-5", "很多", "5%", float("nan"), 1e30, [], True, "1.2.3", "万"])
def test_says_what_is_no_count(text: object) -> None:
    """Less than nothing, and what is no number, is an error."""
    with pytest.raises(CountError):
        read_count(text)


@given(st.text(max_size=20))
def test_any_text_is_a_count_or_an_error(text: str) -> None:
    """Nothing that a page can say makes the reader fall over, and no count is less than nothing."""
    try:
        count = read_count(text)
    except CountError:
        return
    assert count is None or count >= 0
