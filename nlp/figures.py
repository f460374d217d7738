"""Figures of model cards, each with how sure it is: intervals that hold 95 of 100 times, by resampling the texts that were measured."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SEED = 20261125
RESAMPLES = 2000
INTERVAL = (2.5, 97.5)  # percent


class Figure(NamedTuple):
    """One figure, 0 to 1."""

    measure: str  # as the card names it
    value: float
    interval: tuple[float, float]
    rows: int  # texts that it is a share of


def share(measure: str, hits: Sequence[bool] | NDArray[np.bool_]) -> Figure:
    """How many of some texts are as they should be; 0 of none."""
    found, rows = int(np.sum(hits)), len(hits)
    drawn = np.random.default_rng(SEED).binomial(rows, found / max(rows, 1), RESAMPLES) / max(rows, 1)
    return Figure(measure, found / max(rows, 1), interval(drawn), rows)


def precision_recall(name: str, right: NDArray[np.bool_], said: NDArray[np.bool_]) -> tuple[Figure, Figure]:
    """How many of those that are said to be so are, and how many of those that are so are said to be; 0 of none."""
    counts = np.array([(right & said).sum(), (~right & said).sum(), (right & ~said).sum(), (~right & ~said).sum()])
    drawn = np.random.default_rng(SEED).multinomial(counts.sum(), counts / max(counts.sum(), 1), RESAMPLES)
    figures = []
    for measure, wrong in (("precision", 1), ("recall", 2)):
        rows = int(counts[0] + counts[wrong])
        shares = drawn[:, 0] / np.maximum(drawn[:, 0] + drawn[:, wrong], 1)
        figures.append(Figure(f"{name}: {measure}", float(counts[0] / max(rows, 1)), interval(shares), rows))
    return figures[0], figures[1]


def interval(drawn: NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 % of what was drawn."""
    low, high = np.percentile(drawn, INTERVAL).tolist()
    return low, high


def scores(figures: Sequence[Figure]) -> Mapping[str, float]:
    """The values by measure, as cards have them."""
    return {figure.measure: figure.value for figure in figures}
