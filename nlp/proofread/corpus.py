"""The texts that the model learns from: sentences with and without slips, and texts that are mostly right."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from nlp.data import read_texts
from nlp.models import Data
from nlp.proofread.reading import Reading

OFFICIAL, NEWS, NEWSPAPER = "official_dev", "news_dev", "newspaper"
JUDGED = (OFFICIAL, NEWS)  # sets with as many right sentences as wrong ones, more or less: what a slip looks like is learned from them

_WHAT = "what it should be"  # a line of a set, in messages
_ADDRESS = re.compile(r"https?://\S+")
_CUT_OFF = "展开全文"
_RESEARCH = "research use; no licence beyond that is stated. Only hashes and counts derived from the texts are kept here."


class Pair(NamedTuple):
    """A sentence as it was written and as it should be, both as the model reads them."""

    set: str
    source: str
    target: str


class Source(NamedTuple):
    """Texts that are mostly right, and what they are."""

    data: Data
    texts: tuple[str, ...]


class _Pair(msgspec.Struct):
    source: str
    target: str


def pairs(folder: Path) -> list[Pair]:
    """All labelled sentences. Raises DataError."""
    found = []
    for name in (OFFICIAL, NEWS, NEWSPAPER):
        rows = read_texts(folder / "proofread" / f"{name}.jsonl.gz", _Pair, _WHAT)
        found += [Pair(name, read(row.source), read(row.target)) for row in rows]
    return found


def read(text: str) -> str:
    """A text as the model reads it."""
    return Reading.of(text).text


_SOURCES = (
    ("replies/messages_with_replies", ("title", "text", "reply"), "泰迪杯 (Teddy Cup) 2020 C (messages to a government, official replies)"),
    ("replay/official_account", ("text",), "posts of a national broadcaster's account, January to May 2020 (repository MIT)"),
    ("replay/microblogs", ("text",), "public microblogs, a hot-search archive"),
    ("incidents/org", ("text",), "public microblogs of government and media, a hot-search archive"),
    ("incidents/social", ("text",), "public microblogs, a hot-search archive"),
    ("incidents/messages", ("title", "text"), "泰迪杯 (Teddy Cup) 2020 C (messages to a government of one year)"),
    ("topic/dev_raw", ("text",), "泰迪杯 (Teddy Cup) 2020 C (messages to a government)"),
    ("sentiment/train", ("text",), "SMP2020-EWECT (microblogs)"),
)


def mostly_right(folder: Path) -> Iterator[Source]:
    """All texts that are not labelled, each once in its set. Raises DataError."""
    for path, fields, what in _SOURCES:
        rows = read_texts(folder / f"{path}.jsonl.gz", dict[str, Any], _WHAT)
        texts = dict.fromkeys("\n".join(str(row.get(field) or "") for field in fields) for row in rows)
        clean = tuple(read(_ADDRESS.sub(" ", text.replace(_CUT_OFF, ""))) for text in texts)
        yield Source(Data(name=f"{path}: {what}", rows=len(clean), terms=_RESEARCH), clean)


def labelled(rows: list[Pair]) -> Iterator[Data]:
    """What the labelled sentences are."""
    what = {OFFICIAL: "official documents, ECSpell", NEWS: "news, LEMON (academic)", NEWSPAPER: "newspapers, pycorrector"}
    for name, origin in what.items():
        yield Data(name=f"proofread/{name}: {origin}", rows=sum(row.set == name for row in rows), terms=_RESEARCH)
