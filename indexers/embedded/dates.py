"""Instants as the server reads and writes them: ISO 8601 or milliseconds since 1970, and date math such as `now-7d/d`."""

import calendar
import functools
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from indexers.embedded.errors import invalid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
MONTHS = {"M": 1, "q": 3, "y": 12}

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?)?)?"
)
_MILLIS = re.compile(r"-?\d{5,}|-\d+|\d{1,3}")  # four digits alone are a year
_MATH = re.compile(r"(?P<sign>[+-])(?P<count>\d+)?(?P<unit>[yMwdhHms])|/(?P<round>[yMwdhHms])")
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)")


def milliseconds(moment: datetime) -> int:
    """An aware instant as milliseconds since 1970."""
    return (moment - EPOCH) // MILLISECOND


def moment(ms: int, zone: tzinfo = UTC) -> datetime:
    """Milliseconds since 1970 as an instant of a zone."""
    return (EPOCH + ms * MILLISECOND).astimezone(zone)


def iso(ms: int, zone: tzinfo = UTC) -> str:
    """As the server prints a date: `2026-11-01T00:00:00.000Z`, or with `+08:00` in a zone."""
    text = moment(int(ms), zone).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def parse_zone(name: str | None) -> tzinfo:
    """A zone by name or offset; None is UTC."""
    if name is None or name in {"UTC", "Z"}:
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset:
        span = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"]))
        return timezone(-span if offset["sign"] == "-" else span)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise invalid(f"unknown time zone [{name}]") from error


@functools.lru_cache(maxsize=8192)
def parse_date(text: str) -> int:
    """A document's date in milliseconds. Raises ValueError where it is neither ISO 8601 nor milliseconds."""
    if _MILLIS.fullmatch(text):
        return int(text)
    return _parse_iso(text, UTC, up=False)


def _parse_iso(text: str, zone: tzinfo, *, up: bool) -> int:
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(f"failed to parse date field [{text}] with format [strict_date_optional_time||epoch_millis]")
    given = datetime(  # ValueError for the 32nd of a month is right here
        int(found["year"]),
        int(found["month"] or 1),  # a month or a day that is missing is the first, also when rounding up: as the server has it
        int(found["day"] or 1),
        int(found["hour"] or (23 if up else 0)),
        int(found["minute"] or (59 if up else 0)),
        int(found["second"] or (59 if up else 0)),
        tzinfo=_zone_of(found["zone"], zone),
    )
    fraction = found["fraction"]
    thousandth = int((fraction + "00")[:3]) if fraction else (999 if up else 0)
    return milliseconds(given) + thousandth


def _zone_of(text: str | None, zone: tzinfo) -> tzinfo:
    if text is None:
        return zone
    return UTC if text == "Z" else parse_zone(text if len(text) > 3 else text + ":00")  # noqa: PLR2004 - "+08" is three long


def parse_bound(value: object, now_ms: int, zone: tzinfo, *, up: bool) -> int:
    """One end of a range in milliseconds.

    `up` rounds what is missing or rounded off to its end, as the server does for `gt` and `lte`.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid(f"failed to parse date field [{value}]", "parse_exception")
    if not isinstance(value, str):
        return int(value)
    try:
        if value.startswith("now"):
            return _calculate(now_ms, value[3:], zone, up=up)
        start, bars, steps = value.partition("||")
        base = int(start) if _MILLIS.fullmatch(start) else _parse_iso(start, zone, up=up and not bars)
        return _calculate(base, steps, zone, up=up)
    except (ValueError, OverflowError) as error:
        raise invalid(str(error), "parse_exception") from error


def _calculate(base: int, steps: str, zone: tzinfo, *, up: bool) -> int:
    at = 0
    while at < len(steps):
        step = _MATH.match(steps, at)
        if step is None:
            raise ValueError(f"failed to parse date math [{steps}]")
        at = step.end()
        if step["round"]:
            base = floor(base, step["round"].lower() if step["round"] == "H" else step["round"], zone)
            if up:
                base = advance(base, step["round"].lower() if step["round"] == "H" else step["round"], 1, zone) - 1
        else:
            count = int(step["count"] or 1)
            base = advance(base, step["unit"].replace("H", "h"), -count if step["sign"] == "-" else count, zone)
    return base


def floor(ms: int, unit: str, zone: tzinfo) -> int:
    """The beginning of the unit (y, q, M, w, d, h, m, s) in which an instant lies, in a zone."""
    local = moment(ms, zone)
    if unit in {"h", "m", "s"}:
        minute = 0 if unit == "h" else local.minute
        second = local.second if unit == "s" else 0
        return milliseconds(local.replace(minute=minute, second=second, microsecond=0).astimezone(UTC))
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if unit == "w":
        day -= timedelta(days=day.weekday())
    elif unit in MONTHS:
        day = day.replace(day=1, month=(day.month - 1) // MONTHS[unit] * MONTHS[unit] + 1)
    return milliseconds(day.astimezone(UTC))


def advance(ms: int, unit: str, count: int, zone: tzinfo) -> int:
    """An instant some calendar units later (or earlier), on the clock of a zone."""
    if unit in {"h", "m", "s"}:
        return ms + count * UNIT_MS[unit]
    local = moment(ms, zone)
    if unit in {"d", "w"}:
        local += timedelta(days=count * (7 if unit == "w" else 1))
    else:
        months = local.year * 12 + local.month - 1 + count * MONTHS[unit]
        year, month = divmod(months, 12)
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        local = local.replace(year=year, month=month + 1, day=day)
    return milliseconds(local.astimezone(UTC))


def offset_ms(ms: int, zone: tzinfo) -> int:
    """How far a zone's clock is ahead of UTC at an instant."""
    ahead = moment(ms, zone).utcoffset()
    return 0 if ahead is None else ahead // MILLISECOND


def constant_offset(low: int, high: int, zone: tzinfo) -> int | None:
    """The zone's offset in milliseconds where it never changes between two instants, else None.

    Looks every fortnight: no zone changes its clock twice within one.
    """
    fortnight = 14 * UNIT_MS["d"]
    first = offset_ms(low, zone)
    if isinstance(zone, timezone):
        return first
    looks = (*range(low, high, fortnight), high)
    return first if all(offset_ms(at, zone) == first for at in looks) else None
