"""Weights are used only where they are whole and fit how this program cuts."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.errors import WeightsError
from nlp.models import CARD, SHIPPED, load, next_revision, read_card
from nlp.segment import Segmenter, Word, default
from nlp.tagger import Tagger
from tests.nlp import labelled


@pytest.fixture
def weights(small_weights: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_weights, tmp_path / "weights"))


def change_card(folder: Path, change: Callable[[dict[str, Any]], object], seal: str | None = None) -> None:
    """Change a card as somebody with an editor would; without a seal it is as good as a card of before there were seals."""
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    change(card)
    (folder / CARD).write_text(json.dumps(card | {"seal": seal}), encoding="utf-8")


def replace_arrays(folder: Path, name: str, content: bytes) -> None:
    """Put other content in a file and let the card vouch for it."""
    (folder / f"{name}.npz").write_bytes(content)
    change_card(folder, lambda card: card["models"][name].update(sha256=hashlib.sha256(content).hexdigest()))


def refused(folder: Path, reason: str, segmenter: Segmenter | None = None) -> str:
    """Load, expect a refusal, and give what it says."""
    with pytest.raises(WeightsError) as caught:
        load(folder, segmenter or default())
    assert caught.value.reason == reason
    assert str(folder) in str(caught.value)
    assert "yuqing train" in str(caught.value)
    return str(caught.value)


def test_what_was_saved_comes_back(small_weights: Path) -> None:
    """Trained weights load and know what they were trained on."""
    card = load(small_weights, default()).card
    assert card.segmenter == default().stamp
    assert card.tag_revision == 7
    (tags,) = Tagger.load(small_weights).tag_texts([f"{labelled.PLACES[0]}的工资拖欠三个月没有发"])
    assert tags.topic == "劳动和社会保障"


def test_the_shipped_weights_are_small_and_hold_no_words() -> None:
    """What we ship is numbers: hashes, halves, and no object or string; 20 MB at most."""
    files = list(SHIPPED.glob("*.npz"))
    assert {file.stem for file in files} == set(read_card(SHIPPED).models)
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 20e6
    for file in files:
        with np.load(file, allow_pickle=False) as arrays:
            assert {array.dtype.kind for array in arrays.values()} <= {"u", "f"}


@pytest.mark.parametrize("name", ["topic.npz", "sentiment.npz", "voice.npz", "keywords.npz", CARD])
def test_a_missing_file_is_refused(weights: Path, name: str) -> None:
    """The message names the file that is not there."""
    (weights / name).unlink()
    assert name in refused(weights, "missing")


@pytest.mark.parametrize("name", ["topic", "sentiment", "voice", "keywords"])
def test_a_changed_file_is_refused(weights: Path, name: str) -> None:
    """One flipped bit is enough: the card vouches for the file by its SHA-256."""
    path = weights / f"{name}.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert "SHA-256" in refused(weights, "damaged")


def test_a_pickle_is_never_opened(weights: Path) -> None:
    """An array of objects, which only a pickle can hold, is refused also where the card vouches for it."""
    file = io.BytesIO()
    np.savez(file, hashes=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    replace_arrays(weights, "topic", file.getvalue())
    assert "plain arrays" in refused(weights, "damaged")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_what_is_no_array_file_is_refused(weights: Path, content: bytes) -> None:
    """A file of anything else is refused also where the card vouches for it."""
    replace_arrays(weights, "sentiment", content)
    refused(weights, "damaged")


def test_a_small_model_for_other_inputs_is_refused(weights: Path) -> None:
    """Weights for another list of cue words would weigh one group with the number of another."""
    with np.load(weights / "voice.npz") as arrays:
        kept = dict(arrays)
    file = io.BytesIO()
    np.savez(file, **(kept | {"form_weights": kept["form_weights"][1:]}))
    replace_arrays(weights, "voice", file.getvalue())
    assert "form has weights for" in refused(weights, "format")


def test_a_file_without_an_array_is_refused(weights: Path) -> None:
    """A file that lacks what the model needs is refused, with the array's name."""
    file = io.BytesIO()
    np.savez(file, hashes=np.zeros(1, dtype=np.uint32))
    replace_arrays(weights, "topic", file.getvalue())
    assert "other" in refused(weights, "damaged")


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b'{"format": 3}', b"\xff"])
def test_a_broken_card_is_refused(weights: Path, content: bytes) -> None:
    """A card that can't be read is refused, and never guessed at."""
    (weights / CARD).write_bytes(content)
    refused(weights, "damaged" if content == b'{"format": 3}' or not content.startswith(b'{"') else "format")


