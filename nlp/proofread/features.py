"""What is known of each character that may have been meant: the numbers by which it is judged."""

import functools
import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.proofread.confusions import Confusions
from nlp.proofread.context import Context, changed, read, surprise, written
from nlp.proofread.dictionary import Cut, cut, fit, word_costs
from nlp.proofread.grams import EDGE, ORDER, Codes, Table, codes_of, term
from nlp.proofread.homophones import Homophones
from nlp.proofread.made_up import ENDS_OF_AGENCIES, ENDS_OF_PLACES, SURNAMES

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]

PADDING = ORDER  # edges before and behind a text
A_PLACE = 5  # candidates of a place that are looked at closely
_TWO = 2
_NO_WORD = np.float32(30.0)
FAR = 13  # characters
_AGENCY = re.compile("|".join(ENDS_OF_AGENCIES))
_HAN = (0x3400, 0xA000)


class Language(NamedTuple):
    """What is known of the language."""

    grams: Table
    words: Table
    confusions: Confusions
    homophones: Homophones
    seen: Numbers  # how often each pair of `confusions` was seen to be confused, as a logarithm; shape (pairs,)
    rough: Numbers  # weights of ROUGH, by which candidates are chosen that are worth a closer look


class Text(NamedTuple):
    """A text, looked up."""

    context: Context
    cut: Cut  # of the text without its padding, shifted by it
    surprise: Numbers  # bits of each character; shape (codes,)
    agency: Numbers  # how many characters on the end of an agency's name begins, FAR where none does nearby; shape (codes,)


class Candidates(NamedTuple):
    """Characters that may have been meant; one row each."""

    places: Places  # in the padded text
    pairs: Places  # of `confusions`
    codes: Codes


ROUGH = ("left", "right", "three left", "three around", "three right", "word left", "word right", "character", "sound", "shape", "seen")


def look_up(language: Language, text: str) -> Text:
    """Look up a folded text."""
    edges = np.full(PADDING, EDGE, dtype=np.uint16)
    codes = np.concatenate([edges, codes_of(text), edges])
    context = read(language.grams, codes)
    inner = np.arange(PADDING, len(codes) - PADDING)
    bits = np.zeros(len(codes), dtype=np.float32)
    if len(inner):
        bits[inner] = surprise(context, inner, written(context, inner))[0]
    return Text(context, cut(language.words, codes), bits, _to_agency(text, codes))


def candidates(language: Language, text: Text, places: Places) -> tuple[Candidates, Numbers]:
    """All candidates of some places, and the rough numbers of each; shape (rows, len(ROUGH))."""
    codes = text.context.codes
    rows, pairs = language.confusions.of(codes[places])
    found = Candidates(places[rows], pairs, language.confusions.codes[pairs])
    grams = changed(language.grams, text.context, found.places, found.codes[:, None], (1, 2, 3))
    word_right, word_left = (_NO_WORD - np.minimum(_pair(language, text, found, k), _NO_WORD) for k in range(_TWO))
    sequences = [grams[key] for key in ((2, -1), (2, 0), (3, -2), (3, -1), (3, 0))]
    confusions = language.confusions
    about = (confusions.sounds[pairs], confusions.shapes[pairs] / np.float32(255), language.seen[pairs])
    return found, np.stack([*sequences, word_left, word_right, grams[1, 0], *about], axis=1).astype(np.float32)


def _pair(language: Language, text: Text, found: Candidates, k: int) -> Numbers:
    """What the word of two costs of which a candidate is the k-th character."""
    written = text.context.codes[found.places]
    total = text.cut.totals[1][found.places - k] - term(written, k, _TWO) + term(found.codes, k, _TWO)
    return word_costs(language.words, total, _TWO)


def best_of_each(found: Candidates, scores: Numbers, most: int = A_PLACE) -> Candidates:
    """The candidates with the highest scores of each place, best first."""
    order = np.lexsort((-scores, found.places))
    places = found.places[order]
    first = np.flatnonzero(np.diff(places, prepend=-1))
    rank = np.arange(len(places)) - np.repeat(first, np.diff(first, append=len(places)))
    kept = order[rank < most]
    return Candidates(found.places[kept], found.pairs[kept], found.codes[kept])


