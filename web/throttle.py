"""How long one who failed to sign in must wait: not at all at first, then twice as long each time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)  # older failures are forgotten
FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=15)
FREE_PER_NAME = 5  # of one name from one address: so nobody can lock out a colleague from elsewhere
FREE_PER_ADDRESS = 30  # a whole office may share one address
KEPT = 60  # failures that are remembered of one key


def recent(failed_at: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """Give the failures that still count, oldest first."""
    return tuple(sorted(at for at in failed_at if now - at < WINDOW))[-KEPT:]


def wait(failed_at: Sequence[datetime], now: datetime, free: int) -> timedelta:
    """Say how long to wait before the next try; zero where it may be made now."""
    counted = recent(failed_at, now)
    if len(counted) < free:
        return timedelta(0)
    doubled: int = 2 ** min(len(counted) - free, 10)
    pause = min(LONGEST, FIRST * doubled)
    return max(timedelta(0), counted[-1] + pause - now)
