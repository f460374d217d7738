"""Tests of `crawlers.text`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.text import decode_body, html_to_text, repair


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        ("一<br>二<br/>三", "一\n二\n三"),
        ("a &amp; b &lt;c&gt; &nbsp;d", "a & b <c> d"),
        ('好<img alt="[泪]" src="x">', "好[泪]"),
        ("<script>alert(1)</script>留<style>p{}</style>下", "留下"),
        ('<a href="/n/x">@某人</a>:<span>好</span>', "@某人:好"),
        ("<ul><li>一</li><li>二</li></ul>", "一\n二"),
        ("没有标签", "没有标签"),
        ("  多  个 \n\n\n 空  格 ", "多 个\n空 格"),
        ("<!-- 注释 -->外<b>里</b>尾", "外里尾"),
        ("<p>没有关", "没有关"),
        ("1 < 2", "1 < 2"),
        ("", ""),
        ("<div><div></div></div>", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    """Blocks on lines of their own, smileys by name, no scripts."""
    assert html_to_text(html) == text


@given(st.text())
def test_any_html_becomes_some_text(html: str) -> None:
    """Nothing that a page can say makes the reader fall over."""
    html_to_text(f"<p>{html}<b>")


@pytest.mark.parametrize(
    ("text", "fixed", "repaired"),
    [
        ("好", "好", False),
        ("a\x00b", "a�b", True),
        ("好\x00", "好�", True),
        ("a\ud800b", "a�b", True),
        ("\ud83d\ude00", "😀", False),
        ("😀", "😀", False),
        ("a\tb\nc", "a\tb\nc", False),
    ],
)
def test_what_no_database_keeps_is_repaired(text: str, fixed: str, *, repaired: bool) -> None:
    """Controls and lone surrogates become U+FFFD; proper pairs are joined."""
    assert repair(text) == (fixed, repaired)


@given(st.text(alphabet=st.characters()))
def test_repaired_text_can_always_be_written(text: str) -> None:
    """As UTF-8, and without NUL."""
    fixed, _ = repair(text)
    assert b"\x00" not in fixed.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16", "utf-8-sig"])
def test_bodies_are_read_in_the_encoding_they_say(encoding: str) -> None:
    """Each with its declaration."""
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><p>雲溪地鐵恢復運行</p>'
    assert decode_body(text.encode(encoding)).text == text


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_body_is_read_somehow(body: bytes, content_type: str) -> None:
    """Bytes of no encoding become text with marks where they are broken."""
    assert isinstance(decode_body(body, content_type).text, str)