FINE = (
    *(f"{what} {n}.{start}" for what in ("other", "written") for n in range(1, ORDER + 1) for start in range(1 - n, 1)),
    *(f"gain {k}" for k in range(ORDER)),
    "gain",
    "surprise",
    "surprise behind",
    "surprise nearby",
    "cut gain",
    "word length",
    "word cost",
    "written word length",
    "written word cost",
    "sound",
    "shape",
    "seen",
    "gain over the next best",
    "rank",
    "others that gain",
    "edge before",
    "edge behind",
    *(f"surname at {start}" for start in (0, -1, -2)),
    *(f"end of a place at {start}" for start in (1, 2, 3)),
    "agency",
)


def fine(language: Language, text: Text, found: Candidates) -> Numbers:
    """The numbers of candidates by which they are judged; they must be sorted by place. Shape (rows, len(FINE))."""
    context = text.context
    new = changed(language.grams, context, found.places, found.codes[:, None], range(1, ORDER + 1))
    old = written(context, found.places)
    was, would_be = surprise(context, found.places, old), surprise(context, found.places, new)
    gains = [before - after for before, after in zip(was, would_be, strict=True)]
    gain: Numbers = np.sum(np.stack(gains), axis=0)
    anew = fit(language.words, text.cut, context.codes, found.places, found.codes)
    as_is = fit(language.words, text.cut, context.codes, found.places, context.codes[found.places])
    confusions = language.confusions
    columns = [
        *new.values(),
        *old.values(),
        *gains,
        gain,
        text.surprise[found.places],
        text.surprise[found.places + 1],
        _nearby(text.surprise)[found.places],
        as_is.cost - anew.cost,
        anew.length,
        np.minimum(anew.word, _NO_WORD),
        as_is.length,
        np.minimum(as_is.word, _NO_WORD),
        confusions.sounds[found.pairs],
        confusions.shapes[found.pairs],
        language.seen[found.pairs],
        *_beside(found.places, gain),
        context.codes[found.places - 1] == EDGE,
        context.codes[found.places + 1] == EDGE,
        *(_is_one_of(SURNAMES)[context.codes[found.places + start]] for start in (0, -1, -2)),
        *(_is_one_of(ENDS_OF_PLACES)[context.codes[found.places + start]] for start in (1, 2, 3)),
        text.agency[found.places],
    ]
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


def _to_agency(text: str, codes: Codes) -> Numbers:
    """How many characters on the end of an agency's name begins in the same run of Han characters; FAR where none does so soon."""
    ends = np.array([found.start() + PADDING for found in _AGENCY.finditer(text)] + [len(codes) + FAR])
    breaks = np.append(np.flatnonzero((codes < _HAN[0]) | (codes >= _HAN[1])), len(codes))
    places = np.arange(len(codes))
    end, gap = ends[np.searchsorted(ends, places, "right")], breaks[np.searchsorted(breaks, places)]
    distance: Numbers = np.where((end < gap) & (end - places < FAR), end - places, FAR).astype(np.float32)
    return distance


@functools.cache
def _is_one_of(characters: str) -> NDArray[np.bool_]:
    """Whether each code is one of some characters; shape (65536,)."""
    table = np.zeros(1 << 16, dtype=np.bool_)
    table[list(map(ord, characters))] = True
    return table


def _nearby(surprise_of_each: Numbers, reach: int = 8) -> Numbers:
    """The mean over the characters around each one; edges and the padding count as none."""
    known = (surprise_of_each > 0).astype(np.float32)
    window = np.ones(2 * reach + 1, dtype=np.float32)
    total, number = (np.convolve(row, window)[reach:-reach] for row in (surprise_of_each, known))
    mean: Numbers = (total / np.maximum(number, 1)).astype(np.float32)
    return mean


