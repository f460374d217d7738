"""What the follower writes down: each turn before it is carried out, and now and then everything that it remembers.

A turn is one document, so it is there whole or not at all, and its number is given once: of two followers one wins. What it holds is
enough to carry it out again without reading a post. With the last checkpoint, the turns since give the grouping state back.
"""

import zlib
from datetime import UTC, datetime

import msgspec

from incidents.errors import StateRefused
from incidents.filed import Change
from incidents.requests import Recalled, Request
from incidents.state import State
from indexers.records import Family
from indexers.slots import MILLISECOND

CHECKPOINT = "incidents:checkpoint"  # its name among the cursors

_START = datetime(1970, 1, 1, tzinfo=UTC)


class Place(msgspec.Struct, frozen=True):
    """A place in the order of arrival: when a post was first written, in ms, and its id."""

    at: int = 0
    id: str = ""

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(self.at / 1000, UTC)

    @property
    def after(self) -> tuple[int, str] | None:
        """What asks for the posts behind it."""
        return (self.at, self.id) if self.id else None


class Cursors(msgspec.Struct, frozen=True, kw_only=True):
    """Up to where posts have been read: at once, and a second time for those that were slow to become searchable."""

    head: Place = Place()
    sweep: Place = Place()
    called: int = 0  # up to when it is known what people have said that posts ask for, in ms


class Turn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One turn of the follower."""

    cursors: Cursors
    change: Change
    held: tuple[str, ...] = ()  # groups that officers have judged
    arrivals: tuple[str, ...] = ()  # posts that were grouped by their text, in order
    settled: bool = False  # a block was closed early
    requests: tuple[Request, ...] = ()
    recalled: tuple[Recalled, ...] = ()

    @property
    def number(self) -> int:
        return self.change.turn


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that the follower remembers, after a turn."""

    turn: int
    since: int  # the turn of the checkpoint before: turns after it and up to `turn` are no longer needed
    cursors: Cursors
    state: State


def turn_key(number: int) -> str:
    """The id of a turn."""
    return f"incidents:turn:{number}"


TURNS: Family[Turn] = Family("cursors", Turn, lambda turn: turn_key(turn.number), lambda _: {"kind": "incidents_turn"})


def place_of(indexed_at: datetime | None, identifier: str) -> Place:
    """The place of a post in the order of arrival. Parts of a millisecond don't count, as in the database."""
    return Place(((indexed_at or _START) - _START) // MILLISECOND, identifier)


def pack(checkpoint: Checkpoint) -> bytes:
    """A checkpoint as bytes."""
    return zlib.compress(msgspec.msgpack.encode(checkpoint), 1)


def unpack(data: bytes) -> Checkpoint:
    """Read a checkpoint back. Raises StateRefused where it is damaged."""
    try:
        return msgspec.msgpack.decode(zlib.decompress(data), type=Checkpoint)
    except (zlib.error, msgspec.DecodeError) as error:
        raise StateRefused(f"the checkpoint of the follower is damaged ({error}); delete {CHECKPOINT} among the cursors") from error
