"""Texts of others made fit for a report: whatever they hold, they are one quiet line that any format can carry."""

from datetime import datetime
from zoneinfo import ZoneInfo

JOINER = "\u200d"  # holds the parts of many emoji together; all other invisible characters go
BROKEN = "\ufffd"
_SURROGATES = range(0xD800, 0xE000)
_WEEKDAYS = "一二三四五六日"


def line(text: str, longest: int | None = None) -> str:
    """Make one line of a text: no control characters, no marks of direction, no lone surrogates; cut where it is longer than allowed."""
    whole = " ".join(quiet(text).split())
    return whole if longest is None or len(whole) <= longest else whole[: longest - 1].rstrip(JOINER) + "…"


def quiet(text: str) -> str:
    """Take from a text what some format can't carry, and what moves other text about; blanks stay."""
    return "".join(map(_quiet, text))


def lines(text: str, longest: int) -> str:
    """The same of a text whose line breaks are meant. Raises nothing: what is longer than allowed is cut."""
    kept = [line(part) for part in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(kept).strip("\n")[:longest]


def _quiet(character: str) -> str:
    if ord(character) in _SURROGATES:
        return BROKEN
    return character if character.isprintable() or character == JOINER else " "


def day(at: datetime, zone: ZoneInfo) -> str:
    """A day as people write it: "2026年11月18日（周三）"."""
    local = at.astimezone(zone)
    return f"{local.year}年{local.month}月{local.day}日（周{_WEEKDAYS[local.weekday()]}）"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A time as people write it: "11-18 08:30"."""
    return f"{at.astimezone(zone):%m-%d %H:%M}"
