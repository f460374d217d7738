"""Makes all ways to write the same characters one: traditional and simplified, full and half width, upper and lower case.

Folding goes character by character, so a place in the folded text is the same place in the text itself.
"""

import functools
import unicodedata

import opencc

CJK = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))


@functools.cache
def folding() -> dict[int, int]:
    """For each character that is folded, what it becomes; always one character for one."""
    table: dict[int, int] = {}
    for code in range(0x3400):
        _fold_width(code, table)
    for code in range(0xFF00, 0xFFF0):
        _fold_width(code, table)
    characters = [chr(code) for low, high in CJK for code in range(low, high)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    for character, simple in zip(characters, simplified, strict=True):
        folded = unicodedata.normalize("NFKC", simple)
        if len(folded) == 1 and folded != character:
            table[ord(character)] = ord(folded)
    return table


def _fold_width(code: int, table: dict[int, int]) -> None:
    folded = unicodedata.normalize("NFKC", chr(code)).casefold()
    if len(folded) == 1 and ord(folded) != code:
        table[code] = ord(folded)


def fold(text: str) -> str:
    """Make all ways to write the same characters one, length for length."""
    return text.translate(folding())
