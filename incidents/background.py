"""How rare terms are in general, so that grouping knows "today" from "water pipe" before it has seen a thousand posts.

The shipped file holds, for each of the hashed terms, in how many of 40,700 texts it stands: no words, no sentences. It was
made from the microblogs of sentiment/train (SMP2020-EWECT) and the citizens' messages of incidents/messages (泰迪杯 2020 C),
and is made anew by `python -m incidents.background DATA`, where DATA is the folder with these sets.
"""

import functools
import gzip
import io
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from incidents.errors import BackgroundError
from incidents.rarity import Rarity
from incidents.terms import TERMS, WIDTH, count_terms

SHIPPED = Path(__file__).parent / "weights" / "background.npz"
SETS = ("sentiment/train.jsonl.gz", "incidents/messages.jsonl.gz")

_WEIGHT = 4000.0  # posts: as much as so many posts of the stream itself; from 1,000 to 16,000 it matters little
_STEPS = 8  # numbers are kept to an eighth of a doubling, in one byte
_AT_ONCE = 5000


class _Row(msgspec.Struct):
    text: str


def background(path: Path = SHIPPED) -> Rarity:
    """What is known of terms before the first post. Raises BackgroundError where the file is missing, damaged or of other terms."""
    levels, posts = _read(path)
    counts = (np.exp2(levels.astype(np.float32) / _STEPS) - 1.0) * np.float32(_WEIGHT / posts)
    return Rarity(counts.astype(np.float32), _WEIGHT)


def learn(texts: Iterable[Sequence[str]], path: Path) -> int:
    """Count terms in portions of texts and write the file; gives the number of texts."""
    counts, posts = np.zeros(WIDTH), 0
    for portion in texts:
        counts += np.bincount(count_terms(portion).indices, minlength=WIDTH)
        posts += len(portion)
    levels = np.round(_STEPS * np.log2(1.0 + counts)).astype(np.uint8)
    content = io.BytesIO()
    np.savez_compressed(content, levels=levels, posts=np.int64(posts), terms=np.int64(TERMS))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.getvalue())
    return posts


@functools.cache
def _read(path: Path) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint8]], int]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            levels, posts, terms = arrays["levels"], int(arrays["posts"]), int(arrays["terms"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BackgroundError(f"{path}: can't be read as the background of grouping ({error}); install the program anew") from error
    if terms != TERMS or levels.shape != (WIDTH,) or posts <= 0:
        raise BackgroundError(f"{path}: is of other terms than this program's ({terms}, not {TERMS}); install the program anew")
    return levels, posts


def _portions(folder: Path) -> Iterator[list[str]]:
    decoder = msgspec.json.Decoder(_Row)
    for name in SETS:
        with gzip.open(folder / name) as file:
            texts = [decoder.decode(line).text for line in file]
        for start in range(0, len(texts), _AT_ONCE):
            yield texts[start : start + _AT_ONCE]


if __name__ == "__main__":
    sys.stdout.write(f"{SHIPPED}: {learn(_portions(Path(sys.argv[1])), SHIPPED)} texts\n")
