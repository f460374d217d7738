"""Finds features among those that a model knows, for a whole batch at once."""

import numpy as np
from numpy.typing import NDArray

from nlp.features import Features, Hashes

_BUCKET_BITS = 20


class Lookup:
    """Finds the row of a hash among the sorted hashes that a model knows, without a vocabulary and without a collision.

    Hashes with the same upper bits stand in one bucket; with 200,000 known hashes most of the million buckets are empty, so
    what is not known is seen at once.
    """

    def __init__(self, known: Hashes) -> None:
        self._known = known
        self._shift = np.uint32(32 - _BUCKET_BITS)
        sizes = np.bincount(known >> self._shift, minlength=1 << _BUCKET_BITS)
        self._bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)

    def __len__(self) -> int:
        return len(self._known)

    def find(self, hashes: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The places of the hashes that are known, shape (found,), and the row of each, of the same shape."""
        buckets = hashes >> self._shift
        rows, ends = self._bounds[buckets], self._bounds[buckets + 1]
        places = np.flatnonzero(rows < ends)
        rows, ends, wanted = rows[places], ends[places], hashes[places]
        found, found_rows = [places[:0]], [rows[:0]]
        while len(places):  # as often as the fullest bucket has hashes: five or so
            hit = self._known[rows] == wanted
            found.append(places[hit])
            found_rows.append(rows[hit])
            more = np.flatnonzero(~hit & (rows + 1 < ends))
            places, rows, ends, wanted = places[more], rows[more] + 1, ends[more], wanted[more]
        return np.concatenate(found), np.concatenate(found_rows)

    def rows(self, features: Features, texts: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The known features of each text, each once.

        Returns the rows of all texts one after the other, shape (found,), and how many each text has, shape (texts,).
        """
        places, rows = self.find(features.hashes)
        keys = features.texts[places] * len(self) + rows
        if texts * len(self) < 1 << 32:
            keys = keys.astype(np.uint32)  # sorts twice as fast
        keys.sort()
        keys = keys[np.flatnonzero(np.diff(keys, prepend=keys[:1] + 1))]
        which, rows = np.divmod(keys, len(self)) if len(self) else (keys, keys)
        return rows.astype(np.int64), np.bincount(which.astype(np.int64), minlength=texts)
