"""Measures models on labelled sets: macro-F1, as the field reports it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from nlp.data import DOMAINS, SENTIMENTS, TOPICS, cut_messages, felt_texts, raw_messages
from nlp.features import Hashed
from nlp.linear import Classifier
from nlp.segment import Batch, Segmenter, batch_of_words


def macro_f1(right: Sequence[object], said: Sequence[object]) -> float:
    """The mean over the labels of F1, the harmonic mean of precision and recall; 0 to 1."""
    return float(f1_score([str(label) for label in right], [str(label) for label in said], average="macro"))


def sentiment_scores(classifier: Classifier, segmenter: Segmenter, folder: Path) -> Mapping[str, float]:
    """Macro-F1 on the microblogs kept for development, by domain and of all. Raises DataError."""
    rows = felt_texts(folder, "dev")
    said = _labels(classifier, segmenter.cut_batch([row.text for row in rows]), SENTIMENTS)
    scores = {}
    for name, domains in (*((domain, {domain}) for domain in DOMAINS), ("all", {*DOMAINS})):
        pairs = [(row.sentiment, label) for row, label in zip(rows, said, strict=True) if row.set in domains]
        if pairs:
            scores[f"macro-F1, dev/{name}"] = macro_f1(*zip(*pairs, strict=True))
    return scores


def topic_scores(classifier: Classifier, segmenter: Segmenter, folder: Path) -> Mapping[str, float]:
    """Macro-F1 on the messages kept for development, cut by others and raw. Raises DataError."""
    cut, raw = cut_messages(folder, "dev"), raw_messages(folder, "dev_raw")
    said_of_cut = _labels(classifier, batch_of_words([row.tokens for row in cut]), TOPICS)
    said_of_raw = _labels(classifier, segmenter.cut_batch([row.text for row in raw]), TOPICS)
    return {
        "macro-F1, dev": macro_f1([row.topic for row in cut], said_of_cut),
        "macro-F1, dev_raw": macro_f1([row.topic for row in raw], said_of_raw),
    }


def _labels(classifier: Classifier, batch: Batch, labels: Sequence[object]) -> list[object]:
    best: np.ndarray[tuple[int], np.dtype[np.intp]] = classifier.answer(Hashed(batch)).best
    return [labels[place] for place in best.tolist()]
