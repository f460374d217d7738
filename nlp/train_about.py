"""Trains what tells whether a text that names a body is about it. Measured on labels that were given last and chose nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from config.accounts import MonitoredAccount
from matching.fold import fold
from matching.mentions import Mentions
from nlp.about import DOUBTFUL, INPUTS, Named, look
from nlp.features import Hashed
from nlp.figures import Figure, precision_recall, scores
from nlp.labelled import Labels, NamedIn
from nlp.linear import Numbers
from nlp.logistic import Logistic, fit
from nlp.segment import Segmenter
from nlp.voice import FORMS, Heard, Voice
from streams.messages import Form

_STRENGTH = 0.3
_TEST = "test"


class Trained(NamedTuple):
    """The model, and how good it is."""

    model: Logistic
    scores: dict[str, float]
    rows: int


def train_about(folder: Path, segmenter: Segmenter, voice: Voice) -> Trained:
    """Train on our labels over the sets in `folder`; `voice` says how the texts speak. Raises DataError where a set is missing."""
    looked = _look(folder, segmenter, voice)
    return Trained(looked.fitted(np.ones_like(looked.test)), dict(scores(_figures(looked))), len(looked.right))


def measure_about(folder: Path, segmenter: Segmenter, voice: Voice) -> tuple[Figure, ...]:
    """Measure on the labels given last what a model says that learned from the others. Raises DataError."""
    return _figures(_look(folder, segmenter, voice))


class _Looked(NamedTuple):
    """What is seen of each text, whether it is about the body, and whether it is measured on."""

    seen: Numbers
    right: NDArray[np.bool_]
    test: NDArray[np.bool_]

    def fitted(self, chosen: NDArray[np.bool_]) -> Logistic:
        """The model that learned from some."""
        return fit(INPUTS, self.seen[chosen], self.right[chosen].astype(int).tolist(), [1.0] * int(chosen.sum()), _STRENGTH)


def _look(folder: Path, segmenter: Segmenter, voice: Voice) -> _Looked:
    names = Labels(folder).names()
    batch = segmenter.cut_batch([one.text for one in names])
    seen = _see(names, voice.hear(batch, Hashed(batch)))
    return _Looked(seen, np.array([one.about for one in names]), np.array([one.draw == _TEST for one in names]))


def _figures(looked: _Looked) -> tuple[Figure, ...]:
    """Of the accounts taken to be meant, and of those marked as doubtful: how many are right, and how many are found."""
    likely = looked.fitted(~looked.test).probabilities(looked.seen[looked.test])[:, 1] >= DOUBTFUL
    right = looked.right[looked.test]
    return (*precision_recall("about", right, likely), *precision_recall("doubtful", ~right, ~likely))


def _see(names: Sequence[NamedIn], heard: Heard) -> Numbers:
    news, advert = (heard.forms[:, FORMS.index(form)].tolist() for form in (Form.NEWS, Form.ADVERT))
    rows = []
    for place, one in enumerate(names):
        folded = fold(one.text)
        mentions = Mentions([MonitoredAccount(id="it", name=one.name)])
        rows.append(look(Named(folded, mentions.places_in(folded), news[place], advert[place])))
    return np.array(rows, dtype=np.float32)
