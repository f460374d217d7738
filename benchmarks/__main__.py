"""`python -m benchmarks`: measures the figures that the project promises and prints a table."""

import importlib
import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from benchmarks.rows import Given, Row, show

RESULTS = Path(__file__).with_name("results.json")
BENCHMARKS = {
    "tag": "benchmarks.tag:run",
    "copies": "benchmarks.copies:run",
    "embedded": "benchmarks.embedded:run",
    "store": "benchmarks.local_store:run",
    "kafka": "benchmarks.servers:run",
    "latency": "benchmarks.running:latency",
    "idle": "benchmarks.memory:idle",
    "memory": "benchmarks.memory:full",
    "scale": "benchmarks.scale:run",
    "group": "benchmarks.grouping:run",
    "watch": "benchmarks.watch:run",
    "duty": "benchmarks.duty:run",
    "proofread": "benchmarks.proofreading:run",
}
LIBRARIES = ("cnsenti", "elasticsearch", "jieba", "kafka-python", "msgspec", "numpy", "rjieba", "snownlp", "tantivy")


@click.command()
@click.option("--only", multiple=True, type=click.Choice([*BENCHMARKS]), help="Only this one; give it several times for several.")
@click.option("--posts", type=click.IntRange(min=100), help="So many posts instead of each benchmark's own number.")
@click.option("--full", is_flag=True, help="Also a store of 1,000,000 posts, which takes many minutes.")
@click.option("--save", is_flag=True, help="Put the figures, by benchmark, into results.json.")
def main(only: tuple[str, ...], posts: int | None, *, full: bool, save: bool) -> None:
    """Measure speed and memory, beside the obvious way in the same run.

    "asked" is what issue 3 asks for on a 2-core machine, and issue 5 of tagging. Nothing else should run meanwhile: the load is printed.
    """
    for name in only or BENCHMARKS:
        before = os.getloadavg()[0]
        module, _, function = BENCHMARKS[name].partition(":")
        rows: list[Row] = getattr(importlib.import_module(module), function)(Given(posts, full))
        click.echo(f"\n{name} (load {before:.1f} before, {os.getloadavg()[0]:.1f} after)")
        show(rows)
        if save:
            _save(name, rows, before)


def _save(name: str, rows: list[Row], load: float) -> None:
    known: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    known[name] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_before": round(load, 1),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "libraries": {library: version(library) for library in LIBRARIES},
        "rows": [row._asdict() for row in rows],
    }
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
