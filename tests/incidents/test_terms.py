"""What grouping sees of a text."""

import numpy as np

from incidents.terms import WIDTH, count_terms, no_rows


def test_same_words_give_same_terms_in_any_batch() -> None:
    """What stands beside a text in its batch changes nothing about it."""
    alone = count_terms(["清水河大桥封闭维修"])
    among = count_terms(["今天天气不错", "清水河大桥封闭维修", ""])
    assert (among[[1]] != alone).nnz == 0
    assert among.shape == (3, WIDTH)


def test_han_pairs_count_half_and_words_whole() -> None:
    """A two-character word is a word and a pair of characters: 1 and a half."""
    assert sorted(count_terms(["大桥"]).data.tolist()) == [0.5, 1.0]


def test_named_words_count_once_more() -> None:
    """A word inside brackets that name something counts twice; the pair of its characters does not."""
    assert sorted(count_terms(["【大桥】"]).data.tolist()) == [0.5, 2.0]
    assert sorted(count_terms(["《大桥》"]).data.tolist()) == [0.5, 2.0]


def test_brackets_left_open_name_nothing() -> None:
    """An open bracket doesn't reach to the end of the text, nor into the next one."""
    matrix = count_terms(["【大桥", "大桥】"])
    assert matrix[[0]].data.max() == matrix[[1]].data.max() == 1.0


def test_pairs_do_not_reach_over_blanks_or_texts() -> None:
    """Characters apart by a blank, a mark or a text's end are no neighbours."""
    assert count_terms(["桥 塌", "桥，塌", "桥"]).nnz == 0


def test_texts_without_words_have_no_terms() -> None:
    """Nothing, blanks, emoji and punctuation give an empty row, and no text gives no row."""
    assert count_terms(["", " \n ", "😀", "？！。"]).nnz == 0
    assert count_terms([]).shape == no_rows().shape == (0, WIDTH)


def test_rows_are_sorted_float32() -> None:
    """Columns rise in each row, so that sums come out the same whatever the way."""
    matrix = count_terms(["东湖小区停水三天，物业电话没人接"])
    assert matrix.dtype == np.float32
    assert (np.diff(matrix.indices) > 0).all()
