"""Counts words that tell in which voice a text speaks: whether it reports, tells, sells or asks. One pass of Aho-Corasick."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import ahocorasick
import numpy as np
from numpy.typing import NDArray

CUES = Path(__file__).with_name("cues.txt")

Counts = NDArray[np.float32]


def read_cues(path: Path = CUES) -> dict[str, tuple[str, ...]]:
    """The groups of cue words, by name, in the order of the file."""
    lines = (line.partition(":") for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#"))
    return {name: tuple(dict.fromkeys(words.split())) for name, _, words in lines}


class Cues:
    """Counts how often words of each group stand in a text. Safe to share between threads."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self.names = tuple(groups)
        words = list(dict.fromkeys(word for members in groups.values() for word in members))
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for number, word in enumerate(words):
            self._automaton.add_word(word, number)
        self._automaton.make_automaton()
        # A word counts for its group, and a word of several groups for each: rows of (word, group).
        pairs = [(words.index(word), place) for place, members in enumerate(groups.values()) for word in dict.fromkeys(members)]
        first = dict(reversed(pairs))
        self._group = np.array([first[number] for number in range(len(words))], dtype=np.int64)
        self._more = [(number, place) for number, place in pairs if first[number] != place]

    def count(self, joined: str, breaks: NDArray[np.int64], size: int) -> Counts:
        """How often words of each group stand in each of so many texts, joined by line breaks at some places; overlapping ones too.

        Shape (texts, groups).
        """
        if size == 0:
            return np.zeros((0, len(self.names)), dtype=np.float32)
        hits = itertools.chain.from_iterable(self._automaton.iter(joined))
        found = np.fromiter(hits, dtype=np.int64).reshape(-1, 2)
        texts = np.searchsorted(breaks, found[:, 0])
        words, width = found[:, 1], len(self.names)
        places = [texts * width + self._group[words]]
        places += [texts[words == number] * width + group for number, group in self._more]
        counts = np.bincount(np.concatenate(places), minlength=size * width)
        return counts.reshape(size, width).astype(np.float32)
