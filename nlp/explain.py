"""Says which words decided: how much less sure each model is of its answer when there is a hole in place of one word.

So whatever a word takes part in counts for it, the word itself, the pairs it stands in and its characters, and its neighbours don't become
each other's; and it is the model that answers, not a picture of it. Weights are differences of log-odds: above 0 a word spoke for the answer, below 0 against it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from config.topic_names import OTHER
from nlp.clean import FIRST_PRIVATE_PLANE
from nlp.features import Hashed
from nlp.models import SENTIMENT, TOPIC, Weights
from nlp.segment import Batch, Segmenter, batch_of_clean
from nlp.voice import FORMS
from streams.messages import Tags

MOST_WORDS = 300  # different words of a text that are tried, its first ones
SHOWN = 8  # words of each answer
LEAST = 0.05  # log-odds: a smaller weight decides nothing
_AT_ONCE = 50
_HOLE = "\uf8ff"  # means nothing to anybody, so no model has learned anything of it
_TINY = 1e-6

Chances = NDArray[np.float64]


class Deciding(NamedTuple):
    """A word, and how much it spoke for the answer."""

    word: str
    weight: float


class Reasons(NamedTuple):
    """The words that decided each answer, the strongest first, whichever way they spoke."""

    topic: tuple[Deciding, ...]
    sentiment: tuple[Deciding, ...]
    form: tuple[Deciding, ...]
    asks: tuple[Deciding, ...]  # for asking for something, also where the answer is that the text doesn't


def reasons(weights: Weights, segmenter: Segmenter, text: str, tags: Tags) -> Reasons:
    """Which words of a text decided its tags, which these weights made."""
    batch = segmenter.cut_batch([text])
    solid = dict.fromkeys(word for word, is_word in zip(batch.words, batch.is_word.tolist(), strict=True) if is_word)
    tried = list(solid)[:MOST_WORDS]
    whole = _chances(weights, batch, tags)
    if not tried:
        return Reasons((), (), (), ())
    without = [_left_out(weights, batch.words, tried[start : start + _AT_ONCE], tags) for start in range(0, len(tried), _AT_ONCE)]
    drops = _odds(whole) - _odds(np.concatenate(without))
    shown = _names(batch)
    return Reasons(*(_strongest([shown.get(word, word) for word in tried], drops[:, place].tolist()) for place in range(4)))


def _left_out(weights: Weights, words: Sequence[str], tried: Sequence[str], tags: Tags) -> Chances:
    return _chances(weights, batch_of_clean([[_HOLE * len(word) if word == left else word for word in words] for left in tried]), tags)


def _chances(weights: Weights, batch: Batch, tags: Tags) -> Chances:
    """How probable the answers are for each text of a batch; shape (texts, 4), in the order of Reasons."""
    hashed = Hashed(batch)
    topic, sentiment, heard = weights.topic.answer(hashed), weights.sentiment.answer(hashed), weights.voice.hear(batch, hashed)
    models = weights.card.models
    if tags.topic == OTHER:
        about = weights.other.probability(topic.margins)
    else:
        about = topic.probabilities[:, models[TOPIC].labels.index(tags.topic)]
    felt = sentiment.probabilities[:, models[SENTIMENT].labels.index(str(tags.sentiment))]
    form = heard.forms[:, FORMS.index(tags.form)] if tags.form in FORMS else np.full(batch.size, 0.5)
    return np.stack([about, felt, form, heard.asks], axis=1).astype(np.float64)


def _odds(chances: Chances) -> Chances:
    kept = np.clip(chances, _TINY, 1 - _TINY)
    odds: Chances = np.log(kept / (1 - kept))
    return odds


def _strongest(words: Sequence[str], weights: Sequence[float]) -> tuple[Deciding, ...]:
    found = [Deciding(word, round(weight, 2)) for word, weight in zip(words, weights, strict=True) if abs(weight) >= LEAST]
    return tuple(sorted(found, key=lambda each: (-abs(each.weight), each.word))[:SHOWN])


def _names(batch: Batch) -> dict[str, str]:
    """What the private characters of a batch stand for."""
    return dict(zip((word for word in batch.words if word and ord(word[0]) >= FIRST_PRIVATE_PLANE), batch.emoticons, strict=False))
