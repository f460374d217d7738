"""The small logistic regressions."""

import numpy as np
import pytest

from nlp.logistic import Logistic, fit

NAMES = ("many", "few")


def test_learns_which_input_matters() -> None:
    """With two labels and with three; probabilities sum to 1."""
    chance = np.random.default_rng(2)
    inputs = chance.normal(size=(300, 2)).astype(np.float32)
    two = fit(NAMES, inputs, (inputs[:, 0] > 0).astype(int).tolist(), [1.0] * 300)
    assert ((two.probabilities(inputs)[:, 1] > 0.5) == (inputs[:, 0] > 0)).mean() > 0.95
    assert abs(two.weights[0, 1]) > 5 * abs(two.weights[1, 1])
    three = fit(NAMES, inputs, np.digitize(inputs[:, 0], [-0.5, 0.5]).tolist(), [1.0] * 300)
    assert three.probabilities(inputs).sum(axis=1) == pytest.approx(np.ones(300), abs=1e-5)


def test_what_is_stored_comes_back() -> None:
    """And weights for other inputs are refused, not used for the wrong ones."""
    model = fit(NAMES, np.array([[0, 1], [1, 0]], dtype=np.float32), [0, 1], [1.0, 1.0])
    arrays = model.arrays("it")
    again = Logistic.read("it", NAMES, arrays)
    assert (again.weights == model.weights).all()
    with pytest.raises(ValueError, match="it has weights for 2 inputs, this program has 3"):
        Logistic.read("it", (*NAMES, "more"), arrays)
    with pytest.raises(KeyError):
        Logistic.read("other", NAMES, arrays)
