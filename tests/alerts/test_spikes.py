"""The spike score: what is expected, how unlikely it is, and what is no spike."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from alerts.spikes import Bank, Reading, State, Tuning

ZONE = ZoneInfo("Asia/Shanghai")
START = 1_780_243_200.0  # 2026-06-01 00:00 in Shanghai, a Monday
STEP = 300.0
DAY = 288  # intervals


def _poisson(mean: float, intervals: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, intervals).astype(float)


def _read(bank: Bank, counts: Sequence[float] | np.ndarray, first: int = 0) -> list[Reading]:
    rows = np.asarray(counts, dtype=float).reshape(len(counts), -1)
    return list(bank.walk((START + STEP * (first + number), row) for number, row in enumerate(rows)))


def _alerts(readings: Sequence[Reading], series: int = 0) -> list[int]:
    return [number for number, reading in enumerate(readings) if reading.alert[series]]


def test_a_burst_raises_one_alert_that_says_what_and_since_when() -> None:
    """Forty posts in five minutes where four are usual: one alert at once, with observed, expected, rarity and its beginning."""
    counts = np.concatenate([_poisson(4, 6 * DAY), [6, 40, 38, 35, 30], _poisson(4, 50, 5)])
    readings = _read(Bank(["a"], ZONE), counts)
    (first,) = _alerts(readings)
    reading = readings[first]
    assert first == 6 * DAY + 1
    assert reading.observed[0] == 40
    assert 3 < reading.expected[0] < 5
    assert reading.score[0] == reading.surprise[0] > 2.5
    assert START + STEP * (first - 1) <= reading.since[0] <= reading.at
    assert reading.running[0]
    assert not readings[-1].running[0]


def test_an_episode_that_grows_is_told_again() -> None:
    """Twice the peak is news; the same height again is not."""
    counts = np.concatenate([_poisson(4, 6 * DAY), [40, 40, 40, 400, 400, 400]])
    assert _alerts(_read(Bank(["a"], ZONE), counts)) == [6 * DAY, 6 * DAY + 3]


def test_few_posts_are_no_spike() -> None:
    """Seven posts in an account that gets none are rare, but too few to wake anybody."""
    readings = _read(Bank(["a"], ZONE), [*[0] * (6 * DAY), 7, 0, 0])
    assert _alerts(readings) == []
    assert _alerts(_read(Bank(["a"], ZONE), [*[0] * (6 * DAY), 9, 0, 0])) == [6 * DAY]


def test_quiet_series_stay_quiet() -> None:
    """Forty Poisson series of any size raise less than one alarm a month each."""
    generator = np.random.default_rng(11)
    rates = np.repeat([0.05, 0.5, 5, 50], 10)
    readings = _read(Bank([str(number) for number in range(40)], ZONE), generator.poisson(rates, (14 * DAY, 40)))
    alarms = sum(reading.alert.sum() for reading in readings)
    assert alarms / 40 * (30 / 14) < 1


def test_the_hour_of_the_day_is_learned() -> None:
    """A daily peak at nine is expected after three weeks, and raises nothing."""
    hours = (np.arange(21 * DAY) // 12) % 24
    counts = np.random.default_rng(2).poisson(np.where(hours == 9, 30, 3))
    readings = _read(Bank(["a"], ZONE), counts)
    nine = readings[20 * DAY + 9 * 12 + 5]
    three = readings[20 * DAY + 3 * 12 + 5]
    assert nine.expected[0] > 4 * three.expected[0]
    assert not [found for found in _alerts(readings) if found > 14 * DAY]


def test_a_missing_interval_is_unknown() -> None:
    """A gap is neither scored nor learned as zero: what is expected after it is what was expected before."""
    with_gap = _poisson(20, 8 * DAY)
    with_gap[4 * DAY : 6 * DAY] = np.nan
    with_zeros = np.nan_to_num(with_gap)
    gap, zeros = (_read(Bank(["a"], ZONE), counts) for counts in (with_gap, with_zeros))
    assert np.isnan(gap[5 * DAY].score[0])
    assert gap[6 * DAY].expected[0] > 17
    assert zeros[6 * DAY].expected[0] < 15
    assert _alerts(gap) == []


def test_intervals_that_were_never_read_are_unknown_too() -> None:
    """Leaving intervals out is the same as reading them as NaN."""
    counts = _poisson(20, 4 * DAY)
    told, untold = Bank(["a"], ZONE), Bank(["a"], ZONE)
    _read(told, [*counts, *[np.nan] * 100])
    _read(untold, counts)
    assert _read(told, [25], 4 * DAY + 100)[0].score == _read(untold, [25], 4 * DAY + 100)[0].score


def test_what_a_back_fill_brings_is_no_spike() -> None:
    """Counts that came late are neither told nor learned."""
    bank = Bank(["late", "live"], ZONE)
    _read(bank, np.tile(_poisson(4, 6 * DAY)[:, None], 2))
    reading = bank.read(START + STEP * 6 * DAY, np.array([300.0, 300.0]), np.array([True, False]))
    assert reading.alert.tolist() == [False, True]
    after = bank.read(START + STEP * (6 * DAY + 1), np.array([4.0, 4.0]))
    assert not after.running[0]


def test_a_new_series_raises_nothing_on_its_first_day() -> None:
    """A series without a past has no habit to break: no alert and no score, until a day is known."""
    readings = _read(Bank(["a"], ZONE), [*_poisson(4, DAY - 20), 100, *_poisson(4, DAY), 100])
    assert _alerts(readings) == [2 * DAY - 19]
    assert max(reading.score[0] for reading in readings[: DAY - 1]) == 0


def test_a_stored_state_goes_on_as_if_never_stopped() -> None:
    """Stored as JSON and restored in the middle of an episode, the bank gives exactly the same readings."""
    counts = np.stack([_poisson(4, 5 * DAY), _poisson(0.3, 5 * DAY)], axis=1)
    counts[-30:-20, 0] = 50
    whole = Bank(["a", "b"], ZONE)
    expected = _read(whole, counts)[-25:]
    first = Bank(["a", "b"], ZONE)
    _read(first, counts[:-25])
    stored = msgspec.json.decode(msgspec.json.encode(first.state()), type=State)
    found = _read(Bank.restore(stored, ["a", "b"], ZONE), counts[-25:], 5 * DAY - 25)
    assert [reading.score.tolist() for reading in found] == [reading.score.tolist() for reading in expected]
    assert [reading.alert.tolist() for reading in found] == [reading.alert.tolist() for reading in expected]


def test_series_may_come_and_go() -> None:
    """Restoring for other keys keeps the past of those that stay, in their new places."""
    bank = Bank(["a", "b"], ZONE)
    _read(bank, np.stack([np.full(DAY, 5), np.full(DAY, 90)], axis=1))
    restored = Bank.restore(bank.state(), ["new", "b"], ZONE)
    reading = restored.read(START + STEP * DAY, np.array([1.0, 90.0]))
    assert reading.expected[1] == pytest.approx(90, rel=0.05)
    assert reading.expected[0] < 2


def test_a_state_of_another_model_or_interval_is_not_used() -> None:
    """What another recipe learned means nothing here: the bank begins anew, and says so by having no last interval."""
    bank = Bank(["a"], ZONE)
    _read(bank, [5, 5, 5])
    other = msgspec.structs.replace(bank.state(), model="spikes-0")
    assert Bank.restore(other, ["a"], ZONE).at is None
    assert Bank.restore(bank.state(), ["a"], ZONE, Tuning(step=3600)).at is None


def test_time_goes_forward_only() -> None:
    """An interval that is not after the last one is refused: it would be counted twice."""
    bank = Bank(["a"], ZONE)
    bank.read(START, np.array([1.0]))
    with pytest.raises(ValueError, match="not after the last"):
        bank.read(START, np.array([1.0]))


def test_long_intervals_have_fewer_windows() -> None:
    """With intervals of an hour the shorter windows fall together; a day is a window by itself."""
    assert Tuning().windows == (1, 6, 36)
    assert Tuning(step=3600).windows == (1, 3)
    assert Tuning(step=86400).windows == (1,)
