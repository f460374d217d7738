"""Names that are nearly right: of agencies, places and persons, and titles that belong to somebody else.

A name is found in a wrong form where its characters stand in order but for few that sound or look alike. Half of the name at least must be
right, so texts are searched for the halves of all names in one pass.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import ahocorasick

from config.proofread import Person
from matching.fold import fold
from nlp.proofread.alike import alike
from nlp.proofread.findings import NAME, TITLE, Finding
from nlp.proofread.lists import Phrases
from nlp.proofread.office import RightName
from nlp.proofread.reading import Reading, is_han
from nlp.proofread.spans import Cover, Span, longest

_CHARACTERS_A_SLIP = 3  # so many characters of a name for each that may be wrong
_NEAR = 0.9  # confidence of a name that is nearly right
_PERHAPS = 0.45  # of one that lacks a character: it may be a short form; it is told, and not put right
_LONG = 6  # characters of a name of which one may be missing
_BELONGS_BEFORE = frozenset("副总代原前")  # 副市长 is no 市长, 前市长 may have been anybody
# So common that they stand before anything: 是教育局 is no 市教育局 that was written wrong.
_EVERYWHERE = frozenset(
    "的了是不在有我他她它这那为之来以个中上下们到说时要就出会可也你对能而得于着过和与及或但并被把从向给让却又都还再很最更已将"
)
_LEVELS = frozenset("省市区县州盟旗镇乡")  # what a department's name begins with where the place is left out


class _Half(NamedTuple):
    name: RightName  # folded
    offset: int  # where the half stands in it


class NearNames:
    """Finds names of agencies and places in a wrong form. Build it once."""

    def __init__(self, names: Iterable[RightName], kept: Iterable[str], is_word: Callable[[str], bool] | None = None) -> None:
        self._automaton = ahocorasick.Automaton()
        halves: dict[str, list[_Half]] = {}
        for given in dict.fromkeys(names):
            name = given._replace(name=fold(given.name))
            middle = len(name.name) // 2
            if all(map(is_han, name.name)):
                halves.setdefault(name.name[:middle], []).append(_Half(name, 0))
                halves.setdefault(name.name[middle:], []).append(_Half(name, middle))
        for half, whose in halves.items():
            self._automaton.add_word(half, (len(half), whose))
        if halves:
            self._automaton.make_automaton()
        self._kept = Phrases(kept)
        self._is_word = is_word

    def find(self, reading: Reading) -> Iterator[Finding]:
        """Every name in a wrong form; the longest where one holds another."""
        found = self._wrong(reading.text) if len(self._automaton) and reading.text else {}
        if not found:
            return
        kept = Cover(self._kept.spans(reading.text))
        for span in longest(found):
            name = found[span]
            if not kept.touches(span) and not self._ordinary(reading.text, span, name.name):
                yield reading.finding(span, name.name, name.rule, name.confidence)

    def _wrong(self, text: str) -> dict[Span, RightName]:
        found: dict[Span, RightName] = {}
        for end, (length, whose) in self._automaton.iter(text):
            for name, offset in whose:
                start = end + 1 - length - offset
                if _near(name.name, text, start):
                    found.setdefault(Span(start, start + len(name.name)), name)
                    continue
                start += offset > 0  # the second half stands where it would without one character of the first
                if _lacks_one(name.name, text, start):
                    found.setdefault(Span(start, start + len(name.name) - 1), name._replace(confidence=_PERHAPS))
        return found

    def _ordinary(self, text: str, span: Span, name: str) -> bool:
        """Whether the first or the last character differs, and makes a word with what stands beside: 云溪发 and 部队."""
        if self._is_word is None:
            return False
        first = text[span.start] != name[0] and span.start > 0 and self._is_word(text[span.start - 1 : span.start + 1])
        return first or (text[span.end - 1] != name[-1] and self._is_word(text[span.end - 1 : span.end + 1]))


def _near(name: str, text: str, start: int) -> bool:
    """Whether text[start:] begins with the name, few characters of which are others that sound or look alike."""
    if start < 0 or start + len(name) > len(text):
        return False
    slips = 0
    for place, right in enumerate(name):
        written = text[start + place]
        if written == right:
            continue
        slips += 1
        if (
            slips > len(name) // _CHARACTERS_A_SLIP
            or written in _EVERYWHERE
            or (place == 0 and right in _LEVELS)
            or not alike(written, right)
        ):
            return False
    return slips > 0


def _lacks_one(name: str, text: str, start: int) -> bool:
    """Whether text[start:] begins with the name but for one character inside that is left out; not what is left out everywhere, 市 and 的."""
    written = text[start : start + len(name) - 1] if start >= 0 else ""
    if len(name) < _LONG or len(written) < len(name) - 1:
        return False
    place = next((place for place, character in enumerate(written) if character != name[place]), len(written))
    return 0 < place < len(written) and written[place:] == name[place + 1 :] and name[place] not in _LEVELS


class Persons:
    """Finds names of listed persons in a wrong form beside their title, and beside a title that is not theirs. Build it once."""

    def __init__(self, persons: Sequence[Person]) -> None:
        self._names = {fold(person.name): tuple(map(fold, person.titles)) for person in persons}
        self._holders: dict[str, list[str]] = {}
        for name, titles in self._names.items():
            for title in titles:
                self._holders.setdefault(title, []).append(name)
        self._said = {fold(word): word for person in persons for word in (person.name, *person.titles)}
        self._titles = Phrases(self._holders)
        self._known = Phrases(self._names)

    def find(self, reading: Reading) -> Iterator[Finding]:
        """Wrong names beside titles, and wrong titles beside names."""
        titles = longest(self._titles.spans(reading.text))
        if not titles:
            return
        names = longest(self._known.spans(reading.text))
        behind, before = {name.start: name for name in names}, {name.end: name for name in names}
        for title in titles:
            name = behind.get(title.end) or before.get(title.start)
            yield from self._title(reading, title, name) if name else self._name(reading, title)

    def _title(self, reading: Reading, title: Span, name: Span) -> Iterator[Finding]:
        own = self._names[reading.text[slice(*name)]]
        if own and reading.text[slice(*title)] not in own and not _qualified(reading.text, title):
            why = f"{self._said[reading.text[slice(*name)]]}：{'、'.join(self._said[one] for one in own)}"
            yield reading.finding(title, self._said[own[0]] if len(own) == 1 else None, TITLE, _NEAR, why)

    def _name(self, reading: Reading, title: Span) -> Iterator[Finding]:
        """A name of a holder of the title with one character wrong, right before or behind it."""
        text = reading.text
        for name in self._holders[text[slice(*title)]]:
            for start in (title.end, title.start - len(name)):
                written = text[max(start, 0) : start + len(name)]
                if len(written) == len(name) and _one_slip(written, name) and not _qualified(text, title):
                    yield reading.finding((start, start + len(name)), self._said[name], NAME, _NEAR)
                    return


def _one_slip(written: str, name: str) -> bool:
    wrong = [(one, right) for one, right in zip(written, name, strict=True) if one != right]
    return len(wrong) == 1 and alike(*wrong[0])


def _qualified(text: str, title: Span) -> bool:
    """Whether what stands before a title makes it another one."""
    return title.start > 0 and text[title.start - 1] in _BELONGS_BEFORE
