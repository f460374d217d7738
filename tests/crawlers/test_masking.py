"""Tests of `crawlers.masking`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.accounts import MonitoredAccount
from crawlers.masking import Masking, faceless

ACCOUNTS = (MonitoredAccount(id="fabu", name="云溪发布", platforms={"mastodon": "yunxi_fabu"}),)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("@山间一棵树 你好", "@用户 你好"),
        ("你好@山间_一棵-树1：看", "你好@用户：看"),
        ("＠山间一棵树", "@用户"),
        ("转发//@山间一棵树:好//@河边·柳树:不好", "转发//@用户:好//@用户:不好"),
        ("回复@山间一棵树:同意", "回复@用户:同意"),
        ("@云溪发布 看看//@云溪发布:收到", "@云溪发布 看看//@云溪发布:收到"),
        ("@雲溪發佈 看看", "@雲溪發佈 看看"),
        ("@云溪发布你们管不管", "@云溪发布你们管不管"),
        ("@云溪发布粉丝团 加油", "@用户 加油"),
        ("@shanjian@social.example.cn 你好", "@用户 你好"),
        ("@yunxi_fabu 你好", "@yunxi_fabu 你好"),
        ("写信到 tree.01@mail.example.cn。", "写信到 @用户。"),
        ("写信到 fabu@yunxi.gov.cn。", "写信到 fabu@yunxi.gov.cn。"),
        ("https://weibo.com/u/5550001234 和 https://weibo.com/n/山间一棵树", "https://weibo.com/u/用户 和 https://weibo.com/n/用户"),
        ("https://weibo.com/5550001234/AbCdEf123", "https://m.weibo.cn/status/AbCdEf123"),
        ("https://social.example.cn/@shanjian/5", "https://social.example.cn/@用户/5"),
        ("一人@ 两人", "一人@ 两人"),
        ("已经是@用户 了", "已经是@用户 了"),
    ],
)
def test_user_names_are_taken_out_of_texts(text: str, masked: str) -> None:
    """All but those of the office's own accounts; what was said stays."""
    assert Masking(ACCOUNTS).text(text) == masked


def test_the_authors_own_name_in_a_card() -> None:
    """Weibo ends a post with the author's name and what is attached."""
    assert Masking(ACCOUNTS).text("看 山间一棵树的微博视频", ["山间一棵树"]) == "看 用户的微博视频"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1), st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_masking_is_done_once(name: str, text: str) -> None:
    """A text that is masked already stays as it is."""
    masking = Masking(ACCOUNTS)
    masked = masking.text(f"{text}@{name}")
    assert masking.text(masked) == masked


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://weibo.com/5550001234/AbCdEf", "https://m.weibo.cn/status/AbCdEf"),
        ("https://m.weibo.cn/status/5012", "https://m.weibo.cn/status/5012"),
        ("https://social.example.cn/@shanjian/5", "https://social.example.cn/statuses/5"),
        ("https://social.example.cn/users/shanjian/statuses/5", "https://social.example.cn/statuses/5"),
        ("https://blog.example.cn/shanjian/1", None),
        ("https://blog.example.cn/p?author=shanjian", None),
        ("https://blog.example.cn/%73hanjian/1", None),
        ("https://video.example.cn/@someone/clip", None),
        ("https://shanjian@blog.example.cn/1", None),
        ("https://forum.example.cn/t/15#c3", "https://forum.example.cn/t/15#c3"),
        (None, None),
    ],
)
def test_addresses_do_not_say_whose_post_it_is(url: str | None, expected: str | None) -> None:
    """The post's number stays, its author goes; an address that can't be without the author is none."""
    assert faceless(url, ["5550001234", "山间一棵树", "@shanjian"]) == expected
