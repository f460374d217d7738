"""Proposes a level for an incident, with the reason. The levels are the office's own colours, not warnings in law.

A proposal starts no clock and decides nothing: an officer sets the level.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from config.incidents import LevelRule

_LEAST_FOR_SHARE = 5  # posts; of fewer, a share says nothing
_LABELS = {"posts": "帖文", "growth": "近1小时新增", "spread": "转评", "accounts": "涉及账号", "negative_share": "负面占比"}
_UNITS = {"posts": "条", "growth": "条", "spread": "次", "accounts": "个"}


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What an incident looks like at a moment."""

    posts: int
    growth: int  # posts in the last hour
    spread: int  # forwards and comments of all its posts
    accounts: int  # monitored accounts that it concerns
    negative: int  # posts

    @property
    def negative_share(self) -> float | None:
        """Of its posts, 0 to 1; None where there are too few to say."""
        return self.negative / self.posts if self.posts >= _LEAST_FOR_SHARE else None


class Reached(NamedTuple):
    """One threshold that an incident has reached."""

    measure: str
    observed: float
    threshold: float

    def __str__(self) -> str:
        if self.measure == "negative_share":
            return f"{_LABELS[self.measure]}{self.observed:.0%}（≥{self.threshold:.0%}）"
        return f"{_LABELS[self.measure]}{self.observed:g}{_UNITS[self.measure]}（≥{self.threshold:g}）"


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A level and why."""

    level: str
    reason: str  # for people, in Chinese
    reached: tuple[Reached, ...]
    source: str  # of the rule


def propose(measures: Measures, levels: Sequence[LevelRule]) -> Proposal:
    """The most urgent level of which enough thresholds are reached; the last one where none is."""
    for level in levels:
        reached = _reached(measures, level)
        if len(reached) >= level.needs:
            break
    said = "、".join(map(str, reached)) if level.needs else "未达到更高级别的条件"
    return Proposal(level=level.id, reason=f"建议{level.name}：{said}", reached=reached if level.needs else (), source=level.source)


def _reached(measures: Measures, level: LevelRule) -> tuple[Reached, ...]:
    observed = {name: getattr(measures, name) for name in level.thresholds}
    return tuple(
        Reached(name, value, level.thresholds[name])
        for name, value in observed.items()
        if value is not None and value >= level.thresholds[name]
    )
