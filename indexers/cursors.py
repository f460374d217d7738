"""What a reader of the database remembers between two runs, in the database itself: any bytes, in pieces where they are many.

Pieces of a new generation are written first, the head that points to them last and under the version that was read; so whoever
dies in between leaves the old generation whole, and of two writers one wins.
"""

import uuid
from typing import NamedTuple

import msgspec

from indexers.errors import DatabaseError
from indexers.records import Family, Records, Version

PIECE = 3_000_000  # bytes; a third more as JSON


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A head, which says of how many pieces what is kept consists, or one of the pieces."""

    id: str
    kind: str
    generation: str
    pieces: int = 0
    data: bytes = b""


class Remembered(NamedTuple):
    """What was kept under a name, and what may replace it."""

    data: bytes
    generation: str
    pieces: int
    version: Version


CURSORS: Family[Piece] = Family("cursors", Piece, lambda piece: piece.id, lambda piece: {"kind": piece.kind})


class Cursors(NamedTuple):
    """Keeps bytes by name. The part of the name before the first colon is its kind. Raises DatabaseUnavailable and DatabaseError."""

    records: Records

    def load(self, name: str) -> Remembered | None:
        """Read what is kept; None where nothing is. What is replaced while it is read is read again."""
        while (head := self.records.get(CURSORS, name)) is not None:
            given = head.body
            pieces = [self.records.get(CURSORS, key) for key in _pieces(name, given.generation, given.pieces)]
            if None not in pieces:
                data = b"".join(piece.body.data for piece in pieces if piece is not None)
                return Remembered(data, given.generation, given.pieces, head.version)
            again = self.records.get(CURSORS, name)
            if again is not None and again.version == head.version:
                raise DatabaseError(f"pieces of the cursor {name} are gone: delete it to begin anew", status=200, reason="broken_cursor")
        return None

    def save(self, name: str, data: bytes, before: Remembered | None) -> Remembered | None:
        """Keep bytes in place of what was read; None where somebody else was faster."""
        kind, generation = name.partition(":")[0], uuid.uuid4().hex[:12]
        parts = [data[start : start + PIECE] for start in range(0, len(data), PIECE)]
        keys = _pieces(name, generation, len(parts))
        for key, part in zip(keys, parts, strict=True):
            self.records.create(CURSORS, Piece(id=key, kind=kind, generation=generation, data=part))
        head = Piece(id=name, kind=kind, generation=generation, pieces=len(parts))
        version = self.records.create(CURSORS, head) if before is None else self.records.replace(CURSORS, head, before.version)
        old = keys if version is None else [] if before is None else _pieces(name, before.generation, before.pieces)
        for key in old:
            self.records.delete(CURSORS, key)
        return None if version is None else Remembered(data, generation, len(parts), version)


def _pieces(name: str, generation: str, number: int) -> list[str]:
    return [f"{name}#{generation}.{place}" for place in range(1, number + 1)]
