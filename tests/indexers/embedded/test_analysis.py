"""A text is laid out for the index as the same words that a query for it has."""

from hypothesis import example, given
from hypothesis import strategies as st

from indexers.embedded.analysis import build_laid_out, lay_out, words
from indexers.embedded.laying import lay_out_many
from indexers.embedded.mapping import ANALYZERS

TELLING = (
    "云溪自来水", "ひらがな", "カタカナー", "々〇", "Abc", "İß", "12", "３４", "_", ".", "，", ",", ":", "：", "'", "’", "·", "-", "#", "@", "!", "[",
    "]", " ", "\n", "\t", "\u3000", "\u200d", "\ufe0f", "\u20e3", "\u0301", "\u3099", "😀", "👍🏽", "👨‍👩‍👧", "🇨🇳", "☎", "ก", "한국", "é", "\U00020000",
    "\u9ff0", "\u4db6", "\x00", "\x1f", "x" * 300,
)  # fmt: skip
TEXTS = st.one_of(st.lists(st.sampled_from(TELLING)).map("".join), st.text())


@given(TEXTS)
@example("1,234.5元，3，4：a.b c_d e'f")
@example("云\ufe0f溪\u0301")
@example("#️⃣号")
def test_words_of_the_index_are_those_of_the_query(text: str) -> None:
    """Whatever stands in a text, the index cuts it where the analyser of queries does."""
    assert build_laid_out().analyze(lay_out("standard", text)) == words("standard", text)


@given(TEXTS)
def test_laying_out_whitespace_text_only_splits_long_words(text: str) -> None:
    """A text that is cut already keeps its words."""
    assert build_laid_out().analyze(lay_out("whitespace", text)) == words("whitespace", text)


@given(st.lists(TEXTS, max_size=6))
@example(["", "云溪", "", "a.b 1,2 3:4 x:y o'k A·B", "😀😂🚇", "#️⃣号", "x" * 300, "中 " * 300, "it’s 12：30，3，000 a：b"])
def test_many_texts_are_laid_out_as_each_alone(texts: list[str]) -> None:
    """A batch gives each text the words that it has by itself, whatever stands beside it."""
    for name in ANALYZERS:
        assert [build_laid_out().analyze(laid) for laid in lay_out_many(name, texts)] == [words(name, text) for text in texts]


def test_every_character_is_laid_out_as_the_analyser_cuts_it() -> None:
    """Each character of the first two planes between letters, between digits, and between Han characters."""
    characters = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    for around in ("a{}b", "1{}2", "云{}溪"):
        texts = ["".join(around.format(one) + " " for one in characters[start : start + 64]) for start in range(0, len(characters), 64)]
        for text, laid in zip(texts, lay_out_many("standard", texts), strict=True):
            assert build_laid_out().analyze(laid) == words("standard", text)
