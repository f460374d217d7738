"""The model's weights are used only where they are whole, and hold no text."""

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
from nlp.proofread.weights import ARRAYS, CARD, SHIPPED, load, read_card


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "weights"))


def change_card(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a card as somebody with an editor would."""
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    change(card)
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")


def replace_arrays(folder: Path, content: bytes) -> None:
    """Put other content in the file and let the card vouch for it."""
    (folder / ARRAYS).write_bytes(content)
    change_card(folder, lambda card: card.update(sha256=hashlib.sha256(content).hexdigest()))


def with_arrays(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the arrays and let the card vouch for them."""
    with np.load(folder / ARRAYS) as stored:
        arrays = dict(stored)
    change(arrays)
    file = io.BytesIO()
    np.savez(file, **arrays)
    replace_arrays(folder, file.getvalue())


def refused(folder: Path, reason: str) -> str:
    """Load, expect a refusal, and give what it says."""
    with pytest.raises(WeightsError) as caught:
        load(folder)
    assert caught.value.reason == reason
    assert str(folder) in str(caught.value)
    assert "yuqing train-proofread" in str(caught.value)
    return str(caught.value)


def test_the_shipped_weights_are_small_and_hold_no_text() -> None:
    """Numbers only; with the other models no more than 40 MB. The only characters and words are the dictionary's and those of the sounds."""
    assert sum(file.stat().st_size for folder in (SHIPPED, SHIPPED.parents[1] / "weights") for file in folder.iterdir()) < 40e6
    with np.load(SHIPPED / ARRAYS, allow_pickle=False) as arrays:
        assert {array.dtype.kind for array in arrays.values()} <= {"u", "f", "i"}
    assert read_card(SHIPPED).version in (SHIPPED / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [CARD, ARRAYS])
def test_a_missing_file_is_refused(weights: Path, name: str) -> None:
    """The message names the file that is not there."""
    (weights / name).unlink()
    assert name in refused(weights, "missing")


def test_a_changed_file_is_refused(weights: Path) -> None:
    """One flipped bit is enough: the card vouches for the file by its SHA-256."""
    content = bytearray((weights / ARRAYS).read_bytes())
    content[len(content) // 2] ^= 1
    (weights / ARRAYS).write_bytes(content)
    assert "SHA-256" in refused(weights, "damaged")


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff"])
def test_a_broken_card_is_refused(weights: Path, content: bytes) -> None:
    """A card that can't be read is refused, and never guessed at."""
    (weights / CARD).write_bytes(content)
    refused(weights, "damaged")


def test_an_older_format_is_refused(weights: Path) -> None:
    """Numbers for other hashes would answer at random."""
    change_card(weights, lambda card: card.update(format=0))
    assert "this program reads" in refused(weights, "format")


def test_a_pickle_is_never_opened(weights: Path) -> None:
    """An array of objects, which only a pickle can hold, is refused also where the card vouches for it."""
    with_arrays(weights, lambda arrays: arrays.update(rough=np.array([{"a": 1}], dtype=object)))
    refused(weights, "format")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_what_is_no_array_file_is_refused(weights: Path, content: bytes) -> None:
    """A file of anything else is refused also where the card vouches for it."""
    replace_arrays(weights, content)
    with pytest.raises(WeightsError):
        load(weights)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda arrays: arrays.pop("grams"), "damaged"),
        (lambda arrays: arrays.update(grams=arrays["grams"][:-1]), "format"),
        (lambda arrays: arrays.update(words=arrays["words"].astype(np.uint64)), "format"),
        (lambda arrays: arrays.update(seen=arrays["seen"][:-1]), "format"),
        (lambda arrays: arrays.update(singles_inputs=arrays["singles_inputs"] + 200), "format"),
        (lambda arrays: arrays.update(doubles_roots=arrays["doubles_roots"] + 10_000_000), "format"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(weights: Path, change: Callable[[dict[str, Any]], object], reason: str) -> None:
    """An array that is missing, or has another shape or kind, is refused before any text is read."""
    with_arrays(weights, change)
    refused(weights, reason)
