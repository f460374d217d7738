"""Reports as they are kept: every one that was made is a version of its own, a draft until somebody signs it, and never changed then.

What a version says of the posts is what stood in the database when it was made. Officers add their words while it is a draft. Whoever
changes or signs does so under the version that was read: of two one wins, and the other is told who did.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from elasticsearch.dsl import Search
from pydantic import ValidationError

from indexers.records import Family, Page, Records
from reports.content import FORMAT, Content
from reports.errors import AlreadySigned, Changed, NoSuchReport, Unreadable
from reports.naming import period_of, title_of
from reports.period import Kind, Period
from reports.plain import line, lines

LONGEST_WORDS = 4000  # characters of each part that officers write
LONGEST_NAME = 64


class Words(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What officers write beside the numbers."""

    analysis: str = ""  # 分析
    advice: str = ""  # 建议


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of a report."""

    id: str  # its name and its version: "daily-2026-11-18.2"
    name: str
    kind: Kind
    version: int  # from 1
    start: datetime
    end: datetime
    made_at: datetime
    made_by: str
    title: str  # as it was when it was made, so that a list need not read the value
    period: str  # in words
    value: dict[str, Any]  # the content, in JSON's types
    words: Words = Words()
    edits: int = 0
    edited_by: str | None = None
    edited_at: datetime | None = None
    signed_by: str | None = None
    signed_at: datetime | None = None

    @property
    def signed(self) -> bool:
        return self.signed_at is not None

    @property
    def content(self) -> Content:
        """What it says. Raises Unreadable where another version of the program made it."""
        try:
            if self.value.get("format") != FORMAT:
                raise Unreadable(
                    f"{self.id} has the format {self.value.get('format')}, this program reads {FORMAT}: use the version that made it"
                )
            return Content.model_validate(self.value)
        except ValidationError as error:
            raise Unreadable(f"{self.id} is no report that this program reads: {error.error_count()} parts don't fit") from error


REPORTS: Family[Report] = Family(
    "reports",
    Report,
    lambda report: report.id,
    lambda report: {
        "kind": report.kind,
        "name": report.name,
        "version": report.version,
        "start": report.start,
        "end": report.end,
        "made_at": report.made_at,
        "made_by": report.made_by,
        "signed": report.signed,
    },
)


class Archive(NamedTuple):
    """Keeps reports. All methods raise DatabaseUnavailable and DatabaseError."""

    records: Records

    def add(self, period: Period, content: Content, by: str) -> Report:
        """Keep a report that was just made, as the next version under its name."""
        latest = self.records.page(REPORTS, _named(period.name), {"version": "desc"}, size=1).rows
        number = latest[0].body.version if latest else 0
        while True:
            number += 1
            made = Report(
                id=f"{period.name}.{number}",
                name=period.name,
                kind=period.kind,
                version=number,
                start=period.window.start,
                end=period.window.end,
                made_at=content.made_at,
                made_by=line(by, LONGEST_NAME),
                title=title_of(content),
                period=period_of(content),
                value=content.model_dump(mode="json"),
            )
            if self.records.create(REPORTS, made) is not None:
                return made

    def get(self, name: str) -> Report:
        """Read one. Raises NoSuchReport."""
        read = self.records.get(REPORTS, name)
        if read is None:
            raise NoSuchReport(f"there is no report {name!r}; `yuqing reports list` shows which there are")
        return read.body

    def page(self, *, kind: Kind | None = None, size: int = 30, after: Sequence[Any] | None = None) -> Page[Report]:
        """List a page, the last made first."""
        query = Search() if kind is None else Search().filter("term", kind=kind.value)
        return self.records.page(REPORTS, query, {"made_at": "desc"}, size=size, after=after)

    def versions(self, name: str) -> list[Report]:
        """Give all versions under a name, the latest first."""
        return [read.body for read in self.records.walk(REPORTS, _named(name), {"version": "desc"})]

    def write(self, name: str, words: Words, by: str, now: datetime, *, seen: int | None = None) -> Report:
        """Put an officer's words in place of those before. `seen` is how many times they had been changed when the officer looked.

        Raises NoSuchReport, AlreadySigned, and Changed where somebody else was faster.
        """
        kept = Words(analysis=lines(words.analysis, LONGEST_WORDS), advice=lines(words.advice, LONGEST_WORDS))
        who = line(by, LONGEST_NAME)

        def change(report: Report) -> Report:
            return msgspec.structs.replace(report, words=kept, edits=report.edits + 1, edited_by=who, edited_at=now)

        return self._change(name, seen, change)

    def sign(self, name: str, by: str, now: datetime, *, seen: int | None = None) -> Report:
        """Make a draft the office's word: nothing of it changes any more. Raises as `write` does."""
        who = line(by, LONGEST_NAME)
        return self._change(name, seen, lambda report: msgspec.structs.replace(report, signed_by=who, signed_at=now))

    def _change(self, name: str, seen: int | None, change: Callable[[Report], Report]) -> Report:
        while True:
            read = self.records.get(REPORTS, name)
            if read is None:
                raise NoSuchReport(f"there is no report {name!r}; `yuqing reports list` shows which there are")
            report = read.body
            if report.signed_at is not None:
                raise AlreadySigned(name, str(report.signed_by), report.signed_at)
            if seen is not None and seen != report.edits:
                raise Changed(name, report.edited_by)
            changed = change(report)
            if self.records.replace(REPORTS, changed, read.version) is not None:
                return changed


def _named(name: str) -> Search[Any]:
    return Search().filter("term", name=name)


def as_data(report: Report) -> dict[str, Any]:
    """Give a report in JSON's types."""
    data: dict[str, Any] = msgspec.to_builtins(report)
    meta = ("id", "name", "kind", "version", "title", "period", "start", "end", "made_at", "made_by")
    words = {"analysis": report.words.analysis, "advice": report.words.advice}
    later = {name: data.get(name) for name in ("edited_by", "edited_at", "signed_by", "signed_at")}
    return (
        {name: data[name] for name in meta}
        | later
        | {"draft": not report.signed, "edits": report.edits, "words": words, "content": report.value}
    )
