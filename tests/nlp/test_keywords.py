"""Keywords are the words that are rare elsewhere."""

import functools

from hypothesis import given
from hypothesis import strategies as st

from nlp.features import Hashed
from nlp.keywords import MOST, Rarity
from nlp.rarity import rarity
from nlp.segment import batch_of_words, default

TEXTS = (*("小区停水了", "小区停电了", "小区路灯坏了", "我们感谢小区物业") * 3, *(["今天天晴"] * 400))


@functools.cache
def small() -> Rarity:
    """Give a model of a few texts."""
    arrays = rarity([default().cut_batch(TEXTS)])
    return Rarity(arrays["hashes"], arrays["idf"].astype("float32"), float(arrays["unknown"]))


def keywords(*texts: str) -> list[tuple[str, ...]]:
    """Give the keywords of texts tagged together."""
    batch = default().cut_batch(texts)
    return list(small().keywords(batch, Hashed(batch)))


def test_rare_words_come_first() -> None:
    """A word of every text comes after one of few, and a pronoun never comes."""
    (words,) = keywords("我们小区停水")
    assert words == ("停水", "小区")


def test_a_word_that_is_said_often_matters_more() -> None:
    """Frequency in the post counts; a keyword comes once."""
    assert keywords("路灯，停水，停水") == [("停水", "路灯")]


def test_single_characters_numbers_and_pictures_are_no_keywords() -> None:
    """What says nothing in a word cloud is left out."""
    assert keywords("水 2026 😂😂 [doge] 3.14") == [()]


def test_there_are_not_too_many() -> None:
    """A long post has no more keywords than a short one can have."""
    batch = batch_of_words([[f"词语{chr(0x4E00 + place)}" for place in range(50)]])
    assert [len(words) for words in small().keywords(batch, Hashed(batch))] == [MOST]


@given(st.lists(st.text(alphabet="小区停水路灯感谢物业 [doge]，😂1", max_size=30), max_size=5))
def test_a_text_has_the_same_keywords_in_any_batch(texts: list[str]) -> None:
    """Neighbours in a batch change nothing, and each text gets its own."""
    assert keywords(*texts) == [words for text in texts for words in keywords(text)]
