"""Words of two characters by their sound: 利益 may have been typed as 礼仪, both characters wrong."""

import functools
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from matching.evasion import readings
from nlp.proofread.alike import blur
from nlp.proofread.grams import Codes

_PLANE = 1 << 16
_SYLLABLES = 1 << 10


class Homophones(NamedTuple):
    """Words by the sound of both characters, sounds that are often taken for one another made one."""

    keys: NDArray[np.uint32]  # sorted; shape (words,)
    words: Codes  # shape (words, 2)

    def of(self, codes: Codes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Words that sound like two neighbours in a text and share none of the characters: where the two begin, and which word."""
        keys = keys_of(codes[:-1], codes[1:])
        first = np.searchsorted(self.keys, keys, "left")
        counts = np.where(keys > 0, np.searchsorted(self.keys, keys, "right") - first, 0)
        places = np.repeat(np.arange(len(keys)), counts)
        rows = np.repeat(first, counts) + np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        both = (self.words[rows, 0] != codes[places]) & (self.words[rows, 1] != codes[places + 1])
        return places[both], rows[both]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The numbers as they are stored; the keys follow from them."""
        return {"homophones": self.words}

    @classmethod
    def read(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """What `arrays` stored."""
        return cls.of_words(arrays["homophones"])

    @classmethod
    def of_words(cls, words: Codes) -> Self:
        """Words as codes, shape (words, 2)."""
        keys = keys_of(words[:, 0], words[:, 1])
        order = np.argsort(keys, kind="stable")
        order = order[keys[order] > 0]
        return cls(keys[order], words[order])


def as_codes(words: Iterable[str]) -> Codes:
    """Words of two characters as codes."""
    return np.array([[ord(character) for character in word] for word in words], dtype=np.uint16).reshape(-1, 2)


def keys_of(left: Codes, right: Codes) -> NDArray[np.uint32]:
    """A number for the sound of two characters each; 0 where one has none."""
    one, other = _syllables()[left], _syllables()[right]
    keys: NDArray[np.uint32] = np.where((one > 0) & (other > 0), one * np.uint32(_SYLLABLES) + other, np.uint32(0))
    return keys


@functools.cache
def _syllables() -> NDArray[np.uint32]:
    """A number for the usual sound of each character, 0 where it is not known; shape (65536,)."""
    table = np.zeros(_PLANE, dtype=np.uint32)
    numbers: dict[str, int] = {}
    for character, ways in readings().items():
        table[ord(character)] = numbers.setdefault(blur(ways[0]), len(numbers) + 1)
    return table
