"""Reads the labelled sets that models are trained on and measured with: JSON lines, gzip."""

import codecs
import gzip
import zlib
from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from config.topic_names import TOPIC_NAMES
from nlp.errors import DataError

SENTIMENTS = (-1, 0, 1)
DOMAINS = ("usual", "virus")  # everyday talk, and talk of a pandemic
TRAIN = "train"
FEWEST = 5  # different texts of a label: one for each of the five parts of which one is held out


class FeltText(msgspec.Struct, frozen=True, kw_only=True):
    """A microblog with its sentiment."""

    text: str
    sentiment: int
    set: str  # one of DOMAINS
    emotion: str | None = None  # finer than the sentiment, where somebody has said so


class CutMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to a government that came already cut, stop words removed, with its topic."""

    tokens: list[str]
    topic: str


class RawMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to a government with its topic."""

    text: str
    topic: str


class Microblog(msgspec.Struct, frozen=True, kw_only=True):
    """A public microblog, unlabelled. `verified_type` is the platform's: 3 are media, None and below 0 private authors."""

    id: str
    text: str
    verified_type: int | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message to a government, unlabelled."""

    id: int
    title: str
    text: str


MEDIA = 3  # `verified_type`

Row = TypeVar("Row")


def felt_texts(folder: Path, part: str) -> list[FeltText]:
    """The microblogs of a part ("train", "dev"). Raises DataError."""
    path = folder / "sentiment" / f"{part}.jsonl.gz"
    rows = _rows(path, FeltText)
    _check(path, [row.sentiment for row in rows], SENTIMENTS, [row.text.strip() for row in rows] if part == TRAIN else None)
    _check(path, [row.set for row in rows], DOMAINS)
    return rows


def cut_messages(folder: Path, part: str) -> list[CutMessage]:
    """The messages of a part ("train", "dev"), as they were cut. Raises DataError."""
    path = folder / "topic" / f"{part}.jsonl.gz"
    rows = _rows(path, CutMessage)
    _check(path, [row.topic for row in rows], TOPIC_NAMES, [tuple(row.tokens) for row in rows] if part == TRAIN else None)
    return rows


def raw_messages(folder: Path, part: str) -> list[RawMessage]:
    """The messages of a part ("dev_raw"). Raises DataError."""
    path = folder / "topic" / f"{part}.jsonl.gz"
    rows = _rows(path, RawMessage)
    _check(path, [row.topic for row in rows], TOPIC_NAMES)
    return rows


def microblogs(folder: Path, part: str) -> list[Microblog]:
    """Microblogs of a part ("replay/microblogs", "incidents/social", "incidents/org"). Raises DataError."""
    return read_texts(folder / f"{part}.jsonl.gz", Microblog)


def messages(folder: Path) -> list[Message]:
    """The messages to a government of one year. Raises DataError."""
    return read_texts(folder / "incidents" / "messages.jsonl.gz", Message)


def read_texts(path: Path, kind: type[Row], what: str = "a labelled text") -> list[Row]:
    """The lines of a set, each as a `kind`; `what` says what a line should be. Raises DataError, also where there are none."""
    rows = _rows(path, kind, what)
    if not rows:
        raise DataError(f"{path}: holds no text")
    return rows


def _rows(path: Path, kind: type[Row], what: str = "a labelled text") -> list[Row]:
    decoder = msgspec.json.Decoder(kind)
    rows: list[Row] = []
    try:
        with gzip.open(path) as file:
            for content in file:
                rows.append(decoder.decode(content if rows else content.removeprefix(codecs.BOM_UTF8)))  # an error names its line by them
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: can't be read ({error}): give the folder with the labelled sets by --data") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}:{len(rows) + 1}: is not {what}: {error}") from error
    return rows


def _check(path: Path, labels: Sequence[object], known: Sequence[object], learned: Sequence[Hashable] | None = None) -> None:
    """Refuse unknown labels and an empty set. Where the texts are `learned` from, each label needs as many different ones, which are no mere
    blanks, as there are parts of which one is held out.
    """  # noqa: D205 - one sentence
    for line, label in enumerate(labels, 1):
        if label not in known:
            raise DataError(f"{path}:{line}: the label {label!r} is not one of {', '.join(map(str, known))}")
    if not labels:
        raise DataError(f"{path}: holds no labelled text")
    if learned is None:
        return
    counts = Counter(label for label, text in set(zip(labels, learned, strict=True)) if text)
    rare = [label for label in known if counts[label] < FEWEST]
    if rare:
        few = ", ".join(f"{label} {counts[label]}" for label in rare)
        raise DataError(f"{path}: too few different texts of some labels to learn from ({few}): give {FEWEST} or more of each")
