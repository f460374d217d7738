"""What is known of the office's own accounts, as plain values."""

from datetime import date, datetime

import msgspec


class OwnPost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One post by an account of the matrix. Counts are None where the source does not show them."""

    id: str
    account: str
    published_at: datetime
    text: str = ""
    client: str | None = None
    original: bool = True  # False: the account forwarded somebody else's
    forwards: int | None = None
    comments: int | None = None
    likes: int | None = None

    @property
    def platform(self) -> str:
        """Where it stands: ids begin with it."""
        return self.id.partition(":")[0]

    @property
    def spread(self) -> int | None:
        """Forwards and comments together; None where neither is known."""
        if self.forwards is None and self.comments is None:
            return None
        return (self.forwards or 0) + (self.comments or 0)


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an account's profile showed on one platform at one time."""

    account: str
    platform: str
    at: datetime
    day: date | None = None  # in the office's zone
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
