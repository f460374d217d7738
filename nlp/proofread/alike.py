"""Which characters are taken for one another: those of the same or nearly the same sound, and those of the same look."""

import functools

from matching.evasion import look_alike, readings

# What many speakers and keyboards don't tell apart.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


def sound_alike(one: str, other: str) -> bool:
    """Whether two characters may be read the same, tones aside."""
    return not _read(one).isdisjoint(_read(other))


def nearly_sound_alike(one: str, other: str) -> bool:
    """Whether two characters may be read so that many speakers don't tell them apart: zh and z, n and l, ing and in."""
    return not _blurred(one).isdisjoint(_blurred(other))


def alike(one: str, other: str) -> bool:
    """Whether one of two characters may have been written for the other."""
    return nearly_sound_alike(one, other) or look_alike(one, other)


@functools.lru_cache(maxsize=1 << 14)
def _read(character: str) -> frozenset[str]:
    return frozenset(readings().get(character, ()))


@functools.lru_cache(maxsize=1 << 14)
def _blurred(character: str) -> frozenset[str]:
    return frozenset(map(blur, _read(character)))


def blur(syllable: str) -> str:
    """A syllable with the sounds that are often taken for one another made one."""
    for long, short in _INITIALS:
        if syllable.startswith(long):
            syllable = short + syllable.removeprefix(long)
    if syllable.startswith("l"):
        syllable = "n" + syllable[1:]
    for long, short in _FINALS:
        if syllable.endswith(long):
            syllable = syllable.removesuffix(long) + short
    return syllable
