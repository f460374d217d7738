"""A linear classifier over the presence of hashed features: scores, tempered to probabilities."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.features import Hashed, Hashes
from nlp.lookup import Lookup

Numbers = NDArray[np.float32]

_STEEPEST = 30.0  # e to this is still a float32, and as good as certain


class Answer(NamedTuple):
    """The probability of each label for each text of a batch."""

    probabilities: Numbers  # shape (texts, labels); each row sums to 1

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


class Parameters(NamedTuple):
    """The numbers of a classifier, as they are trained and stored."""

    hashes: Hashes  # of the features that are known, sorted; shape (known,)
    weights: Numbers  # shape (known, columns)
    intercept: Numbers  # shape (columns,)
    sharpness: Numbers  # what scores are multiplied with to be log-odds: of the labels and, with two domains, of the domain


class Classifier:
    """Texts in, probabilities out.

    With one sharpness, each label has a column of weights. With two there are two models, for two domains of text that
    use words differently: `1 + 2 × labels` columns, of which the first says how much a text belongs to the second domain.
    """

    def __init__(self, kinds: Sequence[str], parameters: Parameters) -> None:
        self._kinds = tuple(kinds)
        self._lookup = Lookup(parameters.hashes)
        self._parameters = parameters

    def answer(self, hashed: Hashed) -> Answer:
        """The probabilities of the labels for each text of a batch; for one without a known feature, those of the intercept."""
        rows, counts = self._lookup.rows(hashed.of(self._kinds), hashed.size)
        sums = _sum_each(self._parameters.weights[rows], counts)
        lengths = np.sqrt(np.maximum(counts, 1).astype(np.float32))
        scores: Numbers = sums / lengths[:, None] + self._parameters.intercept
        return Answer(softmax(blend(scores, self._parameters.sharpness)))


def blend(scores: Numbers, sharpness: Numbers) -> Numbers:
    """Log-odds of the labels from the scores of all columns; shape (texts, labels)."""
    odds: Numbers = scores * sharpness[0]
    if len(sharpness) == 1:
        return odds
    labels = scores.shape[1] // 2
    second = 1 / (1 + np.exp(-np.clip(scores[:, :1] * sharpness[1], -_STEEPEST, _STEEPEST)))
    mixed: Numbers = odds[:, 1 : 1 + labels] * (1 - second) + odds[:, 1 + labels :] * second
    return mixed


def softmax(odds: Numbers) -> Numbers:
    """Probabilities from log-odds; both of shape (texts, labels)."""
    raised = np.exp(odds - odds.max(axis=1, keepdims=True))
    probabilities: Numbers = raised / raised.sum(axis=1, keepdims=True)
    return probabilities


def _sum_each(values: Numbers, counts: NDArray[np.int64]) -> Numbers:
    """Sum the rows of `values` text by text; `counts[i]` rows belong to text i, and none sum to zeros."""
    sums = np.zeros((len(counts), values.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(counts)
    if len(filled):
        sums[filled] = np.add.reduceat(values, (np.cumsum(counts) - counts)[filled], axis=0)
    return sums
