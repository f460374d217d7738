"""Who is told of what, and where: one collection, and for each subscriber their own filter and channels."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.episodes import Notice
from alerts.facts import Finding
from alerts.messages import Message, Wording, render
from alerts.outbox import Delivery
from config.alerts import LEVELS, Filter, Subscription


def wants(subscription: Subscription, notice: Notice) -> bool:
    """Say whether a subscriber is to be told of a step."""
    finding = notice.finding
    return (
        notice.step in subscription.steps
        and LEVELS.index(finding.level) >= LEVELS.index(subscription.level)
        and (not subscription.rules or finding.rule in subscription.rules)
        and _concerns(subscription.filter, finding)
    )


def _concerns(chosen: Filter, finding: Finding) -> bool:
    """Ask of a finding what the filter asks of posts; what the finding is not cut by, it can't be refused for."""
    sentiment = finding.subject.sentiment
    return (
        (not chosen.accounts or not set(chosen.accounts).isdisjoint(finding.accounts))
        and (not chosen.topics or finding.topic in chosen.topics)
        and (not chosen.sentiments or sentiment is None or sentiment in chosen.sentiments)
    )


def deliveries(
    notices: Iterable[Notice], subscriptions: Sequence[Subscription], usable: Iterable[str], now: datetime, wording: Wording | None = None
) -> list[Delivery]:
    """Work out what is to be sent: one delivery for each notice and channel, however many subscriptions share the channel.

    `usable` are the ids of the channels that are not off. Working it out again gives the same ids, so storing them with `create`
    never sends twice.
    """
    open_channels = set(usable)
    found: dict[str, Delivery] = {}
    for notice in notices:
        chosen = [subscription for subscription in subscriptions if wants(subscription, notice)]
        message: Message | None = render(notice, wording or Wording()) if chosen else None
        for subscription in chosen:
            for channel in subscription.channels:
                if channel in open_channels and message is not None:
                    _add(found, notice, channel, subscription.id, message, now)
    return list(found.values())


def _add(found: dict[str, Delivery], notice: Notice, channel: str, subscription: str, message: Message, now: datetime) -> None:  # noqa: PLR0917 the parts of one line of a table
    key = f"{notice.id}@{channel}"
    if key in found:
        found[key] = found[key].also_for(subscription)
    else:
        found[key] = Delivery(
            id=key,
            channel=channel,
            notice=notice.id,
            episode=notice.episode,
            message=message,
            subscriptions=(subscription,),
            created_at=now,
            due_at=now,
        )
