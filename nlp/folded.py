"""Folds many texts at once; the same as `matching.fold.fold` of each, several times faster."""

import functools
import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.fold import folding
from nlp.clean import code_points

_CODES = 0x110000


def fold_many(texts: Sequence[str]) -> list[str]:
    """Each text folded: all ways to write the same characters are one, length for length."""
    joined: str = _table()[code_points("".join(texts))].tobytes().decode("utf-32-le", "surrogatepass")
    ends = itertools.accumulate(map(len, texts))
    return [joined[end - len(text) : end] for text, end in zip(texts, ends, strict=True)]


@functools.cache
def _table() -> NDArray[np.uint32]:
    table = np.arange(_CODES, dtype=np.uint32)
    for code, folded in folding().items():
        table[code] = folded
    return table
