"""Which monitored accounts a text concerns: one pass of Aho-Corasick over all names and keywords.

Traditional and simplified characters, full and half width, upper and lower case are all one (see `matching.fold`).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import ahocorasick

from matching.evasion import Sounds, bare, in_parts
from matching.fold import fold


class Called(Protocol):
    """What of a monitored account is looked for: see `config.accounts.MonitoredAccount`."""

    @property
    def id(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def keywords(self) -> tuple[str, ...]: ...
    @property
    def excluded(self) -> tuple[str, ...]: ...


class Place(NamedTuple):
    """Where a text speaks of an account: text[start:end]."""

    start: int
    end: int
    account: str
    name: bool  # one of its names, not only a keyword


class _Word(NamedTuple):
    text: str
    means: tuple[tuple[str, bool], ...]  # (account, whether it is a name) of whoever the word means
    spoils: tuple[str, ...]  # accounts that it does not mean although it has one of their words inside
    silences: tuple[str, ...]  # accounts that a text with this phrase does not concern at all


class _Hit(NamedTuple):
    start: int
    end: int
    word: _Word


def _words(accounts: Iterable[Called]) -> dict[str, _Word]:
    words: dict[str, _Word] = {}

    def add(word: str, *, means: tuple[tuple[str, bool], ...] = (), spoils: tuple[str, ...] = (), silences: tuple[str, ...] = ()) -> None:
        key = fold(word)
        old = words.get(key, _Word(key, (), (), ()))
        words[key] = _Word(key, old.means + means, old.spoils + spoils, old.silences + silences)

    for account in accounts:
        own = [fold(word) for word in (*account.names, *account.keywords)]
        for word, is_name in (*((name, True) for name in account.names), *((keyword, False) for keyword in account.keywords)):
            add(word, means=((account.id, is_name),))
            for parts in in_parts(fold(word)):
                add(parts, means=((account.id, is_name),))
        for phrase in account.excluded:
            inside = any(word in fold(phrase) for word in own)
            add(phrase, spoils=(account.id,) if inside else (), silences=() if inside else (account.id,))
    return words


class Mentions:
    """Finds the accounts that a text concerns. Build it once: that takes about 50 ms, most of it for the first one."""

    def __init__(self, accounts: Iterable[Called]) -> None:
        self._automaton = ahocorasick.Automaton()
        self._words = _words(accounts)
        for text, word in self._words.items():
            self._automaton.add_word(text, word)
        if self._words:
            self._automaton.make_automaton()
        self._empty = not self._words
        self._sounds = Sounds([text for text, word in self._words.items() if word.means])

    def find(self, text: str) -> tuple[str, ...]:
        """Tell the ids of the accounts that the text concerns, each once, in the order of first mention.

        A word inside a longer one does not count: 云溪公安 inside 云溪公安交警 means the latter only. A phrase that the office
        excluded spoils the words inside it; one that has none of the account's words inside silences its keywords in the
        whole text, but not its names.
        """
        return tuple(dict.fromkeys(place.account for place in self.places(text)))

    def places(self, text: str) -> list[Place]:
        """Every place where the text speaks of an account, from left to right, also where it disguises the name (`matching.evasion`)."""
        folded = fold(text)
        if self._empty or not folded:
            return []
        return _places([*self._plain(folded), *self._disguised(folded)])

    def places_in(self, folded: str) -> list[Place]:
        """The places where a text that is folded already (`matching.fold`) names accounts as they are written."""
        return [] if self._empty or not folded else _places(self._plain(folded))

    def _plain(self, folded: str) -> list[_Hit]:
        hits = ((end + 1 - len(word.text), end + 1, word) for end, word in self._automaton.iter(folded))
        return [_Hit(start, end, word) for start, end, word in hits if _whole(folded, end - 1, word.text)]

    def _disguised(self, folded: str) -> list[_Hit]:
        reading = bare(folded)
        found: list[_Hit] = []
        if reading is not None:
            places = reading.places
            found += [_Hit(places[start], places[end - 1] + 1, word) for start, end, word in self._plain(reading.text)]
        return found + [_Hit(heard.start, heard.end, self._words[heard.word]) for heard in self._sounds.find(folded)]


def _places(hits: Sequence[_Hit]) -> list[Place]:
    """Of what was found, what means an account."""
    silenced = {account for hit in hits for account in hit.word.silences}
    spoiled = [(hit.start, hit.end, account) for hit in hits for account in hit.word.spoils]
    found = {
        Place(start, end, account, name)
        for start, end, word in hits
        for account, name in word.means
        if (name or account not in silenced) and not _inside_any(start, end, account, spoiled)
    }
    return sorted(place for place in found if not any(_within(place, other) for other in found))


def _whole(text: str, end: int, word: str) -> bool:
    """Whether a word of Latin letters or digits stands alone: "abc" is not in "abcd"."""
    start = end + 1 - len(word)
    left = start > 0 and _latin(word[0]) and _latin(text[start - 1])
    right = end + 1 < len(text) and _latin(word[-1]) and _latin(text[end + 1])
    return not left and not right


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _inside_any(start: int, end: int, account: str, spoiled: Sequence[tuple[int, int, str]]) -> bool:
    return any(whose == account and left <= start and end <= right for left, right, whose in spoiled)


def _within(place: Place, other: Place) -> bool:
    return other.start <= place.start and place.end <= other.end and other.end - other.start > place.end - place.start
