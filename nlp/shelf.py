"""Several versions of weights side by side, each in a folder named by its tag revision, and a file that names the one in use.

Nothing is ever changed in place: training adds a version, and going back adds a copy of an old one under a new revision, since what the
tags of a post come from is decided by revision.
"""

import shutil
from pathlib import Path

from msgspec.structs import replace

from nlp.errors import WeightsError
from nlp.models import ACTIVE, CARD, SHIPPED, Card, read_card, standing, write_card


def versions(shelf: Path) -> dict[int, Card | None]:
    """The cards of all versions by revision, oldest first; None for one of a format that this program can't use. Raises WeightsError."""
    numbers = sorted(int(path.name) for path in shelf.glob("*") if path.name.isdecimal() and (path / CARD).exists())
    return {number: _usable(shelf / str(number)) for number in numbers}


def _usable(folder: Path) -> Card | None:
    try:
        return read_card(folder)
    except WeightsError as error:
        if error.reason == "format":
            return None
        raise


def in_use(shelf: Path) -> Path:
    """The folder of the version in use; that of the shipped weights where the shelf is empty. Raises WeightsError."""
    folder = standing(shelf)
    return folder if (folder / CARD).exists() else SHIPPED


def use(shelf: Path, revision: int) -> None:
    """Put a version to use, in one step: whoever starts from now on takes it."""
    beside = shelf / f"{ACTIVE}.new"
    beside.write_text(f"{revision}\n", encoding="ascii")
    beside.replace(shelf / ACTIVE)


def go_back(shelf: Path, revision: int, new: int) -> Card:
    """Put a copy of an old version to use, under a new revision. Raises WeightsError where there is no such version."""
    old, folder = shelf / str(revision), shelf / str(new)
    if not (old / CARD).exists():
        raise WeightsError("missing", old, "there is no such version: `yuqing train --versions` lists those there are")
    card = replace(read_card(old), tag_revision=new)
    if folder.exists():
        raise WeightsError("damaged", folder, "stands there already: give another revision")
    shutil.copytree(old, folder, ignore=shutil.ignore_patterns(CARD))
    write_card(folder, card)
    use(shelf, new)
    return card
