"""The trained models as they are stored: plain arrays and a card, no words, no sentences, no pickle.

A folder of weights holds `card.json`, which says what the models are, and one `.npz` for each. The card has the SHA-256 of
each file, what the models were made with, and a seal over its own content; what does not fit is refused with the reason.
"""

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from nlp.about import INPUTS
from nlp.cues import Cues, read_cues
from nlp.errors import WeightsError
from nlp.features import FEATURES
from nlp.keywords import Rarity
from nlp.linear import Classifier, Parameters
from nlp.logistic import Logistic
from nlp.other import Other
from nlp.segment import Segmenter, Stamp
from nlp.stacked import Stacked, Weighing
from nlp.voice import WORDS, Voice, input_names

FORMAT = 3  # of the folder; raise it when older programs could misread it
CARD = "card.json"
ACTIVE = "active"  # names the version in use on a shelf, see `nlp.shelf`
SHIPPED = Path(__file__).parent / "weights"
TOPIC, SENTIMENT, VOICE, KEYWORDS = "topic", "sentiment", "voice", "keywords"

_AGAIN = "make the weights anew with `yuqing train`"

Arrays = Mapping[str, NDArray[Any]]


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """A set that a model was trained on."""

    name: str
    rows: int
    terms: str


class ModelCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one model is, and how good it was when it was made."""

    sha256: str
    kinds: tuple[str, ...] = ()  # of features, see `features.Hashed`
    labels: tuple[str, ...] = ()
    data: tuple[Data, ...]
    scores: dict[str, float]  # by measure and set, for example "macro-F1, dev/virus"
    folds: dict[str, float] = {}  # likewise, of models made in the same way from parts of the training set; where they were measured

    @property
    def version(self) -> str:
        """Eight hex digits that tell these weights from others."""
        return self.sha256[:8]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder of weights is; stands in it as `card.json`."""

    format: int
    features: int
    tag_revision: int  # of the tags that these weights make; only ever grows
    made_on: dt.date
    made_with: dict[str, str]  # libraries and their versions
    seed: int
    segmenter: Stamp
    models: dict[str, ModelCard]
    seal: str | None = None  # SHA-256 of all the rest; None in cards of before there were seals

    @property
    def right_seal(self) -> str:
        """What the seal over this content is."""
        return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(self, seal=None))).hexdigest()


class _Revised(msgspec.Struct, frozen=True):
    """What cards of all formats have."""

    tag_revision: int


class Weights(NamedTuple):
    """A folder of weights, read and verified."""

    card: Card
    topic: Classifier
    other: Other
    sentiment: Stacked
    voice: Voice
    about: Logistic
    keywords: Rarity


def save(folder: Path, card: Card, arrays: Mapping[str, bytes]) -> None:
    """Write the arrays of each model, as `pack` gave them, then the card that vouches for them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)  # half-written weights have no card, so they are refused
    for name, content in arrays.items():
        (folder / f"{name}.npz").write_bytes(content)
    write_card(folder, card)


def write_card(folder: Path, card: Card) -> None:
    """Write a card, sealed: it says what the labels mean and which tags win, so nobody shall change it by hand unnoticed."""
    sealed = msgspec.structs.replace(card, seal=card.right_seal)
    (folder / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(sealed), indent=2) + b"\n")


def pack(arrays: Arrays) -> bytes:
    """Arrays as one compressed `.npz`; the same arrays give the same bytes."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def read_card(folder: Path) -> Card:
    """Read the card of a folder of weights, or of the version in use on a shelf. Raises WeightsError."""
    path = standing(folder) / CARD
    content = _read(path)
    try:
        version = msgspec.json.decode(content, type=dict[str, msgspec.Raw]).get("format", msgspec.Raw(b"null"))
        if bytes(version) != str(FORMAT).encode():
            raise WeightsError("format", path, f"has format {bytes(version).decode()}, this program reads {FORMAT}: {_AGAIN}")
        card = msgspec.json.decode(content, type=Card)
    except msgspec.DecodeError as error:
        raise WeightsError("damaged", path, f"is not a card of weights ({error}): {_AGAIN}") from error
    if card.seal not in {None, card.right_seal}:
        raise WeightsError("damaged", path, f"was changed after it was written (its seal differs): {_AGAIN}")
    return card


def next_revision(folder: Path) -> int:
    """A tag revision higher than that of the shipped weights and of those in the folder, which may be missing or of another format.

    Raises WeightsError where there is a card that can't be read, for then nobody knows what its revision was.
    """
    places = (SHIPPED, folder, *(path for path in folder.glob("*") if path.name.isdecimal()))
    return 1 + max((_revision(standing(place) / CARD) for place in places if (place / CARD).exists()), default=0)


def _revision(path: Path) -> int:
    """What a card of any format says of its tags' revision."""
    try:
        return msgspec.json.decode(_read(path), type=_Revised).tag_revision
    except msgspec.DecodeError as error:
        raise WeightsError("damaged", path, f"is not a card of weights ({error}): {_AGAIN}") from error


