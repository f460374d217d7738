"""What a series is expected to count: a level that outliers hardly move, times a factor for the hour and the kind of day.

Both are Gamma-Poisson: a sum of counts over a sum of exposures, old ones fading, with a prior that weighs little once a
series has some history. Shapes: S series, SLOTS = 24 hours x {weekday, weekend}.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SLOTS = 48
SATURDAY = 5


def slot_of(at: float, zone: ZoneInfo) -> int:
    """Name the slot of a time in seconds since 1970: the hour in the office's zone, and 24 more at a weekend."""
    local = datetime.fromtimestamp(at, zone)
    return local.hour + 24 * (local.weekday() >= SATURDAY)


def expected(level: Array, season_counts: Array, season_exposure: Array, prior: Array) -> Array:
    """Give the mean of the next interval, never quite 0. The factor is drawn to 1 as if `prior` counts had shown it. All of shape S."""
    return np.maximum(level * (season_counts + prior) / (season_exposure + prior), 1e-3)


def residual(observed: Array, mean: Array, dispersion: Array) -> Array:
    """Stabilise the variance of a negative binomial count, so that 1 is one standard deviation whatever the mean (Anscombe 1948)."""
    root = np.sqrt(dispersion)
    found: Array = 2 / root * (np.arcsinh(root * np.sqrt(observed + 0.375)) - np.arcsinh(root * np.sqrt(mean + 0.375)))
    return found
