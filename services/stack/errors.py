"""What can go wrong with the local servers."""

from config.errors import YuqingError


class StackError(YuqingError):
    """A local server can't be fetched, started or stopped; the message says what to do."""


class Missing(StackError):
    """Something that the servers need is not to be had: Maven, a Java that is new enough, or the artifacts themselves."""
