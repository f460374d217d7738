"""Copies of texts: keys that near-duplicates share, and reposts that add nothing."""

import pytest

from nlp.alike import COPY, has_own_words, likeness, origin_in, shingles
from nlp.copies import copy_keys
from nlp.segment import default
from nlp.tagger import Tagger
from streams.messages import Kind
from tests.indexers.posts import tagged

NOTICE = "市地铁公司通知：因设备检修，本周六二号线桂花园至云溪北站区间停运一天，请乘客改乘接驳公交，给您带来不便敬请谅解。"


def keys(*texts: str) -> list[tuple[str, ...]]:
    """The keys of some texts, found in one batch."""
    return copy_keys(default().cut_batch(texts))


@pytest.mark.parametrize(
    "copy",
    [
        f"#云溪地铁# {NOTICE} https://t.example/abc",
        NOTICE.replace("，", " ").replace("。", "！！"),
        f"【转】{NOTICE}[笑哭]🙏",
        f"{NOTICE}//@云溪发布:扩散",
        NOTICE.replace("通知", "公告"),
        f"https://t.example/abc{NOTICE}",
        f"№1#{NOTICE}",
        f"{NOTICE}https://t.example/abc//@云溪发布:{NOTICE[::-1]}",
    ],
)
def test_copies_share_a_key_and_are_alike(tagger: Tagger, copy: str) -> None:
    """Signs, hashtags, addresses, pictures, a chain and a changed word leave a text the copy that it is."""
    one, other = (tags.copy_keys for tags in tagger.tag_texts([NOTICE, copy]))
    assert set(one) & set(other)
    assert likeness(shingles(NOTICE), shingles(copy)) >= COPY


def test_most_texts_with_a_changed_letter_share_a_key() -> None:
    """Wherever in the text it stands; those that don't are the price of few keys."""
    own, *changed = keys(NOTICE, *(NOTICE[:place] + "某" + NOTICE[place + 1 :] for place in range(len(NOTICE))))
    assert sum(bool(set(own) & set(each)) for each in changed) >= 0.85 * len(NOTICE)


def test_the_keys_of_a_text_are_the_same_in_any_batch() -> None:
    """They are compared with those that other processes stored."""
    alone, *_ = keys(NOTICE)
    assert keys("今天的桂花开得真好", NOTICE, "")[1] == alone


def test_short_texts_have_no_keys() -> None:
    """What many say alike in a few words is not one opinion."""
    assert keys("支持！", "", "#话题#", "太堵了太堵了") == [(), (), (), ()]


@pytest.mark.parametrize(
    "text",
    [
        "转发微博",
        "//@云溪发布:停水通知",
        "轉發微博",
        "[赞][赞]//@张三:说得对",
        "回复@李四: //@李四:好",
        "#云溪#",
        "…",
        "547//@张三:好",
        "tt//@张三:好",
    ],
)
def test_a_repost_without_words(text: str) -> None:
    """What platforms write by themselves, faces, names and hashtags are nothing of one's own."""
    assert not has_own_words(text)


@pytest.mark.parametrize("text", ["同意//@张三:说得对", "转发微博，太堵了", "必须严查！//@云溪发布:通报", "Good //@张三:好"])
def test_a_repost_with_words(text: str) -> None:
    """Two letters are words, three Latin ones."""
    assert has_own_words(text)


def test_the_end_of_a_chain() -> None:
    """It is what the first of the chain wrote."""
    assert origin_in("好//@乙:同意//@甲：原来的话") == "原来的话"
    assert origin_in("没有链") == ""


def test_a_silent_repost_has_the_keys_of_what_it_hands_on(tagger: Tagger) -> None:
    """So that its origin is found where no id says which that is."""
    origin = tagged(1, text=NOTICE).post
    silent = tagged(2, kind=Kind.REPOST, text=f"转发微博//@云溪发布:{NOTICE}").post
    first, second = (each.tags for each in tagger.tag([origin, silent]))
    assert (first.own_words, second.own_words) == (True, False)
    assert first.copy_keys == second.copy_keys != ()
