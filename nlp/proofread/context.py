"""How likely a text is, character by character, and what other characters at a place would change."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.proofread.counts import log_count
from nlp.proofread.grams import ORDER, Codes, Hashes, Table, sums, term

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]
Grams = Mapping[tuple[int, int], Numbers]  # counts, as log2(1 + count), by length and by where they begin, counted from a place

_ONE_OF = np.float32(2.0**-23)  # the share of a character that was seen once
_TRUST = np.float32(3.0)  # how often a context must have been seen to be believed as much as shorter ones
_FLOOR = np.float32(2.0**-26)


class Context(NamedTuple):
    """A text with the counts of its sequences."""

    codes: Codes
    totals: tuple[Hashes, ...]  # totals[n - 1][i]: the sum of the n characters from i on
    counts: tuple[Numbers, ...]  # likewise their counts


def read(table: Table, codes: Codes) -> Context:
    """Look up all sequences of a text; it must begin and end with ORDER edges or more."""
    totals = tuple(sums(codes, order) for order in range(1, ORDER + 1))
    return Context(codes, totals, tuple(log_count(table.levels(total)) for total in totals))


def written(context: Context, places: Places, width: int = 1) -> Grams:
    """The counts of all sequences that hold one of `width` characters from each place on, as they stand."""
    return {(n, start): context.counts[n - 1][places + start] for n in range(1, ORDER + 1) for start in range(1 - n, width)}


def changed(table: Table, context: Context, places: Places, others: Codes, orders: Iterable[int]) -> dict[tuple[int, int], Numbers]:
    """Likewise with others there; `others` has shape (places, width)."""
    width = others.shape[1]
    found = {}
    for n in orders:
        for start in range(1 - n, width):
            total = context.totals[n - 1][places + start]
            for number in range(width):
                if 0 <= number - start < n:
                    total = total - term(context.codes[places + number], number - start, n) + term(others[:, number], number - start, n)
            found[n, start] = log_count(table.levels(total))
    return found


def surprise(context: Context, places: Places, grams: Grams, width: int = 1) -> list[Numbers]:
    """Bits that each of `width` characters from each place on costs, and each of ORDER - 1 behind them; arrays of shape (places,)."""
    costs = []
    for end in range(width + ORDER - 1):  # of the sequences, counted from the place
        share = np.zeros(len(places), dtype=np.float32)
        for n in range(1, ORDER + 1):
            times = np.exp2(_gram(context, places, grams, n, end)) - 1
            if n == 1:
                share = (times + np.float32(0.5)) * _ONE_OF
            else:
                before = np.exp2(_gram(context, places, grams, n - 1, end - 1)) - 1
                share = (times + _TRUST * share) / (np.maximum(before, times) + _TRUST)
        costs.append(-np.log2(np.maximum(share, _FLOOR)))
    return costs


def _gram(context: Context, places: Places, grams: Grams, n: int, end: int) -> Numbers:
    """The counts of the n characters of which the last stands at `end`, counted from each place."""
    start = end - n + 1
    found = grams.get((n, start))
    return context.counts[n - 1][places + start] if found is None else found
