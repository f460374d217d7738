"""Names in disguise: split by signs or invisible characters (微.博), written with other characters of the same sound, in pinyin, or in parts.

Texts are read in two more ways, and each reading knows where its characters come from, so that a place found in it is a place in the text
itself. What is found so must be like the name in most of its characters, for every syllable has dozens of characters.
"""

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import ahocorasick

from matching.fold import fold

_PINYIN = Path(__file__).with_name("pinyin.txt")
_SPLITS = Path(__file__).with_name("splits.txt")

# Marks that people put between the characters of a word; none that ends a clause, for there another word begins.
_SIGNS = ".·•‧・*＊_~^`'°丶丨"
_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f"
_HAN = "\u3400-\u9fff"
_HIDDEN = re.compile(f"[{_INVISIBLE}]+")
_SPLIT = re.compile(f"(?<=[{_HAN}])[{_INVISIBLE}{_SIGNS}]{{1,3}}(?=[{_HAN}])")
_APART = r" \u3000\-/|\\+="
_SPACED = re.compile(f"(?:[{_HAN}][{_APART}]+){{2,}}[{_HAN}](?![{_HAN}])")  # every character apart: 云 溪 发 布
_LATIN = re.compile(r"[a-z]+(?:[ '\-][a-z]+)*")
_ADDRESS = re.compile(r"[a-z0-9_.\-]*(?:://|@|\.(?:com|cn|net|org|gov))[a-z0-9_./\-]*")
_RADICALS = {
    "氵": "水",
    "讠": "言",
    "亻": "人",
    "扌": "手",
    "忄": "心",
    "钅": "金",
    "纟": "丝",
    "阝": "耳",
    "攵": "文",
    "刂": "刀",
    "足": "足",
}
_MOST_READINGS = 16
_MOST_SPLIT = 4  # characters of a word that are looked for in parts
# So common that they stand beside anything: 教育不 is no 教育部 in disguise.
_EVERYWHERE = frozenset(
    "的了是不在有我他她它这那为之来以个中上下们到说时要就出会可也你对能而得于着过和与及或但并被把从向给让却又都还再很最更已将"
)

_LEAST_SYLLABLES = 3  # of a name that may be written with other characters of the same sound
_LEAST_LETTERS = 6  # of a name that may be written in pinyin alone
_TWO = 2


class Reading(NamedTuple):
    """A text read another way; `places[i]` is where its character i stands in the text."""

    text: str
    places: Sequence[int]


def bare(folded: str) -> Reading | None:
    """A folded text without what stands between the characters of a word; None where there is nothing of the kind."""
    gone: set[int] = set()
    for pattern in (_HIDDEN, _SPLIT):
        for match in pattern.finditer(folded):
            gone.update(range(*match.span()))
    for match in _SPACED.finditer(folded):
        gone.update(place for place in range(*match.span()) if folded[place] in _APART)
    if not gone:
        return None
    places = [place for place in range(len(folded)) if place not in gone]
    return Reading("".join(folded[place] for place in places), places)


def in_parts(word: str) -> Iterator[str]:
    """A word with one or several of its characters written in their two parts (强 as 弓虽)."""
    able = [place for place, character in enumerate(word) if character in _splits()][:_MOST_SPLIT]
    for number in range(1, len(able) + 1):
        for places in itertools.combinations(able, number):
            for turn in range(_TWO):
                yield "".join(_parts(character, turn) if place in places else character for place, character in enumerate(word))


def _parts(character: str, turn: int) -> str:
    parts = _splits()[character]
    return parts if turn == 0 else "".join(_RADICALS.get(part, part) for part in parts)


class Spelled(NamedTuple):
    """A word by its sound: letters, and where each syllable begins in them and ends."""

    word: str
    letters: str
    bounds: tuple[int, ...]


class Heard(NamedTuple):
    """A word found by its sound: text[start:end]."""

    word: str
    start: int
    end: int


