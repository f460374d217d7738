"""What can go wrong in the long-running loops."""

from config.errors import YuqingError


class ServiceError(YuqingError):
    """Base of the errors of this package."""


class ChildFailed(ServiceError):
    """A supervised process ended again and again; the message says which, and its last exit code."""


class DemoFailed(ServiceError):
    """The demo could not show what it is there to show; the message says what was missing."""
