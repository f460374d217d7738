"""A text is laid out for the index as the same words that a query for it has."""

from hypothesis import example, given
from hypothesis import strategies as st

from indexers.embedded.analysis import build_laid_out, lay_out, words

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
