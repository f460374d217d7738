"""Words of the common dictionary as hashes, and the cheapest way to cut a text into them, also with one character replaced."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.proofread.grams import Codes, Hashes, Table, codes_of, make_table, sums, term

LONGEST = 5  # characters of a word
WORD_BITS = 8
_STEPS = 8  # levels for each bit that a word costs
_MOST = (1 << WORD_BITS) - 1
_STRANGER = 27.0  # bits that a character costs that is no word: more than the rarest word
_NEVER = np.float32(1e6)
_CLOSE = 1e-3  # bits

Costs = NDArray[np.float32]


class Cut(NamedTuple):
    """A text cut in the cheapest way. Costs are bits."""

    before: Costs  # of the text before each place; shape (characters + 1,)
    after: Costs  # of the text from each place on; shape (characters + 1,)
    totals: tuple[Hashes, ...]  # totals[n - 1][i] is the sum of the n characters from i on
    words: tuple[Costs, ...]  # likewise what they cost as a word

    def lengths(self) -> NDArray[np.int64]:
        """How long the word is that holds each character; shape (characters,)."""
        lengths = np.ones(len(self.before) - 1, dtype=np.int64)
        end = len(lengths)
        while end > 0:
            size = next(
                (
                    n
                    for n in range(min(LONGEST, end), 1, -1)
                    if self.before[end - n] + self.words[n - 1][end - n] <= self.before[end] + _CLOSE
                ),
                1,
            )
            lengths[end - size : end] = size
            end -= size
        return lengths


def pack_words(frequencies: Mapping[str, int]) -> Table:
    """Words up to LONGEST characters as a table of 32 bits a slot."""
    bits = np.log2(sum(frequencies.values()))
    totals, levels = [], []
    for length in range(1, LONGEST + 1):
        words = [word for word in frequencies if len(word) == length]
        totals.append(sums(codes_of("".join(words)), length)[::length])
        costs = bits - np.log2(np.array([max(frequencies[word], 1) for word in words], dtype=np.float64))
        levels.append(np.clip(1 + np.rint(costs * _STEPS), 1, _MOST).astype(np.uint32))
    every = np.concatenate(levels)
    buckets = 1 << int(np.ceil(np.log2(len(frequencies))))  # one in a thousand finds no room, the rarest words
    return make_table(np.concatenate(totals), every, worth=_MOST - every, buckets=buckets, bits=WORD_BITS, kind=np.uint32)


def word_costs(table: Table, totals: Hashes, length: int) -> Costs:
    """What sequences of so many characters cost as words."""
    levels = table.levels(totals)
    unknown = np.float32(_STRANGER) if length == 1 else _NEVER
    return np.where(levels > 0, (levels.astype(np.float32) - 1) / _STEPS, unknown).astype(np.float32)


def cut(table: Table, codes: Codes) -> Cut:
    """Cut a text. A row of n costs is padded, so that each has one entry for each character."""
    size = len(codes)
    totals = tuple(sums(codes, length) for length in range(1, LONGEST + 1))
    words = tuple(
        np.concatenate([word_costs(table, total, length), np.full(size - len(total), _NEVER, dtype=np.float32)])
        for length, total in enumerate(totals, 1)
    )
    columns = [row.tolist() for row in words]
    return Cut(_forward(columns, size), _backward(columns, size), totals, words)


def _forward(columns: list[list[float]], size: int) -> Costs:
    one, two, three, four, five = columns
    never = float(_NEVER)
    best = [never] * 4 + [0.0]  # four places before the text, so that no word is too long
    for end in range(size):
        best.append(
            min(
                best[-1] + one[end],
                best[-2] + two[end - 1],
                best[-3] + three[end - 2],
                best[-4] + four[end - 3],
                best[-5] + five[end - 4],
            )
        )
    return np.array(best[4:], dtype=np.float32)


def _backward(columns: list[list[float]], size: int) -> Costs:
    one, two, three, four, five = columns
    best = [float(_NEVER)] * 4 + [0.0]
    for start in range(size - 1, -1, -1):
        best.append(
            min(best[-1] + one[start], best[-2] + two[start], best[-3] + three[start], best[-4] + four[start], best[-5] + five[start])
        )
    return np.array(best[4:][::-1], dtype=np.float32)


class Fit(NamedTuple):
    """How a text is cut with other characters at some places; each of shape (rows,)."""

    cost: Costs  # of the whole text, less what it costs as it stands
    length: NDArray[np.int64]  # of the word that holds the character
    word: Costs  # what that word costs


def fit(table: Table, text: Cut, codes: Codes, places: NDArray[np.int64], others: Codes) -> Fit:
    """Cut the text anew with `others[k]` at `places[k]`, each alone."""
    whole = float(text.before[-1])
    best = np.full(len(places), _NEVER, dtype=np.float32)
    length, word = np.ones(len(places), dtype=np.int64), np.full(len(places), _NEVER, dtype=np.float32)
    for size in range(1, LONGEST + 1):
        for within in range(size):
            start = places - within
            inside = np.flatnonzero((start >= 0) & (start + size <= len(codes)))
            start = start[inside]
            total = text.totals[size - 1][start] - term(codes[places[inside]], within, size) + term(others[inside], within, size)
            cost = word_costs(table, total, size)
            path = text.before[start] + cost + text.after[start + size] - np.float32(whole)
            better = path < best[inside]
            rows = inside[better]
            best[rows], length[rows], word[rows] = path[better], size, cost[better]
    return Fit(best, length, word)
