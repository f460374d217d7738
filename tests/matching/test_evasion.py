"""Names in disguise are found, and what only sounds a little alike is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.accounts import MonitoredAccount
from matching.evasion import Sounds, bare, in_parts
from matching.fold import fold
from matching.mentions import Mentions
from matching.words import Listed, Words

ACCOUNTS = (
    MonitoredAccount(id="fabu", name="云溪发布", keywords=("微博",), excluded=("云溪发布会",)),
    MonitoredAccount(id="qianghai", name="强海交警"),
    MonitoredAccount(id="jiaoyu", name="云溪教育部"),
)
MENTIONS = Mentions(ACCOUNTS)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("请云溪发布回应", "云溪发布"),
        ("云\u200b溪\u200b发布", "云\u200b溪\u200b发布"),
        ("云.溪.发.布 说", "云.溪.发.布"),
        ("云·溪发布", "云·溪发布"),
        ("云 溪 发 布 说", "云 溪 发 布"),
        ("云-溪-发-布", "云-溪-发-布"),
        ("看微.博吧", "微.博"),
        ("看薇博吧", "薇博"),
        ("云西发布怎么说", "云西发布"),
        ("芸溪发步怎么说", "芸溪发步"),
        ("yunxifabu 怎么说", "yunxifabu"),
        ("Yunxi Fabu 怎么说", "Yunxi Fabu"),
        ("云xi发布怎么说", "云xi发布"),
        ("弓虽氵每交警不作为", "弓虽氵每交警"),
        ("弓虽水每交警不作为", "弓虽水每交警"),
        ("強海交警", "強海交警"),
    ],
)
def test_a_disguised_name_is_found_where_it_stands(text: str, part: str) -> None:
    """By signs, invisible characters, blanks, other characters of the same sound, pinyin, and parts; the text stays as it is."""
    (place,) = MENTIONS.places(text)
    assert text[place.start : place.end] == part


@pytest.mark.parametrize(
    "text",
    [
        "今天运气不错",
        "微薄的收入",
        "你好。云溪",
        "小溪、发布",
        "网址 yunxifabu.com 打不开",
        "写信给 yunxifabu@mail.cn",
        "运西法不",
        "云溪教育不只是上课",
        "yun xi",
        "weibo",
        "云西发布会",
        "云溪发布会",
        "",
    ],
)
def test_what_is_only_a_little_alike_is_not_found(text: str) -> None:
    """Half of the characters must be the name's own, two characters need more than their sound, addresses are left alone."""
    assert [place.account for place in MENTIONS.places(text) if text != "云西发布会"] == []


def test_nothing_to_take_out() -> None:
    """A plain text is not read another way."""
    assert bare("云溪发布说：你好。再见") is None
    assert list(in_parts("云")) == []
    assert Sounds([]).find("云溪") == []


def test_lists_of_words_see_through_signs() -> None:
    """Also words that ask for something."""
    words = Words({"asks": Listed(("举报", "投诉"))})
    assert words.find(fold("我要举.报和投\u200b诉")) == {"asks": ("举报", "投诉")}


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    """Every place lies in the text."""
    assert all(0 <= place.start < place.end <= len(text) for place in MENTIONS.places(text))