class Sounds:
    """Finds words by their sound. Build it once. Words that are not all Han characters, and single ones, are left out."""

    def __init__(self, words: Sequence[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        by_letters: dict[str, list[Spelled]] = {}
        for word in dict.fromkeys(words):
            for spelled in _spellings(word):
                by_letters.setdefault(spelled.letters, []).append(spelled)
        for letters, heard in by_letters.items():
            self._automaton.add_word(letters, heard)
        if by_letters:
            self._automaton.make_automaton()
        self._empty = not by_letters

    def find(self, folded: str) -> list[Heard]:
        """The words that a folded text writes by their sound; those that it writes as they are, are left out."""
        if self._empty or not self._may_hold(folded):
            return []
        letters, source = _letters(folded)
        found = []
        for end, words in self._automaton.iter(letters):
            for spelled in words:
                start = end + 1 - len(spelled.letters)
                heard = _fits(folded, source, start, spelled)
                if heard is not None:
                    found.append(heard)
        return found

    def _may_hold(self, folded: str) -> bool:
        """A cheap look: whether some word is heard that does not stand there as it is."""
        heard = folded.translate(_aloud())
        return any(spelled.word not in folded for _, words in self._automaton.iter(heard) for spelled in words)


class _Letter(NamedTuple):
    place: int  # in the text
    first: bool  # of its character, or of a word of Latin letters
    last: bool
    han: bool


def _letters(folded: str) -> tuple[str, list[_Letter]]:
    """The text as letters, and where each comes from; anything else than Han and Latin letters is a break."""
    sounds = _first_readings()
    hidden = [match.span() for match in _ADDRESS.finditer(folded)]
    out: list[str] = []
    source: list[_Letter] = []
    latin = {place: match.span() for match in _LATIN.finditer(folded) for place in range(*match.span())}
    for place, character in enumerate(folded):
        reading = sounds.get(character)
        if reading is not None:
            out.append(reading)
            source += [_Letter(place, number == 0, number == len(reading) - 1, han=True) for number in range(len(reading))]
        elif place in latin and not any(start <= place < end for start, end in hidden):
            if character.isalpha():
                start, end = latin[place]
                out.append(character)
                source.append(_Letter(place, place == start, place == end - 1, han=False))
        else:
            out.append("\n")
            source.append(_Letter(place, first=True, last=True, han=False))
    return "".join(out), source


def _fits(folded: str, source: Sequence[_Letter], start: int, spelled: Spelled) -> Heard | None:
    """Whether what stands at some letters may be taken for the word."""
    letters = source[start : start + len(spelled.letters)]
    if not (letters[0].first and letters[-1].last):
        return None
    same = other = alike = latin = 0
    for character, (left, right) in zip(spelled.word, itertools.pairwise(spelled.bounds), strict=True):
        part = letters[left:right]
        if part[0].han:
            if not (part[0].first and part[-1].last) or part[0].place != part[-1].place:
                return None  # one character sounds like two of the word, or the other way round
            written = folded[part[0].place]
            same += written == character
            other += written != character
            if written != character and written in _EVERYWHERE:
                return None
            alike += written != character and look_alike(written, character)
        elif any(letter.han for letter in part):
            return None
        else:
            latin += 1
    if not _enough(same, other, latin, spelled) and not (latin == 0 and same == alike == 1 and len(spelled.word) == _TWO):
        return None
    return Heard(spelled.word, letters[0].place, letters[-1].place + 1)


def _enough(same: int, other: int, latin: int, spelled: Spelled) -> bool:
    """Whether so many characters as they are, of the same sound, and in pinyin, make the word."""
    if other:
        return latin == 0 and len(spelled.word) >= _LEAST_SYLLABLES and same >= other
    if latin:
        return same > 0 or (len(spelled.word) >= _TWO and len(spelled.letters) >= _LEAST_LETTERS)
    return False


def look_alike(one: str, other: str) -> bool:
    """Whether two characters share the part that sounds, or one is a part of the other: 薇 and 微, 搏 and 博."""
    left, right = _splits().get(one, ""), _splits().get(other, "")
    return one in right or other in left or (left != "" and left[-1:] == right[-1:])


def _spellings(word: str) -> Iterator[Spelled]:
    """Each way in which a word may be read, by its usual reading first."""
    folded = fold(word)
    known = readings()
    if len(folded) < _TWO or any(character not in known for character in folded):
        return
    for syllables in itertools.islice(itertools.product(*(known[character] for character in folded)), _MOST_READINGS):
        yield Spelled(folded, "".join(syllables), (0, *itertools.accumulate(map(len, syllables))))


@functools.cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """How each character may be read, its usual reading first."""
    found: dict[str, list[str]] = {}
    more: dict[str, list[str]] = {}
    for line in _PINYIN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            syllable, _, characters = line.partition(" ")
            usual, _, other = characters.partition("|")
            for character in usual:
                found.setdefault(character, []).append(syllable)
            for character in other:
                more.setdefault(character, []).append(syllable)
    return {character: (*ways, *more.get(character, ())) for character, ways in found.items()}


@functools.cache
def _aloud() -> Mapping[int, str]:
    """What `str.translate` makes of each character: its usual reading; blanks and hyphens are silent."""
    return {ord(character): reading for character, reading in _first_readings().items()} | dict.fromkeys(map(ord, " '-"), "")


@functools.cache
def _first_readings() -> Mapping[str, str]:
    return {character: ways[0] for character, ways in readings().items()}


@functools.cache
def _splits() -> Mapping[str, str]:
    lines = [line for line in _SPLITS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {entry[0]: entry[1:] for line in lines for entry in line.split()}
