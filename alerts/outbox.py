"""The outbox: what is to be sent is written down first, and marked as sent only after the sending. Pure decisions.

waiting → claimed → sent, or back to waiting after a failure, or dead after so many, with the reason. A claim has an end: when
its holder dies in between, the delivery falls due again. So a receiver may get one twice, with the same key, and never none.
"""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from alerts.errors import SendFailed
from alerts.messages import Message

State = Literal["waiting", "claimed", "sent", "dead"]
SPREAD = 0.2  # share of a wait by which deliveries are spread, so that they don't all come back at once


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How sending is tried again."""

    first_wait: timedelta = timedelta(seconds=15)
    longest_wait: timedelta = timedelta(hours=1)
    attempts: int = 10  # about four and a half hours, with the waits above
    claim: timedelta = timedelta(minutes=2)  # longer than any channel's time-out


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One try."""

    at: datetime
    reason: str | None = None  # None: it was taken
    what: str | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one channel. `id` is "<notice>@<channel>", the idempotency key."""

    id: str
    channel: str
    notice: str
    episode: str
    message: Message
    subscriptions: tuple[str, ...]
    created_at: datetime
    due_at: datetime  # when it is to be tried next; of a claimed one, when the claim ends
    state: State = "waiting"
    attempts: tuple[Attempt, ...] = ()

    def also_for(self, subscription: str) -> "Delivery":
        """Note that one more subscription asked for it."""
        return msgspec.structs.replace(self, subscriptions=tuple(dict.fromkeys((*self.subscriptions, subscription))))


def due(deliveries: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """Give what is to be tried now, oldest first: what waits, and what was claimed by somebody who never came back."""
    return sorted(
        (delivery for delivery in deliveries if delivery.state in {"waiting", "claimed"} and delivery.due_at <= now),
        key=lambda delivery: (delivery.created_at, delivery.id),
    )


def claim(delivery: Delivery, now: datetime, policy: Policy) -> Delivery:
    """Take it for sending. Store this, on condition that nobody else did, before sending."""
    return msgspec.structs.replace(delivery, state="claimed", due_at=now + policy.claim)


def sent(delivery: Delivery, now: datetime) -> Delivery:
    """It was taken. Store this after the sending."""
    return msgspec.structs.replace(delivery, state="sent", attempts=(*delivery.attempts, Attempt(at=now)))


def failed(delivery: Delivery, error: SendFailed, now: datetime, policy: Policy) -> Delivery:
    """It was not taken: wait longer each time, at least as long as the receiver asked; dead when that can't help any more."""
    attempts = (*delivery.attempts, Attempt(at=now, reason=error.reason, what=str(error)))
    if error.final or len(attempts) >= policy.attempts:
        return msgspec.structs.replace(delivery, state="dead", attempts=attempts)
    asked = min(timedelta(seconds=error.retry_after or 0), policy.longest_wait)
    wait = max(_wait(delivery.id, len(attempts), policy), asked)
    return msgspec.structs.replace(delivery, state="waiting", attempts=attempts, due_at=now + wait)


def revive(delivery: Delivery, now: datetime) -> Delivery:
    """Put a dead one back to be tried as if new; what is not dead stays as it is."""
    if delivery.state != "dead":
        return delivery
    return msgspec.structs.replace(delivery, state="waiting", due_at=now, attempts=())


def _wait(name: str, attempts: int, policy: Policy) -> timedelta:
    doubled: timedelta = min(policy.first_wait * 2 ** min(attempts - 1, 30), policy.longest_wait)
    share = zlib.crc32(f"{name}.{attempts}".encode()) / 2**32  # the same each time it is worked out
    return doubled * (1 - SPREAD + SPREAD * share)
