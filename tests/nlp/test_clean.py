"""Cleaning makes texts alike that people read alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.clean import BREAK, normalise, normalise_many

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("ＡＢＣ１２３，（好）", "abc123,(好)"),
        ("Hello　世界\t\r\n你好", "hello 世界 你好"),
        ("零\u200b宽\ufeff字\u2060符", "零宽字符"),
        ("👍🏻❤\ufe0f", "👍❤"),
        ("看 http://t.cn/A6abc?x=1&y=2 这里", "看 这里"),
        ("看https://example.cn/a后面", "看 后面"),
        ("www.example.cn", ""),
        ("笑死[doge]", "笑死[doge]"),
        ("a\x00b\x07c", "a b c"),
        ("坏\ud800字\udfff", "坏\ufffd字\ufffd"),
        ("\U000f0001\U0010ffff", "\ufffd\ufffd"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_texts_are_made_alike(raw: str, clean: str) -> None:
    """Width, case, white space, addresses, invisible and broken characters no longer tell texts apart."""
    assert normalise(raw) == clean


def test_a_lost_emoji_says_nothing_and_a_question_stays() -> None:
    """The half-width "?" that an export left of an emoji is dropped, so it can't be learned; "？" is a question."""
    assert normalise("大家都要保护好自己 ??") == normalise("大家都要保护好自己") == "大家都要保护好自己"
    assert normalise("什么时候修好？") == "什么时候修好？"


def test_no_texts_are_no_texts() -> None:
    """An empty batch is allowed."""
    assert normalise_many([]) == []


@given(st.lists(ANY_TEXT, max_size=6))
def test_a_batch_is_cleaned_as_its_texts_are(texts: list[str]) -> None:
    """What stands beside a text in a batch does not change it."""
    assert normalise_many(texts) == [normalise(text) for text in texts]


@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_stays_clean(text: str) -> None:
    """Cleaned text has no break and no lone surrogate, and cleaning it again changes nothing."""
    clean = normalise(text)
    assert BREAK not in clean
    assert clean.encode().decode() == clean
    assert normalise(clean) == clean
