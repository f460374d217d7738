"""Regular expressions for prefixes and ranges of keywords: tantivy has no range over strings.

The order is that of code points, which is also that of UTF-8.
"""

import re
from collections.abc import Iterator

_ANY = "(.|\n)*"
_SOME = "(.|\n)+"
_LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)  # no characters
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$#&\-~])")


def prefixed(start: str) -> str:
    """All strings that begin so."""
    return _escaped(start) + _ANY


def keyword_range(low: str | None, high: str | None, *, with_low: bool, with_high: bool) -> str | None:
    """All strings between two ends; None where there are none. An end that is None is open."""
    branches: list[str] = []
    if low is not None and with_low and (high is None or low < high or (low == high and with_high)):
        branches.append(_escaped(low))
    if high is not None and with_high and low != high and (low is None or low < high):
        branches.append(_escaped(high))
    if low is None:
        branches += _below(high) if high is not None else [_ANY]
    else:
        branches += _above(low) if high is None else _between(low, high)
    return "|".join(f"({branch})" for branch in branches) or None


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _characters(low: int, high: int) -> str | None:
    """A class of characters, both ends included; None where there are none."""
    parts = ((low, min(high, _SURROGATES[0] - 1)), (max(low, _SURROGATES[1] + 1), high))
    shown = [f"{_escaped(chr(first))}-{_escaped(chr(last))}" for first, last in parts if first <= last]
    return f"[{''.join(shown)}]" if shown else None


def _above(text: str) -> Iterator[str]:
    yield _escaped(text) + _SOME
    for at, sign in enumerate(text):
        later = _characters(ord(sign) + 1, _LAST)
        if later:
            yield _escaped(text[:at]) + later + _ANY


def _below(text: str) -> Iterator[str]:
    for at, sign in enumerate(text):
        yield _escaped(text[:at])
        earlier = _characters(0, ord(sign) - 1)
        if earlier:
            yield _escaped(text[:at]) + earlier + _ANY


def _between(low: str, high: str) -> Iterator[str]:
    if low >= high:
        return
    same = next((at for at, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low))
    head = _escaped(low[:same])
    if same == len(low):
        yield from (head + rest for rest in _below(high[same:]) if rest)
        return
    middle = _characters(ord(low[same]) + 1, ord(high[same]) - 1)
    if middle:
        yield head + middle + _ANY
    yield from (head + _escaped(low[same]) + f"({rest})" for rest in _above(low[same + 1 :]))
    yield from (head + _escaped(high[same]) + f"({rest})" for rest in _below(high[same + 1 :]))
