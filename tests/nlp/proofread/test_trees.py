"""Trees as plain arrays answer as scikit-learn's do."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from nlp.proofread.trees import Trees, of_sklearn


@pytest.fixture(scope="module")
def model() -> HistGradientBoostingClassifier:
    numbers, right = rows(2000, 1)
    return HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=12, random_state=0).fit(numbers, right)


def rows(number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers, many of them equal, and labels that depend on them."""
    draw = np.random.default_rng(seed)
    numbers = np.round(draw.normal(size=(number, 6)), 1).astype(np.float32)
    return numbers, (numbers[:, 0] * numbers[:, 1] + numbers[:, 2] > draw.normal(size=number) * 0.3)


def test_the_same_answers(model: HistGradientBoostingClassifier) -> None:
    """Also for numbers that lie on a threshold, and after storing."""
    trees = of_sklearn(model)
    numbers, _ = rows(9000, 2)
    wanted = model.predict_proba(numbers)[:, 1]
    assert np.abs(trees.probabilities(numbers) - wanted).max() < 1e-5
    stored = Trees.read("some", trees.arrays("some"), 6)
    assert (stored.probabilities(numbers) == trees.probabilities(numbers)).all()
    assert trees.probabilities(numbers[:0]).shape == (0,)


def test_trees_over_other_numbers_are_refused(model: HistGradientBoostingClassifier) -> None:
    """Trees that ask for a number that there is not, or have a child that there is not, are no trees of this program."""
    arrays = of_sklearn(model).arrays("some")
    with pytest.raises(ValueError, match="some are no trees over 2 numbers"):
        Trees.read("some", arrays, 2)
    with pytest.raises(ValueError, match="no trees"):
        Trees.read("some", {**arrays, "some_left": arrays["some_left"] + 10_000}, 6)
    with pytest.raises(ValueError, match="lacks nodes"):
        Trees.read("some", {**arrays, "some_values": arrays["some_values"][:-1]}, 6)
    with pytest.raises(KeyError):
        Trees.read("other", arrays, 6)
