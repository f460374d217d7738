"""What a channel is, and how the office's configuration becomes one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from alerts.errors import AlertError
from alerts.messages import Message
from config.alerts import AnyChannel


class Channel(Protocol):
    """One way out. Safe to use from one thread at a time."""

    def send(self, message: Message) -> None:
        """Hand the message over, and return once the receiver took it. Raises SendFailed otherwise."""


class SecretMissing(AlertError):
    """A channel's secret is to come from the environment, and the variable is not set."""

    status = 2


Opener = Callable[[AnyChannel], Channel]


def open_channels(configured: Iterable[AnyChannel], openers: Mapping[str, Opener]) -> dict[str, Channel]:
    """Make every channel that is not off, by its id. Raises SecretMissing."""
    return {entry.id: _open(entry, openers[entry.kind]) for entry in configured if not entry.off}


def _open(entry: AnyChannel, opener: Opener) -> Channel:
    try:
        return opener(entry)
    except KeyError as error:
        raise SecretMissing(f"channel {entry.id}: the variable {error.args[0]} is not set in the environment") from error
