"""When a text is about none of the seven topics: it lies too far from all of them."""

from typing import NamedTuple

import numpy as np

from nlp.linear import Numbers


class Other(NamedTuple):
    """A text whose largest margin is below the threshold is about none of the topics."""

    threshold: float
    slope: float  # of the probability of that, as log-odds by margin

    def probability(self, margins: Numbers) -> Numbers:
        """How probable it is that each text is about none; half at the threshold. From shape (texts, labels) to (texts,)."""
        near = np.clip((margins.max(axis=1) - self.threshold) * self.slope, -30, 30)
        probability: Numbers = (1 / (1 + np.exp(near))).astype(np.float32)
        return probability
