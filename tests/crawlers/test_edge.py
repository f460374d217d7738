"""Tests of `crawlers.edge`."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.authors import RawAuthor
from crawlers.edge import Edge
from crawlers.errors import Unusable
from crawlers.find import Find
from streams.messages import Flag, Kind, Post, Standing, decode, encode
from tests.crawlers.conftest import ACCOUNTS

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
EDGE = Edge(ACCOUNTS, b"k" * 32, zone=ZoneInfo("Asia/Shanghai"), max_text=1000)
CITIZEN = RawAuthor(id="55", name="山间一棵树", region="云溪", followers=9)
PAPER = RawAuthor(id="66", name="云溪晚报", standing=Standing.MEDIA)


def find(**given: Any) -> Find:
    """Make a find of the defaults and what is given."""
    defaults: dict[str, Any] = {
        "source": "s",
        "platform": "weibo",
        "native_id": "1",
        "kind": Kind.POST,
        "text": "云溪地铁",
        "collected_at": NOW,
    }
    return Find(**({"published": "2026-11-22T00:00:00Z", "author": CITIZEN} | defaults | given))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"published": "5分钟前"}, {"flags": (Flag.INEXACT_DATE,), "published_at": datetime(2026, 11, 23, 0, 55, tzinfo=UTC)}),
        ({"published": None}, {"flags": (Flag.NO_DATE,), "published_at": NOW}),
        ({"published": "某天"}, {"flags": (Flag.NO_DATE,), "published_at": NOW}),
        ({"published": 0}, {"flags": (Flag.IMPLAUSIBLE_DATE,), "published_at": NOW}),
        ({"published": "2099-01-01"}, {"flags": (Flag.IMPLAUSIBLE_DATE,), "published_at": NOW}),
        (
            {"published": "2026-11-22 08:00:00", "timezone": "Asia/Tokyo"},
            {"flags": (), "published_at": datetime(2026, 11, 21, 23, 0, tzinfo=UTC)},
        ),
        ({"text": "云\x00溪"}, {"flags": (Flag.REPAIRED_TEXT,), "text": "云�溪"}),
        ({"text": "长" * 1001}, {"flags": (Flag.CLIPPED_TEXT,), "text": "长" * 1000}),
        ({"truncated": True}, {"flags": (Flag.TRUNCATED,)}),
        ({"likes": -1, "reads": "很多"}, {"flags": (Flag.BAD_COUNT,), "likes": None, "reads": None}),
        ({"likes": "1.2万", "forwards": "转发"}, {"flags": (), "likes": 12_000, "forwards": None}),
        ({"client": "树的手机"}, {"client": None}),
        ({"client": "网页版", "author": PAPER}, {"client": "网页版"}),
        ({"media": ("https://example.cn/a.jpg",)}, {"media": ()}),
        ({"media": ("https://example.cn/a.jpg", "javascript:x"), "author": PAPER}, {"media": ("https://example.cn/a.jpg",)}),
        ({"root_id": "1"}, {"root_id": None}),
        ({"root_id": "2", "parent_id": "3"}, {"root_id": "weibo:2", "parent_id": "weibo:3"}),
        ({"url": "javascript:alert(1)"}, {"url": None}),
        ({"text": "", "media": ("https://example.cn/a.jpg",)}, {"text": ""}),
        ({"text": "好", "context": "云溪发布通知"}, {"accounts": ("fabu",), "text": "好"}),
        ({"text": "好", "answers": (RawAuthor(id="7700000001"),)}, {"accounts": ("fabu",), "owner": None}),
        ({"text": "云溪地铁", "author": RawAuthor(id="7700000001")}, {"owner": "fabu"}),
        ({"text": "云溪发布通知", "author": CITIZEN}, {"owner": None}),
        ({"text": "云溪发布通知", "author": RawAuthor(name="云溪发布")}, {"owner": None}),
        ({"text": "看@云溪地铁 //@山间一棵树:好"}, {"text": "看@云溪地铁 //@用户:好"}),
    ],
)
def test_a_find_becomes_a_post(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """Each repair leaves its flag; what tells a private author is gone."""
    post = EDGE.post(find(**given))
    assert {name: getattr(post, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"native_id": ""}, "no_id"),
        ({"native_id": "a\x00"}, "no_id"),
        ({"native_id": "长" * 200}, "id_too_long"),
        ({"text": "  ", "title": ""}, "empty_text"),
        ({"text": "<p><br></p>", "html": True}, "empty_text"),
    ],
)
def test_what_can_not_be_used_has_its_reason(given: dict[str, Any], reason: str) -> None:
    """And a dead letter without names."""
    with pytest.raises(Unusable) as caught:
        EDGE.post(find(**given))
    assert caught.value.reason == reason
    letter = EDGE.letter(find(**given), caught.value)
    assert letter.reason == reason
    assert "山间一棵树".encode() not in (letter.value or b"")


def test_a_find_that_is_met_again_is_the_same_letter() -> None:
    """A source that shows something unusable in every run makes one dead letter, not one a run."""
    first, again = (EDGE.letter(find(text="", collected_at=at), Unusable("empty_text", "")) for at in (NOW, NOW + timedelta(hours=1)))
    assert first.id == again.id
    assert first.at != again.at


@given(
    st.builds(
        Find,
        source=st.just("s"),
        platform=st.just("web"),
        native_id=st.text(max_size=20),
        kind=st.sampled_from(Kind),
        text=st.text(alphabet=st.characters(), max_size=200),
        html=st.booleans(),
        title=st.none() | st.text(alphabet=st.characters(), max_size=20),
        url=st.none() | st.text(max_size=20).map(lambda text: f"https://example.cn/{text}"),
        published=st.none() | st.text(max_size=20) | st.integers() | st.floats(),
        collected_at=st.just(NOW),
        author=st.builds(
            RawAuthor, id=st.none() | st.text(max_size=5), name=st.none() | st.text(max_size=5), standing=st.just(Standing.PRIVATE)
        ),
        forwards=st.none() | st.integers() | st.text(max_size=5) | st.floats(),
    )
)
def test_any_find_is_a_post_that_can_be_written_or_a_dead_letter(found: Find) -> None:
    """Whatever a page says: no other error, and what comes out is what the contract says."""
    try:
        post = EDGE.post(found)
    except Unusable as error:
        assert_letter(found, error)
        return
    assert decode(encode(post), Post) == post
    assert post.author.name is None
    assert post.published_at <= NOW or Flag.IMPLAUSIBLE_DATE not in post.flags


def assert_letter(found: Find, error: Unusable) -> None:
    """A find that can't be used has a letter with something in it."""
    assert EDGE.letter(found, error).value
