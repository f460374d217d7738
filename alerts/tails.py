"""How unlikely a residual is by a series' own history: peaks over a threshold, from a histogram that forgets.

A history of weeks would be millions of numbers for thousands of series, so each keeps counts in bins only. Above the 98th
percentile a generalised Pareto tail is fitted by its first two moments (Pickands, Balkema and de Haan), both drawn towards
a common prior while the peaks are few.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

BINS = 72
RATIO = 0.055  # of neighbouring edges, as a logarithm: the last bin begins at a residual of 48
EDGES: Array = np.expm1(RATIO * np.arange(BINS + 1))
MIDDLES: Array = (EDGES[1:] + EDGES[:-1]) / 2
QUANTILE = 0.98  # where the tail begins
PRIOR_PEAKS = 20.0  # peaks that the prior weighs
PRIOR_MEAN = 0.45  # mean excess of the prior: what an average of three half-normal residuals shows, and some more
PRIOR_SHAPE = 0.15
MOST_SHAPE = 0.5
MOST = 12.0  # -log10 beyond which no difference is made


def empty(series: int, weight: float) -> Array:
    """Make the histograms of series that have no history yet: a half-normal one that weighs `weight` intervals."""
    share = np.exp(-0.5 * MIDDLES**2) * np.diff(EDGES)
    return np.tile(weight * share / share.sum(), (series, 1))


def learn(histograms: Array, residuals: Array, known: npt.NDArray[np.bool_], keep: float) -> None:
    """Add one residual to each series where it is known, in place; what is older fades by the factor `keep`."""
    rows = np.flatnonzero(known)
    histograms[rows] *= keep
    histograms[rows, _bin(residuals[rows])] += 1.0


def surprise(histograms: Array, residuals: Array) -> Array:
    """Say how unlikely residuals of 0 or more are: -log10 of the share of intervals that reach as high, from 0 to MOST."""
    total = histograms.sum(axis=1)
    above = np.cumsum(histograms[:, ::-1], axis=1)[:, ::-1]  # weight in this bin and higher ones
    start = np.argmax(above <= (1 - QUANTILE) * total[:, None], axis=1)  # the first bin wholly in the tail
    rows = np.arange(len(histograms))
    threshold, tail = EDGES[start], above[rows, start]
    share = np.maximum(tail, 0.5) / total
    shape, scale = _pareto(histograms, threshold, start, tail)
    excess = np.maximum(residuals - threshold, 0.0)
    inside = share * np.power(1 + shape * excess / scale, -1 / shape)
    below = above[rows, _bin(residuals)] / total
    found: Array = -np.log10(np.where(residuals > threshold, inside, np.maximum(below, share)))
    return np.clip(found, 0.0, MOST)


def _pareto(histograms: Array, threshold: Array, start: npt.NDArray[np.intp], tail: Array) -> tuple[Array, Array]:
    """Fit shape and scale of the excesses, with the prior as PRIOR_PEAKS more of them."""
    peaks = np.where(np.arange(BINS)[None, :] >= start[:, None], histograms, 0.0)
    excess = np.maximum(MIDDLES[None, :] - threshold[:, None], 0.0)
    mean = ((peaks * excess).sum(axis=1) + PRIOR_PEAKS * PRIOR_MEAN) / (tail + PRIOR_PEAKS)
    square = (peaks * excess**2).sum(axis=1) / np.maximum(tail, 1e-9)
    spread = np.maximum(square - mean**2, 1e-9)
    own = 0.5 * (1 - mean**2 / spread)
    shape = np.clip((tail * own + PRIOR_PEAKS * PRIOR_SHAPE) / (tail + PRIOR_PEAKS), 0.01, MOST_SHAPE)
    return shape, mean * (1 - shape)


def _bin(residuals: Array) -> npt.NDArray[np.intp]:
    return np.minimum(np.log1p(residuals) / RATIO, BINS - 1).astype(np.intp)
