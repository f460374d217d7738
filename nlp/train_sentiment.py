"""Trains what tells how a text feels, and measures the recipe by five folds.

Beside the three sentiments there are columns for the emotions that a part of the texts has, for the sentiment within the texts that have
none, and for which of the two sets a text is like.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from nlp.alike_groups import alike_groups
from nlp.data import SENTIMENTS, TRAIN, FeltText, felt_texts
from nlp.evaluate import Measured, by_domain
from nlp.features import Hashed
from nlp.fit import SEED, Recipe
from nlp.fit_stacked import FOLDS, Fitted, Question, fit_stacked
from nlp.linear import Answer, Classifier
from nlp.segment import Segmenter
from nlp.stacked import Stacked

SENTIMENT_RECIPE = Recipe(kinds=("words", "pairs", "characters", "twos", "threes"), least_texts=4, smoothing=1.0, cost=0.3)
OFFICE = "office"  # the set of texts that an office has corrected


def fit_sentiment(rows: Sequence[FeltText], segmenter: Segmenter) -> Fitted:
    """Fit the model on labelled microblogs. The same texts give the same numbers."""
    texts = [row.text for row in rows]
    features = Hashed(segmenter.cut_batch(texts)).of(SENTIMENT_RECIPE.kinds)
    return fit_stacked(features, places(rows), alike_groups(texts, segmenter), questions(rows), SENTIMENT_RECIPE)


def measure_folds(data: Path, segmenter: Segmenter, tell: Callable[[str], None]) -> tuple[Measured, ...]:
    """Measure the recipe: five parts of the training set, each by a model of the others. Raises DataError where a set is missing.

    Texts that also stand in the part kept for development are left out, and copies of a text are in the same part. Several minutes.
    """
    kept = {row.text.strip() for row in felt_texts(data, "dev")}
    rows = [row for row in felt_texts(data, TRAIN) if row.text.strip() not in kept]
    groups = alike_groups([row.text for row in rows], segmenter)
    answers = np.zeros((len(rows), len(SENTIMENTS)), dtype=np.float32)
    parts = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(rows, [f"{row.set} {row.sentiment}" for row in rows], groups)
    for number, (fitted, held_out) in enumerate(parts, start=1):
        tell(f"part {number} of {FOLDS}")
        made = fit_sentiment([rows[place] for place in fitted], segmenter)
        model = Stacked(Classifier(SENTIMENT_RECIPE.kinds, made.columns), made.weighing)
        answers[held_out] = model.answer(Hashed(segmenter.cut_batch([rows[place].text for place in held_out]))).probabilities
    return tuple(by_domain("five folds", rows, Answer(answers, answers)))


def places(rows: Sequence[FeltText]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The place of each text's sentiment among SENTIMENTS."""
    return np.array([SENTIMENTS.index(row.sentiment) for row in rows], dtype=np.int64)


def questions(rows: Sequence[FeltText]) -> list[Question]:
    """What each column tells."""
    felt, sets, emotions = (
        np.array(each) for each in ([row.sentiment for row in rows], [row.set for row in rows], [row.emotion or "" for row in rows])
    )
    everywhere, named = np.ones(len(rows), dtype=bool), emotions != ""
    own = sets == OFFICE
    found = [Question(everywhere, felt == sentiment) for sentiment in SENTIMENTS]
    found += [Question(named, emotions == emotion) for emotion in np.unique(emotions[named])]
    found += [Question(~named, felt == sentiment) for sentiment in SENTIMENTS]
    return [*found, Question(~own, named)]
