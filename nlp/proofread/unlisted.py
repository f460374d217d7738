"""Where names stand that no list has: of persons, places and agencies, well known or not.

A name need not be a word, so to a model of words it looks like a slip. It is told by the tags of `rjieba`, which also makes words that its dictionary
lacks, and by characters that stand alone behind a surname or before what names of places end with.
"""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import takewhile
from typing import NamedTuple

import numpy as np
import rjieba
from numpy.typing import NDArray

from nlp.proofread.made_up import ENDS_OF_AGENCIES, SURNAMES
from nlp.proofread.reading import is_han
from nlp.proofread.spans import Span

_PERSONS = frozenset({"nr", "nrt", "nrfg"})  # tags: names of persons, foreign ones, single surnames
_NAMES = _PERSONS | {"ns", "nt", "nz", "x"}  # of places, of agencies, of other things; words of no known kind
_FULL = 3  # characters of a person's name
_LONG = 3  # of a name of a place with its end
_TWO = 2
_DOUBLE_SURNAME = re.compile("欧阳|司马|诸葛|上官|慕容|夏侯|皇甫|尉迟|司徒|东方|令狐|公孙|端木|南宫")
# Characters that are words of their own: alone, they are no part of a name.
_WORDS = frozenset(
    "的了是不在有我他她它这那为之来以个中上下们到说时要就出会可也你对能而得于着过和与及或但并被把从向给让却又都还再很最更已将由等某各本该此其"
    "一二三四五六七八九十两几第每全多少大小至比如若因即则只才所使请令"
)
_NO_NAME = frozenset({"p", "c", "uj", "d", "r"})  # tags of what stands behind a name and is none of it
_ENDS_OF_PLACES = (
    *("省", "市", "区", "县", "旗", "镇", "乡", "村", "州", "路", "街", "庄", "屯", "寨", "巷", "桥", "河", "江", "湖", "港", "岛", "山"),
    *("街道", "大道", "大街", "社区", "村委会", "居委会", "自治州", "自治区", "自治县", "新区", "开发区", "经济", "高新", "高速"),
    *("机场", "车站", "火车站", "水库"),
)
_LEVELS = frozenset("省市县镇乡")
_END_OF_A_PLACE = re.compile("|".join(sorted(_ENDS_OF_PLACES, key=len, reverse=True)))
_END_OF_AN_AGENCY = re.compile("|".join((*ENDS_OF_AGENCIES, "[局厅委院处办站所队台社馆行厂]", "政府", "警方", "日报", "晚报")))
_FAR = 10  # characters between a name and the end of an agency's name


class Sure(IntEnum):
    """How sure it is that a character stands in a name."""

    NOT = 0
    PERHAPS = 1
    SURELY = 2


class _Word(NamedTuple):
    start: int
    text: str
    tag: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def made(self) -> bool:
        """Whether the dictionary lacks it."""
        return len(self.text) > 1 and not rjieba.has_word(self.text)


def in_names(text: str) -> NDArray[np.uint8]:
    """How sure it is that each character of a folded text stands in a name, as `Sure`; shape (characters,)."""
    text = text.encode(errors="replace").decode()  # rjieba reads no lone surrogates
    sure = np.zeros(len(text), dtype=np.uint8)
    for span, how in (*_tagged(text), *_alone(text)):
        sure[span.start : span.end] = np.maximum(sure[span.start : span.end], how)
    return sure


def _tagged(text: str) -> Iterator[tuple[Span, Sure]]:
    """Names by the tags of words."""
    nothing = _Word(len(text), "", "")
    words = list(_words(rjieba.tag(text)))
    end = 0  # of the last name
    for before, word, behind in zip((nothing, *words), words, (*words[1:], nothing), strict=False):
        if word.start < end or not all(map(is_han, word.text)):
            continue
        end = _end_of_person(word, behind) if word.tag in _PERSONS else word.end
        named = word.tag in _NAMES and end - word.start > 1
        if named:
            yield Span(word.start, end), Sure.PERHAPS
        elif word.made and _END_OF_AN_AGENCY.search("".join(takewhile(is_han, text[word.end : word.end + _FAR]))):
            yield Span(word.start, word.end), Sure.PERHAPS
        if end == word.end:
            yield from _place(before, word, behind, named=named)


def _place(before: _Word, word: _Word, behind: _Word, *, named: bool) -> Iterator[tuple[Span, Sure]]:
    """A name of a place by its end: in a word, or in the one behind it."""
    start = before.start if named and _alone_in(before.text) else word.start
    if behind.text in _ENDS_OF_PLACES:
        if named or (len(word.text) == _TWO and len(behind.text) > 1):
            yield Span(start, behind.end), Sure.SURELY
        elif len(word.text) == _TWO and behind.text in _LEVELS:
            yield Span(start, behind.end), Sure.PERHAPS
    elif word.text.endswith(_ENDS_OF_PLACES) and (start < word.start or (len(word.text) >= _LONG and word.made)):
        yield Span(start, word.end), Sure.SURELY


def _alone_in(text: str) -> bool:
    """Whether a word is one character that may be a part of a name."""
    return len(text) == 1 and is_han(text) and text not in _WORDS


def _end_of_person(word: _Word, behind: _Word) -> int:
    """Where a person's name ends: with what stands behind it, where both make no more than a full name."""
    goes_on = len(word.text) + len(behind.text) <= _FULL and behind.tag not in _NO_NAME and behind.text[:1] not in _WORDS
    return behind.end if goes_on and all(map(is_han, behind.text)) else word.end


def _alone(text: str) -> Iterator[tuple[Span, Sure]]:
    """Names by characters that are no part of a word of the dictionary: behind a surname, before the end of a place's name."""
    free = np.zeros(len(text) + 1, dtype=np.bool_)  # the last: nothing stands there
    for word in _words(rjieba.cut(text, False)):
        free[word.start] = _alone_in(word.text)
    for start in np.flatnonzero(free).tolist():
        if text[start] in SURNAMES and free[start + 1]:
            yield Span(start, start + (_FULL if free[start + _TWO : start + _FULL].any() else _TWO)), Sure.PERHAPS
    for surname in _DOUBLE_SURNAME.finditer(text):
        given = sum(1 for _ in takewhile(bool, free[surname.end() : surname.end() + _TWO]))
        if given:
            yield Span(surname.start(), surname.end() + given), Sure.PERHAPS
    for start, end in _runs(free):
        found = [place for place in range(start + 1, end + 1) if _END_OF_A_PLACE.match(text, place)]
        if found:
            yield Span(start, found[-1]), Sure.PERHAPS


def _runs(free: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where characters in a row are free; the last entry is none."""
    edges = np.flatnonzero(np.diff(free, prepend=False)).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _words(pieces: Iterable[str | tuple[str, str]]) -> Iterator[_Word]:
    """Pieces of a text, with or without tags, and where each begins."""
    start = 0
    for piece in pieces:
        text, tag = piece if isinstance(piece, tuple) else (piece, "")
        yield _Word(start, text, tag)
        start += len(text)
