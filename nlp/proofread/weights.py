"""The model's weights as they are stored: plain arrays and a card, no words of any text, no pickle."""

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from nlp.errors import WeightsError
from nlp.models import Data
from nlp.proofread.confusions import Confusions
from nlp.proofread.counts import LEVEL_BITS
from nlp.proofread.dictionary import WORD_BITS
from nlp.proofread.features import DOUBLE, FINE, ROUGH, Language
from nlp.proofread.grams import SLOTS, Table
from nlp.proofread.homophones import Homophones
from nlp.proofread.judge import Judge
from nlp.proofread.trees import Trees

FORMAT = 1  # raise it when hashes, levels or numbers change: older weights are refused
CARD, ARRAYS = "card.json", "proofread.npz"
SHIPPED = Path(__file__).with_name("weights")

_AGAIN = "make the weights anew with `yuqing train-proofread`"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What the weights are, and how good they were when they were made; stands beside them as `card.json`."""

    format: int
    sha256: str
    made_on: dt.date
    made_with: dict[str, str]  # libraries and their versions
    seed: int
    threshold: float
    data: tuple[Data, ...]
    scores: dict[str, float]  # by measure and set

    @property
    def version(self) -> str:
        """Eight hex digits that tell these weights from others."""
        return self.sha256[:8]


def pack(language: Language, singles: Trees, doubles: Trees) -> bytes:
    """All numbers as one compressed `.npz`; the same numbers give the same bytes."""
    file = io.BytesIO()
    arrays: dict[str, NDArray[Any]] = {
        "grams": language.grams.slots,
        "words": language.words.slots,
        **language.confusions.arrays(),
        "seen": language.seen.astype(np.float16),
        "rough": language.rough,
        **language.homophones.arrays(),
        **singles.arrays("singles"),
        **doubles.arrays("doubles"),
    }
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def save(folder: Path, card: Card, content: bytes) -> None:
    """Write the arrays, then the card that vouches for them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)  # half-written weights have no card, so they are refused
    (folder / ARRAYS).write_bytes(content)
    (folder / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def read_card(folder: Path) -> Card:
    """Read the card of a folder of weights. Raises WeightsError."""
    path = folder / CARD
    try:
        card = msgspec.json.decode(_read(path), type=Card)
    except msgspec.DecodeError as error:
        raise WeightsError("damaged", path, f"is not a card of weights ({error}): {_AGAIN}") from error
    if card.format != FORMAT:
        raise WeightsError("format", path, f"has format {card.format}, this program reads {FORMAT}: {_AGAIN}")
    return card


def load(folder: Path | None = None) -> Judge:
    """Read a folder of weights, by default those that are shipped. Raises WeightsError where they are missing, damaged or of another format."""
    folder = folder or SHIPPED
    card = read_card(folder)
    path = folder / ARRAYS
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise WeightsError("damaged", path, f"is not the file that {CARD} vouches for (its SHA-256 differs): {_AGAIN}")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return _judge(dict(stored), card.threshold)
    except (EOFError, zipfile.BadZipFile) as error:
        raise WeightsError("damaged", path, f"is not a file of plain arrays ({error}): {_AGAIN}") from error
    except KeyError as error:
        raise WeightsError("damaged", path, f"lacks the array {error}: {_AGAIN}") from error
    except ValueError as error:
        raise WeightsError("format", path, f"{error}: {_AGAIN}") from error


def _judge(arrays: Mapping[str, NDArray[Any]], threshold: float) -> Judge:
    confusions = Confusions.read(arrays)
    language = Language(
        grams=_table(arrays["grams"], LEVEL_BITS, np.uint16),
        words=_table(arrays["words"], WORD_BITS, np.uint32),
        confusions=confusions,
        homophones=Homophones.read(arrays),
        seen=arrays["seen"].astype(np.float32),
        rough=arrays["rough"].astype(np.float32),
    )
    if len(language.rough) != len(ROUGH) or len(language.seen) != len(confusions.codes):
        raise ValueError("has numbers for other candidates")
    return Judge(language, Trees.read("singles", arrays, len(FINE)), Trees.read("doubles", arrays, len(DOUBLE)), threshold)


def _table(slots: NDArray[Any], bits: int, kind: type[Any]) -> Table:
    buckets = len(slots)
    if slots.dtype != kind or slots.shape != (buckets, SLOTS) or buckets & (buckets - 1) or not buckets:
        raise ValueError(f"has a table of shape {slots.shape} and type {slots.dtype}")
    return Table(slots, bits)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError("missing", path, f"can't be read ({error.strerror}): {_AGAIN}") from error
