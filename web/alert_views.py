"""Alerts as pages show them: one in a list, how the watcher fares, and what could not be delivered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.episodes import Episode
from alerts.facts import Finding
from alerts.health import Health, seen_now
from alerts.outbox import Delivery
from config.accounts import MonitoredAccount
from indexers.slots import Window
from web.desk import Desk
from web.links import address, alert_link, incident_link, minute, post_link
from web.views import Named, View, named_accounts

SECOND = timedelta(seconds=1)
STEP_S = 300.0  # of a spike rule that doesn't say


class SubjectView(View):
    """What an alert is about: accounts, a topic, a sentiment, or an incident with its title. What it is not about is null."""

    accounts: tuple[Named, ...]
    topic: str | None
    sentiment: int | None
    incident: str | None
    incident_page: str | None
    title: str | None


class AlertItem(View):
    """One alert in a list."""

    id: str
    page: str
    status: str
    level: str
    rule: str
    rule_name: str
    kind: str
    model: str  # the rule's or detector's version
    subject: SubjectView
    why: str
    observed: float
    observed_link: str  # the posts that were counted
    expected: float | None  # null where the rule has no expectation
    score: float | None  # -log10 of how rare
    since: datetime
    opened_at: datetime
    last_at: datetime
    resolved_at: datetime | None
    acknowledged_by: str | None
    grown: int  # how often it was told again because it had grown
    sent: dict[str, int]  # state of a notification → how many


class HealthView(View):
    """How the watcher fares. `outcome`: complete, partial, failed, never."""

    outcome: str
    reason: str | None  # learning, slow, deliveries_late, deliveries_dead, away
    at: datetime | None
    seen_to: datetime | None  # the newest post that it has looked at
    took_s: float
    series: int
    running: int
    waiting: int
    dead: int


class DeadItem(View):
    """A notification that nobody tries to deliver any more, and what its last try met."""

    id: str
    channel: str
    alert: str  # the address of the alert's page
    title: str
    created_at: datetime
    at: datetime | None
    attempts: int
    reason: str | None
    what: str | None


def alert_item(desk: Desk, episode: Episode, sent: Mapping[str, int] | None = None) -> AlertItem:
    """Make of an episode what a list shows of it."""
    finding = episode.finding
    return AlertItem(
        id=episode.id,
        page=alert_link(episode.id),
        status=episode.status,
        level=finding.level,
        rule=finding.rule,
        rule_name=finding.rule_name,
        kind=finding.kind,
        model=finding.model,
        subject=subject_view(finding, desk.accounts),
        why=finding.why,
        observed=finding.observed,
        observed_link=counted_link(desk, finding, episode.rule),
        expected=finding.expected,
        score=finding.score,
        since=finding.since,
        opened_at=episode.opened_at,
        last_at=episode.last_at,
        resolved_at=episode.resolved_at,
        acknowledged_by=episode.acknowledged_by,
        grown=sum(step.step == "grown" for step in episode.steps),
        sent=dict(sent or {}),
    )


def subject_view(finding: Finding, accounts: Mapping[str, MonitoredAccount]) -> SubjectView:
    """Say what a finding is about, with the names that people read."""
    return SubjectView(
        accounts=named_accounts(finding.accounts, accounts),
        topic=finding.topic,
        sentiment=finding.subject.sentiment,
        incident=finding.subject.incident,
        incident_page=incident_link(finding.subject.incident) if finding.subject.incident else None,
        title=finding.title,
    )


def health_view(health: Health | None, now: datetime) -> HealthView:
    """Say how the watcher fares now; one that is away can't say so itself."""
    said = seen_now(health, now)
    if said is None:
        return HealthView(outcome="never", reason=None, at=None, seen_to=None, took_s=0, series=0, running=0, waiting=0, dead=0)
    return HealthView(
        outcome=said.outcome,
        reason=said.reason,
        at=said.at,
        seen_to=said.seen_to,
        took_s=said.took_s,
        series=said.series,
        running=said.running,
        waiting=said.waiting,
        dead=said.dead,
    )


def dead_item(delivery: Delivery) -> DeadItem:
    """Say what could not be delivered, and why."""
    last = delivery.attempts[-1] if delivery.attempts else None
    return DeadItem(
        id=delivery.id,
        channel=delivery.channel,
        alert=alert_link(delivery.episode),
        title=delivery.message.title,
        created_at=delivery.created_at,
        at=None if last is None else last.at,
        attempts=len(delivery.attempts),
        reason=None if last is None else last.reason,
        what=None if last is None else last.what,
    )


def counted_link(desk: Desk, finding: Finding, rule: Mapping[str, Any]) -> str:
    """Give the address of the posts that a finding has counted: of a spike those of its interval, else those since it began."""
    if finding.kind == "takeover" and finding.posts:
        return post_link(finding.posts[0])
    start = finding.at if finding.kind == "spike" else finding.since
    end = finding.at + (step_of(rule) if finding.kind == "spike" else SECOND)
    return posts_link(desk, finding, rule, Window(start, end))


def step_of(rule: Mapping[str, Any]) -> timedelta:
    """Give the length of a spike rule's intervals."""
    return timedelta(seconds=float(rule.get("parameters", {}).get("step_s", STEP_S)))


def posts_link(desk: Desk, finding: Finding, rule: Mapping[str, Any], window: Window) -> str:
    """Give the address of the search page for the posts that a rule looks at and a finding is about."""
    chosen, subject, zone = rule.get("filter", {}), finding.subject, desk.settings.zone
    accounts = [subject.account] if subject.account else chosen.get("accounts", ())
    topics = [subject.topic] if subject.topic else chosen.get("topics", ())
    sentiments = chosen.get("sentiments", ()) if subject.sentiment is None else [subject.sentiment]
    pairs = _pairs("account", accounts) + _pairs("topic", topics) + _pairs("sentiment", sentiments)
    pairs += _pairs("platform", chosen.get("platforms", ()))
    words = " OR ".join(f'"{quoted}"' for word in chosen.get("words", ()) if (quoted := str(word).replace('"', "")))
    pairs += _pairs("q", [words] if words else ())
    return address("/search", [*pairs, ("from", minute(window.start, zone)), ("to", minute(window.end, zone))])


def _pairs(name: str, values: Iterable[object]) -> list[tuple[str, object]]:
    return [(name, value) for value in values]


def alert_items(desk: Desk, episodes: Sequence[Episode]) -> tuple[AlertItem, ...]:
    """Make a list, with what was sent of each."""
    sent = desk.alerts.book.sent_of([episode.id for episode in episodes])
    return tuple(alert_item(desk, episode, sent.get(episode.id)) for episode in episodes)
