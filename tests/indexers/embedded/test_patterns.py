"""Ranges of keywords as regular expressions: they match just what comparing strings says."""

import re

from hypothesis import given
from hypothesis import strategies as st

from indexers.embedded.patterns import keyword_range, prefixed

text = st.text(alphabet="ab.\\*水😀\n\0-]^", max_size=4)
end = st.one_of(st.none(), text)


@given(value=text, low=end, high=end, with_low=st.booleans(), with_high=st.booleans())
def test_a_pattern_matches_what_lies_between(value: str, low: str | None, high: str | None, with_low: bool, with_high: bool) -> None:
    """Open, half-open and closed ends, special signs, signs beyond the basic plane."""
    pattern = keyword_range(low, high, with_low=with_low, with_high=with_high)
    inside = (low is None or value > low or (with_low and value == low)) and (high is None or value < high or (with_high and value == high))
    assert bool(pattern is not None and re.fullmatch(pattern, value)) == inside


@given(value=text, start=text)
def test_a_prefix_matches_what_begins_so(value: str, start: str) -> None:
    """Whatever signs are in it."""
    assert bool(re.fullmatch(prefixed(start), value)) == value.startswith(start)
