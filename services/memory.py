"""What a process does about its memory: freed memory goes back to the system, and cycles are looked for less often."""

import ctypes
import functools
import gc
import os
from collections.abc import Callable

NEW_OBJECTS = 100_000  # between two looks for cycles; a batch of 2,000 posts makes as many, and hardly any is in a cycle
YOUNG_LOOKS = 20  # looks at the young before one at the middle-aged
MIDDLE_LOOKS = 20  # looks at the middle-aged before one at all
ARENAS = -8  # M_ARENA_MAX of glibc's mallopt
POOLS = 2  # a core


def collect_rarely() -> None:
    """Let Python look for cycles less often, and never among what stands now: models, dictionaries, modules.

    With its default of 700 new objects the collector took a fifth of the time of the thread that writes posts. What is in no
    cycle is freed at once, as ever.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_LOOKS, MIDDLE_LOOKS)


def few_arenas() -> bool:
    """Let threads share the pools in which memory is kept; False where the C library has no such thing. Before threads begin.

    glibc makes eight pools a core, one for each thread that finds the others busy. Our threads come and go, and what each pool keeps
    for the next was 35 MB of an idle `yuqing up` on two cores.
    """
    found = _of_the_c_library("mallopt", ctypes.c_int, ctypes.c_int)
    return found is not None and found(ARENAS, POOLS * (os.cpu_count() or 1)) == 1


def give_back() -> bool:
    """Return freed memory to the system; False where the C library has no way to do so.

    Each commit of the local store runs on threads that take and free tens of MB. glibc keeps what they freed in a
    pool for each, so a process that writes a little every second grew by 100 MB in a minute, and idle never shrank again.
    """
    trim = _of_the_c_library("malloc_trim", ctypes.c_size_t)
    if trim is None:
        return False
    trim(0)
    return True


@functools.cache
def _of_the_c_library(name: str, *takes: type) -> Callable[..., int] | None:
    try:
        found = getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):  # another C library than glibc, or Windows
        return None
    found.argtypes = list(takes)
    function: Callable[..., int] = found
    return function
