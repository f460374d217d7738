"""Fits classifiers: linear support vectors over log-count ratios ("NB-SVM", Wang and Manning 2012), tempered afterwards."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from nlp.features import Features, Hashes
from nlp.linear import Numbers, Parameters, softmax, unit_values
from nlp.lookup import Lookup, Present

SEED = 20260812

_HELD_OUT = 5  # a fifth is held out to find the sharpness
_DULLEST, _SHARPEST = 0.1, 20.0
_NO_LABEL = -1


Matrix = sp.csr_matrix  # shape (texts, known)


class Recipe(NamedTuple):
    """How a classifier is made."""

    kinds: tuple[str, ...]  # of features, see `features.Hashed`
    least_texts: int  # a feature in fewer texts of the training set is not learned
    smoothing: float  # added to each count before ratios are taken
    cost: float  # C of the support vectors


class Texts(NamedTuple):
    """Labelled texts as features."""

    features: Features
    labels: NDArray[np.int64]  # the place of each text's label among the labels; shape (texts,)


class Background(NamedTuple):
    """Everyday texts, of which most have none of the labels."""

    features: Features
    size: int  # number of texts
    share: float  # of them, those that lie furthest from every label: they have none
    most: int  # of these, no more are learned from


def fit(texts: Texts, recipe: Recipe, background: Background | None = None) -> Parameters:
    """Fit a classifier. The same texts and recipe give the same numbers.

    With a background each label is also told from everyday texts without any: from those that a first fit finds furthest away.
    """
    known = frequent(texts.features, recipe.least_texts)
    lookup = Lookup(known)
    present = lookup.present(texts.features, len(texts.labels))
    rarity = rarity_of(present, len(known))
    inputs = matrix(unit_values(present, rarity), present, len(known))
    others = inputs[:0]
    if background is not None:
        found = lookup.present(background.features, background.size)
        others = matrix(unit_values(found, rarity), found, len(known))
        margins = _scores(others, *_fit_columns(inputs, others[:0], texts.labels, recipe)).max(axis=1)
        others = others[np.flatnonzero(margins <= np.quantile(margins, background.share))[: background.most]]
    folds = StratifiedKFold(_HELD_OUT, shuffle=True, random_state=SEED)
    fitted, held_out = next(folds.split(texts.labels, texts.labels))
    trial = _fit_columns(inputs[fitted], others, texts.labels[fitted], recipe)
    sharpness = _sharpness(_scores(inputs[held_out], *trial), texts.labels[held_out])
    return Parameters(known, rarity, *_fit_columns(inputs, others, texts.labels, recipe), sharpness)


def frequent(features: Features, least_texts: int) -> Hashes:
    """The hashes that stand in enough texts, sorted."""
    pairs = np.unique(features.texts.astype(np.uint64) << np.uint64(32) | features.hashes)
    hashes, counts = np.unique(pairs.astype(np.uint32), return_counts=True)
    return hashes[counts >= least_texts]


def rarity_of(present: Present, known: int) -> Numbers:
    """Inverse document frequency, as scikit-learn's TfidfTransformer has it without smoothing; shape (known,)."""
    texts = np.bincount(present.rows, minlength=known)
    return (1 + np.log(len(present.counts) / np.maximum(texts, 1))).astype(np.float16).astype(np.float32)


def matrix(values: Numbers, present: Present, known: int) -> Matrix:
    """The features of each text; shape (texts, known)."""
    bounds = np.concatenate([[0], np.cumsum(present.counts)])
    return sp.csr_matrix((values, present.rows, bounds), shape=(len(present.counts), known))


def _fit_columns(inputs: Matrix, others: Matrix, labels: NDArray[np.int64], recipe: Recipe) -> tuple[Numbers, Numbers]:
    """Weights, shape (known, labels), and intercepts, shape (labels,): each label against the rest and against `others`, which have none."""
    inputs = sp.vstack([inputs, others]).tocsr()
    labels = np.concatenate([labels, np.full(others.shape[0], _NO_LABEL)])
    fitted = [fit_column(inputs, labels == label, recipe) for label in np.unique(labels[labels != _NO_LABEL])]
    weights = np.array([column for column, _ in fitted]).T.astype(np.float16).astype(np.float32)
    return weights, np.array([intercept for _, intercept in fitted], dtype=np.float32)


def fit_column(inputs: Matrix, members: NDArray[np.bool_], recipe: Recipe) -> tuple[NDArray[np.float64], float]:
    """What tells members from the others: weights, shape (known,), and the intercept; there must be some of both."""
    ratio = _log_count_ratio(inputs, members, recipe.smoothing)
    machine = LinearSVC(C=recipe.cost, class_weight="balanced", random_state=SEED).fit(inputs @ sp.diags(ratio), members)
    return ratio * machine.coef_[0], float(machine.intercept_[0])


def _log_count_ratio(inputs: Matrix, members: NDArray[np.bool_], smoothing: float) -> NDArray[np.float64]:
    """How much more often each feature stands in members than in others, as a logarithm; shape (known,)."""
    inside, outside = (np.bincount(inputs[chosen].indices, minlength=inputs.shape[1]) + smoothing for chosen in (members, ~members))
    ratio: NDArray[np.float64] = np.log((inside / inside.sum()) / (outside / outside.sum()))
    return ratio


def _scores(inputs: Matrix, weights: Numbers, intercept: Numbers) -> Numbers:
    scores: Numbers = (inputs @ weights + intercept).astype(np.float32)
    return scores


def _sharpness(scores: Numbers, labels: NDArray[np.int64]) -> float:
    """What to multiply the scores of held-out texts with, so that the probabilities fit their labels best."""

    def surprise(sharpness: float) -> float:
        given = softmax(scores * np.float32(sharpness))[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(given, np.finfo(np.float32).tiny)).mean())

    return float(minimize_scalar(surprise, bounds=(_DULLEST, _SHARPEST), method="bounded").x)
