"""A small logistic regression over a few dozen numbers with names, so that everybody can read what weighs how much."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.linear import Numbers, softmax


class Logistic(NamedTuple):
    """Weights by input and label. `names` are those of the inputs, in order: weights for others are refused when they are loaded."""

    names: tuple[str, ...]
    weights: Numbers  # shape (inputs, labels)
    intercept: Numbers  # shape (labels,)

    def probabilities(self, inputs: Numbers) -> Numbers:
        """The probability of each label; from shape (rows, inputs) to (rows, labels)."""
        return softmax(inputs @ self.weights + self.intercept)

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """The numbers as they are stored."""
        return {f"{prefix}_weights": self.weights, f"{prefix}_intercept": self.intercept}

    @classmethod
    def read(cls, prefix: str, names: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> "Logistic":
        """What `arrays` stored. Raises KeyError where one is missing, ValueError where they are for other inputs."""
        weights, intercept = (arrays[f"{prefix}_{part}"].astype(np.float32) for part in ("weights", "intercept"))
        if weights.shape != (len(names), len(intercept)):
            raise ValueError(f"{prefix} has weights for {weights.shape[0]} inputs, this program has {len(names)}")
        return cls(tuple(names), weights, intercept)


def fit(
    names: Sequence[str], inputs: Numbers, labels: Sequence[int], weights: Sequence[float], strength: float = 1.0, *, flattest: float = 1e-3
) -> Logistic:
    """Fit weights by maximum likelihood with an L2 penalty of 1 / `strength` on inputs of unit variance.

    An input whose deviation is below `flattest` is taken for one of that deviation: next to nothing is learned of it.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training only: half a second to import

    scale = np.maximum(inputs.std(axis=0), np.float32(flattest))
    model = LogisticRegression(C=strength, max_iter=2000).fit(inputs / scale, labels, sample_weight=weights)
    found = np.concatenate([-model.coef_, model.coef_]) / 2 if len(model.coef_) == 1 else model.coef_
    bias = np.concatenate([-model.intercept_, model.intercept_]) / 2 if len(model.coef_) == 1 else model.intercept_
    return Logistic(tuple(names), (found / scale).T.astype(np.float32), bias.astype(np.float32))
