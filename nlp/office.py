"""What an office's own words and weights make of cutting and tagging: the one place where both are put together."""

from pathlib import Path

from config.settings import NlpSettings
from nlp.known import NOTHING, Known
from nlp.segment import Segmenter, default
from nlp.tagger import Tagger, trained_segmenter


def office_segmenter(nlp: NlpSettings) -> Segmenter:
    """What cuts posts and searches for this office. Raises DictionaryError."""
    return default() if nlp.dictionary is None else Segmenter.of_office(nlp.dictionary)


def weights_segmenter(weights: Path, nlp: NlpSettings) -> Segmenter:
    """What cuts texts for the models in a folder. Raises DictionaryError and WeightsError."""
    return trained_segmenter(weights, office_segmenter(nlp))


def office_tagger(nlp: NlpSettings, known: Known = NOTHING) -> Tagger:
    """What tags posts for this office. Raises DictionaryError and WeightsError."""
    return Tagger.load(nlp.weights, office_segmenter(nlp), known)
