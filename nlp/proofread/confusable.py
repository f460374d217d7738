"""Works out what may have been meant by each character: from sound, shape, and the slips of labelled sentences."""

import functools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from matching.evasion import readings
from nlp.proofread.alike import blur
from nlp.proofread.confusions import ALSO, NEAR, SAME, UNLIKE, Confusions
from nlp.proofread.features import Numbers

MOST = 48  # characters that may have been meant by one
FEWEST = 3  # times that a character must have been seen to be meant

_SHAPES = Path(__file__).with_name("shapes.txt")
_BY_SOUND = {UNLIKE: 0.0, NEAR: 1.5, ALSO: 3.0, SAME: 4.0}
_SEEN = 20.0  # whatever was seen to be confused comes first
_ALIKE, _A_POINT = 70, 0.1  # from which likeness (of 100) on a shape counts, and how much each point more
_OF_100 = 2.55

Slips = Mapping[tuple[str, str], int]  # how often one character stood for another


def slips(pairs: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Count what stood for what in sentences and their corrections of the same length."""
    found: Counter[tuple[str, str]] = Counter()
    for source, target in pairs:
        if len(source) == len(target):
            found.update((wrong, right) for wrong, right in zip(source, target, strict=True) if wrong != right)
    return found


def confusions(frequency: Mapping[str, int], seen: Slips) -> Confusions:
    """What may have been meant by each character, the likeliest MOST of them."""
    sounds, shapes = _sounds(), _shapes()
    others: dict[str, set[str]] = defaultdict(set)
    for character, heard in sounds.items():
        others[character].update(heard)
    for one, other in (*shapes, *seen):
        others[one].add(other)
    columns: tuple[list[int], ...] = ([], [], [], [])
    for written in sorted(others):
        row = {}
        for meant in others[written] - {written}:
            if frequency.get(meant, 0) >= FEWEST:
                sound, shape = sounds.get(written, {}).get(meant, UNLIKE), shapes.get((written, meant), 0)
                row[meant] = (_likely(sound, shape, frequency[meant], (written, meant) in seen), sound, shape)
        for meant in sorted(sorted(row, key=lambda one: (-row[one][0], one))[:MOST]):
            _, sound, shape = row[meant]
            for column, value in zip(columns, (ord(written), ord(meant), sound, round(shape * _OF_100)), strict=True):
                column.append(value)
    names = (("written", np.uint16), ("meant", np.uint16), ("sounds", np.uint8), ("shapes", np.uint8))
    return Confusions.read({name: np.array(column, dtype=kind) for (name, kind), column in zip(names, columns, strict=True)})


def how_often(found: Confusions, seen: Slips) -> Numbers:
    """How often each pair was seen to be confused, as log2(1 + times); shape (pairs,)."""
    written = np.repeat(np.arange(len(found.starts) - 1), np.diff(found.starts)).tolist()
    times = [seen.get((chr(one), chr(other)), 0) for one, other in zip(written, found.codes.tolist(), strict=True)]
    logarithms: Numbers = np.log2(1 + np.array(times, dtype=np.float32))
    return logarithms


def _likely(sound: int, shape: int, frequency: int, seen: bool) -> float:
    return _BY_SOUND[sound] + max(0, shape - _ALIKE) * _A_POINT + _SEEN * seen + math.log2(1 + frequency)


@functools.cache
def _sounds() -> dict[str, dict[str, int]]:
    """How alike each two characters sound, of those that do at all."""
    known = readings()
    by_reading, by_blur = defaultdict(set), defaultdict(set)
    for character, ways in known.items():
        for way in ways:
            by_reading[way].add(character)
            by_blur[blur(way)].add(character)
    found: dict[str, dict[str, int]] = {}
    for character, ways in known.items():
        row = {other: NEAR for way in ways for other in by_blur[blur(way)]}
        row |= {other: ALSO for way in ways for other in by_reading[way]}
        row |= {other: SAME for other in by_reading[ways[0]] if known[other][0] == ways[0]}
        found[character] = row
    return found


@functools.cache
def _shapes() -> dict[tuple[str, str], int]:
    """How alike characters look, of 100, of those that do."""
    found: dict[tuple[str, str], int] = {}
    for line in _SHAPES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            for other, likeness in re.findall(r"(\D)(\d\d)", line[2:]):
                for pair in ((line[0], other), (other, line[0])):
                    found[pair] = max(found.get(pair, 0), int(likeness))
    return found
