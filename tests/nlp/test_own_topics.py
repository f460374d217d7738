"""The office's own topics, by words and by examples."""

import pytest

from config.topic_names import OTHER
from config.topics import SIMILAR
from nlp.known import Known, TopicOfOffice
from nlp.tagger import Tagger

HERITAGE = TopicOfOffice(name="文物保护", words=("古戏台", "文物"), except_=("文物鉴定培训",))
NIGHT_WORK = TopicOfOffice(
    name="夜间施工",
    similar=SIMILAR,
    examples=(
        "工地半夜还在打桩，全小区都睡不着",
        "凌晨三点施工噪音太大，影响居民休息",
        "夜间施工扰民，渣土车轰隆隆响",
        "楼盘夜里赶工，切割声吵得老人孩子没法睡",
        "工地晚上浇筑混凝土，噪音扰民",
    ),
)


@pytest.fixture(scope="module")
def office() -> Tagger:
    return Tagger.load(known=Known(topics=(HERITAGE, NIGHT_WORK)))


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("村口的古戲臺年久失修，瓦片都掉了", ("文物保护",)),
        ("文物鉴定培训班火热招生", ()),
        ("隔壁工地夜间施工噪音太大，居民睡不着", ("夜间施工",)),
        ("文物旁边的工地半夜施工，噪音扰民，老人孩子没法睡", ("夜间施工", "文物保护")),
        ("公交车又晚点了", ()),
        ("", ()),
    ],
)
def test_a_text_has_the_topics_that_it_fits(office: Tagger, text: str, topics: tuple[str, ...]) -> None:
    """By any of the words, or by being like the examples; beside the topic that the tagger knows."""
    (tags,) = office.tag_texts([text])
    assert set(tags.own_topics) == set(topics)


def test_the_reason_is_shown(office: Tagger) -> None:
    """The words, or how like the examples the text is, one for one with the topics."""
    (tags,) = office.tag_texts(["文物旁边的工地半夜施工，噪音扰民，老人孩子没法睡"])
    why = dict(zip(tags.own_topics, tags.own_topics_why, strict=True))
    assert why["文物保护"] == "词：文物"
    assert why["夜间施工"].startswith("例：相似度 0.")


def test_an_office_without_topics_has_none(tagger: Tagger) -> None:
    """And a text about none of the seven is about 其他, whatever the office."""
    (tags,) = tagger.tag_texts(["今晚演唱会太好看了，偶像唱得真好"])
    assert (tags.topic, tags.own_topics) == (OTHER, ())
