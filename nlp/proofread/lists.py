"""Finds what an office has listed: wrong words, forbidden and sensitive wording. One pass of Aho-Corasick over the text."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ahocorasick

from matching.fold import fold
from nlp.proofread.findings import Finding
from nlp.proofread.office import Entry
from nlp.proofread.reading import Reading
from nlp.proofread.spans import Cover, Span, longest


class _Hit(NamedTuple):
    span: Span
    entry: Entry


class Phrases:
    """Finds phrases as they stand. Build it once."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for phrase in phrases:
            key = fold(phrase)
            self._automaton.add_word(key, len(key))
        if len(self._automaton):
            self._automaton.make_automaton()

    def spans(self, text: str) -> list[Span]:
        """Where they stand in a folded text, those inside others too."""
        if not len(self._automaton) or not text:
            return []
        return [Span(end + 1 - length, end + 1) for end, length in self._automaton.iter(text)]


class Lists:
    """Finds listed words, and not where they stand inside a phrase that excepts them. Build it once."""

    def __init__(self, entries: Iterable[Entry], kept: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        by_word: dict[str, list[Entry]] = {}
        for entry in entries:
            by_word.setdefault(fold(entry.word), []).append(entry)
        for key, means in by_word.items():
            self._automaton.add_word(key, means)
        if by_word:
            self._automaton.make_automaton()
        self._kept = Phrases(kept)
        self._excepted = {entry: Phrases(right_inside(entry)) for means in by_word.values() for entry in means}

    def find(self, reading: Reading) -> Iterator[Finding]:
        """Every listed word in a text; of one rule only the longest where one stands inside another."""
        if not len(self._automaton) or not reading.text:
            return
        hits = [
            _Hit(Span(end + 1 - len(fold(entry.word)), end + 1), entry)
            for end, means in self._automaton.iter(reading.text)
            for entry in means
        ]
        if not hits:
            return
        kept = Cover(self._kept.spans(reading.text))
        excepted = {entry: Cover(self._excepted[entry].spans(reading.text)) for entry in {hit.entry for hit in hits}}
        by_rule = {rule: set(longest(hit.span for hit in hits if hit.entry.rule == rule)) for rule in {hit.entry.rule for hit in hits}}
        for span, entry in hits:
            if span in by_rule[entry.rule] and whole(reading.text, span) and not kept.holds(span) and not excepted[entry].holds(span):
                yield reading.finding(span, entry.suggestion, entry.rule, 1.0, entry.why)


def right_inside(entry: Entry) -> tuple[str, ...]:
    """Phrases in which a word is right: those that were excepted, and the right one where it has the wrong one inside."""
    right = (entry.suggestion,) if entry.suggestion and fold(entry.word) in fold(entry.suggestion) else ()
    return (*entry.except_, *right)


def whole(text: str, span: Span) -> bool:
    """Whether a word of Latin letters or digits stands alone: "abc" is not in "abcd"."""
    left = span.start > 0 and _latin(text[span.start]) and _latin(text[span.start - 1])
    right = span.end < len(text) and _latin(text[span.end - 1]) and _latin(text[span.end])
    return not left and not right


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
