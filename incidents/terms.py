"""What grouping sees of a text: words longer than one character and pairs of neighbouring Han characters, hashed.

No vocabulary is kept. Words inside 【】《》“” count once more: there stand titles, names and quotations.
"""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlp.features import Hashed
from nlp.segment import Batch, Segmenter, default

TERMS = 1  # raise it when the same text gives other terms: stored states are refused then
WIDTH = 1 << 18  # numbers that a term can have; a collision in 260,000 costs less than the noise between two runs

_PAIR_WEIGHT = 0.5
_NAMED_BONUS = 1.0
_NAMED = re.compile("[【《“]([^】》”\n]{2,60})[】》”]")
_HAN = (0x4E00, 0xA000)
_LEFT, _RIGHT = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)


Matrix: TypeAlias = "sparse.csr_array[Any, tuple[int, int]]"  # shape (rows, WIDTH), float32


def no_rows(count: int = 0) -> Matrix:
    """Rows without terms."""
    shape: Any = (count, WIDTH)  # the stubs take a shape for a row
    return sparse.csr_array(shape, dtype=np.float32)


def count_terms(texts: Sequence[str], segmenter: Segmenter | None = None) -> Matrix:
    """How often each term stands in each text; shape (texts, WIDTH), float32, columns sorted."""
    if not texts:
        return no_rows()
    batch = (segmenter or default()).cut_batch(texts)
    words = batch.is_word & (batch.lengths > 1)
    named = _named(batch)[batch.starts[words]]
    pairs = _han_pairs(batch)
    text_of_code = np.repeat(batch.texts, batch.lengths)
    rows = np.concatenate([batch.texts[words], text_of_code[pairs]])
    hashes = np.concatenate([Hashed(batch).of_each_word[words], _hash_pairs(batch, pairs)])
    counts = np.concatenate([1.0 + _NAMED_BONUS * named, np.full(len(pairs), _PAIR_WEIGHT)]).astype(np.float32)
    columns = (hashes % np.uint32(WIDTH)).astype(np.int32)
    matrix = sparse.coo_array((counts, (rows.astype(np.int32), columns)), shape=(batch.size, WIDTH)).tocsr()
    matrix.sort_indices()
    return matrix


def _named(batch: Batch) -> NDArray[np.bool_]:
    """Whether each character stands inside brackets that name something; shape (characters,)."""
    edges = np.zeros(len(batch.codes) + 1, dtype=np.int32)
    for found in _NAMED.finditer("".join(batch.words)):
        edges[found.start(1)] += 1
        edges[found.end(1)] -= 1
    return np.cumsum(edges)[:-1] > 0


def _han_pairs(batch: Batch) -> NDArray[np.intp]:
    """Where two Han characters stand side by side: the place of the first. Texts are a break apart, so none spans two."""
    han = (batch.codes >= _HAN[0]) & (batch.codes < _HAN[1])
    return np.flatnonzero(han[:-1] & han[1:])


def _hash_pairs(batch: Batch, places: NDArray[np.intp]) -> NDArray[np.uint32]:
    mixed = batch.codes[places] * _LEFT + batch.codes[places + 1] * _RIGHT
    spread: NDArray[np.uint32] = mixed ^ (mixed >> np.uint32(15))
    return spread
