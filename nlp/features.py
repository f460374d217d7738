"""What the models see of a text: 32-bit hashes of words, pairs of words, and characters. No vocabulary is kept.

A whole batch is hashed at once with numpy, a few microseconds a post. The hash is our own, so that it never changes under
the weights: a multiplicative hash of code points, finished as in MurmurHash3 (public domain).
"""

import functools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.clean import BREAK_CODE
from nlp.segment import Batch

Hashes = NDArray[np.uint32]

FEATURES = 1  # raise it when the hashes change: weights made with others are refused

_FACTOR = np.uint32(0x9E3779B1)
_LONGEST = 64  # characters of a word that have factors of their own
_SEEDS = {"words": 0x1B873593, "pairs": 0x2C1B3C6D, "characters": 0x297A2D39, "twos": 0x4CF5AD43, "threes": 0x6B43A9B5}
_BLANK = ord(" ")


class Features(NamedTuple):
    """`hashes[i]` stands in text `texts[i]` of the batch; both have shape (features,)."""

    hashes: Hashes
    texts: NDArray[np.int64]


class Hashed:
    """The features of a batch by kind, each computed when it is first asked for.

    words: punctuation and pictures included, blanks not. pairs: of neighbouring words. characters, twos, threes: one, two,
    three neighbouring characters, blanks left out. twos_within, threes_within: those inside one word.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.size = batch.size

    def of(self, kinds: Iterable[str]) -> Features:
        """The features of several kinds together, in no particular order."""
        parts: list[Features] = [getattr(self, kind) for kind in kinds]
        return Features(np.concatenate([part.hashes for part in parts]), np.concatenate([part.texts for part in parts]))

    @functools.cached_property
    def of_each_word(self) -> Hashes:
        """The hash that `words` has for each word of the batch, blanks and breaks included; shape (words,)."""
        return _finish(self._values, "words")

    @functools.cached_property
    def words(self) -> Features:
        return Features(self.of_each_word[self._solid], self._batch.texts[self._solid])

    @functools.cached_property
    def pairs(self) -> Features:
        values, texts = self._values[self._solid], self._batch.texts[self._solid]
        together = texts[1:] == texts[:-1]
        return Features(_finish(_join(values[:-1], values[1:]), "pairs")[together], texts[1:][together])

    @functools.cached_property
    def characters(self) -> Features:
        codes, words = self._stream
        return Features(_finish(codes, "characters"), self._batch.texts[words])

    @functools.cached_property
    def twos(self) -> Features:
        texts = self.characters.texts
        together = texts[1:] == texts[:-1]
        return Features(self._twos[together], texts[1:][together])

    @functools.cached_property
    def threes(self) -> Features:
        texts = self.characters.texts
        together = texts[2:] == texts[:-2]
        return Features(self._threes[together], texts[2:][together])

    @functools.cached_property
    def twos_within(self) -> Features:
        words = self._stream[1]
        together = words[1:] == words[:-1]
        return Features(self._twos[together], self._batch.texts[words[1:][together]])

    @functools.cached_property
    def threes_within(self) -> Features:
        words = self._stream[1]
        together = words[2:] == words[:-2]
        return Features(self._threes[together], self._batch.texts[words[2:][together]])

    @functools.cached_property
    def _solid(self) -> NDArray[np.bool_]:
        """Which words are not blank; the cutter makes each blank a word of its own."""
        first = self._batch.codes[self._batch.starts]
        solid: NDArray[np.bool_] = (first != _BLANK) & (first != BREAK_CODE)
        return solid

    @functools.cached_property
    def _values(self) -> Hashes:
        """A number for each word, from its characters and their places in it; shape (words,)."""
        batch = self._batch
        if not batch.words:
            return np.zeros(0, dtype=np.uint32)
        places = np.arange(len(batch.codes)) - np.repeat(batch.starts, batch.lengths)
        terms = _mix(batch.codes) * _POWERS[np.minimum(places, _LONGEST - 1)]
        return np.add.reduceat(terms, batch.starts, dtype=np.uint32)

    @functools.cached_property
    def _stream(self) -> tuple[Hashes, NDArray[np.int64]]:
        """All characters but blanks and breaks, mixed, and the word that each stands in; both of shape (characters,)."""
        batch = self._batch
        solid = (batch.codes != _BLANK) & (batch.codes != BREAK_CODE)
        return _mix(batch.codes[solid]), np.repeat(np.arange(len(batch.words)), batch.lengths)[solid]

    @functools.cached_property
    def _joined_twos(self) -> Hashes:
        codes = self._stream[0]
        return _join(codes[:-1], codes[1:])

    @functools.cached_property
    def _twos(self) -> Hashes:
        return _finish(self._joined_twos, "twos")

    @functools.cached_property
    def _threes(self) -> Hashes:
        return _finish(_join(self._joined_twos[:-1], self._stream[0][2:]), "threes")


def _mix(codes: Hashes) -> Hashes:
    mixed = codes * _FACTOR
    return mixed ^ (mixed >> np.uint32(15))


def _join(left: Hashes, right: Hashes) -> Hashes:
    return (left * _FACTOR + right) * np.uint32(0x85EBCA6B)


def _finish(values: Hashes, kind: str) -> Hashes:
    """Spread the values over all 32 bits, differently for each kind."""
    values = values ^ np.uint32(_SEEDS[kind])
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


def _powers() -> Hashes:
    powers = np.full(_LONGEST, _FACTOR, dtype=np.uint32)
    powers[0] = 1
    return np.multiply.accumulate(powers, dtype=np.uint32)


_POWERS = _powers()
