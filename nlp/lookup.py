"""Finds features among those that a model knows, for a whole batch at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.features import Features, Hashes

_MOST_BITS = 20
_SPARE_BITS = 2  # four buckets for each known hash
_SMALL = 1 << 32


class Present(NamedTuple):
    """Known features of a batch, each once for each text, text by text."""

    rows: NDArray[np.int64]  # which known feature; shape (found,)
    times: NDArray[np.int64]  # how often it stands in its text; shape (found,)
    counts: NDArray[np.int64]  # how many of them each text has; shape (texts,)


class Lookup:
    """Finds the row of a hash among the sorted hashes that a model knows, without a vocabulary and without a collision.

    Hashes with the same upper bits stand in one bucket; there are at least four times as many buckets as known hashes, so most are
    empty, and what is not known is seen at once.
    """

    def __init__(self, known: Hashes) -> None:
        self._known = known
        bits = min(_MOST_BITS, len(known).bit_length() + _SPARE_BITS)
        self._shift = np.uint32(32 - bits)
        sizes = np.bincount(known >> self._shift, minlength=1 << bits)
        self._sizes = sizes.astype(np.uint16)  # asked first: small enough for the processor's cache
        self._starts = (np.cumsum(sizes) - sizes).astype(np.int32)

    def find(self, hashes: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The places of the hashes that are known, shape (found,), and the row of each, of the same shape."""
        buckets = (hashes >> self._shift).astype(np.intp)
        sizes = self._sizes.take(buckets)
        places = np.flatnonzero(sizes)
        rows, left, wanted = self._starts.take(buckets.take(places)), sizes.take(places), hashes.take(places)
        found, found_rows = [places[:0]], [rows[:0]]
        while len(places):  # as often as the fullest bucket has hashes: five or so
            hit = self._known.take(rows) == wanted
            found.append(places[hit])
            found_rows.append(rows[hit])
            more = np.flatnonzero(~hit & (left > 1))
            places, rows, left, wanted = places.take(more), rows.take(more) + 1, left.take(more) - 1, wanted.take(more)
        return np.concatenate(found), np.concatenate(found_rows)

    def present(self, features: Features, texts: int) -> Present:
        """The known features of each of so many texts."""
        places, rows = self.find(features.hashes)
        keys = features.texts[places] * max(len(self._known), 1) + rows
        if texts * len(self._known) < _SMALL:
            keys = keys.astype(np.uint32)  # sorts twice as fast
        keys.sort()
        first = np.flatnonzero(np.diff(keys, prepend=keys[:1] + 1))
        which, rows = np.divmod(keys[first], max(len(self._known), 1))
        return Present(
            rows=rows.astype(np.int64),
            times=np.diff(first, append=len(keys)),
            counts=np.bincount(which.astype(np.int64), minlength=texts),
        )
