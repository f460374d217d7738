"""What was collected in a period and what was not: which sources failed, were partial or silent, since when, and whether it was made good.

A source fares well from the start of one complete run to the end of the next, as long as no pause between two runs is longer than a
source may be silent. Everything else is a gap. The next complete run reads back what the source still shows, so a gap that has ended is
made good as far as that goes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from config.sources import Source
from crawlers.fare import judged, longest_pause
from crawlers.reasons import REASONS
from indexers.coverage_queries import Ends, completed_after, ends_before, runs_between
from indexers.links import source_link
from indexers.slots import Window
from reports.content import Coverage, Gap
from reports.material import Material
from reports.period import Period
from reports.plain import line
from streams.messages import Coverage as Run

SCATTERED = 3  # more gaps of one source than this are told as one
LONGEST_WHY = 120  # characters
_RANK = {"never": 0, "failed": 1, "silent": 2, "partial": 3}
_NOTHING = Ends(None, None)
NEVER = "此前没有任何一轮的记录"


class Stretch(NamedTuple):
    """A stretch in which one source brought less than it should. `since` is None where it never was complete, `until` where it lasts."""

    state: str
    since: datetime | None
    until: datetime | None
    runs: int
    why: str


def look(material: Material, period: Period, began: datetime | None) -> Coverage:
    """Find what was collected and what was not; `began` is when the first post of all was."""
    window = period.so_far
    runs: dict[str, list[Run]] = {}
    for run in runs_between(material.reader, window):
        runs.setdefault(run.source, []).append(run)
    before, after = ends_before(material.reader, window.start), completed_after(material.reader, window.end)
    used = {source.id: source for source in material.office.sources if source.off is None}
    off = [source for source in material.office.sources if source.off is not None]
    named = [*used, *sorted(runs.keys() - used.keys() - {source.id for source in off})]  # the last are configured no more
    gaps = {
        name: stretches(used.get(name), runs.get(name, ()), before.get(name, _NOTHING), window, was_used=name in before or name in runs)
        for name in named
    }
    told = [_gap(name, stretch, after) for name in named for stretch in few(gaps[name])]
    return Coverage(
        sources=len(used),
        runs=sum(map(len, runs.values())),
        whole=tuple(name for name in named if not gaps[name]),
        gaps=tuple(sorted(told, key=lambda gap: (_RANK[gap.state], gap.source, gap.since or window.start))),
        unused=tuple(f"{source.id}（{REASONS.get(source.off or '', source.off)}）" for source in off),
        began=began,
    )


def stretches(source: Source | None, runs: Iterable[Run], before: Ends, window: Window, *, was_used: bool = True) -> list[Stretch]:
    """Find the gaps of a source within a window. `source` is None where it is configured no more: then silence is right."""
    if not was_used:
        return [Stretch("never", None, None, 0, NEVER)]
    walk = _Walk(source, before, window)
    for run in runs:
        walk.take(run)
    return walk.finish()


class _Walk:
    """Goes through the runs of one source, in the order in which they began."""

    def __init__(self, source: Source | None, before: Ends, window: Window) -> None:
        self._pause = None if source is None else longest_pause(source.interval)
        self._every = 0 if source is None else round(source.interval)
        self._window = window
        self._last = before.last
        self._done: list[Stretch] = []
        self._open: Stretch | None = None
        if before.last is not None and before.complete != before.last:  # it was in trouble already
            self._open = Stretch("failed", before.complete, None, 0, "时段开始前已不完整")

    def take(self, run: Run) -> None:
        """Look at one run."""
        self._silence(run.started_at)
        state, why = judged(run)
        if state == "complete":
            self._close(run.ended_at)
        else:
            self._extend("partial" if state == "partial" else "failed", run.started_at, why or run.reason or state, runs=1)
        self._last = run.ended_at if self._last is None else max(self._last, run.ended_at)

    def finish(self) -> list[Stretch]:
        """Give all gaps, the one that lasts at the end of the window too."""
        self._silence(self._window.end)
        if self._open is not None:
            self._done.append(self._open)
        return [stretch for stretch in self._done if stretch.until is None or stretch.until > self._window.start]

    def _silence(self, until: datetime) -> None:
        since = self._window.start if self._last is None else self._last
        if self._pause is not None and until - since > self._pause:
            never = self._last is None
            self._extend("never" if never else "silent", since, NEVER if never else f"没有消息，应每 {self._every} 秒一轮", runs=0)

    def _extend(self, state: str, since: datetime, why: str, *, runs: int) -> None:
        if self._open is None:
            self._open = Stretch(state, since, None, runs, why)
            return
        now = self._open
        worse = now.runs == 0 or _RANK[state] < _RANK[now.state]  # what a run says is more than that nothing was heard
        told = (state, why) if worse and runs else (now.state, now.why)
        self._open = now._replace(state=told[0], why=told[1], runs=now.runs + runs)

    def _close(self, at: datetime) -> None:
        if self._open is not None:
            self._done.append(self._open._replace(until=at))
            self._open = None


def few(found: Sequence[Stretch]) -> Iterator[tuple[Stretch, bool]]:
    """Tell many gaps of one source as one: a source that fails every other run would fill the page."""
    if len(found) <= SCATTERED:
        yield from ((stretch, False) for stretch in found)
        return
    worst = min(found, key=lambda stretch: _RANK[stretch.state])
    yield worst._replace(since=found[0].since, until=found[-1].until, runs=sum(stretch.runs for stretch in found)), True


def _gap(name: str, told: tuple[Stretch, bool], after: Mapping[str, datetime]) -> Gap:
    stretch, scattered = told
    return Gap(
        source=name,
        page=source_link(name),
        state=stretch.state,
        since=stretch.since,
        until=stretch.until,
        runs=stretch.runs,
        why=line(stretch.why, LONGEST_WHY),
        mended_at=stretch.until if stretch.until is not None else after.get(name),
        scattered=scattered,
    )
