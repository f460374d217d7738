"""Vectors in which what is rare weighs most."""

import numpy as np
import pytest

from incidents import rarity
from incidents.background import background
from incidents.rarity import Rarity
from incidents.terms import count_terms


def test_the_more_a_post_says_the_nearer_its_length_is_to_one() -> None:
    """A long text counts nearly whole, one of few words less, one without words nothing."""
    long = "东湖小区停水三天，物业电话没人接，居民很着急，水泵烧毁以后一直没有修，社区送水车也只来过两次，盼望尽快恢复供水。" * 2
    vectors = background().vectors(count_terms([long, "东湖小区停水", ""]))
    lengths = np.sqrt(vectors.multiply(vectors).sum(axis=1))
    assert 1 > lengths[0] > 0.9 > lengths[1] > lengths[2] == 0


def test_frequent_terms_lose_weight() -> None:
    """After many posts with one word, another word decides what a post is about."""
    learnt = Rarity()
    water = count_terms(["停水"] * 500)
    learnt.learn(water.indices, 500)
    both, only = learnt.vectors(count_terms(["停水，塌方", "停水"]))[[0]], Rarity().vectors(count_terms(["停水"]))
    assert float((both @ only.T).toarray()[0, 0]) < 0.05


def test_counting_follows_the_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the number remembered all counts are halved, so they never grow without end."""
    monkeypatch.setattr(rarity, "_REMEMBERED", 100)
    learnt = Rarity()
    for _ in range(50):
        learnt.learn(count_terms(["停水"] * 10).indices, 10)
    assert learnt.posts <= 100
    assert learnt.counts.max() <= 100


def test_long_posts_keep_their_heaviest_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long text is cut to so many terms, the rarest and most repeated."""
    monkeypatch.setattr(rarity, "_KEPT", 4)
    learnt = Rarity()
    learnt.learn(count_terms(["今天天气不错"] * 50).indices, 50)
    vector = learnt.vectors(count_terms(["今天天气不错，塌方塌方塌方"]))
    assert vector.nnz == 4
    assert set(count_terms(["塌方"]).indices) <= set(vector.indices)
