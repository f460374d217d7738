"""A linear classifier over the presence of hashed features: scores, tempered to probabilities."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.features import Hashed, Hashes
from nlp.lookup import Lookup, Present
from nlp.segment import Batch

Numbers = NDArray[np.float32]


class Answer(NamedTuple):
    """The probability of each label for each text of a batch."""

    probabilities: Numbers  # shape (texts, labels); each row sums to 1
    margins: Numbers  # how far the text lies on the side of each label, before tempering; shape (texts, labels)

    @property
    def best(self) -> NDArray[np.intp]:
        """The place of the most probable label of each text; shape (texts,)."""
        best: NDArray[np.intp] = self.probabilities.argmax(axis=1)
        return best

    @property
    def score(self) -> Numbers:
        """The probability of the most probable label of each text; shape (texts,)."""
        score: Numbers = self.probabilities.max(axis=1)
        return score

    @property
    def second(self) -> NDArray[np.intp]:
        """The place of the second most probable label of each text; shape (texts,)."""
        second: NDArray[np.intp] = self.probabilities.argsort(axis=1)[:, -2]
        return second


class Weighed(NamedTuple):
    """The known features of the texts of a batch, and what each counts in its text."""

    present: Present
    values: Numbers  # shape (found,)


class Parameters(NamedTuple):
    """The numbers of a classifier, as they are trained and stored."""

    hashes: Hashes  # of the features that are known, sorted; shape (known,)
    rarity: Numbers  # how much each counts; shape (known,)
    weights: Numbers  # how much each speaks for each label; shape (known, labels)
    intercept: Numbers  # shape (labels,)
    sharpness: float  # what scores are multiplied with to be log-odds


class Classifier:
    """Texts in, probabilities out. Safe to share between threads."""

    def __init__(self, kinds: Sequence[str], parameters: Parameters) -> None:
        self._kinds = tuple(kinds)
        self._lookup = Lookup(parameters.hashes)
        self._parameters = parameters

    def answer(self, hashed: Hashed) -> Answer:
        """The probabilities of the labels for each text of a batch; for one without a known feature, those of the intercept."""
        return self.judge(self.weigh(hashed))

    def weigh(self, hashed: Hashed) -> Weighed:
        """What of each text the classifier knows; several answers can be made of it."""
        present = self._lookup.present(hashed.of(self._kinds), hashed.size)
        return Weighed(present, unit_values(present, self._parameters.rarity))

    def judge(self, weighed: Weighed) -> Answer:
        """The answer for texts that were weighed."""
        margins = self._margins(weighed)
        return Answer(softmax(margins * np.float32(self._parameters.sharpness)), margins)

    def margins(self, hashed: Hashed) -> Numbers:
        """How far each text lies on the side of each label; shape (texts, labels)."""
        return self._margins(self.weigh(hashed))

    def _margins(self, weighed: Weighed) -> Numbers:
        present, values = weighed
        margins: Numbers = sum_each(values[:, None] * self._parameters.weights[present.rows], present.counts) + self._parameters.intercept
        return margins

    def centre(self, batch: Batch) -> Numbers:
        """The middle of some texts, of length one; shape (known,)."""
        present, values = self.weigh(Hashed(batch))
        centre = np.zeros(len(self._parameters.hashes), dtype=np.float32)
        np.add.at(centre, present.rows, values)
        unit: Numbers = centre / max(float(np.sqrt((centre * centre).sum())), float(np.finfo(np.float32).tiny))
        return unit


def likeness(weighed: Weighed, centres: Numbers) -> Numbers:
    """The cosine between each text and each centre, 0 to 1; `centres` has shape (known, groups), the result (texts, groups)."""
    present, values = weighed
    return sum_each(values[:, None] * centres[present.rows], present.counts)


def unit_values(present: Present, rarity: Numbers) -> Numbers:
    """What each feature counts in its text: 1 + log times, × rarity, each text scaled to length one; shape (found,)."""
    values: Numbers = (1 + np.log(present.times.astype(np.float32))) * rarity[present.rows]
    lengths = np.sqrt(sum_each((values * values)[:, None], present.counts)[:, 0])
    unit: Numbers = values / np.repeat(lengths, present.counts)
    return unit


def softmax(odds: Numbers) -> Numbers:
    """Probabilities from log-odds; both of shape (texts, labels)."""
    raised = np.exp(odds - odds.max(axis=1, keepdims=True))
    probabilities: Numbers = raised / raised.sum(axis=1, keepdims=True)
    return probabilities


def sum_each(values: Numbers, counts: NDArray[np.int64]) -> Numbers:
    """Sum the rows of `values` text by text; `counts[i]` rows belong to text i, and none sum to zeros."""
    sums = np.zeros((len(counts), values.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(counts)
    if len(filled):
        sums[filled] = np.add.reduceat(values, (np.cumsum(counts) - counts)[filled], axis=0)
    return sums
