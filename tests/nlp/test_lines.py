"""One line out for one line in, whatever stands in it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.lines import tag_lines
from nlp.tagger import Tagger

TAGS = {"topic", "topic_score", "sentiment", "sentiment_score", "form", "asks", "tokens", "keywords", "model", "tag_revision"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


def one(line: bytes, tagger: Tagger) -> tuple[dict[str, Any], bool]:
    """Tag one line."""
    (tagged,) = tag_lines([line], tagger)
    return json.loads(tagged.content), tagged.usable


def test_a_line_keeps_its_fields_and_gets_tags(tagger: Tagger) -> None:
    """Whatever else stands in the object comes back as it was."""
    fields = {"id": 12345678901234567890123, "text": "小区停水了", "nested": {"a": [1.5, None, "é"]}}
    tagged, usable = one(json.dumps(fields).encode(), tagger)
    assert usable
    assert tagged.keys() >= fields.keys() | TAGS
    assert {name: tagged[name] for name in fields} == fields
    assert tagged["tokens"] == "小区 停水 了"
    assert isinstance(tagged["keywords"], list)
    assert (tagged["model"], tagged["tag_revision"]) == (tagger.model, tagger.tag_revision)


def test_old_tags_are_replaced(tagger: Tagger) -> None:
    """Tagging what was tagged before gives the same line."""
    (first,) = tag_lines([b'{"text": "\xe5\x81\x9c\xe6\xb0\xb4", "topic": "x"}'], tagger)
    assert tag_lines([first.content], tagger) == [first]


@pytest.mark.parametrize(
    ("line", "why", "kept"),
    [
        (b"", "an empty line", {"line": ""}),
        (b"  \r", "an empty line", {"line": "  \r"}),
        (b"{oops", "not JSON", {"line": "{oops"}),
        (b'{"text": "a"} x', "not JSON", {"line": '{"text": "a"} x'}),
        (b'{"text": "a", "n": NaN}', "not JSON", {"line": '{"text": "a", "n": NaN}'}),
        (b"[" * 5000, "not JSON", {"line": "[" * 5000}),
        (b'["text"]', "not a JSON object", {"line": '["text"]'}),
        (b"3", "not a JSON object", {"line": "3"}),
        (b'{"id": 7}', "no text", {"id": 7}),
        (b'{"id": 7, "text": 5}', "text is not a string", {"id": 7, "text": 5}),
        (b'{"text": null}', "text is not a string", {"text": None}),
        (b'{"text": "\xff\xfe"}', "invalid UTF-8", {"line": '{"text": "\ufffd\ufffd"}'}),
    ],
)
def test_an_unusable_line_says_why(tagger: Tagger, line: bytes, why: str, kept: dict[str, Any]) -> None:
    """It comes back with `error` and with all that could be read of it, and has no tags."""
    tagged, usable = one(line, tagger)
    assert not usable
    assert why in tagged.pop("error")
    assert tagged == kept


@pytest.mark.parametrize("line", [b'{"text": "\\ud800\xe5\x81\x9c\xe6\xb0\xb4"}', b'{"text": "\xe5\x81\x9c\xe6\xb0\xb4", "id": "\\udfff"}'])
def test_lone_surrogates_are_survived(tagger: Tagger, line: bytes) -> None:
    """An escaped half of a character, as some exports have it, spoils nothing: the field comes back as it was."""
    tagged, usable = one(line, tagger)
    assert usable
    assert tagged["tokens"] == "停水"
    assert tagged.items() >= json.loads(line).items()


def test_a_byte_order_mark_is_survived(tagger: Tagger) -> None:
    """A file saved by Windows begins with a mark."""
    assert one(b'\xef\xbb\xbf{"text": "a"}', tagger)[1]


@given(lines=st.lists(st.binary(max_size=20) | JSON.map(lambda text: json.dumps({"text": text}).encode()), max_size=6))
def test_any_lines_come_back_in_order(tagger: Tagger, lines: list[bytes]) -> None:
    """As many lines as came, each a JSON object with either tags or an error, as it would have alone."""
    tagged = tag_lines(lines, tagger)
    assert [line.usable for line in tagged] == [tag_lines([line], tagger)[0].usable for line in lines]
    for line in tagged:
        fields = json.loads(line.content)
        assert (fields.keys() >= TAGS) == line.usable == ("error" not in fields)
        assert b"\n" not in line.content
