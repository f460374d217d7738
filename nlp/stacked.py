"""A classifier in two steps: linear columns, more of them than labels, and a small model that weighs them against each other.

One column asks whether a text is negative, another whether it is angry, another whether it is talk of a pandemic; how much the first counts
depends on the others and on the length of the text. So the second step sees the columns and their products.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from nlp.features import Hashed
from nlp.linear import Answer, Classifier, Numbers, softmax
from nlp.logistic import Logistic

FURTHEST = np.float32(5.0)


class Weighing(NamedTuple):
    """The second step. Inputs are the margins of the columns, and the logarithm of one more than the known features of the text."""

    middle: Numbers  # of each input, shape (columns + 1,)
    scale: Numbers  # likewise: what it is divided by
    model: Logistic  # over the inputs and their products

    def odds(self, margins: Numbers, counts: NDArray[np.int64]) -> Numbers:
        """Log-odds, up to a constant for each text; from shape (texts, columns) and (texts,) to (texts, labels)."""
        found: Numbers = products(standard(inputs(margins, counts), self.middle, self.scale)) @ self.model.weights + self.model.intercept
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The numbers as they are stored."""
        return {"middle": self.middle, "scale": self.scale, **self.model.arrays("weighing")}

    @classmethod
    def read(cls, columns: int, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """What `arrays` stored. Raises KeyError where one is missing, ValueError where they are for other columns."""
        return cls(arrays["middle"], arrays["scale"], Logistic.read("weighing", product_names(columns), arrays))


class Stacked:
    """Texts in, probabilities out. Safe to share between threads."""

    def __init__(self, columns: Classifier, weighing: Weighing) -> None:
        self._columns, self._weighing = columns, weighing

    def answer(self, hashed: Hashed) -> Answer:
        """The probabilities of the labels for each text of a batch. Their log-odds stand in as margins."""
        weighed = self._columns.weigh(hashed)
        odds = self._weighing.odds(self._columns.judge(weighed).margins, weighed.present.counts)
        return Answer(softmax(odds), odds)


def inputs(margins: Numbers, counts: NDArray[np.int64]) -> Numbers:
    """What the second step sees; shape (texts, columns + 1)."""
    return np.concatenate([margins, np.log1p(counts)[:, None]], axis=1).astype(np.float32)


def standard(found: Numbers, middle: Numbers, scale: Numbers) -> Numbers:
    """Inputs in units of what is usual, and never further out than FURTHEST: nothing was learned of texts that are unlike all others."""
    units: Numbers = np.clip((found - middle) / scale, -FURTHEST, FURTHEST)
    return units


def products(found: Numbers) -> Numbers:
    """The inputs, their squares and the product of each two; from shape (texts, n) to (texts, n + n (n + 1) / 2)."""
    one, other = np.triu_indices(found.shape[1])
    return np.concatenate([found, found[:, one] * found[:, other]], axis=1)


def product_names(columns: int) -> tuple[str, ...]:
    """The names of what `products` gives for so many columns."""
    names = [*(f"column {number}" for number in range(columns)), "length"]
    return (*names, *(f"{names[one]} × {names[other]}" for one, other in zip(*np.triu_indices(len(names)), strict=True)))
