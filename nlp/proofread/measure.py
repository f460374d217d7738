"""How good corrections are, by the sentence, as the papers on Chinese spelling check count; and how many names they touch."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from nlp.figures import RESAMPLES, SEED, Figure, interval, share
from nlp.proofread.spans import Cover, Span

FALSE_ALARMS, NAMES_TOUCHED = LESS_IS_BETTER = ("false alarms", "names touched")  # how measures begin of which less is better


class Score(NamedTuple):
    """Counts of sentences."""

    right: int = 0  # with slips, wholly put right
    spoiled: int = 0  # with slips, changed to something else
    missed: int = 0  # with slips, left as they were
    alarms: int = 0  # without a slip, changed
    quiet: int = 0  # without a slip, left alone

    @property
    def precision(self) -> float:
        """Of all changed sentences, those that are right then."""
        return self.right / max(self.right + self.spoiled + self.alarms, 1)

    @property
    def recall(self) -> float:
        """Of all sentences with slips, those that are right then."""
        return self.right / max(self.right + self.spoiled + self.missed, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)

    @property
    def false_alarms(self) -> float:
        """Of all sentences without a slip, those that are changed."""
        return self.alarms / max(self.alarms + self.quiet, 1)


def score(sentences: Iterable[tuple[str, str, str]]) -> Score:
    """Count sentences, each as it was written, as it should be, and as it was corrected."""
    counts = dict.fromkeys(Score._fields, 0)
    for source, target, corrected in sentences:
        if source == target:
            counts["quiet" if corrected == source else "alarms"] += 1
        else:
            counts["right" if corrected == target else "missed" if corrected == source else "spoiled"] += 1
    return Score(**counts)


def figures(found: Score, name: str) -> tuple[Figure, ...]:
    """What a card says of a set, each with its interval; of `LESS_IS_BETTER` less is better."""
    counts = np.array(found)
    drawn = np.random.default_rng(SEED).multinomial(counts.sum(), counts / max(counts.sum(), 1), RESAMPLES)
    again = [Score(*row) for row in drawn.tolist()]
    what: dict[str, tuple[Callable[[Score], float], int]] = {
        "sentence correction F1": (lambda one: one.f1, int(counts.sum())),
        "precision": (lambda one: one.precision, found.right + found.spoiled + found.alarms),
        "recall": (lambda one: one.recall, found.right + found.spoiled + found.missed),
        FALSE_ALARMS: (lambda one: one.false_alarms, found.alarms + found.quiet),
    }
    return tuple(
        Figure(f"{measure}, {name}", of(found), interval(np.array([of(one) for one in again])), rows)
        for measure, (of, rows) in what.items()
    )


def touched(names: Iterable[Span], changed: Iterable[Span]) -> list[bool]:
    """Whether anything is changed in each name of a sentence."""
    cover = Cover(changed)
    return [cover.touches(name) for name in names]


def names_touched(kind: str, hits: Sequence[bool]) -> Figure:
    """The share of names of a kind in which something is changed."""
    return share(f"{NAMES_TOUCHED}, {kind}", hits)
