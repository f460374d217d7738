"""Trains the shipped models on the labelled sets: topic, sentiment, in which voice a text speaks, and how rare words are."""

import datetime as dt
import hashlib
import importlib.metadata
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.topic_names import OTHER, TOPIC_NAMES
from nlp.data import SENTIMENTS, TRAIN, FeltText, cut_messages, felt_texts, microblogs
from nlp.evaluate import clear, measure_other, sentiment_scores, topic_scores
from nlp.features import FEATURES, Hashed
from nlp.figures import scores as scores_of
from nlp.fit import SEED, Background, Recipe, Texts, fit
from nlp.fit_other import fit_other
from nlp.labelled import Labelled, Labels, OwnText
from nlp.linear import Classifier, Numbers, Parameters
from nlp.model_card import model_card
from nlp.models import FORMAT, KEYWORDS, SENTIMENT, TOPIC, VOICE, Card, Data, ModelCard, pack, save
from nlp.other import Other
from nlp.rarity import rarity
from nlp.segment import Segmenter, batch_of_words
from nlp.stacked import Stacked
from nlp.train_about import train_about
from nlp.train_sentiment import OFFICE, SENTIMENT_RECIPE, fit_sentiment, measure_folds
from nlp.train_voice import KINDS, train_voice

TOPIC_RECIPE = Recipe(kinds=("words", "pairs", "twos_within", "threes_within"), least_texts=3, smoothing=1.0, cost=0.2)

CORRECTION_WEIGHT = 3  # a person who corrects looks at one text; a set was labelled by the hundred

_BACKGROUND_TEXTS, _BACKGROUND_SHARE, _BACKGROUND_MOST = 8000, 0.7, 3000
# "A1区" stands in for the names of places: no real text has it, so nothing is learned from it.
_STAND_IN = re.compile(r"[A-Za-z]+\d*[市区县]?")

_SENTIMENT_SET = "SMP2020-EWECT (microblogs, usual and virus; six emotions joined to three sentiments)"
_TOPIC_SET = "泰迪杯 (Teddy Cup) 2020 C (messages to a government with their first-level label)"
_MESSAGE_SET = "泰迪杯 (Teddy Cup) 2020 C (messages to a government of one year)"
_EVERYDAY_SET = "public microblogs of August 2026, a hot-search archive (without labels)"
_OWN_LABELS = "texts of these sets and sentences of our own, labelled by us"
_VOICE_SETS = (_EVERYDAY_SET, _SENTIMENT_SET, _MESSAGE_SET)
_TERMS = "research use; no licence beyond that is stated. Only hashes and numbers derived from the texts are kept here."


class Judged(NamedTuple):
    """A text that a person has corrected: a topic, a sentiment as "-1", "0" or "1", a form, or what it asks for, "none" included."""

    text: str
    field: str
    value: str


class Trained(NamedTuple):
    """One model, ready to be stored."""

    content: bytes
    card: ModelCard


def train(
    data: Path,
    out: Path,
    *,
    segmenter: Segmenter,
    revision: int,
    today: dt.date,
    tell: Callable[[str], None],
    judged: Sequence[Judged] = (),
    folds: bool = False,
) -> Card:
    """Train all models on the sets in `data` and write them with their card to `out`; `tell` hears each step as it begins.

    With `folds` the recipe for sentiment is measured by five folds, too, which takes minutes. Each of the `judged` texts counts as often as CORRECTION_WEIGHT of the sets'. Nothing is learned from one that is about none of the topics.

    Raises DataError where a set is missing or wrong.
    """
    models: dict[str, Trained] = {}
    felt = [one for one in judged if one.field == SENTIMENT and one.value in map(str, SENTIMENTS)]
    about = [one for one in judged if one.field == TOPIC and one.value in TOPIC_NAMES]
    heard = [one for one in judged if one.field in {"form", "asks"}]
    steps: tuple[tuple[str, Callable[[], Trained]], ...] = (
        (SENTIMENT, lambda: _sentiment(data, segmenter, felt)),
        (TOPIC, lambda: _topic(data, segmenter, about)),
        (VOICE, lambda: _voice(data, segmenter, heard)),
        (KEYWORDS, lambda: _keywords(data, segmenter)),
    )
    for name, make in steps:
        tell(name)
        models[name] = make()
    if folds:
        measured = {one.measure: round(one.macro_f1, 4) for one in measure_folds(data, segmenter, tell)}
        models[SENTIMENT] = models[SENTIMENT]._replace(card=msgspec.structs.replace(models[SENTIMENT].card, folds=measured))
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


def _sentiment(data: Path, segmenter: Segmenter, judged: Sequence[Judged]) -> Trained:
    rows = felt_texts(data, TRAIN)
    corrected = [FeltText(text=one.text, sentiment=int(one.value), set=OFFICE) for one in judged] * CORRECTION_WEIGHT
    fitted = fit_sentiment([*rows, *corrected], segmenter)
    scores = sentiment_scores(Stacked(Classifier(SENTIMENT_RECIPE.kinds, fitted.columns), fitted.weighing), segmenter, data)
    sets = (Data(name=_SENTIMENT_SET, rows=len(rows), terms=_TERMS), *_corrections(judged))
    return _trained(fitted.columns, SENTIMENT_RECIPE, tuple(map(str, SENTIMENTS)), sets, scores, **fitted.weighing.arrays())


