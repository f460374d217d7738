"""Whatever others wrote is one quiet line that any format can carry."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reports.plain import line, lines, quiet


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  两  个\t空格\n换行 ", "两 个 空格 换行"),
        ("\x1b[31m红\x00字\x0b", "[31m红 字"),
        ("倒\u202e写\u2066里\u200f外", "倒 写 里 外"),
        ("半\ud83d个", "半\ufffd个"),
        ("👨\u200d👩\u200d👧 一家 🙂❤️", "👨\u200d👩\u200d👧 一家 🙂❤️"),
        ("\ufeff开头\u2028行\u2029", "开头 行"),
        ("", ""),
    ],
)
def test_a_line_is_quiet(text: str, expected: str) -> None:
    """No control characters, no marks of direction, no halves of characters; emoji stay whole."""
    assert line(text) == expected


def test_a_long_line_is_cut() -> None:
    """And says so; what fits stays as it is, and no emoji is cut to a dangling joiner."""
    assert line("一二三四五", 5) == "一二三四五"
    assert line("一二三四五六", 5) == "一二三四…"
    assert line("一👨\u200d👩\u200d👧", 4) == "一👨…"


def test_lines_keep_their_breaks() -> None:
    """What officers write may have paragraphs, and is no longer than allowed."""
    assert lines("\n一\r\n\x00二\r三\n\n", 100) == "一\n二\n三"
    assert len(lines("长" * 50, 10)) == 10


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_any_text_fits_every_format(text: str) -> None:
    """XML, JSON and UTF-8 take it, and once is enough."""
    told = quiet(text)
    element = etree.Element("t")
    element.text = told
    assert etree.fromstring(etree.tostring(element)).text in {told, None}
    assert json.loads(json.dumps(told)) == told == told.encode().decode()
    assert line(line(text)) == line(text)
