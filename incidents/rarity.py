"""Turns counts of terms into vectors of length about 1, in which what is rare in the stream weighs most."""

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from incidents.terms import WIDTH, Matrix

_KEPT = 200  # terms of one post; more of them add noise and time
# A post of few or common words says little of what it is about: this much is added to its length (squared) before it is
# brought to 1, so that two short posts with one word in common stay apart. 8 halves the everyday posts that are wrongly
# grouped and costs .002 of B-cubed F1 on labelled events, whose every post has company; 12 costs .008.
_UNCERTAINTY = 8.0
_REMEMBERED = 200_000  # posts; then what was counted so far counts half, so that rarity follows the times


class Rarity:
    """How many of the posts so far had each term. It changes only where `learn` is called."""

    def __init__(self, counts: NDArray[np.float32] | None = None, posts: float = 0.0) -> None:
        self.counts = np.zeros(WIDTH, dtype=np.float32) if counts is None else counts
        self.posts = posts

    def learn(self, terms: NDArray[np.int32], posts: int) -> None:
        """Count posts; `terms` holds each term of each of them once."""
        self.counts += np.bincount(terms, minlength=WIDTH).astype(np.float32)
        self.posts += posts
        if self.posts > _REMEMBERED:
            self.counts *= 0.5
            self.posts *= 0.5

    def vectors(self, counted: Matrix) -> Matrix:
        """Weigh counted terms by rarity, keep each post's heaviest and bring each row to a length below 1, near it for a text of 50 words."""
        weights = np.log1p(counted.data) * np.log((self.posts + 2.0) / (self.counts[counted.indices] + 1.0))
        bounds = counted.indptr
        for start, end in itertools.pairwise(bounds.tolist()):
            row = weights[start:end]
            if end - start > _KEPT:
                row[np.argpartition(row, end - start - _KEPT)[: end - start - _KEPT]] = 0.0
            row /= np.sqrt(np.dot(row, row) + _UNCERTAINTY**2)
        made = sparse.csr_array((weights.astype(np.float32), counted.indices.copy(), bounds.copy()), shape=counted.shape)
        made.eliminate_zeros()
        return made
