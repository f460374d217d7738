"""The scoring of the Numenta Anomaly Benchmark, written from its published description (Lavin and Ahmad 2015, profile "standard").

A detection inside a window of an anomaly earns up to +1, more the earlier it comes, counted once a window; a window without one
costs 1; a detection outside costs up to 0.11, less just after a window. Rows of the first 15 % (750 at most) don't count.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

FALSE_ALARM = 0.11
PROBATION_SHARE = 0.15
PROBATION_MOST = 750  # rows
STEEPNESS = 5.0
FAR = 3.0  # window lengths after which a false alarm costs all


class Labelled(NamedTuple):
    """One series as a detector saw it: times, its scores (0 or more), and the windows in which an anomaly is."""

    name: str
    times: Sequence[datetime]
    scores: Sequence[float]
    windows: Sequence[tuple[datetime, datetime]]


def raw_score(series: Labelled, threshold: float) -> float:
    """Score one series at a threshold: the sum over its windows and its false alarms."""
    return sum(_gains(series, threshold))


def best_threshold(all_series: Sequence[Labelled]) -> tuple[float, float]:
    """Find the threshold at which the sum over all series is highest, as the benchmark's own optimiser does, and that standard score."""
    candidates = sorted({score for series in all_series for score in series.scores if score > 0}, reverse=True)
    coarse = candidates[:: max(1, len(candidates) // 200)]
    return max(((threshold, standard_score(all_series, threshold)) for threshold in coarse), key=lambda found: found[1])


def standard_score(all_series: Sequence[Labelled], threshold: float) -> float:
    """Score a detector: 0 is one that says nothing, 100 a perfect one."""
    windows = sum(len(series.windows) for series in all_series)
    raw = sum(raw_score(series, threshold) for series in all_series)
    return 100 * (raw + windows) / (2 * windows)


def _gains(series: Labelled, threshold: float) -> list[float]:
    probation = min(math.floor(PROBATION_SHARE * len(series.times)), PROBATION_MOST)
    place = {time: index for index, time in enumerate(series.times)}
    edges = [(place[start], place[end]) for start, end in series.windows]
    found = [index for index, score in enumerate(series.scores) if index >= probation and score >= threshold]
    gains = []
    for first, last in edges:
        inside = [index for index in found if first <= index <= last]
        gains.append(_sigmoid(-(last - inside[0] + 1) / (last - first + 1)) / _sigmoid(-1.0) if inside else -1.0)
    outside = [index for index in found if not any(first <= index <= last for first, last in edges)]
    return gains + [FALSE_ALARM * _cost(index, edges) for index in outside]


def _cost(index: int, edges: Sequence[tuple[int, int]]) -> float:
    before = [(first, last) for first, last in edges if last < index]
    if not before:
        return -1.0
    first, last = before[-1]
    return _sigmoid((index - last) / (last - first))


def _sigmoid(position: float) -> float:
    return -1.0 if position > FAR else 2 / (1 + math.exp(STEEPNESS * position)) - 1