def _beside(places: Places, gain: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Of each candidate: how much more it gains than the best other of its place, its rank by that, and how many gain anything."""
    order = np.lexsort((-gain, places))
    sorted_places, sorted_gain = places[order], gain[order]
    first = np.flatnonzero(np.diff(sorted_places, prepend=-1))
    counts = np.diff(first, append=len(places))
    rank = np.arange(len(places)) - np.repeat(first, counts)
    best = np.repeat(sorted_gain[first], counts)
    second_at = np.minimum(first + 1, len(places) - 1)
    second = np.repeat(np.where(counts > 1, sorted_gain[second_at], np.float32(-30.0)), counts)
    lead = sorted_gain - np.where(rank == 0, second, best)
    positive = np.repeat(np.add.reduceat((sorted_gain > 0).astype(np.float32), first) if len(first) else np.zeros(0), counts)
    back = np.empty(len(places), dtype=np.int64)
    back[order] = np.arange(len(places))
    return lead[back].astype(np.float32), rank[back].astype(np.float32), positive[back].astype(np.float32)


DOUBLE = (
    *(f"{what} {n}.{start}" for what in ("other", "written") for n in range(1, ORDER + 1) for start in range(1 - n, _TWO)),
    *(f"gain {k}" for k in range(ORDER + 1)),
    "gain",
    "surprise",
    "surprise of the second",
    "surprise nearby",
    "cut gain",
    "word cost",
    "written word cost",
    "written word length",
    "sounds",
    "shapes",
    "gain over the next best",
    "rank",
    "others that gain",
    "edge before",
    "edge behind",
    *(f"surname at {start}" for start in (0, -1)),
    *(f"end of a place at {start}" for start in (2, 3)),
    "agency",
)


class Doubles(NamedTuple):
    """Words of two characters that may have been meant; one row each."""

    places: Places  # in the padded text
    codes: Codes  # shape (rows, 2)


def doubles(language: Language, text: Text, free: NDArray[np.bool_]) -> tuple[Doubles, Numbers]:
    """Words that sound like two neighbours, those that make a text easier to read only, and their numbers; `free` says which characters may change."""
    context = text.context
    places, rows = language.homophones.of(context.codes)
    inside = free[places] & free[places + 1]
    found = Doubles(places[inside], language.homophones.words[rows[inside]])
    gain_of_cut, word, length, old_word = _doubles_cut(language, text, found)
    rough = changed(language.grams, context, found.places, found.codes, (2,))
    hopeful = (gain_of_cut > 0) | (rough[2, -1] + rough[2, 1] > 0)
    hopeful &= np.maximum(rough[2, -1], rough[2, 1]) + rough[2, 0] > 0
    found = Doubles(found.places[hopeful], found.codes[hopeful])
    new = changed(language.grams, context, found.places, found.codes, range(1, ORDER + 1))
    old = written(context, found.places, _TWO)
    was, would_be = surprise(context, found.places, old, _TWO), surprise(context, found.places, new, _TWO)
    gains = [before - after for before, after in zip(was, would_be, strict=True)]
    gain: Numbers = np.sum(np.stack(gains), axis=0)
    sounds, shapes = _doubles_alike(language, context.codes, found)
    columns = [
        *new.values(),
        *old.values(),
        *gains,
        gain,
        text.surprise[found.places],
        text.surprise[found.places + 1],
        _nearby(text.surprise)[found.places],
        gain_of_cut[hopeful],
        word[hopeful],
        old_word[hopeful],
        length[hopeful],
        sounds,
        shapes,
        *_beside(found.places, gain),
        context.codes[found.places - 1] == EDGE,
        context.codes[found.places + _TWO] == EDGE,
        *(_is_one_of(SURNAMES)[context.codes[found.places + start]] for start in (0, -1)),
        *(_is_one_of(ENDS_OF_PLACES)[context.codes[found.places + start]] for start in (2, 3)),
        text.agency[found.places],
    ]
    return found, np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


def _doubles_cut(language: Language, text: Text, found: Doubles) -> tuple[Numbers, Numbers, Places, Numbers]:
    """What cutting gains with each word, what the word costs, and how the two characters are cut as they stand."""
    total = term(found.codes[:, 0], 0, _TWO) + term(found.codes[:, 1], 1, _TWO)
    word = np.minimum(word_costs(language.words, total, _TWO), _NO_WORD)
    whole = text.cut.before[-1]
    gain = whole - (text.cut.before[found.places] + word + text.cut.after[found.places + _TWO])
    old = np.minimum(text.cut.words[1][found.places], _NO_WORD)
    length = text.cut.lengths()[found.places]
    return gain.astype(np.float32), word, length, old


def _doubles_alike(language: Language, codes: Codes, found: Doubles) -> tuple[Numbers, Numbers]:
    sounds, shapes = np.zeros(len(found.places), dtype=np.float32), np.zeros(len(found.places), dtype=np.float32)
    for number in range(_TWO):
        pairs, known = language.confusions.find(codes[found.places + number], found.codes[:, number])
        sounds += np.where(known, language.confusions.sounds[pairs], 0)
        shapes += np.where(known, language.confusions.shapes[pairs], 0)
    return sounds, shapes
