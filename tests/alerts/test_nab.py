"""The detector and its scorer on the labelled series beside the project."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmarks import spikes
from benchmarks.nab import Labelled, best_threshold, raw_score, standard_score

START = datetime(2026, 5, 1)  # noqa: DTZ001 the benchmark's times have no zone


def _series(*detections: int, rows: int = 1000) -> Labelled:
    times = [START + timedelta(minutes=5 * row) for row in range(rows)]
    scores = [float(row in detections) for row in range(rows)]
    return Labelled("made", times, scores, [(times[500], times[599])])


def test_nothing_found_scores_nothing() -> None:
    """A detector that is silent scores 0."""
    assert standard_score([_series()], 1.0) == 0


def test_the_earliest_detection_counts_once() -> None:
    """A detection at the window's start earns all; later ones in the same window add and take nothing."""
    assert standard_score([_series(500)], 1.0) == pytest.approx(100)
    assert standard_score([_series(500, 550, 599)], 1.0) == pytest.approx(100)
    assert 50 < standard_score([_series(580)], 1.0) < 100


def test_a_false_alarm_costs_and_probation_does_not_count() -> None:
    """Far from a window a detection costs 0.11; in the first 15 % of the rows it costs nothing."""
    assert raw_score(_series(500, 300), 1.0) == pytest.approx(1 - 0.11)
    assert raw_score(_series(500, 100), 1.0) == pytest.approx(1)


@pytest.mark.data
def test_the_scorer_agrees_with_the_published_one(shared_data: Path) -> None:
    """Our scorer gives Windowed Gaussian what the benchmark's own gave it, series by series."""
    folder = shared_data / "spikes" / "nab"
    scored = spikes.read(folder, "anomaly_score", "windowedGaussian")
    published = spikes.read(folder, "S(t)_standard", "windowedGaussian")
    assert [raw_score(series, 1.0) for series in scored] == pytest.approx([sum(series.scores) for series in published])


@pytest.mark.data
def test_the_detector_keeps_its_score(shared_data: Path) -> None:
    """The published score holds: 72 at the best threshold (docs/alerts.md), and the alerts as sent are worth more than Windowed Gaussian."""
    scored, alerts = spikes.detect(spikes.read(shared_data / "spikes" / "nab"))
    assert best_threshold(scored)[1] > 70
    assert standard_score(alerts, 1.0) > 57
