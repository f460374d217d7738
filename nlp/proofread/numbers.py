"""Numbers, by GB/T 15835-2011 (出版物上数字用法) and the calendar: days that there are not, weekdays that are others, 〇 in years."""

import calendar
import datetime as dt
import re
from collections.abc import Iterator

from nlp.proofread import reasons
from nlp.proofread.findings import NUMBER, Finding
from nlp.proofread.reading import Reading

_DAY = re.compile(
    r"(?<![\d.])(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号](?!\d)(?:\s*[(,]?\s*(星期|周|礼拜)([一二三四五六日天七])(?![一二三四五六日至到、]))?"
)
_CLOCK = re.compile(r"(?<![\d.])(\d{1,2})[时点](\d{1,2})分(?!之)")
_YEAR_IN_WORDS = re.compile(r"(?<![一二三四五六七八九十百千万零〇点])[一二][一二三四五六七八九零〇]{3}(?=年)")
_MORE_TWICE = re.compile(r"(?:超过|突破|逾)\d[\d.,]*[万亿千百]?[^\d,。;、]{0,4}?(以上)")
_WEEKDAYS = "一二三四五六日"
_LEAP_YEAR = 2024
_HOURS, _MINUTES, _MONTHS = 24, 59, 12


def find_numbers(reading: Reading) -> Iterator[Finding]:
    """Everything about numbers that is wrong in a text."""
    for found in _DAY.finditer(reading.text):
        yield from _day(reading, found)
    for found in _CLOCK.finditer(reading.text):
        if int(found[1]) > _HOURS or int(found[2]) > _MINUTES:
            yield reading.finding(found.span(), None, NUMBER, 0.9, reasons.NO_SUCH_TIME)
    for found in _YEAR_IN_WORDS.finditer(reading.text):
        if "零" in found[0]:
            yield reading.finding(found.span(), found[0].replace("零", "〇"), NUMBER, 0.9, reasons.ZERO_IN_A_YEAR)
    for found in _MORE_TWICE.finditer(reading.text):
        yield reading.finding(found.span(1), "", NUMBER, 0.6, reasons.MORE_TWICE)


def _day(reading: Reading, found: re.Match[str]) -> Iterator[Finding]:
    year, month, day = int(found[1] or _LEAP_YEAR), int(found[2]), int(found[3])
    if not year:
        return
    end = found.end(3) + 1
    if not 1 <= month <= _MONTHS or not 1 <= day <= calendar.monthrange(year, month)[1]:
        yield reading.finding((found.start(), end), None, NUMBER, 0.95, reasons.NO_SUCH_DAY)
    elif found[1] and found[5]:
        right = _WEEKDAYS[dt.date(year, month, day).weekday()]
        said = "日" if found[5] in "天七" else found[5]
        if said != right:
            yield reading.finding(found.span(5), right, NUMBER, 0.95, reasons.OTHER_WEEKDAY.format(found[4] + right))
