"""Trains the model of proofreading and measures it, never on a sentence that it learned from.

Measuring is nested: of four parts of the labelled sentences one is measured, and whatever the model is made of (counts, pairs that were confused,
trees) comes from the other three; the numbers that trees learn from are in turn computed with counts of sentences other than those they are of.
Sentences go to the parts by what they should be, so that one sentence with two slips is never on both sides.
"""

import datetime as dt
import hashlib
import importlib.metadata
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.errors import DataError
from nlp.figures import Figure, scores
from nlp.models import Data
from nlp.proofread import confusable, strangers
from nlp.proofread.corpus import JUDGED, NEWSPAPER, Pair, labelled, mostly_right, pairs
from nlp.proofread.counts import Counts, count, joined, together
from nlp.proofread.counts import pack as pack_counts
from nlp.proofread.dictionary import LONGEST, pack_words
from nlp.proofread.features import Language, Numbers
from nlp.proofread.grams import Table, codes_of, sums
from nlp.proofread.homophones import Homophones, as_codes
from nlp.proofread.judge import Judge, Slip, numbers_of
from nlp.proofread.made_up import sentences
from nlp.proofread.measure import figures, names_touched, score, touched
from nlp.proofread.model_card import model_card
from nlp.proofread.spans import Span
from nlp.proofread.trees import Trees, of_sklearn
from nlp.proofread.weights import FORMAT, Card, pack, save
from nlp.segment import dictionary_lines

SEED = 20261125
OUTER, INNER = 4, 3  # parts of the sentences, for measuring and for learning
BUCKETS = 1 << 21  # of the table of counts: 16 MB
THRESHOLD = 0.55
MADE_UP = "made up"  # sentences with names that nobody has
NAMES = 2500  # of them
STRANGERS = 500  # sentences of each kind with other such names, by which each part is measured
# What the rough numbers of a candidate (`features.ROUGH`) weigh when the few are chosen that are looked at closely.
ROUGH_WEIGHTS = (1.0, 1.0, 1.0, 1.0, 1.0, 0.25, 0.25, -0.4, 1.0, 1.0, 2.0)

_RARE_WORD = 3  # words rarer than this are no homophones: many are odd
_PLANE = 1 << 16
_HAN = (0x4E00, 0xA000)
_SINGLES = {"max_iter": 150, "learning_rate": 0.07, "max_leaf_nodes": 16, "max_depth": 6, "l2_regularization": 1.0, "min_samples_leaf": 30}
_DOUBLES = {"max_iter": 80, "learning_rate": 0.07, "max_leaf_nodes": 8, "max_depth": 6, "l2_regularization": 1.0, "min_samples_leaf": 30}


class Known(NamedTuple):
    """What does not depend on the labelled sentences."""

    counts: Counts  # of texts that are mostly right
    words: Table
    homophones: Homophones


def train(data: Path, out: Path, *, today: dt.date, tell: Callable[[str], None]) -> Card:
    """Train on the sets in `data`, measure, and write the weights with their card to `out`; `tell` hears each step as it begins.

    The same sets give the same weights. Raises DataError where a set is missing or wrong.
    """
    known, rows, sources = _read(data, tell)
    measured = scores(cross_validate(known, rows, tell))
    tell("model")
    language, singles, doubles = learn(known, rows)
    content = pack(language, singles, doubles)
    card = Card(
        format=FORMAT,
        sha256=hashlib.sha256(content).hexdigest(),
        made_on=today,
        made_with={library: importlib.metadata.version(library) for library in ("numpy", "scikit-learn", "jieba", "opencc")},
        seed=SEED,
        threshold=THRESHOLD,
        data=(*labelled(rows), *sources),
        scores={name: round(value, 4) for name, value in measured.items()},
    )
    save(out, card, content)
    (out / "README.md").write_text(model_card(card), encoding="utf-8")
    return card


def measure(data: Path, tell: Callable[[str], None]) -> tuple[Figure, ...]:
    """Measure as `train` does, and make no model of it: all that its card promises. Raises DataError where a set is missing or wrong."""
    known, rows, _ = _read(data, tell)
    return cross_validate(known, rows, tell)


def _read(data: Path, tell: Callable[[str], None]) -> tuple[Known, list[Pair], list[Data]]:
    """What is known without the labelled sentences, these, and where the texts are from."""
    rows = [*pairs(data), *(Pair(MADE_UP, name, name) for name in sentences(NAMES, SEED))]
    tell("counts")
    sources, counts = [], []
    for source in mostly_right(data):
        sources.append(source.data)
        counts.append(count(joined(source.texts)))
    frequencies = dictionary()
    twos = (word for word, times in frequencies.items() if len(word) == 2 and times >= _RARE_WORD)  # noqa: PLR2004 - two characters
    return Known(together(counts), pack_words(frequencies), Homophones.of_words(as_codes(twos))), rows, sources


