"""Where names stand that no list has."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.proofread.measure import names_touched, touched
from nlp.proofread.spans import Span
from nlp.proofread.strangers import KINDS, STAND_INS, sentences, stand_ins
from nlp.proofread.unlisted import Sure, in_names


def names_of(text: str, least: Sure) -> list[str]:
    """Characters in a row that stand in names."""
    marked = "".join(character if sure >= least else " " for character, sure in zip(text, in_names(text), strict=True))
    return marked.split()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("会议由李思源主持。", ["李思源"]),  # a surname, and a word that may be a given name
        ("记者王瑾瑜报道", ["王瑾瑜"]),
        ("诸葛砚出席会议", ["诸葛砚"]),
        ("特朗普和蓬佩奥在海牙会晤", ["特朗普", "蓬佩奥", "海牙"]),
        ("家住梅桥镇的市民", ["梅桥镇"]),
        ("云溪市发布通知", ["云溪市"]),
        ("今天天气很好，大家都去公园散步。", []),
    ],
)
def test_names_are_told(text: str, names: list[str]) -> None:
    """Of persons, places, foreigners; and nothing where there is none."""
    assert names_of(text, Sure.PERHAPS) == names


def test_a_place_with_its_end_is_surely_one() -> None:
    """A name before 镇 or 街道 is one; a person's may be anything."""
    assert names_of("柳塘县党委书记", Sure.SURELY) == ["柳塘县"]
    assert names_of("桃昌街道警方通报", Sure.SURELY) == ["桃昌街道"]
    assert names_of("火城大道、华台区", Sure.SURELY) == ["火城大道", "华台区"]  # 台区 is what the tagger takes for a place
    assert names_of("邕安路", Sure.SURELY) == ["邕安路"]
    assert names_of("会议由李思源主持。", Sure.SURELY) == []
    assert names_of("义坡乡的居民", Sure.PERHAPS) == ["义坡乡"]


def test_what_stands_before_the_end_of_an_agencys_name_may_be_one() -> None:
    """A word that the dictionary lacks, before 局 or 消防站; not where something else comes between."""
    assert names_of("茶原消防救援站回应称", Sure.PERHAPS)[0].startswith("茶原")
    assert "茶原" not in "".join(names_of("茶原，消防救援站", Sure.PERHAPS))


@given(st.one_of(st.text(max_size=40), st.text(alphabet="王李市镇街道局的了柳塘，。a\ud800😀", max_size=20)))
def test_anything_has_a_mark_for_each_character(text: str) -> None:
    """Lone surrogates and pictures, too."""
    found = in_names(text)
    assert found.shape == (len(text),)
    assert set(found.tolist()) <= set(Sure)


def test_sentences_say_where_their_names_stand() -> None:
    """Each kind as often as asked for; the same seed gives the same."""
    made = list(sentences(30, 1))
    assert [named.kind for named in made] == [kind for kind in KINDS if kind != STAND_INS for _ in range(30)]
    assert made == list(sentences(30, 1))
    assert all(named.names and all(0 <= start < end <= len(named.text) for start, end in named.names) for named in made)


def test_known_names_have_stand_ins() -> None:
    """Other names stand where known ones did, and the rest of the sentence stays."""
    named = stand_ins("记者从北京市获悉", random.Random(1))
    assert named is not None
    ((start, end),) = named.names
    assert (named.text[:start], named.text[end - 1 :]) == ("记者从", "市获悉")
    assert "北京" not in named.text
    assert stand_ins("今天天气很好。", random.Random(1)) is None


def test_a_name_is_touched_where_anything_in_it_is_changed() -> None:
    """Also where a change begins before it; not where it ends there."""
    assert touched([Span(0, 2), Span(3, 5)], [Span(2, 4)]) == [False, True]
    assert touched([Span(0, 2)], []) == [False]
    figure = names_touched("persons", [True, False, False, False])
    assert (figure.measure, figure.value, figure.rows) == ("names touched, persons", 0.25, 4)
