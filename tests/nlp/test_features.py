"""Features are numbers that depend on the text alone, and never change under the weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.features import Hashed
from nlp.segment import batch_of_words, default

KINDS = ("words", "pairs", "characters", "twos", "threes", "twos_within", "threes_within")
TALK = st.text(alphabet="小区停水三天 [doge]，？a1😂\n", max_size=30)


def of(text: str, kind: str) -> list[int]:
    """Give the features of one text, sorted."""
    return sorted(Hashed(default().cut_batch([text])).of([kind]).hashes.tolist())


@pytest.mark.parametrize(
    ("kind", "count"),
    [("words", 3), ("pairs", 2), ("characters", 6), ("twos", 5), ("threes", 4), ("twos_within", 3), ("threes_within", 1)],
)
def test_each_kind_sees_what_it_is_named_for(kind: str, count: int) -> None:
    """小区 停水 三天: as many features of each kind as one would count by hand; three within needs a longer word."""
    text = "小区 停水 三天" if kind != "threes_within" else "居委会 停水"
    assert len(of(text, kind)) == count


def test_the_hashes_never_change() -> None:
    """The shipped weights are numbers by hash: if this fails, raise FEATURES and train anew."""
    hashed = Hashed(batch_of_words([["停水", "三天"], ["doge"]]))
    assert hashed.words.hashes.tolist() == [3892410979, 484910959, 3753441744]
    first = {kind: int(hashed.of([kind]).hashes[0]) for kind in KINDS}
    assert first == {
        "words": 3892410979,
        "pairs": 960893376,
        "characters": 2320363048,
        "twos": 3106329911,
        "threes": 343037834,
        "twos_within": 3106329911,
        "threes_within": 3222275019,
    }


def test_an_emoticon_is_one_character() -> None:
    """[doge] is one character of the text, so it has no insides, and another emoticon is another character."""
    assert len(of("[doge]", "characters")) == 1
    assert of("[doge]", "twos") == []
    assert of("[doge]", "characters") != of("[允悲]", "characters")


def test_blanks_and_breaks_are_no_features() -> None:
    """White space only parts words."""
    assert of("停水 三天", "twos") == of("停水\n\n三天", "twos")
    assert of(" \n", "words") == []


@given(st.lists(TALK, max_size=6), st.sampled_from(KINDS))
def test_a_text_has_the_same_features_in_any_batch(texts: list[str], kind: str) -> None:
    """Neighbours in a batch neither add features nor take any."""
    together = Hashed(default().cut_batch(texts)).of([kind])
    for place, text in enumerate(texts):
        assert sorted(together.hashes[together.texts == place].tolist()) == of(text, kind)


def test_kinds_do_not_share_hashes() -> None:
    """A word of one character and that character are two features."""
    hashed = Hashed(default().cut_batch(["水"]))
    assert not np.intersect1d(hashed.words.hashes, hashed.characters.hashes).size
