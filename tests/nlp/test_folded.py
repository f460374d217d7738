"""Folding many texts at once."""

from hypothesis import given
from hypothesis import strategies as st

from matching.fold import fold
from nlp.folded import fold_many


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=()), max_size=30), max_size=6))
def test_each_text_is_folded_as_alone(texts: list[str]) -> None:
    """Whatever stands in them, line breaks and lone surrogates included."""
    assert fold_many(texts) == [fold(text) for text in texts]
