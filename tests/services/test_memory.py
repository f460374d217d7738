"""Freed memory goes back to the system."""

import sys

import psutil
import pytest

from services.memory import give_back

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
