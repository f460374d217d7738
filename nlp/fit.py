"""Fits classifiers: linear support vectors over log-count ratios ("NB-SVM", Wang and Manning 2012), tempered afterwards.

Where texts come from two domains, each feature stands once for all texts and once for its own domain (Daumé 2007), and a
detector says at tagging time how much a text belongs to the second domain.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from nlp.features import Features, Hashes
from nlp.linear import Numbers, Parameters, blend, softmax
from nlp.lookup import Lookup

SEED = 20260812

_HELD_OUT = 5  # a fifth is held out to find the sharpness
_SHARPEST = 20.0


class Recipe(NamedTuple):
    """How a classifier is made."""

    kinds: tuple[str, ...]  # of features, see `features.Hashed`
    least_texts: int  # a feature in fewer texts of the training set is not learned
    smoothing: float  # added to each count before ratios are taken
    cost: float  # C of the support vectors


class Texts(NamedTuple):
    """Labelled texts as features. `domains` is 0 or 1 for each text, or None where there is one domain."""

    features: Features
    labels: NDArray[np.int64]  # the place of each text's label among the labels; shape (texts,)
    domains: NDArray[np.int64] | None = None


def fit(texts: Texts, recipe: Recipe) -> Parameters:
    """Fit a classifier. The same texts and recipe give the same numbers."""
    known = _frequent(texts.features, recipe.least_texts)
    present = _presence(texts.features, known, len(texts.labels))
    groups = texts.labels if texts.domains is None else texts.labels * 2 + texts.domains
    fitted, held_out = next(StratifiedKFold(_HELD_OUT, shuffle=True, random_state=SEED).split(groups, groups))
    trial = _fit_columns(present[fitted], texts.labels[fitted], _some(texts.domains, fitted), recipe)
    sharpness = _sharpness(_scores(present[held_out], *trial), texts.labels[held_out], _some(texts.domains, held_out))
    weights, intercept = _fit_columns(present, texts.labels, texts.domains, recipe)
    return Parameters(known, weights, intercept, sharpness)


def _frequent(features: Features, least_texts: int) -> Hashes:
    """The hashes that stand in enough texts, sorted."""
    pairs = np.unique(features.texts.astype(np.uint64) << np.uint64(32) | features.hashes)
    hashes, counts = np.unique(pairs.astype(np.uint32), return_counts=True)
    return hashes[counts >= least_texts]


def _presence(features: Features, known: Hashes, texts: int) -> sp.csr_matrix:
    """1 where a known feature stands in a text; shape (texts, known)."""
    rows, counts = Lookup(known).rows(features, texts)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    return sp.csr_matrix((np.ones(len(rows), dtype=np.float32), rows, bounds), shape=(texts, len(known)))


def _fit_columns(
    present: sp.csr_matrix, labels: NDArray[np.int64], domains: NDArray[np.int64] | None, recipe: Recipe
) -> tuple[Numbers, Numbers]:
    """Weights and intercept of all columns, as `linear.Classifier` reads them."""
    if domains is None:
        columns = [_one_against_rest(present, labels == label, recipe, None) for label in np.unique(labels)]
        return np.hstack([weights[:, None] for weights, _ in columns]), np.array([bias for _, bias in columns], dtype=np.float32)
    detector, bias = _one_against_rest(present, domains == 1, recipe, None)
    columns = [_one_against_rest(present, labels == label, recipe, domains) for label in np.unique(labels)]
    known = present.shape[1]
    first = [(weights[:known] + weights[known : 2 * known])[:, None] for weights, _ in columns]
    second = [(weights[:known] + weights[2 * known :])[:, None] for weights, _ in columns]
    biases = [bias for _, bias in columns]
    return np.hstack([detector[:, None], *first, *second]), np.array([bias, *biases, *biases], dtype=np.float32)


def _one_against_rest(
    present: sp.csr_matrix, members: NDArray[np.bool_], recipe: Recipe, domains: NDArray[np.int64] | None
) -> tuple[Numbers, float]:
    """Weights of one label against all others: of each feature or, with domains, of its three copies one after the other."""
    ratio = _log_count_ratio(present, members, recipe.smoothing)
    if domains is None:
        inputs = _unit_length(present)
    else:
        inputs = _three_copies(_unit_length(present), domains)
        ratio = np.tile(ratio, 3)
    machine = LinearSVC(C=recipe.cost, class_weight="balanced", random_state=SEED).fit(inputs @ sp.diags(ratio), members)
    return (ratio * machine.coef_[0]).astype(np.float32), float(machine.intercept_[0])


def _log_count_ratio(present: sp.csr_matrix, members: NDArray[np.bool_], smoothing: float) -> NDArray[np.float64]:
    """How much more often each feature stands in members than in others, as a logarithm; shape (known,)."""
    inside, outside = (np.asarray(present[chosen].sum(axis=0)).ravel() + smoothing for chosen in (members, ~members))
    return np.log((inside / inside.sum()) / (outside / outside.sum()))


def _unit_length(present: sp.csr_matrix) -> sp.csr_matrix:
    counts = np.maximum(np.asarray(present.sum(axis=1)).ravel(), 1)
    return (sp.diags(1 / np.sqrt(counts)) @ present).tocsr()


def _three_copies(inputs: sp.csr_matrix, domains: NDArray[np.int64]) -> sp.csr_matrix:
    """Each feature for all texts, for those of the first domain, and for those of the second; shape (texts, 3 × known)."""
    return sp.hstack([inputs, sp.diags(1.0 - domains) @ inputs, sp.diags(1.0 * domains) @ inputs]).tocsr()


def _scores(present: sp.csr_matrix, weights: Numbers, intercept: Numbers) -> Numbers:
    scores: Numbers = (_unit_length(present) @ weights + intercept).astype(np.float32)
    return scores


def _sharpness(scores: Numbers, labels: NDArray[np.int64], domains: NDArray[np.int64] | None) -> Numbers:
    """What to multiply the scores of held-out texts with, so that the probabilities fit their labels best."""
    if domains is None:
        return _numbers(_best_factor(lambda factor: softmax(scores * factor), labels))
    detected = np.hstack([np.zeros_like(scores[:, :1]), scores[:, :1]])
    of_domain = _best_factor(lambda factor: softmax(detected * factor), domains)
    of_labels = _best_factor(lambda factor: softmax(blend(scores, _numbers(factor, of_domain))), labels)
    return _numbers(of_labels, of_domain)


def _best_factor(probabilities: Callable[[np.float32], Numbers], labels: NDArray[np.int64]) -> float:
    def surprise(factor: float) -> float:
        given = probabilities(np.float32(factor))[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(given, 1e-12)).mean())

    return float(minimize_scalar(surprise, bounds=(0.1, _SHARPEST), method="bounded").x)


def _numbers(*values: float) -> Numbers:
    return np.array(values, dtype=np.float32)


def _some(values: NDArray[np.int64] | None, places: NDArray[np.int64]) -> NDArray[np.int64] | None:
    return None if values is None else values[places]
