"""Reads the labelled sets that models are trained on and measured with: JSON lines, gzip."""

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from nlp.errors import DataError

TOPICS = ("城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输")
SENTIMENTS = (-1, 0, 1)
DOMAINS = ("usual", "virus")  # everyday talk, and talk of a pandemic


class FeltText(msgspec.Struct, frozen=True, kw_only=True):
    """A microblog with its sentiment."""

    text: str
    sentiment: int
    set: str  # one of DOMAINS


class CutMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to a government that came already cut, stop words removed, with its topic."""

    tokens: list[str]
    topic: str


class RawMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to a government with its topic."""

    text: str
    topic: str


Row = TypeVar("Row", FeltText, CutMessage, RawMessage)


def felt_texts(folder: Path, part: str) -> list[FeltText]:
    """The microblogs of a part ("train", "dev"). Raises DataError."""
    path = folder / "sentiment" / f"{part}.jsonl.gz"
    rows = _rows(path, FeltText)
    _check(path, [row.sentiment for row in rows], SENTIMENTS)
    _check(path, [row.set for row in rows], DOMAINS)
    return rows


def cut_messages(folder: Path, part: str) -> list[CutMessage]:
    """The messages of a part ("train", "dev"), as they were cut. Raises DataError."""
    path = folder / "topic" / f"{part}.jsonl.gz"
    rows = _rows(path, CutMessage)
    _check(path, [row.topic for row in rows], TOPICS)
    return rows


def raw_messages(folder: Path, part: str) -> list[RawMessage]:
    """The messages of a part ("dev_raw"). Raises DataError."""
    path = folder / "topic" / f"{part}.jsonl.gz"
    rows = _rows(path, RawMessage)
    _check(path, [row.topic for row in rows], TOPICS)
    return rows


def _rows(path: Path, kind: type[Row]) -> list[Row]:
    decoder = msgspec.json.Decoder(kind)
    rows: list[Row] = []
    try:
        with gzip.open(path) as file:
            for content in file:
                rows.append(decoder.decode(content))  # noqa: PERF401 - an error names the line by the rows read so far
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: can't be read ({error}): give the folder with the labelled sets by --data") from error
    except msgspec.DecodeError as error:
        raise DataError(f"{path}:{len(rows) + 1}: is not a labelled text: {error}") from error
    return rows


def _check(path: Path, labels: Sequence[object], known: Sequence[object]) -> None:
    for line, label in enumerate(labels, 1):
        if label not in known:
            raise DataError(f"{path}:{line}: the label {label!r} is not one of {', '.join(map(str, known))}")
    if not labels:
        raise DataError(f"{path}: holds no labelled text")
