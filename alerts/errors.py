"""What can go wrong with alerts."""

from config.errors import YuqingError


class AlertError(YuqingError):
    """Base of the errors of this package."""


class NotAllowed(AlertError):
    """An episode can't take this step. `possible` names the steps that it can take."""

    def __init__(self, what: str, possible: tuple[str, ...]) -> None:
        self.possible = possible
        super().__init__(f"{what}; possible now: {', '.join(possible) or 'nothing'}")


class BadRule(AlertError):
    """A rule names a kind that can't be loaded, or parameters that its kind refuses."""

    status = 2


class SendFailed(AlertError):
    """A receiver did not take a notification. `reason` is a short constant.

    `final` says that trying again can't help: the address, the sign-in or the message is refused. `retry_after` is what
    the receiver asked for, in seconds.
    """

    def __init__(self, reason: str, what: str, *, final: bool = False, retry_after: float | None = None) -> None:
        self.reason = reason
        self.final = final
        self.retry_after = retry_after
        super().__init__(what)


class NoSuchEpisode(AlertError):
    """There is no episode of this id."""


class Contested(AlertError):
    """An episode changed so often meanwhile that a step could not be taken."""


class Superseded(AlertError):
    """Another watcher has written what this one was about to: it works now, and what this one remembers is out of date."""


class LeaseLost(AlertError):
    """The watcher does not hold the lease any more, and must write nothing."""


class NoSuchChannel(AlertError):
    """A channel is named that stands nowhere."""

    status = 2
