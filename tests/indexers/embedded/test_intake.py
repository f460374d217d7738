"""The quick way to read a document gives what the full rules give, or leaves it to them."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from indexers.documents import templates
from indexers.embedded.errors import ApiFault
from indexers.embedded.intake import Intake
from indexers.embedded.mapping import parse_mapping
from indexers.names import Names
from tests.indexers.embedded.generate import MAPPING

POSTS = templates(Names("yuqing"), "segmenter", 0)["yuqing-posts"]["template"]["mappings"]

values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**65), 2**65),
        st.integers(-9, 9),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(
            ["2026-11-18T08:00:00Z", "2026-11-18T08:00:00.250Z", "2026-11-18", "12", "1.5", "true", "x" * 300, "水" * 140, "😀" * 3]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["k", "n", "id", "standing", "zzz"]), inner, max_size=2)
    ),
    max_leaves=3,
)


def read(intake: Intake, source: bytes, *, quick: bool) -> Any:
    try:
        return intake.flatten(source) if quick else intake.by_full_rules(source)
    except ApiFault as fault:
        return fault.code, fault.kind, fault.reason


@settings(max_examples=400)
@given(data=st.data())
def test_both_ways_read_the_same(data: st.DataObject) -> None:
    """Right types and wrong ones, lists, objects, numbers out of range, unknown names."""
    mapping = data.draw(st.sampled_from([MAPPING, POSTS]))
    intake = Intake(parse_mapping(mapping))
    names = st.sampled_from([*mapping["properties"], "unknown"])
    document = data.draw(st.dictionaries(names, values, max_size=4))
    source = json.dumps(document).encode()
    quick, full = (read(intake, source, quick=quick) for quick in (True, False))
    assert quick == full


def test_a_plain_post_goes_the_quick_way() -> None:
    """Posts as the writer sends them don't need the full rules."""
    intake = Intake(parse_mapping(POSTS))
    post = {"id": "weibo:1", "text": "停水", "author": {"id": "p:1", "standing": "private"}, "published_at": "2026-11-18T08:00:00Z"}
    post |= {
        "keywords": ["停水", "通知"],
        "accounts": ["metro"],
        "sentiment": -1,
        "topic_score": 0.9,
        "counted_at": {"likes": "2026-11-18T08:00:00Z"},
    }
    source = json.dumps(post).encode()
    assert intake.quickly is not None
    assert intake.quickly(source) == {
        "id": "weibo:1",
        "text": "停水",
        "author.standing": "private",
        "published_at": 1794988800000,
        "keywords": ["停水", "通知"],
        "accounts": "metro",
        "sentiment": -1,
        "topic_score": 0.9,
    }
    assert intake.multiple == {"keywords"}
