"""Reads posts that are labelled with the event they belong to, for measuring."""

import gzip
import zlib
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from incidents.errors import LabelledError
from incidents.state import Arrival


class Labelled(NamedTuple):
    """A post and the event that people filed it under."""

    arrival: Arrival
    event: str


class _Row(msgspec.Struct):
    id: str
    event: str
    published_at: datetime
    text: str


def labelled_posts(path: Path) -> list[Labelled]:
    """The posts of a file (JSON lines, gzip) in time order. Raises LabelledError."""
    decoder = msgspec.json.Decoder(_Row)
    try:
        with gzip.open(path) as file:
            rows = [decoder.decode(line) for line in file]
    except (OSError, EOFError, zlib.error, msgspec.DecodeError) as error:
        raise LabelledError(f"{path}: no labelled posts can be read from it: {error}") from error
    rows.sort(key=lambda row: (row.published_at, row.id))
    return [Labelled(Arrival(row.id, row.published_at, row.text), row.event) for row in rows]
