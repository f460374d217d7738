"""Freed memory goes back to the system."""

import gc
import os
import subprocess
import sys

import psutil
import pytest

from services.memory import NEW_OBJECTS, give_back

PIECE = 64 * 1024  # small enough that the C library keeps it in its pool
PIECES = 1600


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems' C libraries keep less")
def test_what_was_freed_goes_back() -> None:
    """A process that has freed 100 MB in small pieces between ones that stay holds them no more afterwards."""
    pieces = [bytearray(PIECE) for _ in range(PIECES)]
    kept = pieces[::50]  # so that the pool has holes and can't simply shrink
    full = psutil.Process().memory_info().rss
    del pieces
    assert give_back()
    assert full - psutil.Process().memory_info().rss > PIECE * PIECES * 0.8
    assert len(kept) == PIECES // 50


POOLED = """
import threading
from services.memory import few_arenas
assert few_arenas()
gate = threading.Barrier(24)
def work():
    gate.wait()
    for _ in range(200):
        [bytearray(40_000) for _ in range(50)]
    gate.wait()
threads = [threading.Thread(target=work) for _ in range(24)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(sum(1 for line in open("/proc/self/maps") if int(line.split("-")[0], 16) % (1 << 26) == 0))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems' C libraries have no such pools")
def test_threads_share_the_pools_of_memory() -> None:
    """However many there are: each pool begins at a multiple of 64 MB."""
    found = subprocess.run([sys.executable, "-c", POOLED], capture_output=True, text=True, check=True)
    assert int(found.stdout) <= 2 * (os.cpu_count() or 1)


LOOKED = """
import gc
from services.memory import collect_rarely
collect_rarely()
kept = [[] for _ in range(50_000)]
class Knot: pass
for _ in range(200_000):
    knot = Knot()
    knot.me = knot
looks = [one["collections"] for one in gc.get_stats()]
print(looks[0], sum(isinstance(one, Knot) for one in gc.get_objects()))
"""


def test_cycles_are_looked_for_less_often_but_still_found() -> None:
    """A quarter of a million new objects cost a handful of looks instead of hundreds, and cycles don't pile up."""
    assert gc.get_threshold()[0] < NEW_OBJECTS
    found = subprocess.run([sys.executable, "-c", LOOKED], capture_output=True, text=True, check=True)
    looks, left = map(int, found.stdout.split())
    assert looks < 100, "Python looked as often as before"
    assert left < 110_000, "objects in cycles were never freed"
