"""Why something is a finding, in both languages."""

import re

import pytest

from nlp.proofread import reasons
from nlp.proofread.proofreader import Proofreader
from nlp.proofread.reasons import CHINESE, ENGLISH, told_in
from tests.nlp.proofread.offices import OFFICE

TEXTS = {
    reasons.NO_MARK_BEFORE_ETC: "苹果、梨、等。",
    reasons.TITLE_MARKS: "请看<<通知>>。",
    reasons.NO_MARK_AFTER_NUMBER: "（一）、加强领导。",
    reasons.MARKS_TOGETHER: "今天，。晴。",
    reasons.MARK_TWICE: "今天，，晴。",
    reasons.TWO_WIDTHS: "今天,晴，明天雨。",
    reasons.BRACKETS_OF_TWO_WIDTHS: "今天（晴)。",
    reasons.NO_PARTNER.format("）"): "今天（晴。明天雨。",
    reasons.NO_SUCH_DAY: "2月30日。",
    reasons.NO_SUCH_TIME: "25时10分。",
    reasons.OTHER_WEEKDAY.format("星期三"): "2026年11月25日（星期二）",
    reasons.ZERO_IN_A_YEAR: "二零二六年",
    reasons.MORE_TWICE: "超过100人以上",
}


@pytest.mark.parametrize(("chinese", "text"), TEXTS.items())
def test_every_reason_is_said_in_english(chinese: str, text: str) -> None:
    """Each rule, by a text that breaks it; all else of the findings is the same."""
    read = Proofreader(OFFICE).proofread(text)
    assert chinese in {one.why for one in read.findings}
    told = told_in(read, ENGLISH)
    assert chinese not in {one.why for one in told.findings}
    assert all(re.search("[a-z]{2}", one.why or "") for one in told.findings)
    assert [(one.offset, one.suggestion, one.rule) for one in told.findings] == [
        (one.offset, one.suggestion, one.rule) for one in read.findings
    ]
    assert told_in(read, CHINESE) == read


def test_what_the_office_wrote_stays() -> None:
    """Reasons of its lists, and the titles of its persons."""
    read = Proofreader(OFFICE).proofread("残废人和市长林望舒")
    assert [one.why for one in told_in(read, ENGLISH).findings] == [one.why for one in read.findings] == ["不当称谓", "林望舒：市委书记"]


def test_no_reason_is_missing() -> None:
    """All that rules can say are tried above."""
    said = {value for name, value in vars(reasons).items() if name.isupper() and not name.startswith("_") and isinstance(value, str)}
    tried = {
        chinese.replace("）", "{}") if chinese.startswith("没有与") else "这一天是{}" if "星期三" in chinese else chinese
        for chinese in TEXTS
    }
    assert said - {CHINESE, ENGLISH} == tried
