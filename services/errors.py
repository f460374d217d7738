"""What can go wrong in the long-running loops."""

from config.errors import YuqingError


class ServiceError(YuqingError):
    """Base of the errors of this package."""


class ChildFailed(ServiceError):
    """A supervised process ended again and again; the message says which, and its last exit code."""


class PortTaken(ServiceError):
    """The address can't be listened on."""


class DemoFailed(ServiceError):
    """The demo could not show what it is there to show; the message says what was missing."""


class TaggerUnavailable(ServiceError):
    """The process that tags can't be started now; the same again after `retry_after` seconds is right."""

    def __init__(self, what: str, *, retry_after: float = 1.0) -> None:
        self.retry_after = retry_after
        super().__init__(what)


class TaggerGone(ServiceError):
    """The process that tags died of what it was to tag."""


class Untaggable(ServiceError):
    """What was to be tagged broke the tagger; the message is the error's own."""
