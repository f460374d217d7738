"""Finds copies of a text: keys that near-duplicates share.

Whoever asks leaves out what a chain of reposts hands on (`nlp.alike`). Of a text only letters and digits outside hashtags and addresses
count (cleaning has taken those out), so that signs, pictures, addresses and tags change nothing. Its keys are three hashes, each of four of
its twelve least shingles (MinHash, banded): of two texts with four in five shingles in common eight pairs in ten share a key, with nine in
ten 96 of a hundred. Of a million unlike texts hardly one shares a key with another: keys of three shingles each found a third of all texts
alike to some other among 50,000. Whoever finds a shared key compares the texts themselves. Nothing is remembered here: the same text has the same keys in every
process, at any time.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from nlp.alike import WIDTH
from nlp.clean import BREAK_CODE
from nlp.segment import SILENT, Batch, character_kinds

LEAST_LETTERS = 20  # a shorter text is likely to be written again by somebody else: 支持！
_BANDS, _ROWS = 3, 4
_DIGITS = 12  # hexadecimal, of a key
_UNUSED = 64 - 4 * _DIGITS  # bits
_FACTOR = np.uint32(0x9E3779B1)
_SEED = 20261125
_FIRST_PICTURE = 0x1F000


def copy_keys(batch: Batch) -> list[tuple[str, ...]]:
    """The keys that copies of each text share; none for one with fewer than LEAST_LETTERS letters of its own."""
    codes, texts = _own_letters(batch)
    counts = np.bincount(texts, minlength=batch.size)
    together = texts[WIDTH - 1 :] == texts[: 1 - WIDTH] if len(texts) >= WIDTH else np.zeros(0, dtype=np.bool_)
    shingles, owners = _shingles(codes)[together], texts[WIDTH - 1 :][together]
    long = np.flatnonzero(counts >= LEAST_LETTERS)
    kept = np.isin(owners, long)
    shingles, owners = shingles[kept], owners[kept]
    if not len(owners):
        return [()] * batch.size
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    least = np.stack([np.minimum.reduceat(_spread(shingles, row), starts) for row in range(_BANDS * _ROWS)])
    bands = _bands(least)
    found: list[tuple[str, ...]] = [()] * batch.size
    for place, row in zip(owners[starts].tolist(), bands.T.tolist(), strict=True):
        found[place] = tuple(f"{key >> _UNUSED:0{_DIGITS}x}" for key in row)
    return found


def _own_letters(batch: Batch) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The letters and digits of each text that count, and which text each belongs to; both of shape (letters,)."""
    codes, texts = batch.codes, np.repeat(batch.texts, batch.lengths)
    breaks = codes == BREAK_CODE
    own = (character_kinds()[codes] != SILENT) & (codes < _FIRST_PICTURE) & ~breaks
    own &= ~_in_hashtags(codes, texts, breaks)
    return codes[own], texts[own]


def _in_hashtags(codes: NDArray[np.uint32], texts: NDArray[np.int64], breaks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    signs = np.cumsum(codes == ord("#"))
    if not len(signs) or not signs[-1]:
        return np.zeros(len(codes), dtype=np.bool_)
    before = np.concatenate([[0], signs[breaks]])  # signs in the texts before each text
    after = np.append(signs[breaks], signs[-1])  # and with its own
    inside: NDArray[np.bool_] = ((signs - before[texts]) % 2 == 1) & (signs < after[texts])  # a last one alone opens nothing
    return inside


def _shingles(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    if len(codes) < WIDTH:
        return codes[:0]
    mixed = codes * _FACTOR
    mixed = mixed ^ (mixed >> np.uint32(15))
    joined = ((mixed[:-2] * _FACTOR + mixed[1:-1]) * _FACTOR + mixed[2:]) * np.uint32(0x85EBCA6B)
    shingles: NDArray[np.uint32] = joined ^ (joined >> np.uint32(13))
    return shingles


def _spread(shingles: NDArray[np.uint32], row: int) -> NDArray[np.uint32]:
    factors, shifts = _numbers()
    mixed = (shingles ^ shifts[row]) * factors[row]
    spread: NDArray[np.uint32] = mixed ^ (mixed >> np.uint32(16))
    return spread


def _bands(least: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """One key for each band of each text; from shape (rows, texts) to (bands, texts)."""
    keys = np.empty((_BANDS, least.shape[1]), dtype=np.uint64)
    for band in range(_BANDS):
        key = np.full(least.shape[1], band + 1, dtype=np.uint64)
        for row in range(_ROWS):
            key = (key ^ least[band * _ROWS + row]) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(29)
        keys[band] = key
    return keys


@functools.cache
def _numbers() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    chance = np.random.default_rng(_SEED)
    odd, any_ = (chance.integers(0, 1 << 32, _BANDS * _ROWS, dtype=np.uint32) for _ in range(2))
    return odd | np.uint32(1), any_
