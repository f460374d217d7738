"""Alerts of a period: what was raised and acknowledged, what nobody had seen at its end, and what could not be delivered."""

from collections.abc import Iterable
from datetime import datetime

from elasticsearch.dsl import Search

from alerts.book import DELIVERIES, EPISODES, NOTICES, Book
from alerts.episodes import Episode
from alerts.messages import subject_words
from alerts.outbox import Delivery
from indexers.links import alert_link
from indexers.reader import iso
from reports.content import AlertRow, Alerts, Undelivered
from reports.material import Material
from reports.period import Period
from reports.plain import line

ROWS = 15
LONGEST = 120  # characters
STATUSES = {"opened": "open", "grown": "open", "acknowledged": "acknowledged", "resolved": "resolved"}  # step → status after it
_LEVELS = {"urgent": 0, "warning": 1, "notice": 2}


def look(material: Material, period: Period) -> Alerts:
    """Find what was alerted to."""
    window = period.so_far
    inside = Search().filter("range", opened_at={"gte": iso(window.start), "lt": iso(window.end)})
    raised = [read.body for read in material.records.walk(EPISODES, inside, {"opened_at": "asc"})]
    acknowledged, unseen = _seen(material, period)
    dead = _undelivered(material, period)
    return Alerts(
        raised=_rows(material, raised, period.until),
        raised_total=len(raised),
        ended_unseen=sum(_status(one, period.until) == "resolved" and not _acknowledged(one, period.until) for one in raised),
        acknowledged=acknowledged,
        unacknowledged=_rows(material, unseen, period.until),
        unacknowledged_total=len(unseen),
        undelivered=tuple(map(_dead, dead[:ROWS])),
        undelivered_total=len(dead),
    )


def _seen(material: Material, period: Period) -> tuple[int, list[Episode]]:
    """How many were acknowledged in the period, and those that nobody had acknowledged at its end: open still, or only since."""
    records, book = material.records, Book(material.records)
    query = Search().filter("terms", step=["acknowledged", "resolved"]).filter("range", at={"gte": iso(period.window.start)})
    since = {read.body.episode for read in records.walk(NOTICES, query, {"at": "asc"})}
    pending = {read.body.id: read.body for read in book.pending()}  # whose last steps are no notices yet
    still = {read.body.id: read.body for read in records.walk(EPISODES, Search().filter("term", status="open"), {"opened_at": "desc"})}
    found = still | pending | {name: read.body for name, read in records.get_all(EPISODES, since).items()}
    steps = [step for episode in found.values() for step in episode.steps if step.step == "acknowledged"]
    acknowledged = sum(period.window.start <= step.at < period.until for step in steps)
    unseen = [one for one in found.values() if one.opened_at < period.until and _status(one, period.until) == "open"]
    return acknowledged, unseen


def _status(episode: Episode, at: datetime) -> str:
    """The status that an episode had just before a moment."""
    return next((STATUSES[step.step] for step in reversed(episode.steps) if step.at < at and step.step != "grown"), "open")


def _acknowledged(episode: Episode, at: datetime) -> str | None:
    """Who had acknowledged it by then; None where nobody had."""
    return next((step.by for step in episode.steps if step.step == "acknowledged" and step.at < at), None)


def _rows(material: Material, episodes: Iterable[Episode], at: datetime) -> tuple[AlertRow, ...]:
    ordered = sorted(episodes, key=lambda one: (_LEVELS[one.finding.level], -one.opened_at.timestamp(), one.id))
    return tuple(_row(material, episode, at) for episode in ordered[:ROWS])


def _row(material: Material, episode: Episode, at: datetime) -> AlertRow:
    finding, status = episode.finding, _status(episode, at)
    about = subject_words(finding)
    account = finding.subject.account
    return AlertRow(
        id=episode.id,
        page=alert_link(episode.id),
        level=finding.level,
        rule=finding.rule,
        model=finding.model,
        name=line(finding.rule_name, LONGEST),
        about=line(about if account is None or finding.title else about.replace(account, material.account(account), 1), LONGEST),
        why=line(finding.why, LONGEST),
        opened_at=episode.opened_at,
        status=status,
        by=_acknowledged(episode, at),
    )


def _undelivered(material: Material, period: Period) -> list[Delivery]:
    """Notifications of the period that are given up, the latest first, as it stands when the report is made."""
    window = period.so_far
    query = Search().filter("term", state="dead").filter("range", created_at={"gte": iso(window.start), "lt": iso(window.end)})
    return [read.body for read in material.records.walk(DELIVERIES, query, {"created_at": "desc"})]


def _dead(delivery: Delivery) -> Undelivered:
    last = delivery.attempts[-1] if delivery.attempts else None
    return Undelivered(
        alert=delivery.episode,
        page=alert_link(delivery.episode),
        title=line(delivery.message.title, LONGEST),
        channel=delivery.channel,
        reason="" if last is None or last.reason is None else last.reason,
        at=delivery.created_at if last is None else last.at,
    )