def cross_validate(known: Known, rows: Sequence[Pair], tell: Callable[[str], None]) -> tuple[Figure, ...]:
    """Measure each part of the sentences, and names that nobody has, with a model that was made of the others."""
    found: dict[str, list[tuple[str, str, str]]] = {name: [] for name in (*JUDGED, NEWSPAPER)}
    hits: dict[str, list[bool]] = {kind: [] for kind in strangers.KINDS}
    for part in range(OUTER):
        tell(f"part {part + 1} of {OUTER}")
        judge = Judge(*learn(known, [row for row in rows if _part(row, OUTER) != part]), THRESHOLD)
        measured = [row for row in rows if row.set in found and _part(row, OUTER) == part]
        for row in measured:
            found[row.set].append((row.source, row.target, corrected(row.source, judge.slips(row.source))))
        for kind, text, names in _named(sorted({row.target for row in measured}), part):
            hits[kind] += touched(names, [Span(slip.start, slip.start + len(slip.meant)) for slip in judge.slips(text)])
    return (
        *(figure for name, some in found.items() for figure in figures(score(some), name)),
        *(names_touched(kind, some) for kind, some in hits.items()),
    )


def _named(right: Iterable[str], part: int) -> Iterator[strangers.Named]:
    """Sentences with names that nobody has: made up, and right ones with such names for those that they had."""
    yield from strangers.sentences(STRANGERS, SEED + part)
    draw = random.Random(SEED + part)  # noqa: S311 - nothing secret
    yield from filter(None, (strangers.stand_ins(text, draw) for text in right))


def corrected(text: str, slips: Sequence[Slip]) -> str:
    """A text with all slips put right."""
    characters = list(text)
    for slip in slips:
        characters[slip.start : slip.start + len(slip.meant)] = slip.meant
    return "".join(characters)


def learn(known: Known, rows: Sequence[Pair]) -> tuple[Language, Trees, Trees]:
    """Make a model of some labelled sentences."""
    numbers: tuple[list[Numbers], list[Numbers]] = ([], [])
    labels: tuple[list[NDArray[np.bool_]], list[NDArray[np.bool_]]] = ([], [])
    for part in range(INNER):
        language = language_of(known, [row for row in rows if _part(row, INNER, "inner") != part])
        for row in rows:
            if row.set in (*JUDGED, MADE_UP) and _part(row, INNER, "inner") == part:
                for width, found in enumerate(numbers_of(language, row.source, np.ones(len(row.source), dtype=np.bool_))):
                    numbers[width].append(found.numbers)
                    labels[width].append(_right(row, found.places, found.meant))
    singles, doubles = (
        fit(np.concatenate(some), np.concatenate(right), recipe)
        for some, right, recipe in zip(numbers, labels, (_SINGLES, _DOUBLES), strict=True)
    )
    return language_of(known, rows), singles, doubles


def language_of(known: Known, rows: Sequence[Pair]) -> Language:
    """What is known of the language by texts that are mostly right, and by some labelled sentences."""
    counts = together([known.counts, count(joined(sorted({row.target for row in rows if row.set != MADE_UP})))])
    slips = confusable.slips((row.source, row.target) for row in rows)
    found = confusable.confusions(_frequency(counts), slips)
    return Language(
        grams=pack_counts(counts, BUCKETS),
        words=known.words,
        confusions=found,
        homophones=known.homophones,
        seen=confusable.how_often(found, slips),
        rough=np.array(ROUGH_WEIGHTS, dtype=np.float32),
    )


def fit(numbers: Numbers, right: NDArray[np.bool_], recipe: Mapping[str, Any]) -> Trees:
    """Boosted trees that tell slips from what is right. Raises DataError where there are none to learn from."""
    if not right.any():
        raise DataError("the labelled sentences hold no slips to learn from: give sentences with slips, and what they should be")
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - training only: a second to import

    return of_sklearn(HistGradientBoostingClassifier(**recipe, early_stopping=False, random_state=SEED).fit(numbers, right))


def dictionary() -> dict[str, int]:
    """The words of jieba's dictionary (MIT) up to LONGEST characters, all Han, with their frequencies."""
    found: dict[str, int] = {}
    for line in dictionary_lines():
        word, frequency = line.split(" ")[:2]
        if len(word) <= LONGEST and all(_HAN[0] <= ord(character) < _HAN[1] for character in word):
            found[word] = int(frequency)
    return found


def _right(row: Pair, places: NDArray[np.int64], meant: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Which candidates are what should stand there and does not."""
    if len(row.source) != len(row.target):
        return np.zeros(len(places), dtype=np.bool_)
    written, wanted = codes_of(row.source), codes_of(row.target)
    right = np.ones(len(places), dtype=np.bool_)
    for number in range(meant.shape[1]):
        right &= (wanted[places + number] == meant[:, number]) & (written[places + number] != meant[:, number])
    return right


def _frequency(counts: Counts) -> dict[str, int]:
    """How often each Han character was seen."""
    codes = np.arange(_PLANE, dtype=np.uint16)[slice(*_HAN)]
    totals = sums(codes, 1)
    rows = np.minimum(np.searchsorted(counts.totals, totals), len(counts.totals) - 1)
    times = np.where(counts.totals[rows] == totals, counts.times[rows], 0)
    return {chr(code): time for code, time in zip(codes.tolist(), times.tolist(), strict=True) if time}


def _part(row: Pair, parts: int, salt: str = "") -> int:
    return int(hashlib.sha256((salt + row.target).encode()).hexdigest()[:8], 16) % parts
