"""One engine cuts for everyone, and says what it is."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.clean import BREAK
from nlp.errors import DictionaryError
from nlp.office_words import jieba
from nlp.segment import Segmenter, batch_of_words, cut, cut_many, default, word_lists

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
TALK = st.text(alphabet="小区停水三天了没人管 [doge]怒，。？!?\n\t1.5a😂\u200b\ud800\U000f0005", max_size=40)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("小区停水三天了，没人管！", ["小区", "停水", "三天", "了", "没人管"]),
        ("太好笑了[doge][允悲]", ["太", "好笑", "了", "[doge]", "[允悲]"]),
        ("[2026]号文件", ["2026", "号", "文件"]),
        ("ＰＭ２．５超标", ["pm2.5", "超标"]),
        ("😂😂", ["😂", "😂"]),
        ("……？！ \n", []),
        ("", []),
    ],
)
def test_words_come_without_punctuation(text: str, words: list[str]) -> None:
    """Words are cleaned; punctuation and blanks fall away; emoticons and emoji are words."""
    assert cut(text) == words


def test_a_query_is_cut_as_the_text_is() -> None:
    """What people search for has the same words as the post that says it, whatever width or case they type in."""
    assert cut("ＡＰＰ　打不开") == cut("app 打不开")


@given(st.lists(st.one_of(ANY_TEXT, TALK), max_size=6))
def test_a_batch_is_cut_as_its_texts_are(texts: list[str]) -> None:
    """What stands beside a text in a batch does not change its words."""
    assert cut_many(texts) == [cut(text) for text in texts]


@given(st.lists(st.one_of(ANY_TEXT, TALK), max_size=6))
def test_a_batch_keeps_each_character(texts: list[str]) -> None:
    """Words, joined, are the whole cleaned batch, with exactly one break between two texts."""
    batch = default().cut_batch(texts)
    assert "".join(batch.words).encode("utf-32-le") == batch.codes.tobytes()
    assert batch.words.count(BREAK) == max(len(texts) - 1, 0)
    assert int(batch.lengths.sum()) == len(batch.codes)


@given(st.lists(st.lists(ANY_TEXT, max_size=5), max_size=5))
def test_words_cut_by_others_stay_with_their_text(texts: list[list[str]]) -> None:
    """A batch of given words has as many texts, and cleaning drops words but never moves them to another text."""
    lists = list(word_lists(batch_of_words(texts)))
    assert len(lists) == len(texts)
    assert lists == [next(word_lists(batch_of_words([text]))) for text in texts]


def test_jieba_cuts_alike() -> None:
    """On plain text rjieba cuts as jieba does, which it stands for."""
    text = "市民反映城东新区的公交车早高峰间隔太长希望交通部门增加班次"
    assert cut(text) == jieba.lcut(text)


def test_an_office_dictionary_keeps_its_words_whole(tmp_path: Path) -> None:
    """A word of the office's own is cut as one, with or without frequency and tag, and elsewhere nothing changes."""
    path = tmp_path / "words.txt"
    path.write_text("\ufeff桃园惠民通 1000 nz\n\nＨＭ码\n", encoding="utf-8")
    office = Segmenter.of_office(path)
    assert "桃园惠民通" in office.cut("我们的桃园惠民通打不开")
    assert "hm码" in office.cut("出示HM码")
    assert "桃园惠民通" not in cut("我们的桃园惠民通打不开")


def test_the_stamp_tells_dictionaries_apart(tmp_path: Path) -> None:
    """Equal dictionaries have equal stamps; another word, or another frequency, has another."""
    stamps = []
    for content in ("桃园惠民通\n", "桃园惠民通\n", "桃园惠民通 5\n"):
        (tmp_path / "words.txt").write_text(content, encoding="utf-8")
        stamps.append(Segmenter.of_office(tmp_path / "words.txt").stamp)
    assert stamps[0] == stamps[1]
    assert len({default().stamp, *stamps}) == 3
    assert Segmenter.of_office(None).stamp == default().stamp


@pytest.mark.parametrize(
    ("content", "says"),
    [("坏 词 典 里\n".encode(), "word 1"), ("惠民通\n".encode("gb18030"), "UTF-8"), (None, "can't be read")],
)
def test_a_bad_office_dictionary_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    """A dictionary that is missing, in another encoding, or with a word that can't be cut to says which and why."""
    path = tmp_path / "words.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DictionaryError, match=says) as caught:
        Segmenter.of_office(path)
    assert str(path) in str(caught.value)


@settings(max_examples=5)
@given(st.sampled_from(["我", "哈", "a", "😂", "[doge]", "\n", "好的，"]))
def test_a_very_long_text_is_cut(piece: str) -> None:
    """A text of 100,000 characters is cut like any other."""
    assert "".join(cut(piece * (100_000 // len(piece)))).count(piece.strip("，\n")) > 0
