"""Says which characters of a text are wrong, and what was meant: one character, or a word of two that sounds like what stands there."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.proofread.dictionary import LONGEST
from nlp.proofread.features import (
    DOUBLE,
    FAR,
    FINE,
    PADDING,
    Language,
    Numbers,
    Text,
    best_of_each,
    candidates,
    doubles,
    fine,
    look_up,
)
from nlp.proofread.grams import EDGE, codes_of, sums
from nlp.proofread.trees import Trees
from nlp.proofread.unlisted import Sure, in_names

MOST = 600  # characters of a text that are judged together: bounds the memory
LEAST = -4.0  # bits that a candidate must gain at least to be judged
LEAST_DOUBLE = 0.0
SURE = 0.85  # probability from which on a character in no word is changed where the end of a place's or an agency's name follows
IN_A_NAME = {Sure.PERHAPS: 0.93, Sure.SURELY: 0.98}  # likewise one that stands in a name, as far as `unlisted` can tell
_GAIN, _CUT = FINE.index("gain"), FINE.index("cut gain")
_DOUBLE_GAIN, _DOUBLE_CUT = DOUBLE.index("gain"), DOUBLE.index("cut gain")


class Slip(NamedTuple):
    """text[start : start + len(meant)] was probably meant to be something else."""

    start: int
    meant: str
    probability: float


class Rows(NamedTuple):
    """Candidates of one width with their numbers."""

    places: NDArray[np.int64]  # in the text
    meant: NDArray[np.uint16]  # shape (rows, width)
    numbers: Numbers
    before_end: NDArray[np.bool_]  # whether what stands there is in no word, and the end of a place's or an agency's name follows


class Judge:
    """Knows a language and how its numbers speak for a slip. Safe to share between threads."""

    def __init__(self, language: Language, singles: Trees, doubles_: Trees, threshold: float) -> None:
        self._language = language
        self._trees = (singles, doubles_)
        self._threshold = threshold

    def slips(self, text: str, fixed: Iterable[tuple[int, int]] = ()) -> list[Slip]:
        """What is wrong in a folded text, none overlapping another, from left to right; nothing inside the spans that are fixed."""
        free = np.ones(len(text), dtype=np.bool_)
        for start, end in fixed:
            free[start:end] = False
        found = [slip for start, end in parts(text) for slip in self._of_part(text[start:end], free[start:end], start)]
        return sorted(found)

    def is_word(self, text: str) -> bool:
        """Whether the common dictionary has a folded text as a word of two to LONGEST characters."""
        length = len(text)
        return 1 < length <= LONGEST and bool(self._language.words.levels(sums(codes_of(text), length))[0])

    def _of_part(self, text: str, free: NDArray[np.bool_], offset: int) -> Iterator[Slip]:
        slips = []
        for rows, trees in zip(numbers_of(self._language, text, free), self._trees, strict=True):
            probable = trees.probabilities(rows.numbers)
            least = np.where(rows.before_end, np.float32(max(SURE, self._threshold)), np.float32(self._threshold))
            for row in np.flatnonzero(probable >= least).tolist():
                meant = "".join(map(chr, rows.meant[row].tolist()))
                slips.append(Slip(int(rows.places[row]), meant, float(probable[row])))
        if slips:
            names = in_names(text)
            for slip in surest(slip for slip in slips if slip.probability >= _least_in(names, slip)):
                yield slip._replace(start=slip.start + offset)


def _least_in(names: NDArray[np.uint8], slip: Slip) -> float:
    """The probability that a slip needs for the names that it touches."""
    return IN_A_NAME.get(Sure(int(names[slip.start : slip.start + len(slip.meant)].max())), 0.0)


def surest(slips: Iterable[Slip]) -> Iterator[Slip]:
    """Of those that overlap the most probable; of equals the first."""
    taken: set[int] = set()
    for slip in sorted(slips, key=lambda one: (-one.probability, one.start, one.meant)):
        places = range(slip.start, slip.start + len(slip.meant))
        if taken.isdisjoint(places):
            taken.update(places)
            yield slip


def numbers_of(language: Language, text: str, free: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """What may have been meant in a folded text, by one character and by two, with the numbers by which it is judged."""
    looked = look_up(language, text)
    may = np.zeros(len(looked.context.codes), dtype=np.bool_)
    may[PADDING : PADDING + len(text)] = free
    may &= np.diff(language.confusions.starts)[looked.context.codes] > 0
    return _singles(language, looked, may), _doubles(language, looked, may)


def _singles(language: Language, text: Text, may: NDArray[np.bool_]) -> Rows:
    found, rough = candidates(language, text, np.flatnonzero(may))
    best = best_of_each(found, rough @ language.rough)
    numbers = fine(language, text, best)
    hopeful = numbers[:, _GAIN] + numbers[:, _CUT] > LEAST
    return Rows(best.places[hopeful] - PADDING, best.codes[hopeful][:, None], numbers[hopeful], _before_end(numbers[hopeful], FINE))


def _doubles(language: Language, text: Text, may: NDArray[np.bool_]) -> Rows:
    found, numbers = doubles(language, text, may)
    hopeful = numbers[:, _DOUBLE_GAIN] + numbers[:, _DOUBLE_CUT] > LEAST_DOUBLE
    return Rows(found.places[hopeful] - PADDING, found.codes[hopeful], numbers[hopeful], _before_end(numbers[hopeful], DOUBLE))


def _before_end(numbers: Numbers, names: Sequence[str]) -> NDArray[np.bool_]:
    """Whether what stands there belongs to no word of the dictionary, and the end of a place's or an agency's name follows soon."""
    alone = numbers[:, names.index("written word length")] == 1
    place = (numbers[:, [number for number, name in enumerate(names) if name.startswith("end of a place")]] > 0).any(axis=1)
    found: NDArray[np.bool_] = alone & (place | (numbers[:, names.index("agency")] < FAR))
    return found


def parts(text: str) -> Iterator[tuple[int, int]]:
    """Spans that make up a text, MOST characters long at most, ended where a sentence ends if that can be."""
    ends = np.flatnonzero(codes_of(text) == EDGE)
    start = 0
    while start < len(text):
        end = start + MOST
        if end < len(text):
            last = int(np.searchsorted(ends, end)) - 1
            end = int(ends[last]) + 1 if last >= 0 and ends[last] >= start else end
        yield start, min(end, len(text))
        start = end