def standing(folder: Path) -> Path:
    """Where the weights of a folder are: in it, or on a shelf of several versions where its file `active` says. Raises WeightsError."""
    path = folder / ACTIVE
    if not path.is_file():
        return folder
    name = _read(path).decode("ascii", "replace").strip()
    if not name.isdecimal():
        raise WeightsError("damaged", path, f"should name a version, like 3: {_AGAIN}")
    return folder / name


def load(folder: Path, segmenter: Segmenter) -> Weights:
    """Read a folder of weights for texts that this segmenter cuts.

    Raises WeightsError where a file is missing or damaged, has another format, or was made with another segmenter.
    """
    folder = standing(folder)
    card = read_card(folder)
    _check_made_alike(folder / CARD, card, segmenter.stamp)
    arrays = {name: _arrays(folder, card, name) for name in (TOPIC, SENTIMENT, VOICE, KEYWORDS)}
    cues = Cues(read_cues())
    try:
        threshold, slope = arrays[TOPIC]["other"].tolist()
        return Weights(
            card=card,
            topic=_classifier(card, TOPIC, arrays[TOPIC]),
            other=Other(threshold, slope),
            sentiment=_stacked(card, SENTIMENT, arrays[SENTIMENT]),
            voice=_voice(card, cues, arrays[VOICE]),
            about=Logistic.read("about", INPUTS, arrays[VOICE]),
            keywords=_rarity(arrays[KEYWORDS]),
        )
    except KeyError as error:
        raise WeightsError("damaged", folder, f"lacks the array {error}: {_AGAIN}") from error
    except ValueError as error:
        raise WeightsError("format", folder, f"{error}: {_AGAIN}") from error


def _check_made_alike(path: Path, card: Card, stamp: Stamp) -> None:
    if card.segmenter != stamp:
        what = f"the weights were made with the segmenter {card.segmenter}, this program cuts with {stamp}"
        raise WeightsError("segmenter", path, f"{what}, so its words are others: {_AGAIN}")
    if card.features != FEATURES:
        raise WeightsError(
            "format", path, f"the weights are for features of version {card.features}, this program has {FEATURES}: {_AGAIN}"
        )


def _classifier(card: Card, name: str, arrays: Arrays) -> Classifier:
    rarity, weights, intercept = (arrays[key].astype(np.float32) for key in ("rarity", "weights", "intercept"))
    known, columns = len(arrays["hashes"]), len(card.models[TOPIC].labels) if name == TOPIC else len(intercept)
    _fit_together(name, (rarity, (known,)), (weights, (known, columns)), (intercept, (columns,)))
    parameters = Parameters(arrays["hashes"], rarity, weights, intercept, float(arrays["sharpness"]))
    return Classifier(card.models[name].kinds, parameters)


def _stacked(card: Card, name: str, arrays: Arrays) -> Stacked:
    columns = arrays["weights"].shape[1]
    weighing = Weighing.read(columns, arrays)
    inputs, labels = (columns + 1,), (len(card.models[name].labels),)
    _fit_together(name, (weighing.middle, inputs), (weighing.scale, inputs), (weighing.model.intercept, labels))
    return Stacked(_classifier(card, name, arrays), weighing)


def _rarity(arrays: Arrays) -> Rarity:
    idf = arrays["idf"].astype(np.float32)
    _fit_together(KEYWORDS, (idf, (len(arrays["hashes"]),)))
    return Rarity(arrays["hashes"], idf, float(arrays["unknown"]))


def _fit_together(name: str, *parts: tuple[NDArray[Any], tuple[int, ...]]) -> None:
    """Refuse arrays of other shapes than they should have. Raises ValueError."""
    for array, shape in parts:
        if array.shape != shape:
            raise ValueError(f"{name} has an array of shape {array.shape} where one of {shape} belongs")


def _voice(card: Card, cues: Cues, arrays: Arrays) -> Voice:
    weights, intercept = (arrays[key].astype(np.float32) for key in ("weights", "intercept"))
    known = len(arrays["hashes"])
    _fit_together(VOICE, (weights, (known, len(WORDS))), (intercept, (len(WORDS),)))
    ones = np.ones(known, dtype=np.float32)
    words = Classifier(card.models[VOICE].kinds, Parameters(arrays["hashes"], ones, weights, intercept, 1.0))
    form, asks = (Logistic.read(name, input_names(cues, asked), arrays) for name, asked in zip(("form", "asks"), WORDS, strict=True))
    return Voice(cues, words, form, asks)


def _arrays(folder: Path, card: Card, name: str) -> dict[str, NDArray[Any]]:
    path = folder / f"{name}.npz"
    content = _read(path)
    if name not in card.models:
        raise WeightsError("damaged", folder / CARD, f"says nothing of the model {name}: {_AGAIN}")
    if hashlib.sha256(content).hexdigest() != card.models[name].sha256:
        raise WeightsError("damaged", path, f"is not the file that {CARD} vouches for (its SHA-256 differs): {_AGAIN}")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = dict(file)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsError("damaged", path, f"is not a file of plain arrays ({error}): {_AGAIN}") from error
    for key, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise WeightsError("damaged", path, f"has something else than numbers in the array {key}: {_AGAIN}")
    return arrays


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError("missing", path, f"can't be read ({error.strerror}): {_AGAIN}") from error
