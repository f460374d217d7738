"""Punctuation and numbers by the national standards and the calendar."""

import pytest

from nlp.proofread.findings import NUMBER, PUNCTUATION, Proofread
from nlp.proofread.proofreader import Proofreader


def read(text: str) -> Proofread:
    """Proofread without any list."""
    return Proofreader().proofread(text)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("通知如下，，请知悉。", "通知如下，请知悉。"),
        ("完成了。。", "完成了。"),
        ("等等。。。。", "等等……"),
        ("完成了，。", "完成了。"),
        ("甲、乙、丙、等。", "甲、乙、丙等。"),
        ("甲、乙、以及丙", "甲、乙以及丙"),
        ("根据<<条例>>办理", "根据《条例》办理"),
        ("（一）、总则", "（一）总则"),
        ("通知（试行)印发", "通知（试行）印发"),
        ("先看,再说，再看", "先看，再说，再看"),
        ("他说:好。注意：此", "他说：好。注意：此"),
    ],
)
def test_wrong_marks_are_put_right(text: str, corrected: str) -> None:
    """Doubled, mixed and misplaced marks."""
    found = read(text)
    assert found.corrected == corrected
    assert {finding.rule for finding in found.findings} == {PUNCTUATION}


@pytest.mark.parametrize(
    "text",
    [
        "全文都用半角,没有全角逗号.",
        "甲、乙、等级评定、及时报送",
        "他说：“好。”然后走了。真的……",
        "比分是3:2，时间10:30，共1,200人",
        "1)先登记；2)再领取。然后离开。",
        "it’s 好的。It’s fine。",
        "《甲（试行）》“乙‘丙’丁”。好。",
        "a >> b，c << 2",
        "一句没有完的“话",
    ],
)
def test_marks_that_are_right_are_left_alone(text: str) -> None:
    """A text in half width throughout, lists, times, quotations, a part of a sentence."""
    assert read(text).findings == ()


@pytest.mark.parametrize(
    ("text", "mark"),
    [("他说“好。走了。", "“"), ("好。走了。他说》。", "》"), ("关于《甲的通知（试行）。好。", "《"), ("“甲《乙”丙。好。", "《")],
)
def test_a_pair_with_one_half(text: str, mark: str) -> None:
    """In a text of several sentences what is opened must be closed; nothing is suggested, for nobody knows where."""
    (finding,) = read(text).findings
    assert (finding.text, finding.suggestion, finding.rule) == (mark, None, PUNCTUATION)
    assert read(text).corrected == text


@pytest.mark.parametrize(
    ("text", "found", "suggestion"),
    [
        ("2月30日", "2月30日", None),
        ("2026年2月29日", "2026年2月29日", None),
        ("13月1日", "13月1日", None),
        ("２０２６年１１月３１日", "２０２６年１１月３１日", None),
        ("2026年11月25日（星期二）", "二", "三"),
        ("25时10分", "25时10分", None),
        ("二零二六年", "二零二六", "二〇二六"),
        ("超过300人以上", "以上", ""),
    ],
)
def test_numbers_that_can_not_be(text: str, found: str, suggestion: str | None) -> None:
    """Days and hours that there are not, weekdays that are others, years with 零."""
    assert [(finding.text, finding.suggestion, finding.rule) for finding in read(text).findings] == [(found, suggestion, NUMBER)]


@pytest.mark.parametrize(
    "text",
    [
        "2024年2月29日（星期四）",
        "2月29日",
        "24时",
        "8时30分",
        "二〇二六年",
        "一零一中学",
        "0000年1月1日",
        "2026年11月29日，周天",
        "第31日",
        "2026年11月25日（周一至周五）",
    ],
)
def test_numbers_that_are_right(text: str) -> None:
    """Leap years, weekdays that fit, spans of weekdays, and what is no date."""
    assert read(text).findings == ()
