"""Findings, rules and notices that several tests use."""

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.episodes import Notice, take
from alerts.facts import Finding, Subject
from config.alerts import Rule

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
RULE = Rule(id="account-spike", name="账号声量突增", kind="spike", level="warning", calm_s=3600)


def minutes(number: float) -> datetime:
    """Give a time so many minutes after NOW."""
    return NOW + timedelta(minutes=number)


def finding(after: float = 0, observed: float = 20, **given: Any) -> Finding:
    """Make a finding of RULE about one account's negative posts."""
    return Finding(
        **{
            "rule": RULE.id,
            "rule_name": RULE.name,
            "level": RULE.level,
            "kind": RULE.kind,
            "model": "spikes-1",
            "subject": Subject(account="yunxi-ditie", sentiment=-1),
            "at": minutes(after),
            "since": minutes(after - 5),
            "observed": observed,
            "expected": 2.0,
            "score": 4.2,
            "why": "5 分钟内 20 条，平时约 2.0 条",
            "accounts": ("yunxi-ditie",),
        }
        | given
    )


def notice(**given: Any) -> Notice:
    """Make the first step of an episode."""
    made = take(None, finding(**given), RULE).notice
    assert made is not None
    return made
