"""Counts as Chinese pages print them."""

import math
import re

from crawlers.errors import CountError

ZERO_LABELS = frozenset({"", "-", "--", "转发", "评论", "赞", "点赞", "阅读", "分享", "收藏", "回复", "喜欢", "None", "null"})
UNITS = {
    "": 1,
    "十": 10,
    "百": 100,
    "千": 1000,
    "k": 1000,
    "K": 1000,
    "万": 10_000,
    "w": 10_000,
    "W": 10_000,
    "m": 1_000_000,
    "M": 1_000_000,
}
UNITS |= {"百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
LARGEST = 10**15  # more than all people read in a lifetime: a number misread

_COUNT = re.compile(
    r"(?:阅读|转发|评论|点?赞|播放|回复)?[\s:：]*"
    r"(?P<number>\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>百万|千万|[十百千万亿kKwWmM])?\s*(?:\+|余|多)?\s*(?:次|条|人|个)?"
)


def read_count(value: object) -> int | None:
    """Read a count: 12, 751.0, "1,024", "1.2万", "10万+", "3亿", "阅读 1.2万".

    Returns None where a label stands in place of a zero ("转发", "评论", "赞", "") or nothing at all: unknown, not zero.
    Raises CountError for anything else, also for less than nothing, since a layout has changed.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        raise CountError("a truth value where a count was due")
    if isinstance(value, int | float):
        return _whole(value)
    if not isinstance(value, str):
        raise CountError(f"a {type(value).__name__} where a count was due")
    text = value.strip()
    if text in ZERO_LABELS:
        return None
    match = _COUNT.fullmatch(text)
    if match is None:
        raise CountError("not a count")
    number = match["number"].replace(",", "").replace("，", "")
    return _whole(float(number) * UNITS[match["unit"] or ""])


def _whole(value: float) -> int:
    if not math.isfinite(value) or value > LARGEST:
        raise CountError("no number that a count can be")
    if value < 0:
        raise CountError("less than nothing")
    return round(value)
