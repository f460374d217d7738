"""Counts sequences of characters in texts, and packs the counts of all orders into one table."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.proofread.grams import EDGE, ORDER, Codes, Hashes, Table, codes_of, make_table, sums

LEVEL_BITS = 5
MOST = (1 << LEVEL_BITS) - 1
STEPS = 2  # levels for each doubling of a count


class Counts(NamedTuple):
    """The sums of sequences that were seen, sorted, each once, and how often they were."""

    totals: Hashes
    times: NDArray[np.int64]


def joined(texts: Sequence[str]) -> Codes:
    """Folded texts as one row of codes, edges between and around them."""
    return np.concatenate([np.full(1, EDGE, dtype=np.uint16), codes_of("\n".join(texts)), np.full(1, EDGE, dtype=np.uint16)])


def count(codes: Codes) -> Counts:
    """Count all sequences up to ORDER characters that have no edge inside."""
    parts = []
    for order in range(1, ORDER + 1):
        totals = sums(codes, order)
        whole = np.ones(len(totals), dtype=np.bool_)
        for place in range(1, order - 1):
            whole &= codes[place : place + len(totals)] != EDGE
        parts.append(totals[whole])
    totals, times = np.unique(np.concatenate(parts), return_counts=True)
    return Counts(totals, times)


def together(parts: Sequence[Counts]) -> Counts:
    """The counts of several sets of texts as one."""
    totals = np.concatenate([part.totals for part in parts])
    times = np.concatenate([part.times for part in parts])
    order = np.argsort(totals, kind="stable")
    totals, times = totals[order], times[order]
    first = np.flatnonzero(np.diff(totals, prepend=totals[:1] + np.uint64(1)))
    return Counts(totals[first], np.add.reduceat(times, first))


def level(times: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The level that stands for a count: 1 for 1, and STEPS more for each doubling."""
    levels = np.minimum(1 + np.rint(STEPS * np.log2(times)), MOST)
    small: NDArray[np.uint8] = levels.astype(np.uint8)
    return small


def log_count(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The logarithm (base 2) of 1 + the count that a level stands for; 0 for none."""
    logarithms: NDArray[np.float32] = _LOGARITHMS[levels]
    return logarithms


_LOGARITHMS = np.log2(1 + np.concatenate([[0.0], 2.0 ** (np.arange(MOST) / STEPS)])).astype(np.float32)


def pack(counts: Counts, buckets: int) -> Table:
    """The counts as a table of 16 bits a slot."""
    return make_table(counts.totals, level(counts.times), worth=counts.times, buckets=buckets, bits=LEVEL_BITS, kind=np.uint16)
