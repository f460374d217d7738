"""Dates as Chinese pages print them, most of them relative to now and without a zone.

Everything is read in the page's own zone and comes back in UTC, with how much it may be off.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from crawlers.errors import DateError

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SKEW = timedelta(minutes=10)  # a page's clock may be ahead of ours by so much
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # nothing that we read is older; 1970 is an empty field
LONGEST = 80  # characters; what is longer is no date


class Reading(NamedTuple):
    """A date as it was read."""

    at: datetime  # aware, UTC
    within: timedelta  # the true time lies in [at, at + within), or as near as that where it was relative

    @property
    def exact(self) -> bool:
        """Whether it is right to the second."""
        return self.within <= SECOND


def plausible(at: datetime, now: datetime) -> bool:
    """Whether something can have been published then: not before the web, not after now (but for clocks that differ)."""
    return EARLIEST <= at <= now + SKEW


def read_date(value: object, now: datetime, zone: tzinfo) -> Reading:
    """Read a date of a page: "刚刚", "5分钟前", "今天 08:30", "11-03", "2025年3月8日 18:55", ISO 8601, RFC 822, seconds or milliseconds.

    `now` is aware; `zone` is the page's. A date without a year is its latest such day that is not in the future.
    Raises DateError for anything else.
    """
    if isinstance(value, datetime):
        return Reading(_in_zone(value, zone), SECOND)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(value)
    if not isinstance(value, str):
        raise DateError(f"a {type(value).__name__} where a date was due")
    text = _plain(value)
    if not text or len(text) > LONGEST:
        raise DateError("not a date")
    here = now.astimezone(zone)
    for pattern, read in _FORMS:
        match = pattern.fullmatch(text)
        if match is not None:
            try:
                return read(match, here)
            except (ValueError, OverflowError) as error:
                raise DateError("no day or hour of the calendar") from error
    return _standard(text, zone)


_WIDE = str.maketrans("０１２３４５６７８９：－／．　", "0123456789:-/. ")
_TAIL = re.compile(r"\s*(?:来自|来源|发布于|via|,|，|已编辑|\s编辑).*$", re.DOTALL)
_HEAD = re.compile(r"^(?:发布时间|发表时间|发布于|发表于|发表|发布|时间|更新于|更新时间)\s*[:：]?\s*")


def _plain(text: str) -> str:
    text = text.translate(_WIDE).replace("\x00", "").strip()
    weekday = re.match(r"[A-Za-z]{3},", text)  # RFC 822 has a comma of its own
    text = _HEAD.sub("", text)
    return text if weekday else _TAIL.sub("", text).strip()


def _in_zone(at: datetime, zone: tzinfo) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


MILLISECONDS_FROM = 10**11  # seconds until the year 5138; milliseconds since 1973


def _epoch(value: float) -> Reading:
    seconds = value / 1000 if abs(value) >= MILLISECONDS_FROM else value
    try:
        return Reading(datetime.fromtimestamp(seconds, UTC), SECOND)
    except (ValueError, OverflowError, OSError) as error:
        raise DateError("no time that a number of seconds can be") from error


_EPOCH_DIGITS = (10, 13)  # seconds or milliseconds of our times


def _standard(text: str, zone: tzinfo) -> Reading:
    if text.isascii() and text.isdigit() and len(text) in _EPOCH_DIGITS:
        return _epoch(int(text))
    for read in (_iso, _weibo, _rfc822):
        try:
            found, within = read(text)
            return Reading(_in_zone(found, zone), within)
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
    raise DateError("not a date")


def _iso(text: str) -> tuple[datetime, timedelta]:
    text = re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", text)
    return datetime.fromisoformat(text), DAY if len(text) <= len("2025-03-08") else MINUTE if len(text) <= len(
        "2025-03-08T18:55"
    ) else SECOND


def _rfc822(text: str) -> tuple[datetime, timedelta]:
    return parsedate_to_datetime(text), SECOND


def _weibo(text: str) -> tuple[datetime, timedelta]:
    return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y"), SECOND


_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "几": 3, "数": 3}


def _number(text: str) -> float:
    """Read 5, 十, 十五, 二十, 二十三, 两, 半."""
    if text == "半":
        return 0.5
    if text.isascii():
        return float(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS[text]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


_UNITS = {
    "秒": (SECOND, SECOND),
    "秒钟": (SECOND, SECOND),
    "分": (MINUTE, MINUTE),
    "分钟": (MINUTE, MINUTE),
    "分鐘": (MINUTE, MINUTE),
    "刻钟": (15 * MINUTE, 15 * MINUTE),
    "小时": (HOUR, HOUR),
    "小時": (HOUR, HOUR),
    "钟头": (HOUR, HOUR),
    "天": (DAY, DAY),
    "日": (DAY, DAY),
    "周": (7 * DAY, 7 * DAY),
    "星期": (7 * DAY, 7 * DAY),
    "礼拜": (7 * DAY, 7 * DAY),
    "月": (30 * DAY, 31 * DAY),
    "年": (365 * DAY, 366 * DAY),
}  # the unit's length, and how much "three of them ago" may be off


def _ago(match: re.Match[str], here: datetime) -> Reading:
    unit, within = _UNITS[match["unit"]]
    count = _number(match["number"]) + (0.5 if match["half"] else 0)
    return Reading(here.astimezone(UTC) - count * unit, within)


def _just_now(_match: re.Match[str], here: datetime) -> Reading:
    return Reading(here.astimezone(UTC), MINUTE)


_DAYS_BACK = {"今": 0, "昨": 1, "前": 2, "大前": 3}
_PART_BEGINS = {
    "凌晨": 0,
    "清晨": 6,
    "早": 6,
    "早上": 6,
    "上午": 8,
    "中午": 12,
    "下午": 13,
    "傍晚": 17,
    "晚": 18,
    "晚上": 18,
    "夜": 18,
    "夜里": 18,
}
_PART_BEGINS |= {"深夜": 22}  # hours
_AFTERNOONS = frozenset({"下午", "傍晚"})
_NIGHTS = frozenset({"晚", "晚上", "夜", "夜里", "深夜"})
_NOON = 12
_EVENING = 5  # "晚上5点" is 17:00, "晚上4点" is 04:00 of the next day


def _day_word(match: re.Match[str], here: datetime) -> Reading:
    day = here.date() - _DAYS_BACK[match["day"]] * DAY
    part = match["part"] or match["night"] or ""
    if match["hour"] is not None:
        return _at(day, match, part, here)
    return _reading(day, time(_PART_BEGINS.get(part, 0)), here, 6 * HOUR if part else DAY)


def _at(day: date, match: re.Match[str], part: str, here: datetime) -> Reading:
    hour, days_on = _hour(int(_number(match["hour"])), part)
    minute, second = match["minute"], match["second"]
    if match["halfpast"]:
        moment, within = time(hour, 30), MINUTE
    else:
        moment = time(hour, int(minute or 0), int(second or 0))
        within = SECOND if second else MINUTE if minute else HOUR
    return _reading(day + days_on * DAY, moment, here, within)


def _hour(hour: int, part: str) -> tuple[int, int]:
    """Tell the hour of 24 that a part of the day and an hour of 12 mean, and how many days later it is."""
    if part in _NIGHTS and hour == _NOON:
        return 0, 1
    if part in _NIGHTS and hour < _EVENING:
        return hour, 1
    late = part in _AFTERNOONS or part in _NIGHTS or (part == "中午" and hour < _EVENING)
    return (hour + _NOON if late and hour < _NOON else hour), 0


def _reading(day: date, moment: time, here: datetime, within: timedelta) -> Reading:
    at = datetime.combine(day, moment, tzinfo=here.tzinfo)
    ahead = at - here
    return Reading((here if timedelta(0) < ahead <= SKEW else at).astimezone(UTC), within)


def _full_date(match: re.Match[str], here: datetime) -> Reading:
    year = int(match["year"])
    year += 0 if year >= 100 else 2000  # noqa: PLR2004 - "25-03-08" is of this century
    return _on(date(year, int(match["month"]), int(match["date"])), match, here)


def _yearless_date(match: re.Match[str], here: datetime) -> Reading:
    month, number = int(match["month"]), int(match["date"])
    for year in range(here.year, here.year - 9, -1):  # 29 February may be eight years ago
        try:
            found = _on(date(year, month, number), match, here)
        except ValueError:
            if (month, number) != (2, 29):
                raise
            continue
        if found.at <= here:
            return found
    raise ValueError("no such day in the last years")


def _on(day: date, match: re.Match[str], here: datetime) -> Reading:
    if match["hour"] is None:
        return _reading(day, time(), here, DAY)
    return _at(day, match, match["part"] or "", here)


def _clock_only(match: re.Match[str], here: datetime) -> Reading:
    """Read a time of day alone: it is today's, or yesterday's where that is still to come."""
    found = _at(here.date(), match, match["part"] or "", here)
    return found if found.at <= here else _at(here.date() - DAY, match, match["part"] or "", here)


_N = r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九几数]?十[一二三四五六七八九]?|[一二两三四五六七八九几数半])"
_PART = r"凌晨|清晨|早上|早|上午|中午|下午|傍晚|晚上|深夜|夜里|晚|夜"
_CLOCK = (
    r"(?P<hour>\d{1,2}|[一二两三四五六七八九]?十[一二三]?|[一二两三四五六七八九])(?:[:点时]|點|時)"
    r"(?:(?P<halfpast>半)|(?P<minute>\d{1,2})(?:[:分](?P<second>\d{1,2})(?:\.\d+)?秒?|分)?)?"
)
_SEPARATOR = r"[-/.年]"
_MONTH_DAY = r"(?P<month>\d{1,2})[-/.月](?P<date>\d{1,2})日?号?"

_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Reading]], ...] = (
    (re.compile(r"刚刚|刚才|剛剛|just now|now|片刻前"), _just_now),
    (
        re.compile(
            rf"(?P<number>{_N})\s*个?個?(?P<half>半)?\s*(?P<unit>秒钟?|分[钟鐘]?|刻钟|小[时時]|钟头|天|日|周|星期|礼拜|月|年)\s*[以之]?前"
        ),
        _ago,
    ),
    (re.compile(rf"(?P<day>今|昨|前|大前)(?:(?:天|日)\s*(?P<part>{_PART})?|(?P<night>晚上|晚|夜|早))\s*(?:{_CLOCK})?"), _day_word),
    (re.compile(rf"(?P<year>\d{{4}}|\d{{2}}){_SEPARATOR}{_MONTH_DAY}(?:[\sT]*(?P<part>{_PART})?\s*{_CLOCK})?"), _full_date),
    (re.compile(rf"{_MONTH_DAY}(?:[\sT]*(?P<part>{_PART})?\s*{_CLOCK})?"), _yearless_date),
    (re.compile(rf"(?P<part>{_PART})?\s*{_CLOCK}"), _clock_only),
)
