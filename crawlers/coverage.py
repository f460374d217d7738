"""The coverage ledger: what each run of each source expected and got, so that a crawl that ends early says so."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from crawlers.reasons import REASONS
from streams.log import Message, Topic
from streams.messages import Coverage, encode


class RunClock:
    """The time within one run. It starts at the clock of the machine and then only grows, also when that one goes back."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC), ticks: Callable[[], float] = time.monotonic) -> None:
        self.started_at = now()
        self._ticks = ticks
        self._begun = ticks()

    def now(self) -> datetime:
        """The aware UTC time."""
        return self.started_at + timedelta(seconds=self._ticks() - self._begun)


class Ledger:
    """Counts what comes of one run of one source. `reasons` are names of `crawlers.reasons.REASONS`."""

    def __init__(self, source: str, clock: RunClock) -> None:
        self.source = source
        self.pages = 0
        self.failed_pages = 0
        self.seen = 0
        self.kept = 0
        self.broken = 0
        self.expected: int | None = None
        self.oldest_at: datetime | None = None
        self.newest_at: datetime | None = None
        self._clock = clock
        self._reasons: Counter[str] = Counter()

    def page(self) -> None:
        """Count a page that was read."""
        self.pages += 1

    def fail(self, reason: str) -> None:
        """Count a page that could not be read."""
        self.failed_pages += 1
        self.short(reason)

    def short(self, reason: str) -> None:
        """Note why the run has less than all there was."""
        self._reasons[reason] += 1

    def expect(self, count: int) -> None:
        """Add what the source says that it has."""
        self.expected = count + (self.expected or 0)

    def dated(self, at: datetime) -> None:
        """Note the time of a post that was seen."""
        self.oldest_at = min(at, self.oldest_at or at)
        self.newest_at = max(at, self.newest_at or at)

    def report(self) -> Coverage:
        """Write the report of the run, as it stands now."""
        reason = self._reasons.most_common(1)[0][0] if self._reasons else None
        outcome = "complete" if reason is None else "partial" if self.pages or self.seen else "failed"
        return self._coverage(outcome, reason, "；".join(_detail(name, count) for name, count in self._reasons.most_common()) or None)

    def off(self, reason: str) -> Coverage:
        """Write the report of a source that is not read."""
        return self._coverage("off", reason, REASONS[reason])

    def _coverage(self, outcome: str, reason: str | None, detail: str | None) -> Coverage:
        started_at = self._clock.started_at
        return Coverage(
            id=f"{self.source}:{started_at.isoformat()}",
            source=self.source,
            started_at=started_at,
            ended_at=self._clock.now(),
            outcome=outcome,
            reason=reason,
            detail=detail,
            pages=self.pages,
            failed_pages=self.failed_pages,
            seen=self.seen,
            kept=self.kept,
            broken=self.broken,
            expected=self.expected,
            oldest_at=self.oldest_at,
            newest_at=self.newest_at,
        )


def _detail(reason: str, count: int) -> str:
    return REASONS[reason] if count == 1 else f"{REASONS[reason]}（{count} 次）"


def message_of(report: Coverage) -> Message:
    """Make the message of a report."""
    return Message(topic=Topic.COVERAGE, key=report.source, value=encode(report))
