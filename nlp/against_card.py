"""Measures anew every figure that a card of weights promises, and says which ones don't hold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nlp.evaluate import Measured, measure_other, measure_sentiment, measure_topic
from nlp.features import Hashed
from nlp.figures import Figure
from nlp.labelled import Labels
from nlp.models import SENTIMENT, TOPIC, VOICE, Card, Weights
from nlp.proofread.measure import LESS_IS_BETTER, NAMES_TOUCHED
from nlp.segment import Segmenter
from nlp.train_about import measure_about
from nlp.train_voice import measure_voice

TOLERANCE = 0.001  # libraries round differently
TOLERANCE_ANEW = 0.01  # where the models that are measured were made anew
_OF_RARE = 0.1  # so much of it where the figure itself is next to nothing


class Findings(NamedTuple):
    """What was measured of one model."""

    sets: tuple[Measured, ...]  # with all labels, the confusion and the calibration
    figures: tuple[Figure, ...]  # those that a card promises


def find(weights: Weights, segmenter: Segmenter, data: Path) -> dict[str, Findings]:
    """Measure each model on the sets in a folder. Raises DataError where one is missing.

    The small models of `voice` learned from all of our few labels, so their figures, like the card's, are those of models made in the same way
    from four fifths of them (`about`: from those given first), over the words' model that is stored.
    """
    sentiment = tuple(measure_sentiment(weights.sentiment, segmenter, data))
    topic = tuple(measure_topic(weights.topic, segmenter, data))
    labelled = Labels(data).of("topics")
    margins = weights.topic.margins(Hashed(segmenter.cut_batch([text.text for text in labelled])))
    voice = measure_voice(data, segmenter, weights.voice.words)
    return {
        SENTIMENT: Findings(sentiment, tuple(map(macro_f1, sentiment))),
        TOPIC: Findings(topic, (*map(macro_f1, topic), *measure_other(labelled, margins, weights.other))),
        VOICE: Findings((voice.forms, voice.asks), (*voice.figures, *measure_about(data, segmenter, weights.voice))),
    }


def worse(card: Card, found: Mapping[str, Findings]) -> list[str]:
    """Which figures of a card don't hold, or were not measured, in words."""
    return [
        line
        for name, model in card.models.items()
        for line in short_of(name, model.scores, found[name].figures if name in found else (), TOLERANCE)
    ]


def short_of(name: str, promised: Mapping[str, float], found: Sequence[Figure], tolerance: float) -> list[str]:
    """Which of the figures that are promised of a model don't hold by more than a tolerance, or were not measured, in words."""
    measured = {figure.measure: figure.value for figure in found}
    told = []
    for measure, figure in promised.items():
        value = measured.get(measure)
        less = measure.startswith(LESS_IS_BETTER)
        if value is None:
            told.append(f"{name} {measure}: not measured, {figure:.4f} promised")
        elif less and value > figure + tolerance * (_OF_RARE if measure.startswith(NAMES_TOUCHED) else 1):
            told.append(f"{name} {measure}: {value:.4f} > {figure:.4f}")
        elif not less and value < figure - tolerance:
            told.append(f"{name} {measure}: {value:.4f} < {figure:.4f}")
    return told


def macro_f1(each: Measured) -> Figure:
    """The figure of a set that its card promises."""
    return Figure(each.measure, each.macro_f1, each.interval, each.rows)
