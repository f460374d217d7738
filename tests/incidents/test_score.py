"""B-cubed, by hand."""

import pytest

from incidents.score import Score, b_cubed


def test_perfect_grouping_scores_one() -> None:
    """Names don't matter, only who stands with whom."""
    assert b_cubed(["a", "a", "b"], [1, 1, 2]) == Score(1.0, 1.0, 1.0)


def test_worked_example() -> None:
    """Events aaab in groups 1,1,2,2: precision (1+1+.5+.5)/4, recall (2/3+2/3+1/3+1)/4."""
    score = b_cubed(["a", "a", "a", "b"], [1, 1, 2, 2])
    assert score.precision == pytest.approx(0.75)
    assert score.recall == pytest.approx(2 / 3)
    assert score.f1 == pytest.approx(2 * 0.75 * (2 / 3) / (0.75 + 2 / 3))


def test_posts_without_group_stand_alone() -> None:
    """Two posts of None are not together."""
    assert b_cubed(["a", "a"], [None, None]) == b_cubed(["a", "a"], [1, 2])


def test_nothing_scores_nothing() -> None:
    """No posts, no score, no division by zero."""
    assert b_cubed([], []) == Score(0.0, 0.0, 0.0)
