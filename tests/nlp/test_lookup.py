"""Known features are found, all others are not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.features import Features
from nlp.lookup import Lookup

# Few upper bits, so that many hashes share a bucket.
HASH = st.builds(lambda upper, lower: upper << 29 | lower, st.integers(0, 7), st.integers(0, 15))


def hashes(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Give hashes as an array."""
    return np.array(values, dtype=np.uint32)


@given(st.sets(HASH), st.lists(HASH))
def test_exactly_what_is_known_is_found(known: set[int], asked: list[int]) -> None:
    """Each known hash is found at its own row, also among others in its bucket; an unknown one is not."""
    order = sorted(known)
    places, rows = Lookup(hashes(order)).find(hashes(asked))
    assert dict(zip(places.tolist(), rows.tolist(), strict=True)) == {
        place: order.index(value) for place, value in enumerate(asked) if value in known
    }


@given(st.sets(HASH), st.lists(st.tuples(st.integers(0, 4), HASH)))
def test_each_feature_counts_once_with_its_times(known: set[int], found: list[tuple[int, int]]) -> None:
    """A text's features come once each, with how often they stood there, text by text; texts without any count zero."""
    order = sorted(known)
    features = Features(hashes([value for _, value in found]), np.array([text for text, _ in found], dtype=np.int64))
    present = Lookup(hashes(order)).present(features, 5)
    expected = sorted({(text, order.index(value)) for text, value in found if value in known})
    texts = np.repeat(np.arange(5), present.counts).tolist()
    assert list(zip(texts, present.rows.tolist(), strict=True)) == expected
    assert present.times.tolist() == [found.count((text, order[row])) for text, row in expected]
