"""Why something is a finding, as the rules say it: in Chinese, and in English by choice. What an office wrote in its lists stays as it is."""

import functools
import re

import msgspec

from nlp.proofread.findings import Proofread

LANGUAGES = CHINESE, ENGLISH = "zh", "en"

NO_MARK_BEFORE_ETC = "“等”“以及”前不用顿号"
TITLE_MARKS = "书名号应为《》"
NO_MARK_AFTER_NUMBER = "带括号的序次语后不用顿号"
MARKS_TOGETHER = "标点连用"
MARK_TWICE = "标点重复"
TWO_WIDTHS = "同一文中全角、半角标点混用"
BRACKETS_OF_TWO_WIDTHS = "括号全角、半角不一致"
NO_PARTNER = "没有与之对应的{}"
NO_SUCH_DAY = "没有这一天"
NO_SUCH_TIME = "没有这个时刻"
OTHER_WEEKDAY = "这一天是{}"
ZERO_IN_A_YEAR = "年份中的“零”应写作“〇”（GB/T 15835）"
MORE_TWICE = "“超过”与“以上”重复"

_IN_ENGLISH = {
    NO_MARK_BEFORE_ETC: "no 、 stands before 等 and 以及",
    TITLE_MARKS: "titles of works stand in 《》",
    NO_MARK_AFTER_NUMBER: "no 、 stands behind a number in brackets",
    MARKS_TOGETHER: "marks that can't stand together",
    MARK_TWICE: "a mark that stands twice",
    TWO_WIDTHS: "marks in full and in half width in one text",
    BRACKETS_OF_TWO_WIDTHS: "one bracket in full, the other in half width",
    NO_PARTNER: "its other half, {}, is missing",
    NO_SUCH_DAY: "there is no such day",
    NO_SUCH_TIME: "there is no such time of day",
    OTHER_WEEKDAY: "that day is {}",
    ZERO_IN_A_YEAR: "零 in a year is written 〇 (GB/T 15835)",
    MORE_TWICE: "超过 and 以上 say the same twice",
}


def told_in(read: Proofread, language: str) -> Proofread:
    """What was found, with its reasons in another language; those that no rule of ours gave stay as they are."""
    if language != ENGLISH:
        return read
    findings = tuple(msgspec.structs.replace(one, why=one.why and _english(one.why)) for one in read.findings)
    return msgspec.structs.replace(read, findings=findings)


def _english(why: str) -> str:
    for pattern, english in _patterns():
        if found := pattern.fullmatch(why):
            return english.format(*found.groups())
    return why


@functools.cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(re.escape(chinese).replace(r"\{\}", "(.{1,3})")), english) for chinese, english in _IN_ENGLISH.items())
