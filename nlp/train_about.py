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
    names = Labels(folder).names()
    batch = segmenter.cut_batch([one.text for one in names])
    seen = _see(names, voice.hear(batch, Hashed(batch)))
    right = np.array([one.about for one in names])
    test = np.array([one.draw == _TEST for one in names])
    model = fit(INPUTS, seen[~test], right[~test].astype(int).tolist(), [1.0] * int((~test).sum()), _STRENGTH)
    likely = model.probabilities(seen[test])[:, 1] >= DOUBTFUL
    scores = _scores(right[test], likely)
    return Trained(fit(INPUTS, seen, right.astype(int).tolist(), [1.0] * len(right), _STRENGTH), scores, len(names))


def _see(names: Sequence[NamedIn], heard: Heard) -> Numbers:
    news, advert = (heard.forms[:, FORMS.index(form)].tolist() for form in (Form.NEWS, Form.ADVERT))
    rows = []
    for place, one in enumerate(names):
        folded = fold(one.text)
        mentions = Mentions([MonitoredAccount(id="it", name=one.name)])
        rows.append(look(Named(folded, mentions.places_in(folded), news[place], advert[place])))
    return np.array(rows, dtype=np.float32)


def _scores(right: NDArray[np.bool_], likely: NDArray[np.bool_]) -> dict[str, float]:
    """Of the accounts taken to be meant, and of those marked as doubtful: how many are right, and how many are found."""
    return {
        "about: precision": float(right[likely].mean()),
        "about: recall": float(likely[right].mean()),
        "doubtful: precision": float((~right)[~likely].mean()),
        "doubtful: recall": float((~likely)[~right].mean()),
    }
