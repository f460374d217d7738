"""Weights for the tests: the shipped ones, and small ones trained here."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import settings

from nlp.segment import default
from nlp.tagger import Tagger
from nlp.train import train
from tests.nlp import labelled

# No test may fail for being slow: the first call loads dictionaries and weights.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

DAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="session")
def labelled_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return labelled.write(tmp_path_factory.mktemp("labelled"))


@pytest.fixture(scope="session")
def small_weights(labelled_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights that a test must copy before it changes anything."""
    folder = tmp_path_factory.mktemp("weights")
    train(labelled_data, folder, segmenter=default(), revision=7, today=DAY, tell=lambda step: None)
    return folder


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    return Tagger.load()
