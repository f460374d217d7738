"""Words that the dictionary lacks are found by counting, and the counts are right."""

import itertools
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.new_words import LONGEST, Limits, NewWord, propose
from nlp.segment import Segmenter, Word, default, dictionary_lines

BEFORE = ("听说", "关于", "今天", "明天", "我家", "楼下", "全市", "这次", "下载", "打开")
AFTER = ("打不开", "停运了", "真好用", "没有用", "怎么办", "很方便", "要身份证", "出错了", "谁来管", "升级了")
TEXTS = [f"{before}{middle}{after}" for before, after in zip(BEFORE, AFTER, strict=True) for middle in ("桃园惠民通", "公交", "的公交")]


DICTIONARY = frozenset(line.split(" ")[0] for line in dictionary_lines())


def words_of(found: list[NewWord]) -> list[str]:
    return [word.word for word in found]


def test_a_name_that_people_use_is_proposed() -> None:
    """Whole, with how it is cut today; neither its pieces, nor words that are known, nor phrases with a particle."""
    found = propose(TEXTS, default())
    assert words_of(found) == ["桃园惠民通"]
    (name,) = found
    assert (name.texts, name.guessed) == (10, 0.0)
    assert "".join(name.parts) == "桃园惠民通"
    assert len(name.parts) > 1


def test_a_text_that_is_copied_counts_once() -> None:
    """However often somebody sends it."""
    assert propose([TEXTS[0]] * 100, default(), limits=Limits(cohesion=0, freedom=0)) == []


def test_what_is_in_the_office_s_dictionary_is_not_proposed() -> None:
    """It is known already, whether the segmenter has it or a person says so."""
    assert propose(TEXTS, default(), known=["桃园惠民通"]) == []
    (cut,) = propose(TEXTS, Segmenter([Word("桃园惠民通", None, None)]))
    assert cut.guessed == 1.0


@pytest.mark.parametrize("texts", [[], [""], ["", "，。！"], ["abc 123"], ["哈哈哈哈哈哈"] * 9, [f"{n}哈哈哈哈" for n in range(9)]])
def test_texts_without_words_have_none(texts: list[str]) -> None:
    """No text, no Han character, laughter."""
    assert propose(texts, default(), limits=Limits(2, 0.0, 0.0)) == []


def test_what_is_done_is_told() -> None:
    """For a progress bar: all texts, each once."""
    told: list[int] = []
    propose([f"第{n}天" for n in range(4500)], default(), tell=told.append)
    assert sum(told) == 4500
    assert len(told) > 1


@settings(max_examples=60)
@given(st.lists(st.text(alphabet="桃园惠民通云溪，a", max_size=12), max_size=30), st.integers(2, 4))
def test_counts_are_those_of_counting(texts: list[str], least: int) -> None:
    """Against counting the plain way: texts, cohesion and freedom of every string, however they overlap."""
    found = {word.word: word for word in propose(texts, default(), limits=Limits(least, -math.inf, -math.inf))}
    expected = plainly(list(dict.fromkeys(texts)), least)
    assert found.keys() <= expected.keys()
    assert {word for word in expected if {word[0], word[-1]} <= set("桃溪") and len(set(word)) > 1} - DICTIONARY <= found.keys()
    for name, word in found.items():
        texts_with, cohesion, freedom = expected[name]
        assert word.texts == texts_with
        assert (word.cohesion, word.freedom) == (pytest.approx(cohesion, abs=0.01), pytest.approx(freedom, abs=0.01))


def plainly(texts: list[str], least: int) -> dict[str, tuple[int, float, float]]:
    """Each string of Han characters that stands often enough: in how many texts, its cohesion, its freedom."""
    times: Counter[str] = Counter()
    places: dict[str, list[tuple[int, int]]] = {}
    for number, text in enumerate(texts):
        for start, end in itertools.combinations(range(len(text) + 1), 2):
            piece = text[start:end]
            if end - start <= LONGEST and not set(piece) & set("，a"):
                times[piece] += 1
                places.setdefault(piece, []).append((number, start))
    total = sum(count for piece, count in times.items() if len(piece) == 1)
    found = {}
    for piece, standing in places.items():
        texts_with = len({number for number, _ in standing})
        if len(piece) < 2 or texts_with < least:
            continue
        joints = (times[piece[:cut]] * times[piece[cut:]] for cut in range(1, len(piece)))
        chance = times[piece] / total
        cohesion = math.log2(chance / (max(joints) / total**2)) / -math.log2(chance)
        sides = ([texts[n][s - 1 : s] for n, s in standing], [texts[n][s + len(piece) : s + len(piece) + 1] for n, s in standing])
        found[piece] = (texts_with, cohesion, min(map(entropy, sides)))
    return found


def entropy(neighbours: list[str]) -> float:
    """Of the characters beside a string; what is no Han character is another one each time."""
    named = Counter(each if each and each not in "，a" else f"{number}th" for number, each in enumerate(neighbours))
    return -sum(count / len(neighbours) * math.log2(count / len(neighbours)) for count in named.values())
