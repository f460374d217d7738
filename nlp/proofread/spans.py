"""Places in a text, asked for quickly however many there are."""

import bisect
import itertools
from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """text[start:end] of a reading."""

    start: int
    end: int


class Cover:
    """Spans of which one may hold or touch another."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(set(spans))
        self._starts = [span.start for span in ordered]
        self._ends = list(itertools.accumulate((span.end for span in ordered), max))

    def holds(self, span: Span) -> bool:
        """Whether a span lies within one of them."""
        last = bisect.bisect_right(self._starts, span.start) - 1
        return last >= 0 and self._ends[last] >= span.end

    def touches(self, span: Span) -> bool:
        """Whether a span shares a character with one of them."""
        last = bisect.bisect_left(self._starts, span.end) - 1
        return last >= 0 and self._ends[last] > span.start


def longest(spans: Iterable[Span]) -> list[Span]:
    """Those that stand in no other, each once, in order."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda one: (one.start, -one.end)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return kept
