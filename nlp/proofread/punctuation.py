"""Punctuation, by GB/T 15834-2011 (标点符号用法): doubled marks, marks of two widths in one text, what was opened and not closed.

A text that is written in half width throughout is left alone: many systems store texts so, and nobody meant it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from nlp.proofread import reasons
from nlp.proofread.findings import PUNCTUATION, Finding
from nlp.proofread.reading import Reading, is_han

_HALF_TO_FULL = {",": "，", ":": "：", ";": "；", "!": "！", "?": "？"}
_CLOSING = {pair[0]: pair[1] for pair in ("（）", "()", "《》", "【】", "〔〕", "“”", "‘’", "「」", "『』", "〈〉")}
_OPENING = {closing: opening for opening, closing in _CLOSING.items()}
_SAME_BUT_WIDE = {"(": "（", ")": "）"}
_FULL_STOP = re.compile(r"[。！？!?；;\n]")
_HAN = "\u3400-\u9fff"
_STRONGEST = "。；：，、"  # of marks that stand together the one that is kept
_RUN = re.compile(f"[{_STRONGEST}]{{2,}}")

_WHOLE_TEXT = 2  # sentences from which on what is opened must be closed: one sentence alone may be a part of something


class _Rule(NamedTuple):
    wrong: re.Pattern[str]
    right: str
    confidence: float
    why: str


_RULES = (
    _Rule(re.compile(r"、(?=等(?:[，。；、,;）)\n]|$)|以及)"), "", 0.9, reasons.NO_MARK_BEFORE_ETC),
    _Rule(re.compile(r"<<(?=[^<>\n]{1,60}>>)"), "《", 0.95, reasons.TITLE_MARKS),
    _Rule(re.compile(r"(?<!>)>>(?!>)(?<=[^<>]>>)"), "》", 0.95, reasons.TITLE_MARKS),
    _Rule(
        re.compile(r"(?<=[（(][一二三四五六七八九十][）)])、|(?<=[（(]十[一二三四五六七八九][）)])、"),
        "",
        0.9,
        reasons.NO_MARK_AFTER_NUMBER,
    ),
)


def find_punctuation(reading: Reading) -> Iterator[Finding]:
    """Everything about marks that is wrong in a text."""
    written = reading.written
    first = written.find("<<")
    for pattern, right, confidence, why in _RULES:
        for found in pattern.finditer(written):
            if found[0] == ">>" and not -1 < first < found.start():
                continue
            yield reading.finding(found.span(), right, PUNCTUATION, confidence, why)
    yield from _runs(reading, written)
    yield from _two_widths(reading, written)
    yield from _pairs(reading, written)


def _runs(reading: Reading, written: str) -> Iterator[Finding]:
    """Marks that stand together where one must stand."""
    for found in _RUN.finditer(written):
        marks = set(found[0])
        if len(marks) > 1:
            yield reading.finding(
                found.span(), next(mark for mark in _STRONGEST if mark in marks), PUNCTUATION, 0.9, reasons.MARKS_TOGETHER
            )
        else:
            right = "……" if found[0].startswith("。。。") else found[0][0]
            yield reading.finding(found.span(), right, PUNCTUATION, 0.95, reasons.MARK_TWICE)


def _two_widths(reading: Reading, written: str) -> Iterator[Finding]:
    """Half-width marks after a Han character in a text that has the same mark in full width, too."""
    for half, full in _HALF_TO_FULL.items():
        if half not in written or full not in written:
            continue
        for found in re.finditer(f"(?<=[{_HAN}]){re.escape(half)}(?=[{_HAN}“《\\n]|$)", written):
            yield reading.finding(found.span(), full, PUNCTUATION, 0.9, reasons.TWO_WIDTHS)


def _pairs(reading: Reading, written: str) -> Iterator[Finding]:
    """Brackets and quotation marks of two kinds, or without their other half."""
    whole = len(_FULL_STOP.findall(written)) >= _WHOLE_TEXT
    opened: list[int] = []
    for place, mark in enumerate(written):
        if mark in _CLOSING:
            opened.append(place)
        elif mark in _OPENING and not _apostrophe(written, place):
            partner = _OPENING[mark]
            if opened and _wide(written[opened[-1]]) == _wide(partner):
                first = opened.pop()
                if written[first] != partner:
                    yield from _of_one_width(reading, written, first, place)
            elif opened and partner in (written[one] for one in opened[-3:]):
                yield from _unclosed(reading, written, opened, partner, whole=whole)
            elif whole and mark not in ")’":  # "1)" and "’s" close nothing
                yield reading.finding((place, place + 1), None, PUNCTUATION, 0.6, reasons.NO_PARTNER.format(partner))
    if whole:
        yield from (_without_end(reading, written, place) for place in opened if written[place] not in "(‘")


def _unclosed(reading: Reading, written: str, opened: list[int], partner: str, *, whole: bool) -> Iterator[Finding]:
    """Leave out what stands open between a mark and its partner."""
    while written[opened[-1]] != partner:
        place = opened.pop()
        if whole and written[place] not in "(‘":
            yield _without_end(reading, written, place)
    opened.pop()


def _without_end(reading: Reading, written: str, place: int) -> Finding:
    return reading.finding((place, place + 1), None, PUNCTUATION, 0.6, reasons.NO_PARTNER.format(_CLOSING[written[place]]))


def _of_one_width(reading: Reading, written: str, first: int, last: int) -> Iterator[Finding]:
    """Two halves of a bracket in different widths: both full width."""
    for place in (first, last):
        if written[place] in _SAME_BUT_WIDE and any(is_han(one) for one in written[first:last]):
            yield reading.finding((place, place + 1), _SAME_BUT_WIDE[written[place]], PUNCTUATION, 0.9, reasons.BRACKETS_OF_TWO_WIDTHS)


def _wide(mark: str) -> str:
    return _SAME_BUT_WIDE.get(mark, mark)


def _apostrophe(written: str, place: int) -> bool:
    return written[place] == "’" and place > 0 and written[place - 1].isascii() and written[place - 1].isalnum()
