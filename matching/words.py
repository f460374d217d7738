"""Finds listed words in texts, many lists in one pass of Aho-Corasick, and not where they stand inside a phrase that excepts them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import ahocorasick

from matching.evasion import bare
from matching.fold import fold


class Listed(NamedTuple):
    """One list: its words, and the phrases in which they don't count."""

    words: Sequence[str]
    except_: Sequence[str] = ()


class _Entry(NamedTuple):
    word: str
    lists: list[str]  # that have it as a word
    excepts: list[str]  # that have it as an exception


class Words:
    """Knows several lists of words by name. Build it once. Safe to share between threads."""

    def __init__(self, lists: Mapping[str, Listed]) -> None:
        self._automaton = ahocorasick.Automaton()
        entries: dict[str, _Entry] = {}
        for name, listed in lists.items():
            for word in listed.words:
                key = fold(word)
                entries.setdefault(key, _Entry(key, [], [])).lists.append(name)
            for phrase in listed.except_:
                key = fold(phrase)
                entries.setdefault(key, _Entry(key, [], [])).excepts.append(name)
        for key, entry in entries.items():
            self._automaton.add_word(key, entry)
        if entries:
            self._automaton.make_automaton()
        self._empty = not entries

    def find(self, folded: str) -> dict[str, tuple[str, ...]]:
        """The words of each list that stand in a folded text, each once, in the order of the text; lists without one are left out.

        Words that are split by signs or invisible characters are found, too (`matching.evasion.bare`).
        """
        if self._empty or not folded:
            return {}
        reading = bare(folded)
        folded = folded if reading is None else reading.text
        hits = [(end + 1 - len(entry.word), end + 1, entry) for end, entry in self._automaton.iter(folded)]
        if not hits:
            return {}
        excepted = [(start, end, name) for start, end, entry in hits for name in entry.excepts]
        found: dict[str, list[str]] = {}
        for start, end, entry in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
            for name in entry.lists:
                if not any(whose == name and left <= start and end <= right for left, right, whose in excepted):
                    found.setdefault(name, []).append(entry.word)
        return {name: tuple(dict.fromkeys(words)) for name, words in found.items()}
