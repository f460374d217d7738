"""Judges from the ledger of coverage how each source fares: what was expected and what came."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from config.sources import Source
from crawlers.fare import RULE, judged, longest_pause, said
from crawlers.reasons import REASONS
from streams.messages import Coverage
from web.links import source_link
from web.views import View

__all__ = ["RULE", "Run", "SourceState", "judge", "run_of", "source_states"]


class Run(View):
    """One run of a source."""

    started_at: datetime
    ended_at: datetime
    outcome: str
    reason: str | None
    detail: str | None  # in Chinese
    pages: int
    failed_pages: int
    seen: int
    kept: int
    broken: int
    expected: int | None
    oldest_at: datetime | None
    newest_at: datetime | None


class SourceState(View):
    """A source, how it fares, and its last run. `state`: complete, partial, failed, silent, never, off, gone (configured no more)."""

    source: str
    spider: str | None
    platform: str | None
    interval_s: float | None
    state: str
    why: str | None
    page: str
    run: Run | None


def run_of(report: Coverage) -> Run:
    """Give a run as pages show it."""
    return Run(
        started_at=report.started_at,
        ended_at=report.ended_at,
        outcome=report.outcome,
        reason=report.reason,
        detail=said(report),
        pages=report.pages,
        failed_pages=report.failed_pages,
        seen=report.seen,
        kept=report.kept,
        broken=report.broken,
        expected=report.expected,
        oldest_at=report.oldest_at,
        newest_at=report.newest_at,
    )


def source_states(sources: Sequence[Source], reports: Iterable[Coverage], now: datetime) -> list[SourceState]:
    """Say of each source that is configured or has reported how it fares, by name."""
    last = {report.source: report for report in reports}
    configured = {source.id: source for source in sources}
    return [_state(name, configured.get(name), last.get(name), now) for name in sorted({*configured, *last})]


def _state(name: str, source: Source | None, report: Coverage | None, now: datetime) -> SourceState:
    state, why = judge(source, report, now)
    return SourceState(
        source=name,
        spider=source.spider if source else None,
        platform=source.platform if source else None,
        interval_s=source.interval if source else None,
        state=state,
        why=why,
        page=source_link(name),
        run=run_of(report) if report else None,
    )


def judge(source: Source | None, report: Coverage | None, now: datetime) -> tuple[str, str | None]:
    """Say how a source fares, and why in Chinese where there is something to say."""
    if source is not None and source.off is not None:
        return "off", REASONS.get(source.off, source.off)
    if report is None:
        return "never", "还没有任何一轮的记录"
    if source is None:
        return "gone", said(report)  # it is asked no more, so that there is nothing to warn of
    if now - report.ended_at > longest_pause(source.interval):
        return "silent", f"上一轮结束于 {round((now - report.ended_at).total_seconds() / 60)} 分钟前，应每 {round(source.interval)} 秒一轮"
    return judged(report)
