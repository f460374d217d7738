"""When a text is about none of the topics."""

import numpy as np
import pytest

from nlp.fit_other import fit_other
from nlp.other import Other


def test_half_at_the_threshold_and_surer_away_from_it() -> None:
    """The largest margin counts, whichever topic it is of."""
    margins = np.array([[-1, -0.2], [-0.2, -1], [0.5, -1], [-2, -2]], dtype=np.float32)
    found = Other(-0.2, 10).probability(margins)
    assert found[:2] == pytest.approx([0.5, 0.5])
    assert found[2] < 0.01
    assert found[3] > 0.99


def test_the_threshold_keeps_out_nine_in_ten() -> None:
    """Of the everyday texts about none; those that were drawn for their words don't choose it."""
    chance = np.random.default_rng(1)
    none = chance.normal(-1, 0.3, 1000)
    some = chance.normal(0.5, 0.3, 500)
    cued = np.full(100, 5.0)
    margins = np.concatenate([none, cued, some])[:, None].astype(np.float32)
    about_none = [True] * 1100 + [False] * 500
    other = fit_other(margins, about_none, [True] * 1000 + [False] * 600)
    said = other.probability(margins) > 0.5
    assert said[:1000].mean() == pytest.approx(0.9, abs=0.005)
    assert said[1100:].mean() < 0.01
    assert other.slope > 0.1
