"""What can go wrong in this room. `reason` is a short constant, by which pages choose their words."""

from datetime import datetime

from config.errors import YuqingError


class ReportError(YuqingError):
    """Base of the errors of this package."""

    reason = "report_error"


class BadPeriod(ReportError):
    """A period that can't be reported on. `reason` is one of "reversed", "future", "too_long", "too_old"."""

    status = 2

    def __init__(self, reason: str, what: str) -> None:
        self.reason = reason
        super().__init__(what)


class NoSuchReport(ReportError):
    """There is no report with this id."""

    reason = "no_such_report"


class Unreadable(ReportError):
    """A report was made by a version of the program that this one can't read."""

    reason = "unreadable"


class AlreadySigned(ReportError):
    """The report was signed, and can't be changed or signed any more: make it anew for another version."""

    reason = "already_signed"

    def __init__(self, report: str, by: str, at: datetime) -> None:
        self.by, self.at = by, at
        super().__init__(f"{report} was signed by {by} at {at:%Y-%m-%d %H:%M} UTC and can't be changed: make it again for a new version")


class Changed(ReportError):
    """Somebody else has changed the words of a report since it was looked at."""

    reason = "changed"

    def __init__(self, report: str, by: str | None) -> None:
        self.by = by
        super().__init__(f"{report} was changed by {by or 'somebody else'} meanwhile; look at it again")
