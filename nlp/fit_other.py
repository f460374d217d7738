"""Fits what tells a text about none of the topics from the rest: see `nlp.other`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from nlp.linear import Numbers
from nlp.other import Other

KEPT_OUT = 0.9  # of everyday texts that are about none, at the threshold
_FLATTEST, _STEEPEST = 0.1, 50.0


def fit_other(margins: Numbers, none: Sequence[bool], everyday: Sequence[bool]) -> Other:
    """Choose the threshold that keeps out KEPT_OUT of the everyday texts about none, and the slope that fits all of them best.

    `margins` has shape (texts, labels), `none` says which texts are about none, `everyday` which were drawn at random.
    """
    largest: NDArray[np.float64] = margins.max(axis=1).astype(np.float64)
    about_none = np.array(none)
    threshold = float(np.quantile(largest[about_none & np.array(everyday)], KEPT_OUT))
    side = np.where(about_none, threshold - largest, largest - threshold)
    weight = np.where(about_none, 1 / max(about_none.sum(), 1), 1 / max((~about_none).sum(), 1))

    def surprise(slope: float) -> float:
        return float((weight * np.logaddexp(0, -slope * side)).sum())

    slope = float(minimize_scalar(surprise, bounds=(_FLATTEST, _STEEPEST), method="bounded").x)
    return Other(threshold, slope)
