"""What a report is called, and of which hours it is, in words."""

from zoneinfo import ZoneInfo

from reports.content import Content
from reports.period import Kind
from reports.plain import day, line, moment

LONGEST_NAME = 60  # characters of an office's name


def office_of(content: Content) -> str:
    """The office's name, fit for a title."""
    return line(content.office, LONGEST_NAME)


def title_of(content: Content) -> str:
    """The title of a report: whose, and what it is."""
    kinds = {Kind.DAILY: "舆情日报", Kind.HANDOVER: "舆情交接班"}
    return f"{office_of(content)}{kinds[content.kind]}{'（零报告）' if content.quiet else ''}"


def period_of(content: Content) -> str:
    """Of which hours it is, and up to when where these are not over."""
    zone = ZoneInfo(content.timezone)
    if content.kind is Kind.DAILY:
        said = day(content.start, zone)
    else:
        start, end = content.start.astimezone(zone), content.end.astimezone(zone)
        said = f"{day(start, zone)} {start:%H:%M} 至 {'' if end.date() == start.date() else f'{end.month}月{end.day}日 '}{_clock(content)}"
    return said if content.until >= content.end else f"{said}，截至 {moment(content.until, zone)}"


def _clock(content: Content) -> str:
    return f"{content.end.astimezone(ZoneInfo(content.timezone)):%H:%M}"
