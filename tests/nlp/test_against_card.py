"""The shipped models are as good as their card says, by measuring anew."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from nlp.against_card import TOLERANCE, Findings, find, short_of, worse
from nlp.errors import DataError
from nlp.figures import Figure
from nlp.models import KEYWORDS, SHIPPED, load
from nlp.segment import default
from nlp.tagger import trained_segmenter


def test_the_shipped_models_keep_what_their_card_promises(shared_data: Path) -> None:
    """Each figure of the card comes out again, with the labelled data beside the project."""
    segmenter = trained_segmenter(SHIPPED, default())
    weights = load(SHIPPED, segmenter)
    found = find(weights, segmenter, shared_data)
    assert worse(weights.card, found) == []
    for name, model in weights.card.models.items():
        if name != KEYWORDS:
            measured = {figure.measure: figure.value for figure in found[name].figures}
            assert measured == pytest.approx(model.scores, abs=TOLERANCE)
            assert all(low <= value <= high for _, value, (low, high), _ in found[name].figures)


def test_each_figure_of_a_card_is_measured(labelled_data: Path, small_weights: Path) -> None:
    """Of small models, too, and as when they were trained."""
    weights = load(small_weights, default())
    found = find(weights, default(), labelled_data)
    assert worse(weights.card, found) == []
    for name in found:
        assert weights.card.models[name].scores == pytest.approx({one.measure: one.value for one in found[name].figures}, abs=1e-4)
    assert [each.measure for each in found["voice"].sets] == ["forms, five folds", "asks, five folds"]


def test_what_does_not_hold_is_told(labelled_data: Path, small_weights: Path) -> None:
    """A figure that is lower, and one that nothing measures; not one that is lower by rounding."""
    card = load(small_weights, default()).card
    topic = replace(card.models["topic"], scores={"macro-F1, dev": 0.9, "other: a": 0.5, "gone": 0.4})
    card = replace(card, models={"topic": topic})
    figures = [Figure("macro-F1, dev", 0.8, (0.7, 0.9), 10), Figure("other: a", 0.5 - TOLERANCE / 2, (0.4, 0.6), 10)]
    assert worse(card, {"topic": Findings((), tuple(figures))}) == [
        "topic macro-F1, dev: 0.8000 < 0.9000",
        "topic gone: not measured, 0.4000 promised",
    ]


def test_of_false_alarms_more_is_worse() -> None:
    """And fewer is no fault."""
    found = [Figure("false alarms, news_dev", 0.05, (0.04, 0.06), 10), Figure("false alarms, official_dev", 0.01, (0, 0.02), 10)]
    promised = {"false alarms, news_dev": 0.03, "false alarms, official_dev": 0.03}
    assert short_of("proofread", promised, found, 0.01) == ["proofread false alarms, news_dev: 0.0500 > 0.0300"]


def test_of_names_touched_hardly_more_is_worse() -> None:
    """The figure is next to nothing, so what libraries and models made anew may differ by is a tenth of elsewhere."""
    found = [Figure("names touched, persons", 0.0008, (0, 0.002), 9), Figure("names touched, places", 0.003, (0.001, 0.005), 9)]
    promised = {"names touched, persons": 0.0, "names touched, places": 0.001}
    assert short_of("proofread", promised, found, 0.01) == ["proofread names touched, places: 0.0030 > 0.0010"]


def test_a_set_that_is_not_there_is_named(small_weights: Path, tmp_path: Path) -> None:
    """By its file."""
    with pytest.raises(DataError, match=r"sentiment/dev\.jsonl\.gz"):
        find(load(small_weights, default()), default(), tmp_path)
