"""Classifiers of two steps: columns, and what weighs them against each other."""

import numpy as np
import pytest

from nlp.alike_groups import alike_groups
from nlp.data import FeltText
from nlp.features import Hashed
from nlp.fit import Recipe
from nlp.fit_stacked import FEWEST, Fitted, Question, fit_stacked
from nlp.linear import Classifier
from nlp.segment import default
from nlp.stacked import Stacked, Weighing, inputs, product_names, products
from nlp.train_sentiment import OFFICE, questions

RECIPE = Recipe(kinds=("words",), least_texts=1, smoothing=1.0, cost=1.0)
GOOD, BAD = ("开心", "喜欢", "感谢"), ("生气", "失望", "难过")


def texts() -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    found = [f"{word}第{number}天" for word in (*GOOD, *BAD) for number in range(10)]
    return found, np.array([0] * 30 + [1] * 30)


def fitted(given: list[str], labels: np.ndarray[tuple[int], np.dtype[np.int64]], *more: Question) -> Fitted:
    everywhere = np.ones(len(given), dtype=bool)
    asked = [Question(everywhere, labels == label) for label in (0, 1)]
    features = Hashed(default().cut_batch(given)).of(RECIPE.kinds)
    return fit_stacked(features, labels, alike_groups(given, default()), [*asked, *more], RECIPE)


def test_products_are_all_there_and_named() -> None:
    """Each input, its square, and each pair once; the names say which is which."""
    found = products(np.array([[2.0, 3.0, 5.0]], dtype=np.float32))
    assert found.tolist() == [[2, 3, 5, 4, 6, 10, 9, 15, 25]]
    names = product_names(2)
    assert len(names) == found.shape[1]
    assert (names[2], names[4], names[8]) == ("length", "column 0 × column 1", "length × length")


def test_what_was_learned_is_told() -> None:
    """Texts of known words get their label, with probabilities that sum to one; a text without any gets some answer."""
    given, labels = texts()
    made = fitted(given, labels)
    model = Stacked(Classifier(RECIPE.kinds, made.columns), made.weighing)
    answer = model.answer(Hashed(default().cut_batch(["今天很开心", "真失望", "", "𠀀"])))
    assert answer.best[:2].tolist() == [0, 1]
    assert answer.probabilities.sum(axis=1) == pytest.approx(1)
    assert np.isfinite(answer.margins).all()


def test_the_same_texts_give_the_same_numbers() -> None:
    """Bit by bit, so that a set of weights can be made again."""
    given, labels = texts()
    one, other = (fitted(given, labels).weighing.arrays() for _ in range(2))
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_question_that_few_answer_is_not_asked() -> None:
    """A column learned from four texts would be worse than none; the others are the same without it."""
    given, labels = texts()
    rare = np.zeros(60, dtype=bool)
    rare[: FEWEST - 1] = True
    everywhere = np.ones(60, dtype=bool)
    assert fitted(given, labels, Question(everywhere, rare)).columns.weights.shape[1] == 2
    rare[FEWEST - 1] = True
    assert fitted(given, labels, Question(everywhere, rare)).columns.weights.shape[1] == 3


def test_stored_numbers_are_read_again_and_others_refused() -> None:
    """Weights for another number of columns would be mistaken for each other."""
    given, labels = texts()
    weighing = fitted(given, labels).weighing
    again = Weighing.read(2, weighing.arrays())
    margins, counts = np.ones((3, 2), dtype=np.float32), np.array([1, 2, 3])
    assert np.array_equal(again.odds(margins, counts), weighing.odds(margins, counts))
    assert inputs(margins, counts).shape == (3, 3)
    with pytest.raises(ValueError, match="weighing has weights for"):
        Weighing.read(3, weighing.arrays())


def test_copies_share_a_group() -> None:
    """The same text, and one that differs in a few signs; short texts only where they are equal."""
    long = "东湖小区连续三天停水物业电话始终没有人接老人孩子都没有办法洗澡做饭"
    groups = alike_groups([long, f"{long}！！", "支持", "支持 ", "支持你", f"转发：{long}"], default()).tolist()
    assert groups[0] == groups[1] == groups[5]
    assert groups[2] == groups[3] != groups[4]
    assert len(set(groups)) == 3


def test_what_an_office_corrected_teaches_the_sentiment_only() -> None:
    """Everywhere where no emotion is asked for: nobody has said which these texts have, nor which set they belong to."""
    rows = [
        FeltText(text="甲", sentiment=-1, set="usual", emotion="angry"),
        FeltText(text="乙", sentiment=1, set="virus"),
        FeltText(text="丙", sentiment=0, set=OFFICE),
    ]
    asked = [question.asked.tolist() for question in questions(rows)]
    assert asked == [[True] * 3] * 3 + [[True, False, False]] + [[False, True, True]] * 3 + [[True, True, False]]
    assert questions(rows)[3].members.tolist() == [True, False, False]
