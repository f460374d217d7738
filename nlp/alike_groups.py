"""Which of many texts are copies of one another: such as must not stand on both sides when something is measured."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from nlp.copies import copy_keys
from nlp.segment import Segmenter


def alike_groups(texts: Sequence[str], segmenter: Segmenter) -> NDArray[np.int64]:
    """A number for each text that it shares with its copies, and with those of these; shape (texts,). Short texts are alike when they are equal."""
    keys = copy_keys(segmenter.cut_batch(texts))
    marks: dict[str, int] = {}
    pairs = [
        (place, marks.setdefault(mark, len(marks)))
        for place, (text, some) in enumerate(zip(texts, keys, strict=True))
        for mark in (f"text {text.strip()}", *some)
    ]
    rows, columns = np.array(pairs).T
    shared = csr_matrix((np.ones(len(pairs), dtype=np.int32), (rows, columns)), shape=(len(texts), len(marks)))
    groups: NDArray[np.int64] = connected_components(shared @ shared.T, directed=False)[1].astype(np.int64)
    return groups
