"""What grouping knows of terms before the first post."""

from pathlib import Path

import numpy as np
import pytest

from incidents.background import background, learn
from incidents.errors import BackgroundError
from incidents.terms import WIDTH, count_terms


def weight(text: str) -> float:
    """The mean rarity of a text's terms."""
    known = background()
    columns = count_terms([text]).indices
    return float(np.log((known.posts + 2) / (known.counts[columns] + 1)).mean())


def test_shipped_background_knows_common_from_rare() -> None:
    """Everyday words weigh less than what only one incident speaks of."""
    assert weight("今天 大家 可以") < weight("水泵烧毁 伸缩缝") - 1


def test_what_was_learnt_is_read_back(tmp_path: Path) -> None:
    """Counts survive to within a tenth, and weigh like the posts that they stand for."""
    learn([["停水"] * 30, ["大桥"] * 10], tmp_path / "background.npz")
    known = background(tmp_path / "background.npz")
    share = known.counts[count_terms(["停水"]).indices] / known.posts
    assert share == pytest.approx([0.75, 0.75], rel=0.1)


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_missing_or_damaged_background_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """It says which file and what to do."""
    path = tmp_path / "background.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BackgroundError, match="install the program anew"):
        background(path)


def test_background_of_other_terms_is_refused(tmp_path: Path) -> None:
    """Counts of terms hashed otherwise would say nothing."""
    path = tmp_path / "background.npz"
    np.savez(path, levels=np.zeros(WIDTH, np.uint8), posts=np.int64(1), terms=np.int64(99))
    with pytest.raises(BackgroundError, match="other terms"):
        background(path)