def test_a_changed_card_is_refused(weights: Path) -> None:
    """Labels in another order would call good what is bad, and a revision of a million would win over all to come; as it was, it is read."""
    card = read_card(weights)
    change_card(weights, lambda card: card["models"]["sentiment"]["labels"].reverse(), seal=card.seal)
    assert "seal" in refused(weights, "damaged")
    change_card(weights, lambda card: card["models"]["sentiment"]["labels"].reverse(), seal=card.seal)
    assert read_card(weights) == card
    change_card(weights, lambda card: card.update(tag_revision=10**6), seal=card.seal)
    refused(weights, "damaged")


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("topic", "weights"),
        ("topic", "rarity"),
        ("sentiment", "weights"),
        ("sentiment", "scale"),
        ("voice", "weights"),
        ("keywords", "idf"),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(weights: Path, name: str, array: str) -> None:
    """An array with fewer rows, or with something else than numbers, is refused before a text is tagged, also where the card vouches."""
    with np.load(weights / f"{name}.npz") as arrays:
        kept = dict(arrays)
    for value, says in ((kept[array][1:], "shape"), (kept[array] * np.float32("nan"), array)):
        file = io.BytesIO()
        np.savez(file, **(kept | {array: value}))
        replace_arrays(weights, name, file.getvalue())
        assert says in refused(weights, "format" if says == "shape" else "damaged")


@pytest.mark.parametrize("version", [2, 4, None])
def test_another_format_is_refused(weights: Path, version: int | None) -> None:
    """A folder of an older or a newer format is refused by its number, before anything else is read."""
    change_card(weights, lambda card: card.update(format=version, models="other than now"))
    assert "this program reads 3" in refused(weights, "format")


def test_other_features_are_refused(weights: Path) -> None:
    """Weights for hashes that are computed otherwise would answer at random."""
    change_card(weights, lambda card: card.update(features=0))
    assert "features" in refused(weights, "format")


@pytest.mark.parametrize(("part", "value"), [("engine", "jieba"), ("version", "0.1.0"), ("dictionary", "0" * 16), ("cleaning", 0)])
def test_another_segmenter_is_refused(weights: Path, part: str, value: object) -> None:
    """Weights made with another engine, version, dictionary or cleaning are refused, and both stamps are named."""
    change_card(weights, lambda card: card["segmenter"].update({part: value}))
    says = refused(weights, "segmenter")
    assert str(value) in says
    assert str(default().stamp) in says


def test_an_office_dictionary_needs_its_own_weights(weights: Path) -> None:
    """Words of the office's own change the cutting, so as what the classifiers see they are refused."""
    refused(weights, "segmenter", Segmenter([Word("桃园惠民通", None, None)]))


def test_a_model_that_the_card_does_not_name_is_refused(weights: Path) -> None:
    """A file that nobody vouches for is not used."""
    change_card(weights, lambda card: card["models"].pop("topic"))
    assert "topic" in refused(weights, "damaged")


def test_the_revision_grows(small_weights: Path, weights: Path, tmp_path: Path) -> None:
    """New tags are of a higher revision than those shipped and those in the folder; a lost card stops the count."""
    assert next_revision(small_weights) == 8
    assert next_revision(tmp_path / "none") == read_card(SHIPPED).tag_revision + 1
    (weights / CARD).write_bytes(b"{")
    with pytest.raises(WeightsError):
        next_revision(weights)
