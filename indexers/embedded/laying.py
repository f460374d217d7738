"""Lays out many texts at once, several times faster than one by one: the words are those of `analysis.lay_out`.

Most texts are of Han characters, Latin letters and digits, common signs and single pictures. For these a table says what each character
is, and numpy sets the blanks for a whole batch. A text with any other character is laid out by itself.
"""

import functools
import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexers.embedded.analysis import LONGEST_WORD, has_long, lay_out, words

_OTHER, _BREAK, _ALONE, _LETTER, _DIGIT, _IN_WORD, _IN_NUMBER, _IN_BOTH = range(8)
_SIGNS = ' \t\n\r!"#$%&()*+-/<=>?@[\\]^`{|}~'  # none of them extends a word; "#" and "*" can only with a character that the table lacks
_ALONES = (
    (0x3400, 0x4DB6),
    (0x4E00, 0x9FF0),
    (0x3041, 0x3097),
    (0x1F300, 0x1F3FB),
    (0x1F400, 0x1F53E),
    (0x1F600, 0x1F650),
    (0x1F910, 0x1F93B),
    (0x1F947, 0x1F980),
)
_ASKED = ((0xA0, 0xC0), (0x2000, 0x2800), (0x3000, 0x3041), (0xFF00, 0x10000))  # signs: the analyser says
_AROUND = (("a", "b"), ("1", "2"), ("云", "溪"))
_CODES = 0x110000
_BLANK = ord(" ")
_END = "\n"
_LOWER = ord("a") - ord("A")


def lay_out_many(name: str, texts: Sequence[str]) -> list[str]:
    """Write each text so that blanks stand between its words: the same ones that `analysis.words` gives."""
    if name != "standard" or not texts:
        return [lay_out(name, text) for text in texts]
    codes = np.frombuffer(_END.join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends = np.fromiter(itertools.accumulate(len(text) + 1 for text in texts), dtype=np.int64, count=len(texts)) - 1
    kinds = _table()[codes]
    laid = _lay_out(codes, kinds, ends[:-1]).split(_END)
    for place in _exceptions(texts, kinds == _OTHER, ends):
        laid[place] = lay_out(name, texts[place])
    return laid


def _exceptions(texts: Sequence[str], other: NDArray[np.bool_], ends: NDArray[np.int64]) -> list[int]:
    """The texts that the table does not do: with a character that it doesn't know, or a word that is too long."""
    found = set(np.searchsorted(ends, np.flatnonzero(other)).tolist())
    return sorted(found | {place for place, text in enumerate(texts) if len(text) > LONGEST_WORD and has_long(text)})


def _lay_out(codes: NDArray[np.uint32], kinds: NDArray[np.uint8], breaks: NDArray[np.int64]) -> str:
    """The joined texts with a blank before each word, and their breaks kept."""
    letter, digit = kinds == _LETTER, kinds == _DIGIT
    inside = _between(kinds, letter, digit)
    run = letter | digit | inside
    starts = run.copy()
    starts[1:] &= ~run[:-1]
    starts |= kinds == _ALONE
    kept = run | (kinds == _ALONE)
    kept[breaks] = True
    places = np.cumsum(kept.astype(np.int64) + starts) - 1
    out = np.full(int(places[-1]) + 1 if len(places) else 0, _BLANK, dtype=np.uint32)
    out[places[kept]] = _lower(codes[kept])
    laid: str = out.tobytes().decode("utf-32-le", "surrogatepass")
    return laid


def _between(kinds: NDArray[np.uint8], letter: NDArray[np.bool_], digit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which signs stand inside a word: an apostrophe between letters, a point between digits."""
    inside = np.zeros(len(kinds), dtype=np.bool_)
    places = np.flatnonzero(kinds >= _IN_WORD)
    places = places[(places > 0) & (places < len(kinds) - 1)]
    sign = kinds[places]
    in_word = letter[places - 1] & letter[places + 1] & (sign != _IN_NUMBER)
    in_number = digit[places - 1] & digit[places + 1] & (sign != _IN_WORD)
    inside[places] = in_word | in_number
    return inside


def _lower(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    lower: NDArray[np.uint32] = codes + _LOWER * ((codes >= ord("A")) & (codes <= ord("Z"))).astype(np.uint32)
    return lower


@functools.cache
def _table() -> NDArray[np.uint8]:
    """What each character is; made once, in 0.1 s."""
    table = np.full(_CODES, _OTHER, dtype=np.uint8)
    for start, end in _ASKED:
        table[start:end] = [_asked(chr(code)) for code in range(start, end)]
    kinds = {_BREAK: _SIGNS, _IN_WORD: ":·：", _IN_NUMBER: ",;，；", _IN_BOTH: ".’‘'"}
    for kind, characters in kinds.items():
        table[[ord(character) for character in characters]] = kind
    for start, end in _ALONES:
        table[start:end] = _ALONE
    for first, last, kind in (("a", "z", _LETTER), ("A", "Z", _LETTER), ("0", "9", _DIGIT)):
        table[ord(first) : ord(last) + 1] = kind
    return table


def _asked(character: str) -> int:
    """Whether a character always breaks words, or is always a word alone."""
    itself = words("standard", character)
    for left, right in _AROUND:
        if words("standard", left + character + right) != [left, *itself, right]:
            return _OTHER
    if words("standard", character * 2) != itself * 2:
        return _OTHER
    return _BREAK if not itself else _ALONE if itself == [character] else _OTHER
