"""Where a reader of new posts stands: what it has had, so that over any break it gets the rest, each once.

Posts become searchable nearly in the order of `indexed_at`, but not quite. So a position is a time up to which all is done
(the floor), and what was handed out since. It fits into the id of a server-sent event, so a browser brings it back by itself
and any server can go on from it.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from indexers.merge import StoredPost
from indexers.slots import millis
from web.errors import BadInput

OVERLAP = timedelta(seconds=15)  # a batch is written within a few seconds of its time, and searchable one second later
MARK = 6  # characters of a mark: 36 bits, among some hundreds
MOST = 300  # marks in one position: some 2 kB in a header; under a flood the floor rises faster than the overlap
LONGEST = 8000  # characters

Key = tuple[int, str]  # indexed_at in ms, id


class Position(NamedTuple):
    """A place among the arrivals. All keys up to `floor` are done; of later ones, those in `had`."""

    floor: Key
    had: frozenset[tuple[Key, str]] = frozenset()  # with its mark; a key without an id is one that was brought back

    @property
    def since(self) -> datetime:
        """From which `indexed_at` on to ask the database."""
        return datetime.fromtimestamp(self.floor[0] / 1000, UTC)

    def fresh(self, posts: Iterable[StoredPost]) -> list[StoredPost]:
        """Give those posts that were not handed out yet, in their order."""
        marks = {mark for _, mark in self.had}
        return [post for post in posts if key_of(post) > self.floor and mark_of(post.id) not in marks]

    def after(self, posts: Sequence[StoredPost]) -> "Position":
        """Give the position once these were handed out, too."""
        had = self.had | {(key_of(post), mark_of(post.id)) for post in posts}
        newest = max((key[0] for key, _ in had), default=self.floor[0])
        floor = max(self.floor, (newest - OVERLAP // timedelta(milliseconds=1), ""))
        kept = sorted(one for one in had if one[0] > floor)
        if len(kept) > MOST:
            floor = kept[-MOST - 1][0]
            kept = kept[-MOST:]
        return Position(floor, frozenset(kept))

    def token(self) -> str:
        """Write it as the id of an event."""
        newest = max((key[0] for key, _ in self.had), default=self.floor[0])
        body = msgspec.json.encode((*self.floor, newest, "".join(sorted(mark for _, mark in self.had))))
        return base64.urlsafe_b64encode(body).decode().rstrip("=")


def start(now: datetime) -> Position:
    """Give the position of one who wants what comes from now on: the overlap is looked through for late ones."""
    return Position((millis(now), ""))


def read(token: str) -> Position:
    """Read what `token` wrote. Raises BadInput."""
    try:
        written = base64.urlsafe_b64decode(token[:LONGEST].encode() + b"=" * (-len(token) % 4))
        at, key, newest, marks = msgspec.json.decode(written, type=tuple[int, str, int, str])
        datetime.fromtimestamp(at / 1000, UTC)
    except (ValueError, OverflowError, OSError, msgspec.DecodeError) as error:  # binascii's errors are ValueErrors
        raise BadInput("无法识别的位置（Last-Event-ID）；请重新打开页面") from error
    # Which time each mark had is not brought back: with the newest it is kept long enough.
    return Position((at, key), frozenset(((newest, "\U0010ffff"), marks[n : n + MARK]) for n in range(0, len(marks), MARK)))


def key_of(post: StoredPost) -> Key:
    """By what arrivals are ordered."""
    assert post.indexed_at is not None  # the query asks for it
    return millis(post.indexed_at), post.id


def mark_of(post_id: str) -> str:
    """Give a short mark of an id."""
    return base64.urlsafe_b64encode(hashlib.sha256(post_id.encode("utf-8", "surrogatepass")).digest())[:MARK].decode()
