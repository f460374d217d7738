"""The classifier's arithmetic."""

import numpy as np
import pytest

from nlp.features import Hashed
from nlp.linear import Classifier, Parameters, softmax, sum_each
from nlp.segment import batch_of_words


def numbers(values: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Give numbers as an array."""
    return np.array(values, dtype=np.float32)


def test_probabilities_follow_the_weights() -> None:
    """Two known words, each for one label: scores are weight × value of a text of length one, tempered, and sum to 1."""
    words = Hashed(batch_of_words([["停水", "感谢"]])).words.hashes
    order = np.argsort(words)
    weights = numbers([[2, 0], [0, 4]])[order]
    classifier = Classifier(["words"], Parameters(words[order], numbers([1, 1]), weights, numbers([0, 1]), 0.5))
    answer = classifier.answer(Hashed(batch_of_words([["停水"], ["感谢", "感谢"], ["停水", "感谢"], ["别的"], []])))
    root = 2**-0.5
    odds = 0.5 * np.array([[2, 1], [0, 5], [2 * root, 4 * root + 1], [0, 1], [0, 1]])
    assert answer.probabilities == pytest.approx(np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True), abs=1e-6)
    assert answer.best.tolist() == [0, 1, 1, 1, 1]


def test_certainty_does_not_overflow() -> None:
    """Very large scores give probabilities of 1 and 0, not a warning."""
    assert softmax(numbers([[1e4, -1e4, 0]])).tolist() == [[1, 0, 0]]


def test_texts_without_rows_sum_to_zero() -> None:
    """Sums go to their own text where some texts have none."""
    assert sum_each(numbers([[1], [2], [4]]), np.array([0, 2, 0, 1, 0])).ravel().tolist() == [0, 3, 0, 4, 0]
    assert sum_each(numbers(np.zeros((0, 2))), np.array([0, 0])).tolist() == [[0, 0], [0, 0]]
