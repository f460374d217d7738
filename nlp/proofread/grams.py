"""Sequences of characters and how often they were seen, as hashes: no sequence can be read out of them.

A sequence is a sum over its characters, each spread over 64 bits by its place, so that the hash with one character replaced costs one
subtraction and one addition. Counts stand in buckets of four slots; a slot is a fingerprint and the logarithm of a count.
"""

import functools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Codes = NDArray[np.uint16]
Levels = NDArray[np.uint8]

ORDER = 4  # characters of the longest sequence
EDGE = 1  # the code that stands at the edges of a sentence
SLOTS = 4  # of a bucket
_DIGIT, _LETTER, _UNKNOWN = ord("0"), ord("a"), 0xFFFD
_PLANE = 1 << 16
_ENDS = "。！？!?；;…\n\r\t \u3000\x00"
_QUOTES = "“”‘’「」『』\"'"
_PLACES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], dtype=np.uint64)


def codes_of(text: str) -> Codes:
    """What the model sees of each character of a folded text; shape (characters,). Digits are one, letters are one, ends are edges."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes: Codes = _classes()[np.minimum(points, _UNKNOWN)]
    return codes


@functools.cache
def _classes() -> Codes:
    table = np.arange(_PLANE, dtype=np.uint16)
    for code in range(0x2000):
        character = chr(code)
        if character.isdigit():
            table[code] = _DIGIT
        elif character.isalpha():
            table[code] = _LETTER
    table[[ord(mark) for mark in _QUOTES]] = ord("“")
    table[[ord(mark) for mark in _ENDS]] = EDGE
    table[0xD800:0xE000] = _UNKNOWN
    return table


@functools.cache
def spread() -> Hashes:
    """64 bits for each code; shape (65536,)."""
    mixed = np.arange(_PLANE, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x632BE59BD9B4E019)
    return finish(mixed)


def finish(values: Hashes) -> Hashes:
    """Spread values over all 64 bits, as SplitMix64 does (public domain)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def term(codes: Codes, place: int, order: int) -> Hashes:
    """What characters at a place (from 0) of sequences of so many characters add to their sums."""
    terms: Hashes = spread()[codes] * _PLACES[place] + np.uint64(order)
    return terms


def sums(codes: Codes, order: int) -> Hashes:
    """The sum of each sequence of so many characters, by where it begins; shape (characters + 1 - order,)."""
    last = len(codes) + 1 - order
    if last <= 0:
        return np.zeros(0, dtype=np.uint64)
    total = term(codes[:last], 0, order)
    for place in range(1, order):
        total = total + term(codes[place : place + last], place, order)
    return total


class Table(NamedTuple):
    """Counts of hashes. `bits` of each slot are the level of a count, the others a fingerprint; a slot of 0 is empty."""

    slots: NDArray[Any]  # unsigned, shape (buckets, SLOTS); the number of buckets is a power of two
    bits: int

    def levels(self, totals: Hashes) -> NDArray[Any]:
        """The level of each sum, 0 where it was never seen; of the same shape."""
        buckets, marks = _split(finish(totals), self)
        found = self.slots[buckets]
        hit = (found >> self.slots.dtype.type(self.bits)) == marks[..., None]
        level = found & self.slots.dtype.type((1 << self.bits) - 1)
        result: NDArray[Any] = (level * hit).max(axis=-1)
        return result


def _split(hashes: Hashes, table: Table) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The bucket and the fingerprint (never 0) of each hash."""
    width = table.slots.dtype.itemsize * 8 - table.bits
    buckets = (hashes & np.uint64(len(table.slots) - 1)).astype(np.int64)
    marks = (hashes >> np.uint64(64 - width)).astype(table.slots.dtype)
    return buckets, np.maximum(marks, table.slots.dtype.type(1))


def make_table(totals: Hashes, levels: NDArray[Any], *, worth: NDArray[Any], buckets: int, bits: int, kind: type[Any]) -> Table:
    """Put each sum with its level into a table; where a bucket is full, what is worth least is lost."""
    table = Table(np.zeros((buckets, SLOTS), dtype=kind), bits)
    where, marks = _split(finish(totals), table)
    order = np.lexsort((-worth.astype(np.int64), where))
    where, entries = where[order], (marks.astype(kind) << kind(bits))[order] | levels.astype(kind)[order]
    first = np.flatnonzero(np.diff(where, prepend=-1))
    place = np.arange(len(where)) - np.repeat(first, np.diff(first, append=len(where)))
    kept = place < SLOTS
    table.slots[where[kept], place[kept]] = entries[kept]
    return table
