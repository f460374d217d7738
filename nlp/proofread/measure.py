"""How good corrections are, by the sentence, as the papers on Chinese spelling check count."""

from collections.abc import Iterable
from typing import NamedTuple


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
