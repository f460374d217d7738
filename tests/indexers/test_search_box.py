"""What people type into the search box, and what it is read as."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexers.errors import SearchBoxError
from indexers.search_box import parse
from nlp.segment import cut

ZONE = ZoneInfo("Asia/Shanghai")


def words(text: str) -> list[str]:
    """A segmenter for tests: cuts at dots."""
    return [word for word in text.lower().split(".") if word not in {"", "！"}]


def read(text: str) -> dict[str, Any] | None:
    query = parse(text, words, ZONE)
    return None if query is None else query.to_dict()


def holds(*queries: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"filter": list(queries)}}


def term(field: str, value: Any) -> dict[str, Any]:
    return {"term": {field: value}}


def on(topic: str) -> dict[str, Any]:
    """Give the query for a topic, whether the tagger knows it or it is one of the office's own."""
    return {"bool": {"should": [term("topic", topic), term("own_topics", topic)], "minimum_should_match": 1}}


def exactly(text: str) -> dict[str, Any]:
    return {"bool": {"should": [{"match_phrase": {"text": text}}, {"match_phrase": {"title": text}}], "minimum_should_match": 1}}


def day(bound: str, at: str) -> dict[str, Any]:
    return {"range": {"published_at": {bound: at}}}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("地铁", holds(term("tokens", "地铁"))),
        ("  地铁　停运 ", holds(term("tokens", "地铁"), term("tokens", "停运"))),
        ("地铁.停运", holds({"match_phrase": {"tokens": "地铁 停运"}})),
        ('"地铁 停运"', holds(exactly("地铁 停运"))),
        ("“地铁停运”", holds(exactly("地铁停运"))),
        ("「地铁停运」了", holds(exactly("地铁停运"), term("tokens", "了"))),
        ("topic:交通运输", holds(on("交通运输"))),
        ("Topic：“交通运输”", holds(on("交通运输"))),
        ("asks:投诉 form:广告", holds(term("asks", "complaint"), term("form", "advert"))),
        ("asks:Praise form:voice", holds(term("asks", "praise"), term("form", "voice"))),
        ("account:metro platform:weibo", holds(term("accounts", "metro"), term("platform", "weibo"))),
        ("sentiment:负面", holds(term("sentiment", -1))),
        ("sentiment:0", holds(term("sentiment", 0))),
        ("sentiment:Positive", holds(term("sentiment", 1))),
        ("kind:comment", holds(term("kind", "comment"))),
        ("from:2026-11-03", holds(day("gte", "2026-11-02T16:00:00.000Z"))),
        ("to:2026-11-03", holds(day("lt", "2026-11-03T16:00:00.000Z"))),
        ("https://example.cn", holds({"match_phrase": {"tokens": "https://example cn"}})),
        ("19:30", holds(term("tokens", "19:30"))),
        ("or", holds(term("tokens", "or"))),
        ("a-b", holds(term("tokens", "a-b"))),
    ],
)
def test_what_is_typed_is_understood(typed: str, meant: dict[str, Any]) -> None:
    """Words, phrases, fields and dates become the queries that they say."""
    assert read(typed) == meant


def test_a_minus_excludes_words_phrases_and_fields() -> None:
    """What follows a minus must not be there."""
    assert read('地铁 -演练 -"测试" －platform:web') == {
        "bool": {"filter": [term("tokens", "地铁")], "must_not": [term("tokens", "演练"), exactly("测试"), term("platform", "web")]}
    }


def test_a_query_may_only_exclude() -> None:
    """Without anything that must hold, all but the excluded is found."""
    assert read("-演练") == {"bool": {"must_not": [term("tokens", "演练")]}}


def test_or_binds_weaker_than_standing_side_by_side() -> None:
    """Each side of OR is a whole query."""
    assert read("地铁 停运 OR 公交") == {
        "bool": {
            "should": [holds(term("tokens", "地铁"), term("tokens", "停运")), holds(term("tokens", "公交"))],
            "minimum_should_match": 1,
        }
    }


@pytest.mark.parametrize("typed", ["", "   ", "　"])
def test_nothing_typed_is_no_query(typed: str) -> None:
    """An empty box narrows nothing."""
    assert read(typed) is None


@pytest.mark.parametrize(
    ("typed", "position", "says"),
    [
        ('地铁 "停运', 3, "引号没有闭合"),
        ("地铁 topc:交通", 3, "没有“topc”这个字段"),
        ("OR 地铁", 0, "OR 的左边没有内容"),
        ("地铁 OR", 3, "OR 的右边没有内容"),
        ("地铁 OR OR 公交", 6, "OR 的左边没有内容"),
        ("地铁 - 停运", 4, "这里缺少内容"),
        ("地铁 -", 3, "这里缺少内容"),
        ("topic:", 0, "这里缺少内容"),
        ('地铁 ""', 3, "这里缺少内容"),
        ("地铁 ！", 3, "没有可搜索的词"),
        ('"！！"', 0, "没有可搜索的字"),
        ("sentiment:高兴", 0, "没有“高兴”这个值"),
        ("kind:tweet", 0, "没有“tweet”这个值"),
        ("地铁 from:昨天", 3, "不是日期"),
        ("to:2026-02-30", 0, "不是日期"),
    ],
)
def test_what_can_t_be_read_says_where(typed: str, position: int, says: str) -> None:
    """An error names what is wrong and the place, counted from the first character."""
    with pytest.raises(SearchBoxError, match=says) as error:
        read(typed)
    assert error.value.position == position
    assert f"第 {position + 1} 个字符" in str(error.value)


@given(st.text(alphabet='地铁停运 "“”-:：topicORfrom\n！😀', max_size=30))
def test_anything_typed_is_read_or_refused(typed: str) -> None:
    """Whatever is typed is a query, nothing, or an error of ours with a position in it."""
    assert 0 <= position_of_error(typed) <= len(typed)


def position_of_error(typed: str) -> int:
    """Where it can't be read; 0 where it can."""
    try:
        parse(typed, cut, ZONE)
    except SearchBoxError as error:
        return error.position
    return 0
