"""A text as rules and model read it: simplified, half width, without invisible characters; each place leads back to the text as given."""

import bisect
import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import opencc

from matching.fold import CJK, fold
from nlp.proofread.findings import Finding

_INVISIBLE = frozenset(
    map(chr, (0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF))
)


class Reading(NamedTuple):
    """A text as it is read; text[i] stands at given[places[i]]."""

    given: str
    text: str
    places: Sequence[int]
    traditional: bool  # written in traditional characters, at least in part

    @classmethod
    def of(cls, given: str) -> Self:
        """Read a text."""
        folded = fold(given)
        traditional = any(is_han(was) and was != now for was, now in zip(given, folded, strict=True)) if folded != given else False
        if _INVISIBLE.isdisjoint(folded):
            return cls(given, folded, range(len(given)), traditional)
        places = [place for place, character in enumerate(folded) if character not in _INVISIBLE]
        return cls(given, "".join(folded[place] for place in places), places, traditional)

    @property
    def written(self) -> str:
        """The text with its characters as they were given; written[i] stands for text[i]."""
        return self.given if isinstance(self.places, range) else "".join(self.given[place] for place in self.places)

    def finding(self, span: tuple[int, int], suggestion: str | None, rule: str, confidence: float = 1.0, why: str | None = None) -> Finding:
        """A finding at a span of `text`, in places of the text as given; a suggestion is written in its kind of characters."""
        offset, last = self.places[span[0]], self.places[span[1] - 1] + 1
        if suggestion is not None and self.traditional:
            suggestion = suggestion.translate(_traditional())
        return Finding(
            offset=offset,
            length=last - offset,
            text=self.given[offset:last],
            suggestion=suggestion,
            rule=rule,
            confidence=round(confidence, 4),
            why=why,
        )

    def span(self, finding: Finding) -> tuple[int, int]:
        """Where a finding stands in `text`."""
        return bisect.bisect_left(self.places, finding.offset), bisect.bisect_left(self.places, finding.end)


def is_han(character: str) -> bool:
    """Whether a character is a Chinese one of the basic plane."""
    return any(low <= ord(character) < high for low, high in CJK)


@functools.cache
def _traditional() -> Mapping[int, str]:
    """What `str.translate` makes of simplified characters; where several may be meant, OpenCC's first."""
    characters = [chr(code) for code in range(*CJK[1])]
    traditional = opencc.OpenCC("s2t").convert("\n".join(characters)).split("\n")
    return {ord(simple): other for simple, other in zip(characters, traditional, strict=True) if simple != other and len(other) == 1}
