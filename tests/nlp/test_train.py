"""Training: the same sets give the same weights, and a wrong set is named."""

import codecs
import gzip
import hashlib
from pathlib import Path

import pytest

from nlp.data import DOMAINS, TRAIN, felt_texts
from nlp.errors import DataError
from nlp.evaluate import sentiment_scores, topic_scores
from nlp.model_card import model_card
from nlp.models import CARD, SENTIMENT, SHIPPED, TOPIC, VOICE, load, read_card
from nlp.segment import default
from nlp.train import train
from tests.nlp import labelled
from tests.nlp.conftest import DAY


def test_training_again_gives_the_same_weights(labelled_data: Path, small_weights: Path, tmp_path: Path) -> None:
    """Seeds are fixed: every byte of weights and card is the same."""
    steps: list[str] = []
    train(labelled_data, tmp_path, segmenter=default(), revision=7, today=DAY, tell=steps.append)
    assert steps == ["sentiment", "topic", "voice", "keywords"]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in small_weights.iterdir()
    }


def test_the_card_says_what_the_models_are(small_weights: Path) -> None:
    """Sets, rows, scores, libraries, seed and file hashes stand in the card."""
    card = read_card(small_weights)
    assert card.made_on == DAY
    assert card.segmenter == default().stamp
    assert card.made_with.keys() == {"numpy", "scipy", "scikit-learn", "rjieba"}
    assert card.models[SENTIMENT].scores.keys() == {*(f"macro-F1, dev/{domain}" for domain in DOMAINS), "macro-F1, dev/all"}
    assert card.models[TOPIC].scores.keys() >= {"macro-F1, dev", "macro-F1, dev_raw"}
    assert card.models[VOICE].scores.keys() >= {"asks: precision", "asks: recall", "news: recall", "doubtful: precision"}
    for name, model in card.models.items():
        assert model.sha256 == hashlib.sha256((small_weights / f"{name}.npz").read_bytes()).hexdigest()
        assert all(data.rows and data.terms for data in model.data)


@pytest.mark.parametrize("shipped", [True, False])
def test_people_can_read_the_card(small_weights: Path, *, shipped: bool) -> None:
    """README.md beside the weights says what card.json says: sets, terms, scores, versions, date."""
    folder = SHIPPED if shipped else small_weights
    card, text = read_card(folder), (folder / "README.md").read_text(encoding="utf-8")
    assert text == model_card(card)
    for model in card.models.values():
        assert model.version in text
        assert all(f"{score:.4f}" in text for score in model.scores.values())
        assert all(data.name in text and data.terms in text for data in model.data)


