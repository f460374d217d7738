"""Keywords of a post: its words weighed by how rare they are elsewhere, for a whole batch at once.

jieba's own extraction does the same one word at a time in Python, too slowly for a stream.
"""

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nlp.features import Hashed, Hashes
from nlp.linear import Numbers
from nlp.lookup import Lookup
from nlp.segment import LETTER, Batch, character_kinds

MOST = 8  # keywords of a post
SHORTEST = 2  # characters: a single one says too little in a word cloud

_STEPS = 100.0  # weights are compared to a hundredth
_PLACE_BITS, _WEIGHT_BITS = np.uint64(24), np.uint64(20)
_HEAVIEST = (1 << 20) - 1


class Rarity:
    """How rare words are: the inverse document frequency of known ones, 0 for those that are never keywords."""

    def __init__(self, hashes: Hashes, idf: Numbers, unknown: float) -> None:
        self._lookup = Lookup(hashes)
        self._idf = idf
        self._unknown = unknown

    def of(self, hashes: Hashes) -> Numbers:
        """The rarity of each word by its hash; both of shape (words,)."""
        rarity = np.full(len(hashes), self._unknown, dtype=np.float32)
        places, rows = self._lookup.find(hashes)
        rarity[places] = self._idf[rows]
        return rarity

    def keywords(self, batch: Batch, hashed: Hashed) -> Iterator[tuple[str, ...]]:
        """For each text its keywords, the best first: by frequency × rarity, then by where they stand."""
        places, counts = self._choose(batch, hashed)
        words = [batch.words[place] for place in places.tolist()]
        ends = np.cumsum(counts).tolist()
        for start, end in itertools.pairwise([0, *ends]):
            yield tuple(words[start:end])

    def _choose(self, batch: Batch, hashed: Hashed) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The places in the batch of all keywords, text by text, and how many each text has."""
        places = np.flatnonzero(batch.lengths >= SHORTEST)
        places = places[character_kinds()[batch.codes[batch.starts[places]]] == LETTER]
        rarity = self.of(hashed.of_each_word[places])
        places, rarity = places[rarity > 0], rarity[rarity > 0]
        first, counts = _occurrences(hashed.of_each_word[places], batch.texts[places])
        texts, places = batch.texts[places[first]], places[first]
        order = _ranked(texts, counts * rarity[first])
        texts, places = texts[order], places[order]
        sizes = np.bincount(texts, minlength=batch.size)
        rank = np.arange(len(texts)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return places[rank < MOST], np.minimum(sizes, MOST)


def _occurrences(hashes: Hashes, texts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first place of each word in each text, in order, and how often it stands there."""
    keys = texts.astype(np.uint64) << np.uint64(32) | hashes
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=keys[order[:1]] + np.uint64(1)))
    counts = np.diff(starts, append=len(keys))
    first = order[starts]
    in_order = np.argsort(first)
    return first[in_order], counts[in_order]


def _ranked(texts: NDArray[np.int64], weights: NDArray[np.floating]) -> NDArray[np.int64]:
    """The order by text, then by weight, the heaviest first, then as they stand: three keys in one number sort fastest."""
    lightness = _HEAVIEST - np.minimum(weights * _STEPS, _HEAVIEST).astype(np.uint64)
    keys = (texts.astype(np.uint64) << _WEIGHT_BITS | lightness) << _PLACE_BITS | np.arange(len(texts), dtype=np.uint64)
    keys.sort()
    order: NDArray[np.int64] = (keys & np.uint64((1 << 24) - 1)).astype(np.int64)
    return order
