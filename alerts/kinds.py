"""The kinds of rules that come with the program."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from accounts import takeover
from alerts import spikes
from alerts.facts import Change, ClockFact, Facts, Finding, Series, Subject
from alerts.frequency import bursts
from alerts.rules import RuleKind
from config.alerts import ClockParameters, FrequencyParameters, SpikeParameters, TakeoverParameters, TransitionParameters
from incidents.words import STAGES

BEYOND = 6.0  # -log10
SHOWN_POSTS = 50  # ids kept with a finding; the rest is found by its subject and times


class Spike(RuleKind[SpikeParameters]):
    """More posts than the subject's own habit explains."""

    Parameters = SpikeParameters
    model = spikes.MODEL

    @property
    def tuning(self) -> spikes.Tuning:
        """How this rule's bank of series is to be tuned."""
        given = self.parameters
        return spikes.Tuning(
            step=given.step_s, surprise=given.surprise, residual=given.residual, posts=given.posts, calm_for=max(3600, self.rule.calm_s)
        )

    def find(self, facts: Facts) -> Iterator[Finding]:
        series = facts.series.get(self.rule.id)
        if series is not None:
            for row in np.flatnonzero(series.reading.alert):
                yield self._found(series, int(row))

    def _found(self, series: Series, row: int) -> Finding:
        reading, subject = series.reading, series.subjects[row]
        observed, expected, score = (float(column[row]) for column in (reading.observed, reading.expected, reading.surprise))
        since = reading.at if np.isnan(reading.since[row]) else float(reading.since[row])
        return self.finding(
            subject=subject,
            at=datetime.fromtimestamp(reading.at, UTC),
            since=datetime.fromtimestamp(since, UTC),
            observed=observed,
            expected=expected,
            score=score,
            why=f"{_span(series.step_s)}内 {observed:.0f} 条，平时约 {expected:.1f} 条；这样的时段{_rare(score)}",
            accounts=() if subject.account is None else (subject.account,),
            topic=subject.topic,
        )


class Frequency(RuleKind[FrequencyParameters]):
    """So many posts within so long."""

    Parameters = FrequencyParameters
    model = "frequency-1"

    def find(self, facts: Facts) -> Iterator[Finding]:
        for subject, burst in bursts(facts.posts, self.rule.filter, self.parameters).items():
            yield self.finding(
                subject=subject,
                at=burst.end,
                since=burst.start,
                observed=len(burst.posts),
                why=f"{_span(self.parameters.within_s)}内 {len(burst.posts)} 条，达到 {self.parameters.posts} 条",
                posts=burst.posts[:SHOWN_POSTS],
                accounts=() if subject.account is None else (subject.account,),
                topic=subject.topic,
            )


class Transition(RuleKind[TransitionParameters]):
    """An incident moved."""

    Parameters = TransitionParameters
    model = "transition-1"

    def find(self, facts: Facts) -> Iterator[Finding]:
        for change in facts.changes:
            if (not self.parameters.to or change.after in self.parameters.to) and _concerns(self, change):
                yield self.finding(
                    subject=Subject(incident=change.incident),
                    at=change.at,
                    since=change.at,
                    observed=1,
                    title=change.title,
                    why=_moved(change),
                    posts=change.posts[:SHOWN_POSTS],
                    accounts=change.accounts,
                    topic=change.topic,
                    once=f"{change.after}@{change.at.isoformat()}",
                )


class Clock(RuleKind[ClockParameters]):
    """A clock of an incident is about to pass, or has passed."""

    Parameters = ClockParameters
    model = "clock-1"

    def find(self, facts: Facts) -> Iterator[Finding]:
        for clock in facts.clocks:
            if clock.phase in self.parameters.phases and _concerns(self, clock):
                yield self.finding(
                    subject=Subject(incident=clock.incident, clock=clock.clock),
                    at=clock.at,
                    since=clock.at,
                    observed=1,
                    title=clock.title,
                    why=_clock_words(clock, facts.now),
                    accounts=clock.accounts,
                    topic=clock.topic,
                    once=f"{clock.phase}@{clock.due_at.isoformat()}",
                )


class Takeover(RuleKind[TakeoverParameters]):
    """A post of one of the office's own accounts that somebody else may have written."""

    Parameters = TakeoverParameters
    model = takeover.MODEL

    @property
    def tuning(self) -> takeover.Tuning:
        """How posts are to be judged for this rule."""
        return takeover.Tuning(least_posts=self.parameters.least_posts, least_spread=self.parameters.least_spread)

    def find(self, facts: Facts) -> Iterator[Finding]:
        chosen = self.rule.filter.accounts
        for fact in facts.own:
            judged = fact.judged
            if judged.verdict.value in self.parameters.tell and (not chosen or judged.account in chosen):
                signs = "；".join(sign.evidence for sign in judged.signs)
                yield self.finding(
                    subject=Subject(account=judged.account),
                    at=fact.seen_at,
                    since=judged.at,
                    observed=2 if judged.verdict is takeover.Verdict.TAKEOVER else 1,  # told again when a suspicion becomes more
                    score=judged.habit + judged.spread,
                    why=f"{_VERDICTS[judged.verdict]}：{signs}（依据该账号以往 {judged.posts_known:.0f} 条）",
                    posts=(judged.post,),
                    accounts=(judged.account,),
                    once=judged.post,
                    signs=judged.signs,
                )


_VERDICTS = {takeover.Verdict.TAKEOVER: "疑似账号被盗用", takeover.Verdict.SUSPECT: "与该账号习惯不符"}
KINDS: Mapping[str, type[RuleKind[Any]]] = {
    "spike": Spike,
    "frequency": Frequency,
    "transition": Transition,
    "clock": Clock,
    "takeover": Takeover,
}


def _concerns(kind: RuleKind[Any], of: Change | ClockFact) -> bool:
    chosen = kind.rule.filter
    return (not chosen.accounts or not set(chosen.accounts).isdisjoint(of.accounts)) and (not chosen.topics or of.topic in chosen.topics)


def _rare(score: float) -> str:
    """Say how rare an interval is; beyond a million the number means no more than that."""
    return f"约每 {10**score:,.0f} 个才有一个" if score < BEYOND else "一百万个里不到一个"


def _moved(change: Change) -> str:
    """Say how an incident moved, by the names of the stages that people use."""
    after = STAGES.get(change.after, change.after)
    return f"新{after}" if change.before is None else f"{STAGES.get(change.before, change.before)} → {after}"


def _clock_words(clock: ClockFact, now: datetime) -> str:
    if clock.phase == "passed":
        return f"“{clock.clock}”已超时 {_span((now - clock.due_at).total_seconds())}"
    return f"“{clock.clock}”还剩 {_span((clock.due_at - now).total_seconds())}"


def _span(seconds: float) -> str:
    """Write a duration as people say it: "3 天", "1 小时 5 分钟", "0 分钟"."""
    minutes = round(max(seconds, 0) / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "天"), (hours, "小时"), (left, "分钟")) if number]
    return " ".join(parts) or "0 分钟"
