"""Tests of `matching.words`."""

import pytest

from matching.fold import fold
from matching.words import Listed, Words

WORDS = Words(
    {
        "noise": Listed(("扰民", "噪音"), ("噪音治理",)),
        "water": Listed(("停水", "ＷＡＴＥＲ")),
        "both": Listed(("停水", "噪音治理")),
    }
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("又停水了，还停水", {"water": ("停水",), "both": ("停水",)}),
        ("噪音扰民，噪音", {"noise": ("噪音", "扰民")}),
        ("噪音治理", {"both": ("噪音治理",)}),
        ("噪音治理了，还是有噪音", {"both": ("噪音治理",), "noise": ("噪音",)}),
        ("擾民 water", {"noise": ("扰民",), "water": ("water",)}),
        ("今天天气好", {}),
        ("", {}),
    ],
)
def test_each_list_finds_its_own_words(text: str, found: dict[str, tuple[str, ...]]) -> None:
    """Each once, in the order of the text; a phrase that a list excepts hides the words inside it from that list alone."""
    assert WORDS.find(fold(text)) == found


def test_nothing_to_find() -> None:
    """Without lists nothing is found."""
    assert Words({}).find("停水") == {}
