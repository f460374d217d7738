"""What the model knows of the language: counts, words, and what another character would change, computed as if the text had been changed."""

import numpy as np
import pytest

from nlp.proofread.context import changed, read, surprise, written
from nlp.proofread.counts import count, joined, level, log_count, pack, together
from nlp.proofread.dictionary import LONGEST, cut, fit, pack_words
from nlp.proofread.grams import EDGE, ORDER, Codes, Table, codes_of, make_table, sums
from nlp.proofread.train import dictionary

TEXTS = ("云溪发布提醒市民注意防汛", "市民注意安全", "发布防汛提醒")
WORDS = {"云溪": 20, "发布": 900, "提醒": 800, "市民": 700, "注意": 600, "防汛": 50, "安全": 500, "主意": 300, "民": 90, "市": 80, "发": 70}


@pytest.fixture(scope="module")
def grams() -> Table:
    return pack(count(joined(TEXTS)), 1 << 8)


@pytest.fixture(scope="module")
def words() -> Table:
    return pack_words(WORDS)


def padded(text: str) -> Codes:
    """A text between edges."""
    edges = np.full(ORDER, EDGE, dtype=np.uint16)
    return np.concatenate([edges, codes_of(text), edges])


def test_what_was_counted_is_found(grams: Table) -> None:
    """Each sequence has the level of its count, and one that was never seen has none."""
    for text, times in (("市", 2), ("注意", 2), ("云溪发布", 1), ("市民注意", 2)):
        assert grams.levels(sums(codes_of(text), len(text))).tolist() == level(np.array([times])).tolist()
    assert grams.levels(sums(codes_of("注意防火"), 4)).tolist() == [0]
    assert grams.levels(sums(codes_of("汛市"), 2)).tolist() == [0]  # across an edge


def test_counts_of_two_sets_add_up() -> None:
    """Counting together is the same as counting all at once, but for the edge where both meet."""
    whole, parts = count(joined(TEXTS)), together([count(joined(TEXTS[:1])), count(joined(TEXTS[1:]))])
    assert (whole.totals == parts.totals).all()
    edges = whole.totals == sums(np.array([EDGE], dtype=np.uint16), 1)
    assert (parts.times - whole.times == edges).all()


def test_levels_are_half_doublings() -> None:
    """A level stands for a count to within a fifth, from 1 to tens of thousands."""
    times = np.array([1, 2, 3, 5, 17, 1000, 30000])
    stands_for = np.exp2(log_count(level(times))) - 1
    assert (abs(stands_for / times - 1) < 0.2).all()


def test_a_full_bucket_keeps_what_was_seen_most() -> None:
    """Where there is no room the rarest are lost."""
    totals = np.arange(1, 41, dtype=np.uint64)
    levels = np.arange(40, dtype=np.uint8) % 20 + 1
    table = make_table(totals, levels, worth=levels, buckets=4, bits=5, kind=np.uint16)
    kept = table.levels(totals)
    assert (kept > 0).sum() == 16
    assert kept[kept > 0].mean() > levels.mean()


@pytest.mark.parametrize(
    ("text", "place", "others"), [("市民主意安全", 2, "注"), ("市民主意安全", 2, "住意"), ("发部防汛", 1, "布"), ("主", 0, "注")]
)
def test_a_change_counts_as_the_changed_text_does(grams: Table, text: str, place: int, others: str) -> None:
    """Counts and bits with other characters are those of the text in which they stand."""
    changed_text = text[:place] + others + text[place + len(others) :]
    there = np.array([place + ORDER])
    new = changed(grams, read(grams, padded(text)), there, codes_of(others)[None, :], range(1, ORDER + 1))
    whole = read(grams, padded(changed_text))
    wanted = written(whole, there, len(others))
    assert {key: value.tolist() for key, value in new.items()} == {key: value.tolist() for key, value in wanted.items()}
    bits = surprise(read(grams, padded(text)), there, new, len(others))
    assert np.allclose(bits, surprise(whole, there, wanted, len(others)))


@pytest.mark.parametrize(
    ("text", "place", "other"), [("市民主意安全", 2, "注"), ("发部提醒", 1, "布"), ("云西发布", 1, "溪"), ("民", 0, "市")]
)
def test_cutting_anew_costs_what_the_changed_text_costs(words: Table, text: str, place: int, other: str) -> None:
    """The cheapest way to cut with another character is that of the text in which it stands."""
    codes = padded(text)
    found = fit(words, cut(words, codes), codes, np.array([place + ORDER]), codes_of(other))
    changed_codes = padded(text[:place] + other + text[place + 1 :])
    whole = cut(words, changed_codes)
    assert found.cost[0] == pytest.approx(whole.before[-1] - cut(words, codes).before[-1], abs=1e-3)
    assert found.length[0] == whole.lengths()[place + ORDER]


def test_digits_letters_and_ends_are_each_one() -> None:
    """The model sees no single number, no Latin word and no kind of sentence end."""
    assert codes_of("7").tolist() == codes_of("3").tolist()
    assert codes_of("x").tolist() == codes_of("é").tolist()
    assert set(codes_of("。！\n\x00").tolist()) == {EDGE}
    assert codes_of("😀𠮷\ud800").tolist() == [0xFFFD] * 3


def test_the_common_words_of_the_dictionary_are_known() -> None:
    """Of the words of jieba's dictionary hardly one is lost, and none that is common."""
    frequencies = dictionary()
    table = pack_words(frequencies)
    known = {length: [word for word in frequencies if len(word) == length] for length in range(1, LONGEST + 1)}
    lost = [
        word
        for length, words in known.items()
        for word, level_ in zip(words, table.levels(sums(codes_of("".join(words)), length)[::length]).tolist(), strict=True)
        if not level_
    ]
    assert len(lost) < len(frequencies) / 500
    assert max(frequencies[word] for word in lost) < 100
