"""The spike score: is a series counting more than its own habit explains, how unlikely is that, and since when.

The recipe: the mean of an interval from a winsorised level and the hour and kind of day (`alerts.expected`); over 5 minutes,
30 minutes and 3 hours the variance-stabilised residual of a negative binomial, floored at 0, averaged; how rare that average is
in the series' own history (`alerts.tails`). An alert needs both, a rare and a large residual, and some posts behind it.
An unknown interval is NaN, never 0: it is neither scored nor learned. So is one that a back-fill brought.
Thousands of series go through each step at once; nothing is looked at twice, and `Bank.state` holds all there is to store.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from alerts import expected, tails
from alerts.expected import Array

MODEL = "spikes-1"  # stands in each alert; raise it when the same counts would give another score
WINDOWS_S = (300.0, 1800.0, 10800.0)
DAY_S = 86400.0
STANDS_OUT = 1.0  # standard deviations from which a residual may be the beginning of something
OUTLIER = 3.0  # standard deviations beyond which a count teaches no more
NEWS = 1.15  # a residual has news value when it surpasses the peak of the unrest by this factor
LEAST_PRIOR = 5.0  # counts
TINY = 1e-9


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set about the score. Times are in seconds."""

    step: float = 300.0  # length of an interval
    level_half_life: float = 7 * DAY_S
    season_half_life: float = 28 * DAY_S
    history_half_life: float = 10 * DAY_S  # of the residuals that say what is rare
    season_prior: float = 4 * 3600.0  # hours of counts that speak for a factor of 1
    dispersion: float = 0.15  # of the prior: variance = mean + dispersion x mean²
    warm_up: float = DAY_S  # a series with less known history raises no alert
    surprise: float = 2.5  # an alert needs one in 10^2.5 = 316 intervals of its own past …
    residual: float = 2.2  # … and so many standard deviations …
    posts: int = 8  # … and so many posts in the longest window
    calm: float = 0.7  # an episode ends after `calm_for` under this share of its peak
    calm_for: float = 3 * 3600.0  # as long as the longest window remembers
    growth: float = 2.0  # an episode that goes on is told again at so many times the count that was last told

    @property
    def windows(self) -> tuple[int, ...]:
        """The windows in intervals, shortest first; where an interval is long, fewer of them."""
        return tuple(sorted({max(1, round(window / self.step)) for window in WINDOWS_S}))

    def keep(self, half_life: float) -> float:
        """The factor by which one interval lets a sum fade."""
        return float(0.5 ** (self.step / half_life))


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one interval says of each series; arrays of shape S. Unknown is NaN (False in `alert` and `running`)."""

    at: float  # start of the interval, seconds since 1970
    observed: Array
    expected: Array
    residual: Array  # in standard deviations
    surprise: Array  # -log10 of how rare it is: 4 means one interval in 10,000
    score: Array  # the surprise where it is news; 0 in the warm-up and where a running episode explains it already
    running: npt.NDArray[np.bool_]  # whether an episode runs
    alert: npt.NDArray[np.bool_]  # whether one begins here or has grown
    since: Array  # when the residual began to stand out, seconds since 1970


class State(msgspec.Struct, kw_only=True):
    """A bank between two runs, as it is stored: all that the past has taught, as deflated little-endian doubles."""

    model: str
    step: float
    keys: tuple[str, ...]
    at: float | None  # the last interval seen
    columns: dict[str, bytes]


class Bank:
    """Many series, each under a key, walked through time in steps of one interval. Not safe to share between threads."""

    def __init__(self, keys: Sequence[str], zone: ZoneInfo, tuning: Tuning | None = None) -> None:
        """Begin without history."""
        self.keys = tuple(keys)
        self.tuning = tuning or Tuning()
        self.at: float | None = None
        self._zone = zone
        self._columns = _fresh(len(self.keys), self.tuning)

    @classmethod
    def restore(cls, state: State, keys: Sequence[str], zone: ZoneInfo, tuning: Tuning | None = None) -> Self:
        """Go on from a stored state. Keys that it lacks begin without history; keys no longer wanted are left out.

        A state of another model or another interval means nothing here: all begin anew, so replay the past.
        """
        bank = cls(keys, zone, tuning)
        if state.model != MODEL or state.step != bank.tuning.step:
            return bank
        bank.at = state.at
        place = {key: row for row, key in enumerate(state.keys)}
        rows = [row for row, key in enumerate(bank.keys) if key in place]
        stored = [place[bank.keys[row]] for row in rows]
        for name, column in bank._columns.items():
            column[rows] = np.frombuffer(zlib.decompress(state.columns[name]), "<f8").reshape(len(state.keys), *column.shape[1:])[stored]
        return bank

    def state(self) -> State:
        """Everything that `restore` needs."""
        columns = {name: zlib.compress(column.astype("<f8").tobytes(), 1) for name, column in self._columns.items()}
        return State(model=MODEL, step=self.tuning.step, keys=self.keys, at=self.at, columns=columns)

    @property
    def known(self) -> Array:
        """How many intervals of each series are known so far."""
        return self._columns["known"]

    def fork(self) -> Self:
        """Make another bank with the same past; what it reads teaches this one nothing."""
        other = type(self)((), self._zone, self.tuning)
        other.keys, other.at = self.keys, self.at
        other._columns = {name: column.copy() for name, column in self._columns.items()}  # noqa: SLF001 - one of its own kind
        return other

    def walk(self, intervals: Iterable[tuple[float, Array]]) -> Iterator[Reading]:
        """Read interval after interval: (start in seconds, counts of shape S)."""
        for at, counts in intervals:
            yield self.read(at, counts)

    def read(self, at: float, counts: Array, back_fill: npt.NDArray[np.bool_] | None = None) -> Reading:
        """Read the next interval. `counts` has shape S, NaN where unknown; `back_fill` marks counts that came late.

        Intervals between the last one and this are unknown. Raises ValueError when this one is not after the last.
        """
        self._skip_to(at)
        if back_fill is not None:
            counts = np.where(back_fill, np.nan, counts)
        past, tuning = self._columns, self.tuning
        slot = expected.slot_of(at, self._zone)
        level = past["counts"] / past["exposure"]
        prior = np.maximum(level * tuning.season_prior / tuning.step, LEAST_PRIOR)
        mean = expected.expected(level, past["season_counts"][:, slot], past["season_exposure"][:, slot], prior)
        self._remember(counts, mean)
        windows = [self._window(length) for length in tuning.windows]
        found = self._residuals(windows)
        known = ~np.isnan(counts) & ~np.isnan(found)
        residual = np.where(known, np.maximum(found, 0.0), 0.0)
        step = _Step(at, slot, known, counts, level, mean, residual, windows)
        reading = self._judge(step, tails.surprise(past["history"], residual))
        self._learn(step)
        return reading

    def _skip_to(self, at: float) -> None:
        if self.at is not None and at <= self.at:
            raise ValueError(f"the interval at {at} is not after the last one, at {self.at}")
        missing = 0 if self.at is None else round((at - self.at) / self.tuning.step) - 1
        for _ in range(min(missing, self.tuning.windows[-1])):
            unknown = np.full(len(self.keys), np.nan)
            self._remember(unknown, unknown)
        self.at = at

    def _remember(self, counts: Array, mean: Array) -> None:
        for name, values in (("recent", counts), ("recent_mean", mean)):
            ring = self._columns[name]
            ring[:, :-1] = ring[:, 1:]
            ring[:, -1] = values

    def _window(self, length: int) -> tuple[Array, Array]:
        """Sum what was counted and expected over the known ones of the last intervals; NaN where less than half is known."""
        counts, mean = (self._columns[name][:, -length:] for name in ("recent", "recent_mean"))
        known = ~np.isnan(counts)
        enough = known.sum(axis=1) * 2 >= length
        observed = np.where(known, counts, 0.0).sum(axis=1)
        return np.where(enough, observed, np.nan), np.where(known, mean, 0.0).sum(axis=1)

    def _residuals(self, windows: Sequence[tuple[Array, Array]]) -> Array:
        """Average the residuals over the windows that are known; NaN where none is."""
        total, number = np.zeros(len(self.keys)), np.zeros(len(self.keys))
        for index, (observed, mean) in enumerate(windows):
            values = expected.residual(observed, mean, self._dispersion(index))
            known = ~np.isnan(values)
            total += np.where(known, np.maximum(values, 0.0), 0.0)
            number += known
        return np.where(number > 0, total / np.maximum(number, 1), np.nan)

    def _dispersion(self, window: int) -> Array:
        return np.maximum(self._columns["spread"][:, window] / self._columns["squares"][:, window], 1e-3)

    def _judge(self, step: "_Step", surprise: Array) -> Reading:
        past, tuning, known, residual = self._columns, self.tuning, step.known, step.residual
        over = (past["peak"] > 0) & (step.at - past["last_high"] >= tuning.calm_for)
        past["peak"][over] = past["told"][over] = 0.0
        stands_out = known & (residual >= STANDS_OUT)
        past["since"] = np.where(stands_out & np.isnan(past["since"]), step.at, np.where(known & ~stands_out, np.nan, past["since"]))
        warm = known & (past["known"] * tuning.step >= tuning.warm_up)
        posts = step.windows[-1][0]
        unusual = warm & (surprise >= tuning.surprise) & (residual >= tuning.residual) & (posts >= tuning.posts)
        # The longer windows fill while an episode lasts, so its residual grows though the counts don't: told again by the counts.
        # And by a post at least: the longer windows alone say nothing new.
        alert = unusual & (step.counts >= np.maximum(tuning.growth * past["told"], 1.0))
        news = alert | (warm & stands_out & (residual > NEWS * past["peak"]))
        past["told"] = np.where(alert, np.maximum(step.counts, 1.0), past["told"])
        past["peak"] = np.where(stands_out, np.maximum(past["peak"], residual), past["peak"])
        past["last_high"] = np.where(stands_out & (residual >= tuning.calm * past["peak"]), step.at, past["last_high"])
        return Reading(
            at=step.at,
            observed=step.counts,
            expected=step.mean,
            residual=np.where(known, residual, np.nan),
            surprise=np.where(known, surprise, np.nan),
            score=np.where(known, np.where(news, surprise, 0.0), np.nan),
            running=past["told"] > 0,
            alert=alert,
            since=past["since"].copy(),
        )

    def _learn(self, step: "_Step") -> None:
        past, tuning, known = self._columns, self.tuning, step.known
        young = past["known"] * tuning.step < tuning.warm_up / 2  # the level is still found, so nothing is an outlier to it
        cap = step.mean + OUTLIER * np.sqrt(step.mean + self._dispersion(0) * step.mean**2) + 1
        counted = np.where(young, step.counts, np.minimum(step.counts, cap))
        keep = tuning.keep(tuning.level_half_life)
        _fade(past["counts"], known, keep, counted)
        _fade(past["exposure"], known, keep, step.mean / np.maximum(step.level, TINY))
        keep = tuning.keep(tuning.season_half_life)
        _fade(past["season_counts"][:, step.slot], known, keep, counted)
        _fade(past["season_exposure"][:, step.slot], known, keep, step.level)
        self._learn_spread(known, step.windows)
        tails.learn(past["history"], step.residual, known & ~young, tuning.keep(tuning.history_half_life))
        past["known"] += known

    def _learn_spread(self, known: npt.NDArray[np.bool_], windows: Sequence[tuple[Array, Array]]) -> None:
        keep = self.tuning.keep(self.tuning.level_half_life)
        for index, (observed, mean) in enumerate(windows):
            there = known & ~np.isnan(observed)
            variance = mean + self._dispersion(index) * mean**2
            squared = np.minimum((observed - mean) ** 2, OUTLIER**2 * variance)
            _fade(self._columns["spread"][:, index], there, keep, squared - mean)
            _fade(self._columns["squares"][:, index], there, keep, mean**2)


class _Step(NamedTuple):
    """One interval on its way through a bank; arrays of shape S."""

    at: float
    slot: int
    known: npt.NDArray[np.bool_]
    counts: Array
    level: Array
    mean: Array
    residual: Array
    windows: Sequence[tuple[Array, Array]]  # observed and expected, shortest first


def _fade(column: Array, known: npt.NDArray[np.bool_], keep: float, added: Array) -> None:
    """Let a sum fade by one interval and add to it, in place, where the interval is known."""
    column[...] = np.where(known, column * keep + added, column)


def _fresh(series: int, tuning: Tuning) -> dict[str, Array]:
    def full(value: float, *shape: int) -> Array:
        return np.full((series, *shape), value)

    windows, longest = len(tuning.windows), tuning.windows[-1]
    return {
        "known": full(0.0),  # intervals known so far
        "counts": full(0.01),
        "exposure": full(0.01),
        "season_counts": full(0.0, expected.SLOTS),
        "season_exposure": full(0.0, expected.SLOTS),
        "spread": full(tuning.dispersion * 100.0, windows),
        "squares": full(100.0, windows),
        "recent": full(np.nan, longest),
        "recent_mean": full(np.nan, longest),
        "history": tails.empty(series, DAY_S / tuning.step),
        "peak": full(0.0),  # the highest residual of the unrest that runs
        "told": full(0.0),  # its count when an alert was last raised
        "last_high": full(np.nan),
        "since": full(np.nan),
    }
