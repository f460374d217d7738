"""Episodes: one thing that goes on is one episode, told once a step. A pure state machine; whoever stores it is handed in.

open → acknowledged → resolved, and open → resolved. The rule is copied onto the episode when it opens, so that editing a
rule cannot change one that runs. Every step leaves one Notice, whose id is the same however often the step is worked out.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import msgspec

from alerts.errors import NotAllowed
from alerts.facts import Finding
from config.alerts import Rule, Step, whole

GROWTH = 2.0  # an episode is told again at so many times what was last told

MOST_MEANS = 864  # kept of one episode: three days of 5 minutes

Status = Literal["open", "acknowledged", "resolved"]


class Mean(msgspec.Struct, frozen=True, array_like=True):
    """What was expected of one interval."""

    at: float  # its start, seconds since 1970
    expected: float


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of an episode, to be told once."""

    id: str  # "<episode>.<number of the step>": the idempotency key
    episode: str
    step: Step
    at: datetime
    finding: Finding
    by: str | None = None  # who took the step, where a person did
    why: str | None = None


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that goes on, from its first finding to its end."""

    id: str
    rule: dict[str, Any]  # as it was when the episode opened, its defaults filled in, in JSON's types
    status: Status
    opened_at: datetime
    last_at: datetime  # of the last finding
    finding: Finding  # the one with the most observed; of equals the last
    peak: float  # the highest observed
    told: float  # what was observed when it was last told
    steps: tuple[Notice, ...]
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    handed: int = 0  # steps that the outbox has
    means: tuple[Mean, ...] = ()  # what was expected before and while it ran, oldest first, where the detector says so

    @property
    def pending(self) -> bool:
        """Whether a step waits to be handed to the outbox."""
        return self.handed < len(self.steps)

    @property
    def key(self) -> str:
        """What it is about: at most one running episode has this key."""
        return key_of(self.finding)


class Outcome(NamedTuple):
    """An episode after something happened, and what is to be told of it, if anything is."""

    episode: Episode
    notice: Notice | None


def key_of(finding: Finding) -> str:
    """What a finding is about: rule and subject, and the step itself where each is an episode of its own."""
    return "|".join((finding.rule, finding.subject.key, finding.once or ""))


def take(running: Episode | None, finding: Finding, rule: Rule) -> Outcome:
    """Put a finding where it belongs: into the latest episode of its key, or a new one where that is over or there was none.

    A finding that is earlier than the last one changes nothing: it has been seen. So does one of the same time, unless late posts
    have raised it. A running episode is told again only when it has grown to GROWTH times what was last told.
    """
    if running is not None and seen(running, finding):
        return Outcome(running, None)
    if running is None or running.status == "resolved":
        return _open(finding, rule, running)
    worse = finding.observed >= running.peak
    later = msgspec.structs.replace(
        running, last_at=finding.at, finding=finding if worse else running.finding, peak=max(running.peak, finding.observed)
    )
    if finding.observed < GROWTH * running.told:
        return Outcome(later, None)
    return _step(msgspec.structs.replace(later, told=finding.observed), "grown", finding.at)


def seen(latest: Episode, finding: Finding) -> bool:
    """Say whether a finding is no news to the latest episode of its key."""
    over = latest.status == "resolved"
    if over and finding.once is not None:
        return True  # an episode that is a step of its own does not come back
    return finding.at < latest.last_at or (finding.at == latest.last_at and (over or finding.observed <= latest.peak))


def _open(finding: Finding, rule: Rule, before: Episode | None) -> Outcome:
    # Named by its key and its predecessor: of two that open the successor of one episode, both give it the same id, and one is first.
    name = hashlib.sha256(f"{key_of(finding)}|{before.id if before else ''}".encode()).hexdigest()[:20]
    episode = Episode(
        id=name,
        rule=whole(rule),
        status="open",
        opened_at=finding.at,
        last_at=finding.at,
        finding=finding,
        peak=finding.observed,
        told=finding.observed,
        steps=(),
    )
    return _step(episode, "opened", finding.at)


def acknowledge(episode: Episode, by: str, at: datetime) -> Outcome:
    """Somebody has seen it. Raises NotAllowed when somebody has already, or it is over."""
    if episode.status != "open":
        raise NotAllowed(f"episode {episode.id} is {episode.status} already", possible(episode))
    return _step(msgspec.structs.replace(episode, status="acknowledged", acknowledged_by=by), "acknowledged", at, by)


def resolve(episode: Episode, at: datetime, by: str | None = None, why: str | None = None) -> Outcome:
    """It is over. Raises NotAllowed when it was already."""
    if episode.status == "resolved":
        raise NotAllowed(f"episode {episode.id} is resolved already", possible(episode))
    return _step(msgspec.structs.replace(episode, status="resolved", resolved_at=at), "resolved", at, by, why)


def possible(episode: Episode) -> tuple[str, ...]:
    """The steps that a person can take now."""
    return {"open": ("acknowledge", "resolve"), "acknowledged": ("resolve",), "resolved": ()}[episode.status]


def calm(episode: Episode, now: datetime, going_on: bool = False) -> Outcome:
    """Let an episode end that has had no finding for as long as its rule says; `going_on` where the detector says it lasts.

    An episode that is a step of its own (`once`) has nothing to wait for: only a person ends it.
    """
    rests = now - episode.last_at >= timedelta(seconds=episode.rule["calm_s"])
    if episode.status == "resolved" or going_on or not rests or episode.finding.once is not None:
        return Outcome(episode, None)
    return resolve(episode, now, why="已平静")


def follow(episode: Episode, means: Sequence[Mean]) -> Episode:
    """Note what was expected of the intervals since those that are noted already; the same episode where there are none."""
    last = episode.means[-1].at if episode.means else float("-inf")
    new = [mean for mean in means if mean.at > last]
    return msgspec.structs.replace(episode, means=(*episode.means, *new)[-MOST_MEANS:]) if new else episode


def take_all(latest: Mapping[str, Episode], findings: Iterable[Finding], rules: Mapping[str, Rule]) -> list[Outcome]:
    """Put many findings where they belong, oldest first. `latest` is by key. Only what changed comes back, once a key and step."""
    now = dict(latest)
    outcomes = []
    for finding in sorted(findings, key=lambda found: (found.at, found.rule, found.subject.key)):
        key = key_of(finding)
        outcome = take(now.get(key), finding, rules[finding.rule])
        if outcome.episode is not now.get(key):
            outcomes.append(outcome)
        now[key] = outcome.episode
    return outcomes


def _step(episode: Episode, step: Step, at: datetime, by: str | None = None, why: str | None = None) -> Outcome:
    notice = Notice(
        id=f"{episode.id}.{len(episode.steps) + 1}", episode=episode.id, step=step, at=at, finding=episode.finding, by=by, why=why
    )
    return Outcome(msgspec.structs.replace(episode, steps=(*episode.steps, notice)), notice)
