"""Gives memory back to the system that was freed: the C library keeps it by the thread, and ours come and go."""

import ctypes
import functools
from collections.abc import Callable


def give_back() -> bool:
    """Return freed memory to the system; False where the C library has no way to do so.

    Each commit of the local store runs on threads that take and free tens of MB. glibc keeps what they freed in a
    pool for each, so a process that writes a little every second grew by 100 MB in a minute, and idle never shrank again.
    """
    trim = _trim()
    if trim is None:
        return False
    trim(0)
    return True


@functools.cache
def _trim() -> Callable[[int], int] | None:
    try:
        found = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library than glibc, or Windows
        return None
    found.argtypes = [ctypes.c_size_t]
    trim: Callable[[int], int] = found
    return trim
