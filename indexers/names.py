"""How indices, documents and months are named."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

MAX_ID_BYTES = 512  # Elasticsearch refuses longer ids
# How far a date without a time, or one read in the wrong zone, can be off. A post this near the edge of a month may stand on
# the other side of it.
EDGE = timedelta(hours=36)
MIDDLE = range(3, 27)  # days of a month that are further from its edges than that, whatever the month


class Names(NamedTuple):
    """The names of all indices, behind the office's prefix."""

    prefix: str

    @property
    def posts(self) -> str:
        """All months of posts."""
        return f"{self.prefix}-posts-*"

    @property
    def observations(self) -> str:
        """All months of observations."""
        return f"{self.prefix}-observations-*"

    @property
    def coverage(self) -> str:
        return f"{self.prefix}-coverage"

    @property
    def everything(self) -> str:
        return f"{self.prefix}-*"

    def posts_of(self, month: str) -> str:
        return f"{self.prefix}-posts-{month}"

    def observations_of(self, month: str) -> str:
        return f"{self.prefix}-observations-{month}"


def document_id(identifier: str) -> str:
    """Give the id under which a document is stored: the same, or a hash of one that is too long."""
    if len(identifier) * 4 <= MAX_ID_BYTES:
        return identifier
    encoded = identifier.encode("utf-8", "surrogatepass")
    return identifier if len(encoded) <= MAX_ID_BYTES else f"sha256:{hashlib.sha256(encoded).hexdigest()}"


def month(at: datetime) -> str:
    """Name the month of an aware time in UTC, as it stands in an index name: "2026.11"."""
    at = at.astimezone(UTC)
    return f"{at.year:04}.{at.month:02}"


def months_near(at: datetime) -> tuple[str, ...]:
    """Name the month of a time and, where its edge is near, the neighbour in which an inexact date may have put the same post."""
    at = at.astimezone(UTC)
    return (month(at),) if at.day in MIDDLE else tuple(dict.fromkeys((month(at), month(at - EDGE), month(at + EDGE))))
