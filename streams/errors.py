"""What can go wrong with messages and with the log."""

from config.errors import YuqingError


class StreamError(YuqingError):
    """Base of the errors of this package."""


class ContractError(StreamError):
    """A message is not what the contract says. `reason` is a short constant for counting, the message tells the rest."""

    def __init__(self, reason: str, what: str) -> None:
        self.reason = reason
        super().__init__(what)


class LogUnavailable(StreamError):
    """The log can't take or hand out messages now: a lost broker, a full disk, a read-only folder.

    What was not acknowledged is not stored; try again after `retry_after` seconds.
    """

    def __init__(self, what: str, *, retry_after: float = 1.0) -> None:
        self.retry_after = retry_after
        super().__init__(what)


class PartitionsLost(StreamError):
    """Another consumer of the group took over some of this one's partitions; what was not committed comes again, there."""


class NoSuchLetter(StreamError):
    """No dead letter has this id."""

    def __init__(self, letter: str) -> None:
        super().__init__(f"no dead letter {letter!r}; `yuqing dead list` shows those there are")


class NotReplayable(StreamError):
    """A dead letter whose message never was in the log, or is not whole, can't be put back by appending it."""
