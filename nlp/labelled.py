"""Our own labels on texts of the sets beside the project: ids and labels live here (`labels/`), the texts do not.

`labels/README.md` says by which rules they were given. `own.jsonl` holds sentences of our own.
"""

import csv
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec

from config.topic_names import OTHER, TOPIC_NAMES
from nlp.data import MEDIA, TRAIN, Microblog, felt_texts, messages, microblogs
from nlp.errors import DataError
from streams.messages import AskKind, Form

LABELS = Path(__file__).with_name("labels")
EITHER = "|"  # between labels that are both right
_KNOWN = {"topics": {*TOPIC_NAMES, OTHER}, "forms": {*map(str, Form)}, "asks": {*map(str, AskKind), "none"}}  # labels by file


class Labelled(NamedTuple):
    """One text with the labels that are right for it."""

    text: str
    labels: frozenset[str]
    draw: str  # how it was drawn: "random", or by words that make a label likely
    set: str
    private: bool  # whether a private person wrote it


class NamedIn(NamedTuple):
    """A text that names a body, and whether it is about it."""

    text: str
    name: str
    about: bool
    draw: str  # "train", or "test" for those that were labelled last and chose nothing
    news: bool


class OwnText(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of our own, or a text that a person has corrected, with its labels; None where it says nothing of that."""

    text: str
    form: str | None = None
    asks: str | None = None


class Labels:
    """Our labels with the texts that they are of. Raises DataError where a set or a text is missing.

    `folder` holds the sets; where it has a folder `labels` of its own, that stands for ours. `more` is learned from like our own sentences.
    """

    def __init__(self, folder: Path, more: Sequence[OwnText] = ()) -> None:
        own = folder / LABELS.name
        self._more = more
        self._folder, self._labels = folder, own if own.is_dir() else LABELS

    def of(self, kind: str) -> list[Labelled]:
        """The texts labelled by a file ("topics", "forms", "asks")."""
        rows = self._read(f"{kind}.csv")
        column = next((name for name in rows[0] if name not in {"set", "draw", "id"}), "")
        for line, row in enumerate(rows, 2):
            unknown = set((row.get(column) or "").split(EITHER)) - _KNOWN[kind]
            if unknown:
                raise DataError(f"{self._labels / kind}.csv:{line}: {min(unknown)!r} is no label of {', '.join(sorted(_KNOWN[kind]))}")
        return [
            Labelled(text.text, frozenset(row[column].split(EITHER)), row["draw"], row["set"], private=_is_private(text))
            for row in rows
            for text in [self._text(row["set"], row["id"])]
        ]

    def names(self) -> list[NamedIn]:
        """The texts in which a body is named."""
        found = []
        for row in self._read("about.csv"):
            text = self._text(row["set"], row["id"])
            found.append(NamedIn(text.text, row["name"], row["about"] == "1", row["draw"], text.verified_type == MEDIA))
        return found

    def copies(self) -> list[tuple[str, str, bool]]:
        """Pairs of texts, and whether one is a copy of the other."""
        rows = self._read("copies.csv")
        return [(self._text(row["set"], row["id"]).text, self._text(row["set"], row["other"]).text, row["copy"] == "1") for row in rows]

    def reposts(self) -> list[tuple[str, bool]]:
        """Reposts, and whether they have words of their own."""
        return [(self._text(row["set"], row["id"]).text, row["words"] == "1") for row in self._read("reposts.csv")]

    def own(self) -> list[OwnText]:
        """Sentences of our own, and what else is learned from like these."""
        decoder, path, found = msgspec.json.Decoder(OwnText), self._labels / "own.jsonl", list[OwnText]()
        try:
            for line in path.read_bytes().splitlines():
                found.append(decoder.decode(line))
        except OSError as error:
            raise DataError(f"{path}: can't be read ({error.strerror})") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DataError(f"{path}:{len(found) + 1}: is not a labelled sentence: {error}") from error
        return [*found, *self._more]

    def ids(self) -> frozenset[str]:
        """The ids of all microblogs and messages that have a label."""
        return frozenset(row["id"] for name in ("topics", "forms", "asks", "about") for row in self._read(f"{name}.csv"))

    def _read(self, name: str) -> list[dict[str, str]]:
        path = self._labels / name
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise DataError(f"{path}: can't be read ({error})") from error
        if not rows:
            raise DataError(f"{path}: holds no labels")
        short = next((line for line, row in enumerate(rows, 2) if None in row.values() or not {"set", "draw", "id"} <= row.keys()), None)
        if short is not None:
            raise DataError(f"{path}:{short}: lacks a column: give set, draw, id and the label")
        return rows

    def _text(self, sets: str, name: str) -> Microblog:
        for one in sets.split(EITHER):
            found = self._texts.get(one, {}).get(name)
            if found is not None:
                return found
        raise DataError(f"{self._folder}: holds no text {name} of the set {sets}, which {self._labels} has a label for: give the same sets")

    @cached_property
    def _texts(self) -> Mapping[str, Mapping[str, Microblog]]:
        sets = {"replay": "replay/microblogs", "social": "incidents/social"}
        found = {name: {row.id: row for row in microblogs(self._folder, part)} for name, part in sets.items()}
        felt = felt_texts(self._folder, TRAIN)
        found["sentiment"] = {str(place): Microblog(id=str(place), text=row.text) for place, row in enumerate(felt)}
        found["messages"] = {str(row.id): Microblog(id=str(row.id), text=f"{row.title}。{row.text}") for row in messages(self._folder)}
        return found


def _is_private(text: Microblog) -> bool:
    return text.verified_type is None or text.verified_type <= 0
