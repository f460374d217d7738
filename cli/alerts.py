"""`yuqing alerts`: who is told of what, and why."""

import csv
import sys
from pathlib import Path

import click


@click.group()
def alerts() -> None:
    """Try the detector that raises alerts.

    Example: yuqing alerts replay counts.csv

    Exit codes: 0 done, 1 something in the input can't be used, 2 wrong usage or configuration.
    """


@alerts.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--step", type=click.FloatRange(60, 86400), help="Length of an interval in seconds. Default: as the file has it.")
def replay(*, file: Path, step: float | None) -> None:
    """Run a series of counts (CSV: timestamp,value) through the spike detector, as it would have been seen live.

    Prints CSV: timestamp, value, expected, score (-log10 of how rare the count is in the series' own past; 0 where a running
    episode explains it), alert (1 where one would have gone out). An empty value is an unknown interval, and so is a missing one.
    A row that comes after a later one is a back-fill: it is never an alert.

    A row that can't be used is told on standard error by its line; the rest goes on, and the exit code is 1.

    Example: yuqing alerts replay counts.csv > verdicts.csv
    """
    from alerts import replay as rehearsal
    from alerts.spikes import Tuning
    from config.settings import load_settings

    zone = load_settings().zone
    with click.open_file(str(file), encoding="utf-8-sig", errors="replace") as source:
        rows, bad = rehearsal.read_rows(source, zone)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rehearsal.OUTPUT)
    for found in rehearsal.replay(rows, zone, Tuning(step=step or rehearsal.step_of(rows))):
        if isinstance(found, rehearsal.BadRow):
            bad.append(found)
        else:
            writer.writerow(found.cells())
    for problem in sorted(bad):
        click.echo(f"yuqing: {file}: {problem}", err=True)
    if bad:
        sys.exit(1)
