"""The spike detector on the five series of the Numenta Anomaly Benchmark beside the project, and its speed on 5,000 series.

`python -m benchmarks.spikes [FOLDER]`. Figures and their meaning: docs/alerts.md.
"""

import csv
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from alerts.spikes import Bank
from benchmarks.nab import Labelled, best_threshold, raw_score, standard_score

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "spikes" / "nab"
STEP = 300
MANY = 5000


def read(folder: Path, column: str = "value", inside: str = "") -> list[Labelled]:
    """Read every series of the folder (or of a folder inside it) with its windows; `scores` holds the column."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    found = []
    for key, given in sorted(labels.items()):
        name = key.rpartition("_")[2].removesuffix(".csv")
        path = folder / inside / f"{name}.csv" if inside else folder / Path(key).name
        with path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
        windows = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in given["windows"]]
        found.append(Labelled(name, times, [float(row[column]) for row in rows], windows))
    return found


def detect(all_series: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """Run the detector over all series at once: each with its score, and with its alerts as 0 and 1."""
    places = [[round(time.replace(tzinfo=UTC).timestamp() / STEP) for time in series.times] for series in all_series]
    first, last = min(min(found) for found in places), max(max(found) for found in places)
    counts = np.full((last - first + 1, len(all_series)), np.nan)
    for column, series in enumerate(all_series):
        counts[np.array(places[column]) - first, column] = series.scores
    bank = Bank([series.name for series in all_series], ZoneInfo("UTC"))
    readings = list(bank.walk(((first + row) * STEP, values) for row, values in enumerate(counts)))
    return tuple(  # type: ignore[return-value]
        [
            series._replace(scores=[float(np.nan_to_num(getattr(readings[place - first], field)[column])) for place in places[column]])
            for column, series in enumerate(all_series)
        ]
        for field in ("score", "alert")
    )


def leave_one_out(scored: Sequence[Labelled]) -> float:
    """Give the mean standard score of each series at the threshold that is best for the others."""
    found = []
    for place, series in enumerate(scored):
        threshold, _ = best_threshold([*scored[:place], *scored[place + 1 :]])
        found.append(standard_score([series], threshold))
    return sum(found) / len(found)


def speed() -> float:
    """Measure how many series a second one step reads (CPU time)."""
    generator = np.random.default_rng(7)
    rates = generator.gamma(0.5, 2, MANY)
    bank = Bank([str(number) for number in range(MANY)], ZoneInfo("Asia/Shanghai"))
    steps = [(1.7e9 + STEP * number, generator.poisson(rates).astype(float)) for number in range(60)]
    began = time.process_time()
    for _ in bank.walk(steps):
        pass
    return MANY * len(steps) / (time.process_time() - began)


def main() -> None:
    """Print the figures."""
    scored, alerts = detect(read(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
    threshold, best = best_threshold(scored)
    print(f"NAB standard score {best:.1f} at a score of {threshold:.2f}; leaving one series out {leave_one_out(scored):.1f}")
    for series in scored:
        print(f"  {series.name}: raw {raw_score(series, threshold):.2f} of {len(series.windows)}")
    print(f"NAB standard score of the alerts as they would go out {standard_score(alerts, 1.0):.1f}")
    print(f"{speed():,.0f} series/s")


if __name__ == "__main__":
    main()
