"""Figures and how sure they are."""

import numpy as np
import pytest

from nlp.figures import precision_recall, share


def test_precision_and_recall() -> None:
    """Of three that are said to be so two are, of four that are so two are said to be."""
    right, said = np.array([1, 1, 1, 1, 0, 0], dtype=bool), np.array([1, 1, 0, 0, 1, 0], dtype=bool)
    precision, recall = precision_recall("asks", right, said)
    assert (precision.measure, precision.value, precision.rows) == ("asks: precision", pytest.approx(2 / 3), 3)
    assert (recall.measure, recall.value, recall.rows) == ("asks: recall", 0.5, 4)
    for figure in (precision, recall):
        assert figure.interval[0] < figure.value < figure.interval[1]


def test_a_share() -> None:
    """Three of four; of many as sure, of few less so; the same each time."""
    few, many = share("x", [True, True, True, False]), share("x", [True, True, True, False] * 100)
    assert (few.value, few.rows) == (0.75, 4)
    assert few.interval[1] - few.interval[0] > 5 * (many.interval[1] - many.interval[0])
    assert few == share("x", [True, True, True, False])


def test_of_nothing_there_is_no_share() -> None:
    """0, and no fault."""
    nothing = np.zeros(3, dtype=bool)
    assert share("x", []).value == 0
    assert [figure.value for figure in precision_recall("x", nothing, nothing)] == [0, 0]
