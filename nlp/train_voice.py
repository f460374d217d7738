"""Trains what tells reports, adverts and people's own words apart, and who asks for something.

Words learn from thousands of texts with a rough label (media wrote it; it is a message to a government), the two small models from
our own labels (`labels/`). They are measured by five-fold cross-validation over our labels, which the rough part never sees.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from config.incidents import FILE, read_incidents
from config.lines import read_yaml
from config.settings import PACKAGE_DIR
from matching.fold import fold
from nlp.asks import AskWords
from nlp.cues import Cues, read_cues
from nlp.data import MEDIA, TRAIN, felt_texts, messages, microblogs
from nlp.evaluate import Measured, measure
from nlp.features import Features, Hashed, Hashes
from nlp.figures import Figure, precision_recall, scores, share
from nlp.fit import SEED, frequent, matrix
from nlp.labelled import Labelled, Labels, OwnText
from nlp.linear import Answer, Classifier, Numbers, Parameters, unit_values
from nlp.logistic import Logistic, fit
from nlp.lookup import Lookup
from nlp.segment import Segmenter
from nlp.voice import FORMS, WORDS, Heard, Voice, input_names, inputs
from streams.messages import Form

KINDS = ("words",)
NONE = "none"

_NEWS_LEAST, _ASKS_LEAST = 8, 3  # texts that a word must stand in; for asks on either side
_NEWS_COST, _ASKS_COST = 1.0, 3.0
_EVERYDAY, _MESSAGES, _FEW_MESSAGES = 8000, 4000, 1500  # texts with a rough label that are learned from
_FORM_STRENGTH, _ASKS_STRENGTH = 0.5, 0.1  # of the small models
_ROUGH_FORMS, _ROUGH_ASKS, _ROUGH_MESSAGES = 0.1, 0.3, 0.1  # what texts with rough labels weigh in them, as a share of ours
_ADVERT, _RARE = 3.0, 4.0  # what an advert and a microblog that asks weigh: there are few
_FOLDS = 5


class Trained(NamedTuple):
    """Both models as they are stored, how good they are, and on how many texts words and models were learned."""

    arrays: Mapping[str, NDArray[Any]]
    scores: Mapping[str, float]
    rows: tuple[int, int, int]  # everyday texts, felt ones, messages
    labelled: int
    voice: Voice


class Crossed(NamedTuple):
    """How good the small models are, by cross-validation over our labels."""

    forms: Measured
    asks: Measured
    figures: tuple[Figure, ...]


class _Rough(NamedTuple):
    """Texts with a rough label."""

    replay: list[str]
    media: NDArray[np.bool_]  # which of `replay` media wrote
    felt: list[str]
    messages: list[str]


def train_voice(folder: Path, segmenter: Segmenter, more: Sequence[OwnText] = ()) -> Trained:
    """Train on the sets in `folder`, and on `more` as on our own sentences. Raises DataError where a set is missing."""
    labels = Labels(folder, more)
    rough = _rough(folder, labels)
    parameters = _word_model(rough, labels, segmenter)
    words = Classifier(KINDS, parameters)
    tasks = _tasks(labels, rough, segmenter, words)
    form, asks = tasks.form.fitted(), tasks.asks.fitted()
    arrays: dict[str, NDArray[Any]] = {"hashes": parameters.hashes, "intercept": parameters.intercept}
    arrays["weights"] = parameters.weights.astype(np.float16)
    rows = len(rough.replay), len(rough.felt), len(rough.messages)
    labelled = len(labels.of("forms")) + len(labels.of("asks")) + len(labels.own()) - len(more)
    arrays |= form.arrays("form") | asks.arrays("asks")
    measured = _crossed(tasks if not more else _tasks(Labels(folder), rough, segmenter, words))  # as `measure_voice` does
    return Trained(arrays, scores(measured.figures), rows, labelled, Voice(Cues(read_cues()), words, form, asks))


def measure_voice(folder: Path, segmenter: Segmenter, words: Classifier) -> Crossed:
    """Measure the small models over what `words`, which never saw our labels, say. Raises DataError."""
    labels = Labels(folder)
    return _crossed(_tasks(labels, _rough(folder, labels), segmenter, words))


def voice_fit(folder: Path, segmenter: Segmenter, voice: Voice) -> dict[str, float]:
    """How well a voice says of our labels what it learned of them: macro-F1 of forms and asking. It can only tell what pulls it away from them.

    Raises DataError.
    """
    labels = Labels(folder)
    forms, asked = labels.of("forms"), [text for text in labels.of("asks") if text.labels == {NONE} or NONE not in text.labels]
    form = _heard(voice, segmenter, forms).forms
    asks = _heard(voice, segmenter, asked).asks
    both = np.stack([1 - asks, asks], axis=1)
    names = [str(one) for one in FORMS]
    right = [NONE if text.labels == {NONE} else "asks" for text in asked]
    return {
        "forms": measure("forms", names, [next(iter(text.labels)) for text in forms], Answer(form, form)).macro_f1,
        "asks": measure("asks", (NONE, "asks"), right, Answer(both, both)).macro_f1,
    }


def _heard(voice: Voice, segmenter: Segmenter, texts: Sequence[Labelled]) -> Heard:
    batch = segmenter.cut_batch([text.text for text in texts])
    return voice.hear(batch, Hashed(batch))


def _rough(folder: Path, labels: Labels) -> _Rough:
    known, chance = labels.ids(), np.random.default_rng(SEED)
    replay = [row for row in microblogs(folder, "replay/microblogs") if row.id not in known]
    replay = [replay[place] for place in chance.permutation(len(replay))]
    felt = [row.text for place, row in enumerate(felt_texts(folder, TRAIN)) if str(place) not in known]
    asked = [f"{row.title}。{row.text}" for row in messages(folder) if str(row.id) not in known]
    return _Rough(
        [row.text for row in replay],
        np.array([row.verified_type == MEDIA for row in replay]),
        [felt[place] for place in chance.permutation(len(felt))[:_EVERYDAY]],
        [asked[place] for place in chance.permutation(len(asked))[:_MESSAGES]],
    )


def _word_model(rough: _Rough, labels: Labels, segmenter: Segmenter) -> Parameters:
    """What each word says for a report, and for a text that asks; each learned from texts of its own."""
    formed, own = [text for text in labels.own() if text.form in FORMS], [text for text in labels.own() if text.asks]
    news = _features(segmenter, [*rough.replay, *(text.text for text in formed)])
    is_news = np.concatenate([rough.media, [text.form == Form.NEWS for text in formed]])
    asks = _features(segmenter, [*rough.messages, *(text.text for text in own), *rough.replay[:_EVERYDAY], *rough.felt])
    is_ask = np.zeros(asks.size, dtype=bool)
    is_ask[: len(rough.messages)] = True
    is_ask[len(rough.messages) : len(rough.messages) + len(own)] = [text.asks != NONE for text in own]
    on_both = np.intersect1d(frequent(_some(asks.features, is_ask), _ASKS_LEAST), frequent(_some(asks.features, ~is_ask), _ASKS_LEAST))
    on_news = frequent(news.features, _NEWS_LEAST)
    known = np.union1d(on_news, on_both)
    columns = [
        _column(texts, known, usable, labelled, cost)
        for texts, usable, labelled, cost in ((news, on_news, is_news, _NEWS_COST), (asks, on_both, is_ask, _ASKS_COST))
    ]
    weights = np.stack([column for column, _ in columns], axis=1).astype(np.float16).astype(np.float32)
    intercept = np.array([start for _, start in columns], dtype=np.float32)
    return Parameters(known, np.ones(len(known), dtype=np.float32), weights, intercept, 1.0)


class _Seen(NamedTuple):
    features: Features
    size: int


def _features(segmenter: Segmenter, texts: Sequence[str]) -> _Seen:
    return _Seen(Hashed(segmenter.cut_batch(texts)).of(KINDS), len(texts))


def _some(features: Features, chosen: NDArray[np.bool_]) -> Features:
    inside = chosen[features.texts]
    return Features(features.hashes[inside], features.texts[inside])


def _column(texts: _Seen, known: Hashes, usable: Hashes, labels: NDArray[np.bool_], cost: float) -> tuple[NDArray[np.float64], float]:
    """Weights of the known words, 0 for those that aren't usable, and the intercept."""
    present = Lookup(known).present(texts.features, texts.size)
    values = unit_values(present, np.ones(len(known), dtype=np.float32))
    places = np.flatnonzero(np.isin(known, usable))
    table = matrix(values, present, len(known))[:, places]
    model = LogisticRegression(C=cost, class_weight="balanced", max_iter=500, random_state=SEED).fit(table, labels)
    weights = np.zeros(len(known))
    weights[places] = model.coef_[0]
    return weights, float(model.intercept_[0])


