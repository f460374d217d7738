"""Fits classifiers of two steps (`nlp.stacked`): the second learns from what columns say of texts that they did not learn from."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from nlp import logistic
from nlp.features import Features
from nlp.fit import SEED, Matrix, Recipe, fit_column, frequent, matrix, rarity_of
from nlp.linear import Numbers, Parameters, unit_values
from nlp.lookup import Lookup
from nlp.stacked import Weighing, inputs, product_names, products, standard

FOLDS = 5
FEWEST = 5  # texts on either side of a column's question; a question that fewer answer is not asked

_STRENGTH = 364.0  # of the second step over the number of texts, see `logistic.fit`
_FLATTEST = 0.05  # an input that varies less says nothing,
_FLAT_PRODUCT = 0.2  # nor does such a product of standardised ones
_BALANCE = 0.25  # rare labels weigh more by this power: 0 not at all, 1 as much as frequent ones


class Question(NamedTuple):
    """What one column tells: which texts it learns from, and which of these are members. Both of shape (texts,)."""

    asked: NDArray[np.bool_]
    members: NDArray[np.bool_]

    @property
    def answerable(self) -> bool:
        """Whether enough texts stand on either side."""
        return min(int((self.asked & self.members).sum()), int((self.asked & ~self.members).sum())) >= FEWEST


class Fitted(NamedTuple):
    """A classifier of two steps, as it is stored."""

    columns: Parameters
    weighing: Weighing


def fit_stacked(
    features: Features, labels: NDArray[np.int64], groups: NDArray[np.int64], questions: Sequence[Question], recipe: Recipe
) -> Fitted:
    """Fit both steps. The same texts give the same numbers.

    labels: the place of each text's label among the labels. groups: a number for each text that its copies share; what the second step
    learns of a text comes from columns that saw none of these. All of shape (texts,).
    """
    asked = [question for question in questions if question.answerable]
    known = frequent(features, recipe.least_texts)
    present = Lookup(known).present(features, len(labels))
    rarity = rarity_of(present, len(known))
    texts = matrix(unit_values(present, rarity), present, len(known))
    margins = np.zeros((len(labels), len(asked)), dtype=np.float32)
    for fitted, held_out in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(labels, labels, groups):
        weights, intercept = _columns(texts, asked, fitted, recipe)
        margins[held_out] = texts[held_out] @ weights + intercept
    weights, intercept = _columns(texts, asked, np.arange(len(labels)), recipe)
    return Fitted(Parameters(known, rarity, weights, intercept, 1.0), _weighing(inputs(margins, present.counts), labels))


def _columns(texts: Matrix, questions: Sequence[Question], rows: NDArray[np.int64], recipe: Recipe) -> tuple[Numbers, Numbers]:
    """Weights, shape (known, questions), and intercepts, shape (questions,), learned from some texts."""
    fitted = []
    for asked, members in questions:
        chosen = rows[asked[rows]]
        fitted.append(fit_column(texts[chosen], members[chosen], recipe))
    weights = np.array([column for column, _ in fitted]).T.astype(np.float16).astype(np.float32)
    return weights, np.array([intercept for _, intercept in fitted], dtype=np.float32)


def _weighing(seen: Numbers, labels: NDArray[np.int64]) -> Weighing:
    middle, scale = seen.mean(axis=0), np.maximum(seen.std(axis=0), np.float32(_FLATTEST))
    names = product_names(seen.shape[1] - 1)
    weights = np.bincount(labels)[labels] ** -_BALANCE
    model = logistic.fit(
        names,
        products(standard(seen, middle, scale)),
        labels.tolist(),
        (weights / weights.mean()).tolist(),
        _STRENGTH / len(labels),
        flattest=_FLAT_PRODUCT,
    )
    return Weighing(middle, scale, model)
