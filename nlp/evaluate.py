"""Measures models on labelled sets: precision, recall and F1 of each label, macro-F1 as the field reports it, and calibration."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from config.topic_names import OTHER, TOPIC_NAMES
from nlp.data import DOMAINS, SENTIMENTS, FeltText, cut_messages, felt_texts, raw_messages
from nlp.features import Hashed
from nlp.figures import RESAMPLES, SEED, Figure, interval, share
from nlp.labelled import Labelled
from nlp.linear import Answer, Classifier, Numbers
from nlp.other import Other
from nlp.segment import Batch, Segmenter, batch_of_words
from nlp.stacked import Stacked

Matrices = NDArray[np.int64]

BINS = 15
CHANCES = 100  # draws for what calibration errors are by chance
SUREST = 0.7  # share of answers


class Label(NamedTuple):
    """How well one label is told; each 0 to 1."""

    name: str
    rows: int  # that have it
    precision: float
    recall: float
    f1: float


class Bin(NamedTuple):
    """Answers of about the same probability: how sure they were, and how often they were right."""

    rows: int
    said: float
    right: float


class Measured(NamedTuple):
    """One model on one set."""

    measure: str  # as the card names it: "macro-F1, dev/virus"
    rows: int
    macro_f1: float
    interval: tuple[float, float]  # of macro-F1, 95 %, by resampling the rows
    accuracy: float
    labels: tuple[Label, ...]
    confusion: tuple[tuple[int, ...], ...]  # rows: right label, columns: answer
    calibration_error: float  # expected (ECE): the mean gap between how sure answers were and how often they were right
    by_chance: (
        float  # the calibration error that answers as sure as these have on so few texts when they are as often right as they are sure
    )
    surest: float  # how often the surest 70 % of the answers were right
    bins: tuple[Bin, ...]


def measure(name: str, labels: Sequence[object], right: Sequence[object], answer: Answer) -> Measured:
    """Compare the answers for some texts with what is right."""
    places = np.array([labels.index(label) for label in right], dtype=np.int64)
    matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(matrix, (places, answer.best), 1)
    precision, recall, f1 = (each[0] for each in _by_label(matrix[None]))
    chance = np.random.default_rng(SEED)
    drawn = chance.multinomial(len(right), matrix.ravel() / max(len(right), 1), RESAMPLES).reshape(RESAMPLES, *matrix.shape)
    score, hit = answer.score.astype(np.float64), answer.best == places
    bins = tuple(_bins(score, hit))
    return Measured(
        measure=name,
        rows=len(right),
        macro_f1=float(macro_f1(matrix[None])[0]),
        interval=interval(macro_f1(drawn)),
        accuracy=float(np.trace(matrix) / max(len(right), 1)),
        labels=tuple(
            Label(str(label), int(matrix[place].sum()), float(precision[place]), float(recall[place]), float(f1[place]))
            for place, label in enumerate(labels)
        ),
        confusion=tuple(tuple(row) for row in matrix.tolist()),
        calibration_error=_gap(bins),
        by_chance=float(np.mean([_gap(tuple(_bins(score, chance.random(len(score)) < score))) for _ in range(CHANCES)])),
        surest=_surest(score, hit),
        bins=bins,
    )


def _gap(bins: Sequence[Bin]) -> float:
    return sum(each.rows * abs(each.said - each.right) for each in bins) / max(sum(each.rows for each in bins), 1)


def _surest(score: NDArray[np.float64], hit: NDArray[np.bool_]) -> float:
    first = np.argsort(-score, kind="stable")[: round(SUREST * len(score))]
    return float(hit[first].mean()) if len(first) else 0.0


def measure_sentiment(classifier: Stacked, segmenter: Segmenter, folder: Path) -> Iterator[Measured]:
    """On the microblogs kept for development, by domain and of all. Raises DataError."""
    rows = felt_texts(folder, "dev")
    answer = classifier.answer(Hashed(segmenter.cut_batch([row.text for row in rows])))
    yield from by_domain("dev", rows, answer)


def by_domain(part: str, rows: Sequence[FeltText], answer: Answer) -> Iterator[Measured]:
    """What was answered to microblogs, by domain and of all; domains without a text are left out."""
    for name, domains in (*((domain, {domain}) for domain in DOMAINS), ("all", {*DOMAINS})):
        places = [place for place, row in enumerate(rows) if row.set in domains]
        if places:
            chosen = Answer(answer.probabilities[places], answer.margins[places])
            yield measure(f"macro-F1, {part}/{name}", SENTIMENTS, [rows[place].sentiment for place in places], chosen)


def measure_topic(classifier: Classifier, segmenter: Segmenter, folder: Path) -> Iterator[Measured]:
    """On the messages kept for development, cut by others and raw. Raises DataError."""
    cut, raw = cut_messages(folder, "dev"), raw_messages(folder, "dev_raw")
    for name, batch, right in (
        ("dev", batch_of_words([row.tokens for row in cut]), [row.topic for row in cut]),
        ("dev_raw", segmenter.cut_batch([row.text for row in raw]), [row.topic for row in raw]),
    ):
        yield measure(f"macro-F1, {name}", TOPIC_NAMES, right, _answer(classifier, batch))


def measure_other(labelled: Sequence[Labelled], margins: Numbers, other: Other) -> tuple[Figure, ...]:
    """How well texts about no topic are told, on those clearly labelled ones that did not choose the threshold (`clear`)."""
    said = other.probability(margins) > 0.5  # noqa: PLR2004 - the threshold itself
    rest = clear(labelled)[1::2]
    none, some = ([place for place in rest if (OTHER in labelled[place].labels) == wanted] for wanted in (True, False))
    everyday = [place for place in none if labelled[place].draw == "random"]
    named = [TOPIC_NAMES[place] for place in margins.argmax(axis=1).tolist()]
    kept = [place for place in some if not said[place]]
    return (
        share("other: everyday texts about none that are said to be", said[everyday]),
        share("other: microblogs about a topic that are said to have one", ~said[some]),
        share("other: of these with the right topic", [named[place] in labelled[place].labels for place in kept]),
    )


def clear(labelled: Sequence[Labelled]) -> list[int]:
    """The places of the texts that are surely about a topic or surely about none; every other one chooses the threshold."""
    return [place for place, text in enumerate(labelled) if text.labels == {OTHER} or OTHER not in text.labels]


def sentiment_scores(classifier: Stacked, segmenter: Segmenter, folder: Path) -> Mapping[str, float]:
    """Macro-F1 by measure. Raises DataError."""
    return {each.measure: each.macro_f1 for each in measure_sentiment(classifier, segmenter, folder)}


def topic_scores(classifier: Classifier, segmenter: Segmenter, folder: Path) -> Mapping[str, float]:
    """Macro-F1 by measure. Raises DataError."""
    return {each.measure: each.macro_f1 for each in measure_topic(classifier, segmenter, folder)}


def _answer(classifier: Classifier, batch: Batch) -> Answer:
    return classifier.answer(Hashed(batch))


def macro_f1(matrices: Matrices) -> NDArray[np.float64]:
    """The mean of F1 over the labels that occur, for confusion matrices of shape (draws, labels, labels)."""
    occurs = matrices.sum(axis=1) + matrices.sum(axis=2) > 0
    f1: NDArray[np.float64] = (_by_label(matrices)[2] * occurs).sum(axis=1) / np.maximum(occurs.sum(axis=1), 1)
    return f1


def _by_label(matrices: Matrices) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of each label, of shape (draws, labels); 0 where nothing is."""
    hits = np.diagonal(matrices, axis1=1, axis2=2).astype(np.float64)
    said, right = matrices.sum(axis=1), matrices.sum(axis=2)
    return hits / np.maximum(said, 1), hits / np.maximum(right, 1), 2 * hits / np.maximum(said + right, 1)


def _bins(score: NDArray[np.float64], hit: NDArray[np.bool_]) -> Iterator[Bin]:
    places = np.minimum((score * BINS).astype(np.int64), BINS - 1)
    for place in np.unique(places).tolist():
        inside = places == place
        yield Bin(int(inside.sum()), float(score[inside].mean()), float(hit[inside].mean()))