See = Callable[[Sequence[str]], Numbers]


class _Part(NamedTuple):
    """Some texts to learn from: what a model sees of them, their labels and their weights."""

    inputs: Numbers
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]


class _Task(NamedTuple):
    """What one of the small models learns: our labels, and what helps."""

    names: tuple[str, ...]  # of what it sees
    part: _Part
    helpers: Sequence[_Part]
    strength: float
    strata: NDArray[np.int64]

    def fitted(self) -> Logistic:
        """The model that learned from all."""
        return self._fit(self.part)

    def crossed(self) -> Numbers:
        """What models say of those of our texts that they did not learn from; shape (texts, labels)."""
        said: Numbers | None = None
        for learned, left in StratifiedKFold(_FOLDS, shuffle=True, random_state=SEED).split(self.strata, self.strata):
            model = self._fit(_Part(self.part.inputs[learned], self.part.labels[learned], self.part.weights[learned]))
            found = model.probabilities(self.part.inputs[left])
            if said is None:
                said = np.zeros((len(self.strata), found.shape[1]), dtype=np.float32)
            said[left] = found
        assert said is not None
        return said

    def _fit(self, part: _Part) -> Logistic:
        parts = [part, *self.helpers]
        return fit(
            self.names,
            np.concatenate([one.inputs for one in parts]),
            np.concatenate([one.labels for one in parts]).tolist(),
            np.concatenate([one.weights for one in parts]).tolist(),
            self.strength,
        )


