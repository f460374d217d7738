"""How a run of a source fared, and from when on a source that says nothing is silent."""

from datetime import timedelta

from crawlers.reasons import REASONS
from streams.messages import Coverage

SILENT_RUNS = 3  # so many intervals without a report, and a minute, mean that nobody reads the source any more
GRACE = timedelta(minutes=1)
RULE = f"silent-after-{SILENT_RUNS}-intervals/1"


def longest_pause(interval_s: float) -> timedelta:
    """Give how long a source that is read so often may say nothing."""
    return timedelta(seconds=interval_s * SILENT_RUNS) + GRACE


def said(report: Coverage) -> str | None:
    """Say in Chinese why a run brought less than there was, as far as the ledger knows."""
    return report.detail or (REASONS.get(report.reason) if report.reason else None)


def judged(report: Coverage) -> tuple[str, str | None]:
    """Give the outcome of a run, and why.

    A run reads on until it meets what the last one saw, so it reads less than the source says that it holds; where a list ends before
    that, the ledger says `ended_early`.
    """
    return report.outcome, said(report)
