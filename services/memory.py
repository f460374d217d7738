"""What a process does about its memory: freed memory goes back to the system, and cycles are looked for less often."""

import ctypes
import functools
import gc
from collections.abc import Callable

NEW_OBJECTS = 100_000  # between two looks for cycles; a batch of 2,000 posts makes as many, and hardly any is in a cycle
YOUNG_LOOKS = 20  # looks at the young before one at the middle-aged
MIDDLE_LOOKS = 20  # looks at the middle-aged before one at all


def collect_rarely() -> None:
    """Let Python look for cycles less often, and never among what stands now: models, dictionaries, modules.

    With its default of 700 new objects the collector took a fifth of the time of the thread that writes posts. What is in no
    cycle is freed at once, as ever.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_LOOKS, MIDDLE_LOOKS)


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