class _Tasks(NamedTuple):
    form: _Task
    asks: _Task
    asked: list[Labelled]  # the texts of `asks`


def _tasks(labels: Labels, rough: _Rough, segmenter: Segmenter, words: Classifier) -> _Tasks:
    cues = Cues(read_cues())

    def see(texts: Sequence[str]) -> Numbers:
        batch = segmenter.cut_batch(texts)
        return inputs(cues, batch, words.margins(Hashed(batch)))

    asked = [text for text in labels.of("asks") if text.labels == {NONE} or NONE not in text.labels]
    form = _form(labels, rough, see, input_names(cues, WORDS[0]))
    return _Tasks(form, _asks(asked, labels, rough, see, input_names(cues, WORDS[1])), asked)


def _form(labels: Labels, rough: _Rough, see: See, names: tuple[str, ...]) -> _Task:
    ours, own = labels.of("forms"), [(text.text, Form(text.form)) for text in labels.own() if text.form in FORMS]
    right = np.array([FORMS.index(Form(next(iter(text.labels)))) for text in ours])
    helpers = [
        _part(_without_asks(see([text for text, _ in own])), [FORMS.index(form) for _, form in own], 1.0),
        _part(
            _without_asks(see(rough.replay[:_EVERYDAY])),
            np.where(rough.media[:_EVERYDAY], FORMS.index(Form.NEWS), FORMS.index(Form.VOICE)).tolist(),
            _ROUGH_FORMS * len(right) / _EVERYDAY,
        ),
    ]
    weights = np.where(right == FORMS.index(Form.ADVERT), _ADVERT, 1.0)
    return _Task(names, _Part(_without_asks(see([text.text for text in ours])), right, weights), helpers, _FORM_STRENGTH, right)


def _asks(ours: Sequence[Labelled], labels: Labels, rough: _Rough, see: See, names: tuple[str, ...]) -> _Task:
    own = [text for text in labels.own() if text.asks]
    right = np.array([NONE not in text.labels for text in ours]).astype(np.int64)
    letters = np.array([text.set == "messages" for text in ours])
    weights = np.where((right == 1) & ~letters, _RARE, 1.0)
    few = rough.messages[:_FEW_MESSAGES]
    helpers = [
        _part(_without_news(see([text.text for text in own])), [int(text.asks != NONE) for text in own], 1.0),
        _part(_without_news(see(rough.replay[:_EVERYDAY])), [0] * min(_EVERYDAY, len(rough.replay)), _ROUGH_ASKS * len(right) / _EVERYDAY),
        _part(_without_news(see(few)), [1] * len(few), _ROUGH_MESSAGES * len(right) / max(len(few), 1)),
    ]
    part = _Part(_without_news(see([text.text for text in ours])), right, weights)
    return _Task(names, part, helpers, _ASKS_STRENGTH, right * 2 + letters)


def _crossed(tasks: _Tasks) -> Crossed:
    forms, sure = tasks.form.crossed(), tasks.asks.crossed()
    right, said = tasks.form.part.labels, forms.argmax(axis=1)
    figures = [figure for place, form in enumerate(FORMS) for figure in precision_recall(form, right == place, said == place)]
    names, asked = [str(form) for form in FORMS], tasks.asks.part.labels
    return Crossed(
        measure("forms, five folds", names, [names[place] for place in right.tolist()], Answer(forms, forms)),
        measure("asks, five folds", (NONE, "asks"), [(NONE, "asks")[place] for place in asked.tolist()], Answer(sure, sure)),
        (*figures, *_asks_figures(tasks, sure[:, 1].tolist())),
    )


def _asks_figures(tasks: _Tasks, sure: Sequence[float]) -> Iterator[Figure]:
    """What voice and words say together, as the tagger does where the sentiment says nothing."""
    ours, right = tasks.asked, tasks.asks.part.labels == 1
    letters, words = np.array([text.set == "messages" for text in ours]), _shipped_words()
    kinds = [words.judge(fold(text.text), probability).kind if text.private else None for text, probability in zip(ours, sure, strict=True)]
    said = np.array([kind is not None for kind in kinds])
    yield from precision_recall("asks", right, said)
    for name, chosen in (("messages", letters), ("microblogs", ~letters)):
        yield from precision_recall(f"asks, {name}", right[chosen], said[chosen])
    both = np.flatnonzero(right & said).tolist()
    yield share("asks: of these with the right kind", [kinds[place] in ours[place].labels for place in both])


def _shipped_words() -> AskWords:
    """The words of requests as they come with the program."""
    rules, problems = read_incidents(read_yaml(PACKAGE_DIR / FILE))
    assert rules is not None, problems
    return AskWords(rules.requests.kinds)


def _without_news(seen: Numbers) -> Numbers:
    return np.delete(seen, -2, axis=1)


def _without_asks(seen: Numbers) -> Numbers:
    return np.delete(seen, -1, axis=1)


def _part(seen: Numbers, labels: Sequence[int], weight: float) -> _Part:
    return _Part(seen, np.array(labels, dtype=np.int64), np.full(len(labels), weight))