def test_the_models_learn(small_weights: Path) -> None:
    """On sentences built from a pattern, nearly everything is right."""
    scores = read_card(small_weights).models
    assert scores[SENTIMENT].scores["macro-F1, dev/all"] > 0.9
    assert scores[TOPIC].scores["macro-F1, dev_raw"] > 0.9
    assert scores[VOICE].scores["asks: recall"] > 0.9
    assert scores[VOICE].scores["news: precision"] > 0.9


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("sentiment/train.jsonl.gz", None, "can't be read"),
        ("topic/dev_raw.jsonl.gz", b"not gzip", "can't be read"),
        ("topic/train.jsonl.gz", gzip.compress(b"{}")[:-4], "can't be read"),
        (
            "sentiment/train.jsonl.gz",
            gzip.compress(b'{"text": "a", "sentiment": 1, "set": "usual"}\n{"text": 5}\n'),
            ":2: is not a labelled text",
        ),
        ("sentiment/train.jsonl.gz", gzip.compress(b'{"text": "\xff", "sentiment": 1, "set": "usual"}\n'), ":1: is not a labelled text"),
        (
            "sentiment/train.jsonl.gz",
            gzip.compress(b"".join(b'{"text": " ", "sentiment": %d, "set": "usual"}\n' % feeling for feeling in (-1, 0, 1)) * 9),
            "-1 0, 0 0, 1 0",
        ),
        ("labels/forms.csv", None, "can't be read"),
        ("labels/forms.csv", b"", "holds no labels"),
        ("labels/asks.csv", b"set,draw,id\nreplay,random,1\n", ":2: '' is no label"),
        ("labels/topics.csv", b"set,draw,id,topics\nreplay,random,1\n", ":2: lacks a column"),
        ("labels/topics.csv", "set,draw,id,topics\nreplay,random,1,天文\n".encode(), ":2: '天文' is no label"),
        ("labels/asks.csv", b"set,draw,id,asks\nnowhere,random,1,none\n", "no text 1 of the set nowhere"),
        ("labels/own.jsonl", None, "can't be read"),
        ("labels/own.jsonl", b'{"text": "a", "asks": "none"}\n{bad\n', ":2: is not a labelled sentence"),
        ("sentiment/dev.jsonl.gz", gzip.compress(b'{"text": "a", "sentiment": 2, "set": "usual"}\n'), ":1: the label 2"),
        ("sentiment/dev.jsonl.gz", gzip.compress(b'{"text": "a", "sentiment": 1, "set": "x"}\n'), ":1: the label 'x'"),
        ("topic/dev.jsonl.gz", gzip.compress(b'{"tokens": [], "topic": "x"}\n'), ":1: the label 'x'"),
        ("topic/dev.jsonl.gz", gzip.compress(b""), "holds no labelled text"),
        ("replay/microblogs.jsonl.gz", gzip.compress(b""), "holds no text"),
        ("incidents/messages.jsonl.gz", None, "can't be read"),
        (
            "topic/train.jsonl.gz",
            gzip.compress('{"tokens": ["水"], "topic": "环境保护"}\n'.encode() * 9),
            "too few different texts of some labels",
        ),
        ("sentiment/train.jsonl.gz", gzip.compress(b'{"text": "a", "sentiment": 1, "set": "usual"}\n' * 9), "-1 0, 0 0"),
    ],
)
def test_a_wrong_set_is_named(tmp_path: Path, file: str, content: bytes | None, says: str) -> None:
    """Missing, cut off, not gzip, not JSON, or with a label that does not exist: the file, and the line, are named."""
    data = labelled.write(tmp_path / "data")
    (data / file).unlink()
    if content is not None:
        (data / file).write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        train(data, tmp_path / "out", segmenter=default(), revision=1, today=DAY, tell=lambda step: None)
    assert "nowhere" in says or file in str(caught.value)
    assert not (tmp_path / "out" / CARD).exists()


def test_a_set_may_begin_with_a_mark_and_end_its_lines_with_returns(tmp_path: Path) -> None:
    """As editors on Windows write them."""
    data = labelled.write(tmp_path)
    path, before = data / "sentiment" / "train.jsonl.gz", felt_texts(data, TRAIN)
    path.write_bytes(gzip.compress(codecs.BOM_UTF8 + gzip.decompress(path.read_bytes()).replace(b"\n", b"\r\n")))
    assert felt_texts(data, TRAIN) == before


@pytest.mark.data
def test_the_shipped_weights_are_as_good_as_their_card_says(shared_data: Path) -> None:
    """The scores in the shipped card are measured again, and reach the baselines of the sets."""
    weights = load(SHIPPED, default())
    scores = {
        SENTIMENT: sentiment_scores(weights.sentiment, default(), shared_data),
        TOPIC: topic_scores(weights.topic, default(), shared_data),
    }
    for name, measured in scores.items():
        said = weights.card.models[name].scores
        assert {measure: said[measure] for measure in measured} == pytest.approx(measured, abs=1e-3)
    assert scores[SENTIMENT]["macro-F1, dev/virus"] >= 0.759
    assert scores[SENTIMENT]["macro-F1, dev/usual"] >= 0.810
    assert scores[TOPIC]["macro-F1, dev"] >= 0.926
    assert scores[TOPIC]["macro-F1, dev_raw"] >= 0.836
