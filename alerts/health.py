"""How the watcher fares, told as the crawlers tell their coverage: an outcome, a reason, and words for people."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from indexers.cursors import Cursors, Remembered

NAME = "watch:health"
STALE = timedelta(minutes=2)  # a watcher that has said nothing for so long is not there
LATE_DELIVERY = timedelta(minutes=5)
SLOW_S = 5.0  # of a round: what is told some seconds later is not worth a warning, however short the interval

Outcome = Literal["complete", "partial", "failed"]


class Health(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the watcher last said of itself. Times are aware."""

    holder: str
    at: datetime
    outcome: Outcome
    reason: str | None = None  # a constant: "learning", "slow", "deliveries_dead", "deliveries_late", "database"; None when complete
    detail: str | None = None  # for people, in Chinese
    seen_to: datetime | None = None  # the newest post that was looked at
    took_s: float = 0.0  # the last round
    series: int = 0
    running: int = 0  # episodes
    waiting: int = 0  # deliveries
    dead: int = 0


class Round(NamedTuple):
    """What a round has shown."""

    seen_to: datetime | None
    took_s: float
    series: int
    learning: bool
    running: int
    waiting: int
    oldest_waiting: datetime | None
    dead: int


def judged(holder: str, now: datetime, found: Round, interval_s: float) -> Health:
    """Say what a round means: complete, or what is missing. The worst thing is the one that is told."""
    reason, detail = _worst(now, found, interval_s)
    return Health(
        holder=holder,
        at=now,
        outcome="partial" if reason else "complete",
        reason=reason,
        detail=detail,
        seen_to=found.seen_to,
        took_s=round(found.took_s, 3),
        series=found.series,
        running=found.running,
        waiting=found.waiting,
        dead=found.dead,
    )


def _worst(now: datetime, found: Round, interval_s: float) -> tuple[str | None, str | None]:
    if found.oldest_waiting is not None and now - found.oldest_waiting > LATE_DELIVERY:
        return "deliveries_late", f"有通知自 {found.oldest_waiting:%m-%d %H:%M}（UTC）起未能送出，共 {found.waiting} 条待发"
    if found.dead:
        return "deliveries_dead", f"{found.dead} 条通知无法送达，已停止重试：yuqing alerts dead"
    if found.learning:
        return "learning", "正在学习历史数据，突增规则暂不报警"
    if found.took_s > max(interval_s, SLOW_S):
        return "slow", f"一轮用时 {found.took_s:.1f} 秒，超过间隔 {interval_s:.0f} 秒"
    return None, None


def seen_now(health: Health | None, now: datetime) -> Health | None:
    """Give what was said, or that nothing is said any more: a watcher that is away can't say so itself."""
    if health is None or now - health.at <= STALE:
        return health
    return msgspec.structs.replace(health, outcome="failed", reason="away", detail=f"预警程序自 {health.at:%m-%d %H:%M}（UTC）起没有消息")


def read_health(cursors: Cursors) -> Health | None:
    """Read what the watcher last said. Raises DatabaseUnavailable and DatabaseError."""
    kept = cursors.load(NAME)
    return None if kept is None else msgspec.json.decode(kept.data, type=Health)


def write_health(cursors: Cursors, health: Health, before: Remembered | None) -> Remembered | None:
    """Keep it; gives what to replace next time. Raises DatabaseUnavailable and DatabaseError."""
    kept = cursors.save(NAME, msgspec.json.encode(health), before)
    return kept if kept is not None else cursors.load(NAME)
