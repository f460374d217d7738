"""Makes texts alike before they are cut: width, case, traditional characters, white space, addresses, invisible characters.

A whole batch is one array of code points, mapped through one table, so a post of 136 characters takes a few microseconds.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CLEANING = 2  # raise it when the cleaning changes: weights made with another are refused

REPLACEMENT = 0xFFFD
BREAK = "\n"  # stands between the texts of a batch, and in no cleaned text
BREAK_CODE = ord(BREAK)
FIRST_PRIVATE_PLANE = 0xF0000  # planes 15 and 16 mean nothing to anybody: the segmenter puts its marks there

_SPACE = ord(" ")
_CODES = 0x110000
_GONE = _CODES  # a code point that does not exist marks what is taken out
_WITH_CASE = 0x0590  # Latin, Greek and Cyrillic stand below
_WHITE = (*range(0x21), *range(0x7F, 0xA1), 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_INVISIBLE = (
    0xAD,
    0x180E,
    *range(0x200B, 0x2010),  # zero-width space and joiners, direction marks
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),  # which of two pictures an emoji has
    0xFEFF,
    *range(0x1F3FB, 0x1F400),  # skin tones
    *range(0xE0000, 0xE0080),
)
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_FULL_WIDTH_QUESTION = 0xFF1F
_FROM_FULL_WIDTH = 0xFEE0
# Letters, digits and characters in disguise: circled, bold, as a radical, kept for the sake of old standards.
_COMPATIBLE = (*range(0x2100, 0x3400), *range(0xF900, 0xFB00), *range(0x1D400, 0x1D800), *range(0x1F100, 0x1F200))
# Traditional characters and what they are in simplified texts, after OpenCC (Apache-2.0); only such as no simplified text has.
_SIMPLIFIED = Path(__file__).with_name("simplified.txt")

_ADDRESS = re.compile(r"(?:https?://|www\.)[a-z0-9\-._~:/?#@!$&'()*+,;=%]+")
# A half-width "?" is what an emoji became on its way into many exports and data sets, nearly always at the end of a text.
# It says nothing, so it is dropped everywhere; a question typed in Chinese ends in "？", which stays.
_LOST_EMOJI = "?"


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a text, lone surrogates included; shape (characters,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _make_table() -> NDArray[np.uint32]:
    table = np.arange(_CODES, dtype=np.uint32)
    for code in range(_WITH_CASE):
        lower = chr(code).lower()
        table[code] = ord(lower) if len(lower) == 1 else code
    for code in _FULL_WIDTH:
        table[code] = table[code - _FROM_FULL_WIDTH]
    table[_FULL_WIDTH_QUESTION] = _FULL_WIDTH_QUESTION
    for code in _COMPATIBLE:
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(plain) == 1:
            table[code] = ord(plain)
    pairs = "".join(_SIMPLIFIED.read_text(encoding="utf-8").split())
    simplified = np.arange(_CODES, dtype=np.uint32)
    simplified[code_points(pairs[::2])] = code_points(pairs[1::2])
    table = simplified[table]
    table[list(_WHITE)] = _SPACE
    table[list(_INVISIBLE)] = _GONE
    table[0xD800:0xE000] = REPLACEMENT  # lone surrogates can't be stored anywhere
    table[FIRST_PRIVATE_PLANE:] = REPLACEMENT
    return table


_TABLE = _make_table()


def normalise_joined(texts: Sequence[str]) -> str:
    """Clean texts and join them by line breaks; there is exactly one break less than there are texts."""
    joined = BREAK.join(texts)
    codes = _TABLE[code_points(joined)]
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    codes[np.cumsum(lengths + 1)[:-1] - 1] = BREAK_CODE
    clean: str = codes[codes != _GONE].tobytes().decode("utf-32-le")
    if "://" in clean or "www." in clean:
        clean = _ADDRESS.sub(" ", clean)
    return clean.replace(_LOST_EMOJI, " ")


def normalise_many(texts: Sequence[str]) -> list[str]:
    """Clean each text: lower case, half width, simplified, white space as blanks; addresses, invisible characters and "?" gone.

    Lone surrogates and private-plane characters become U+FFFD. Emoticons such as "[doge]" stay as they are.
    """
    return [" ".join(text.split()) for text in normalise_joined(texts).split(BREAK)] if texts else []


def normalise(text: str) -> str:
    """Clean one text; see `normalise_many`."""
    return normalise_many([text])[0]
