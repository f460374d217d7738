"""Tagging on one core: `benchmarks.tagging`, kept to one processor."""

import os

from benchmarks import tagging
from benchmarks.rows import Given, Row

ASKED = 6000
POSTS = 20_000


def run(given: Given) -> list[Row]:
    """Measure the process's own time, so that what else runs on the machine counts little."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        found = tagging.run(given.posts or POSTS)
    finally:
        os.sched_setaffinity(0, cores)
    return [Row(row["name"], row["value"], row["unit"], ASKED if place == 0 else None) for place, row in enumerate(found)]
