"""Tests of `matching.mentions` and `matching.fold`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.accounts import MonitoredAccount
from matching.fold import fold
from matching.mentions import Mentions

ACCOUNTS = (
    MonitoredAccount(id="fabu", name="云溪发布", aliases=("Yunxi News",), keywords=("清水河", "后勤"), excluded=("云溪发布会", "招聘启事")),
    MonitoredAccount(id="gongan", name="云溪公安"),
    MonitoredAccount(id="jiaojing", name="云溪公安交警", keywords=("清水河",)),
)


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        ("请云溪发布回应", ("fabu",)),
        ("請雲溪發佈回應", ("fabu",)),
        ("後勤怎么办", ("fabu",)),
        ("ＹＵＮＸＩ　ＮＥＷＳ 说", ("fabu",)),
        ("yunxi news", ("fabu",)),
        ("myyunxi newsroom", ()),
        ("云溪公安交警真快", ("jiaojing",)),
        ("云溪公安和云溪公安交警", ("gongan", "jiaojing")),
        ("云溪公安交警，找云溪公安", ("jiaojing", "gongan")),
        ("清水河", ("fabu", "jiaojing")),
        ("云溪发布会今天召开", ()),
        ("云溪发布会上，云溪发布说", ("fabu",)),
        ("清水河招聘启事", ("jiaojing",)),
        ("云溪发布：招聘启事", ("fabu",)),
        ("今天天气好", ()),
        ("", ()),
    ],
)
def test_finds_whom_a_text_concerns(text: str, accounts: tuple[str, ...]) -> None:
    """Longest name first, excluded phrases spoil what they contain, and all ways to write a character are one."""
    assert Mentions(ACCOUNTS).find(text) == accounts


def test_places_are_places_of_the_text_itself() -> None:
    """Folding keeps lengths, also where characters fold to several."""
    text = "ﬁ½㍿İ雲溪發佈"
    (place,) = Mentions(ACCOUNTS).places(text)
    assert text[place.start : place.end] == "雲溪發佈"


def test_nobody_to_find() -> None:
    """Without accounts nothing is found."""
    assert Mentions(()).find("云溪发布") == ()


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    """Whatever the text."""
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text(), st.sampled_from(["云溪公安", "清水河"]))
def test_a_name_is_found_wherever_it_stands(before: str, after: str, name: str) -> None:
    """No text around a name hides it, unless it makes it another name."""
    found = Mentions(ACCOUNTS).places(f"{before}{name}{after}")
    assert any(place.start <= len(before) < place.end for place in found) or "招聘启事" in before + after