def _topic(data: Path, segmenter: Segmenter, judged: Sequence[Judged]) -> Trained:
    rows, everyday, more = cut_messages(data, TRAIN), _everyday(data), [*judged] * CORRECTION_WEIGHT
    cut = [*(_without_stand_ins(row.tokens) for row in rows), *segmenter.cut_many([one.text for one in more])]
    texts = Texts(
        features=Hashed(batch_of_words(cut)).of(TOPIC_RECIPE.kinds),
        labels=np.array([TOPIC_NAMES.index(name) for name in (*(row.topic for row in rows), *(one.value for one in more))]),
    )
    features = Hashed(segmenter.cut_batch(everyday)).of(TOPIC_RECIPE.kinds)
    parameters = fit(texts, TOPIC_RECIPE, Background(features, len(everyday), _BACKGROUND_SHARE, _BACKGROUND_MOST))
    classifier = Classifier(TOPIC_RECIPE.kinds, parameters)
    labelled = Labels(data).of("topics")
    margins = classifier.margins(Hashed(segmenter.cut_batch([text.text for text in labelled])))
    other, scores = _other(labelled, margins)
    scores = {**topic_scores(classifier, segmenter, data), **scores}
    sets = (
        Data(name=_TOPIC_SET, rows=len(rows), terms=_TERMS),
        Data(name=_EVERYDAY_SET, rows=min(_BACKGROUND_MOST, len(everyday)) + len(labelled), terms=_TERMS),
        *_corrections(judged),
    )
    return _trained(parameters, TOPIC_RECIPE, TOPIC_NAMES, sets, scores, other=np.array(other, dtype=np.float32))


def _corrections(judged: Sequence[Judged]) -> tuple[Data, ...]:
    return (Data(name="corrections by the office", rows=len(judged), terms="the office's own"),) if judged else ()


def _everyday(data: Path) -> list[str]:
    """Everyday texts of which none has a label of ours."""
    known = Labels(data).ids()
    rows = [row.text for row in microblogs(data, "replay/microblogs") if row.id not in known]
    return [rows[place] for place in np.random.default_rng(SEED).permutation(len(rows))[:_BACKGROUND_TEXTS]]


def _without_stand_ins(tokens: Sequence[str]) -> list[str]:
    return [bare for token in tokens if (bare := _STAND_IN.sub("", token))]


def _other(labelled: Sequence[Labelled], margins: Numbers) -> tuple[Other, Mapping[str, float]]:
    """The threshold, chosen on every other clearly labelled text and measured on the rest."""
    chosen = clear(labelled)[::2]
    other = fit_other(
        margins[chosen], [labelled[place].labels == {OTHER} for place in chosen], [labelled[place].draw == "random" for place in chosen]
    )
    return other, scores_of(measure_other(labelled, margins, other))


def _voice(data: Path, segmenter: Segmenter, judged: Sequence[Judged]) -> Trained:
    corrected = [OwnText(text=one.text, **{one.field: one.value}) for one in judged] * CORRECTION_WEIGHT
    voice = train_voice(data, segmenter, corrected)
    about = train_about(data, segmenter, voice.voice)
    content = pack({**voice.arrays, **about.model.arrays("about")})
    sets = [Data(name=name, rows=rows, terms=_TERMS) for name, rows in zip(_VOICE_SETS, voice.rows, strict=True)]
    sets.append(Data(name=_OWN_LABELS, rows=voice.labelled + about.rows, terms="our own labels, by the rules in nlp/labels/README.md."))
    sets += _corrections(judged)
    scores = {name: round(score, 4) for name, score in {**voice.scores, **about.scores}.items()}
    return Trained(content, ModelCard(sha256=_sha256(content), kinds=KINDS, data=tuple(sets), scores=scores))


def _keywords(data: Path, segmenter: Segmenter) -> Trained:
    felt, messages = felt_texts(data, "train"), cut_messages(data, "train")
    arrays = rarity([segmenter.cut_batch([row.text for row in felt]), batch_of_words([row.tokens for row in messages])])
    content = pack(arrays)
    sets = (Data(name=_SENTIMENT_SET, rows=len(felt), terms=_TERMS), Data(name=_TOPIC_SET, rows=len(messages), terms=_TERMS))
    return Trained(content, ModelCard(sha256=_sha256(content), data=sets, scores={}))


def _trained(
    parameters: Parameters,
    recipe: Recipe,
    labels: tuple[str, ...],
    data: tuple[Data, ...],
    scores: Mapping[str, float],
    **more: NDArray[Any],
) -> Trained:
    halves = {name: getattr(parameters, name).astype(np.float16) for name in ("rarity", "weights")}  # fit rounds them so
    stored = {**parameters._asdict(), **halves, "sharpness": np.array(parameters.sharpness), **more}
    content = pack(stored)
    rounded = {name: round(score, 4) for name, score in scores.items()}
    return Trained(content, ModelCard(sha256=_sha256(content), kinds=recipe.kinds, labels=labels, data=data, scores=rounded))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
