"""Trains the shipped models on the labelled sets: topic, sentiment, and how rare words are."""

import datetime as dt
import hashlib
import importlib.metadata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nlp.data import SENTIMENTS, TOPICS, cut_messages, felt_texts
from nlp.evaluate import sentiment_scores, topic_scores
from nlp.features import FEATURES, Hashed
from nlp.fit import SEED, Recipe, Texts, fit
from nlp.linear import Classifier, Parameters
from nlp.model_card import model_card
from nlp.models import FORMAT, KEYWORDS, SENTIMENT, TOPIC, Card, Data, ModelCard, pack, save
from nlp.rarity import rarity
from nlp.segment import Segmenter, batch_of_words

SENTIMENT_RECIPE = Recipe(kinds=("words", "pairs", "characters", "twos", "threes"), least_texts=4, smoothing=1.0, cost=0.3)
TOPIC_RECIPE = Recipe(kinds=("words", "twos_within", "threes_within"), least_texts=2, smoothing=1.0, cost=0.1)

_SENTIMENT_SET = "SMP2020-EWECT (microblogs, usual and virus; six emotions joined to three sentiments)"
_TOPIC_SET = "泰迪杯 (Teddy Cup) 2020 C (messages to a government with their first-level label)"
_TERMS = "research use; no licence beyond that is stated. Only hashes and numbers derived from the texts are kept here."


class Trained(NamedTuple):
    """One model, ready to be stored."""

    content: bytes
    card: ModelCard


def train(data: Path, out: Path, *, segmenter: Segmenter, revision: int, today: dt.date, tell: Callable[[str], None]) -> Card:
    """Train all models on the sets in `data` and write them with their card to `out`; `tell` hears each step as it begins.

    Raises DataError where a set is missing or wrong.
    """
    models: dict[str, Trained] = {}
    for name, make in ((SENTIMENT, _sentiment), (TOPIC, _topic), (KEYWORDS, _keywords)):
        tell(name)
        models[name] = make(data, segmenter)
    card = Card(
        format=FORMAT,
        features=FEATURES,
        tag_revision=revision,
        made_on=today,
        made_with={library: importlib.metadata.version(library) for library in ("numpy", "scipy", "scikit-learn", "rjieba")},
        seed=SEED,
        segmenter=segmenter.stamp,
        models={name: model.card for name, model in models.items()},
    )
    save(out, card, {name: model.content for name, model in models.items()})
    (out / "README.md").write_text(model_card(card), encoding="utf-8")
    return card


def _sentiment(data: Path, segmenter: Segmenter) -> Trained:
    rows = felt_texts(data, "train")
    texts = Texts(
        features=Hashed(segmenter.cut_batch([row.text for row in rows])).of(SENTIMENT_RECIPE.kinds),
        labels=np.array([SENTIMENTS.index(row.sentiment) for row in rows]),
    )
    parameters = fit(texts, SENTIMENT_RECIPE)
    scores = sentiment_scores(Classifier(SENTIMENT_RECIPE.kinds, parameters), segmenter, data)
    return _trained(
        parameters, SENTIMENT_RECIPE, tuple(map(str, SENTIMENTS)), Data(name=_SENTIMENT_SET, rows=len(rows), terms=_TERMS), scores
    )


def _topic(data: Path, segmenter: Segmenter) -> Trained:
    rows = cut_messages(data, "train")
    texts = Texts(
        features=Hashed(batch_of_words([row.tokens for row in rows])).of(TOPIC_RECIPE.kinds),
        labels=np.array([TOPICS.index(row.topic) for row in rows]),
    )
    parameters = fit(texts, TOPIC_RECIPE)
    scores = topic_scores(Classifier(TOPIC_RECIPE.kinds, parameters), segmenter, data)
    return _trained(parameters, TOPIC_RECIPE, TOPICS, Data(name=_TOPIC_SET, rows=len(rows), terms=_TERMS), scores)


def _keywords(data: Path, segmenter: Segmenter) -> Trained:
    felt, messages = felt_texts(data, "train"), cut_messages(data, "train")
    arrays = rarity([segmenter.cut_batch([row.text for row in felt]), batch_of_words([row.tokens for row in messages])])
    content = pack(arrays)
    sets = (Data(name=_SENTIMENT_SET, rows=len(felt), terms=_TERMS), Data(name=_TOPIC_SET, rows=len(messages), terms=_TERMS))
    return Trained(content, ModelCard(sha256=_sha256(content), data=sets, scores={}))


def _trained(parameters: Parameters, recipe: Recipe, labels: tuple[str, ...], data: Data, scores: Mapping[str, float]) -> Trained:
    halves = {name: getattr(parameters, name).astype(np.float16) for name in ("rarity", "weights")}  # fit rounds them so
    stored = {**parameters._asdict(), **halves, "sharpness": np.array(parameters.sharpness)}
    content = pack(stored)
    rounded = {name: round(score, 4) for name, score in scores.items()}
    return Trained(content, ModelCard(sha256=_sha256(content), kinds=recipe.kinds, labels=labels, data=(data,), scores=rounded))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
