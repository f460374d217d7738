"""What grouping remembers, as values that can be stored as JSON documents and read back to the same results."""

import zlib
from datetime import datetime
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from incidents.errors import StateRefused
from incidents.terms import TERMS, WIDTH, Matrix


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of the grouping. Tuned on labelled microblogs of 2026 (docs/incidents.md has what each did)."""

    join: float = 0.08  # a post joins the best group whose score reaches this, else it opens one
    likeness: float = 0.0  # and to whose posts, as far as they have not faded, its mean similarity is this much
    crowd: float = 0.5  # the score is the similarity to a group's sum of posts, divided by its size to this power
    half_life_h: float = 8.0  # after this long without news a group weighs half
    block: int = 50  # posts after which rarity is updated, groups merge and silent ones are forgotten
    silent_h: float = 48.0  # a group without a post for this long takes no more
    merge: float = 0.09  # two groups become one when their score reaches this
    merge_crowd: float = 0.65  # their score is the similarity of their sums, divided by the product of their sizes to this power
    merge_half_life_h: float = 12.0  # and halved for each such time between their last posts
    terms: int = 300  # a group's heaviest terms that are kept
    groups: int = 5000  # groups kept at most; the longest silent are forgotten first

    @property
    def stamp(self) -> str:
        """What a state must have been made with to be read again."""
        return f"{TERMS}-{zlib.crc32(msgspec.json.encode(self)):08x}"


class Arrival(NamedTuple):
    """A post as grouping sees it; whatever else is known of it has no say."""

    id: str
    at: datetime  # when it was published, aware
    text: str


class Merge(NamedTuple):
    """One group that became part of an older one."""

    gone: str
    into: str


class Update(NamedTuple):
    """What came of some arrivals: `groups[i]` is the group that arrival i joined, as it is called before `merges`."""

    groups: tuple[str, ...]
    merges: tuple[Merge, ...]


class Vector(msgspec.Struct, frozen=True):
    """A sparse vector: `columns` little-endian int32, `weights` little-endian float32."""

    columns: bytes
    weights: bytes


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One group. What was merged into it counts in its size."""

    id: str
    size: int  # posts
    at: float  # of its last post, seconds since 1970
    scale: float  # what the stored sum is to be multiplied by
    held: bool  # an officer has judged it: it takes posts, but no longer merges
    sum: Vector
    weight: float = 0.0  # what is left of its posts after fading, to be multiplied by `scale`, too; states of old don't say


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A post of the block that is not yet full."""

    group: str
    at: float
    share: float  # its weight in its group now
    terms: bytes  # columns of its terms, little-endian int32
    vector: Vector


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that grouping remembers. No texts, no authors, and of posts only the id that names a group."""

    made_by: str  # stamps of recipe and segmenter: others would go on to other results
    counts: bytes  # posts that had each term, float32, compressed
    posts: float
    settled: int  # so many of the groups stood when the open block began
    groups: tuple[Group, ...]
    pending: tuple[Pending, ...]


def pack(matrix: Matrix, row: int) -> Vector:
    """One row of a matrix as a value."""
    part = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return Vector(matrix.indices[part].astype("<i4").tobytes(), matrix.data[part].astype("<f4").tobytes())


def unpack(vectors: list[Vector]) -> Matrix:
    """The rows of a matrix from values. Raises StateRefused where columns and weights don't belong together."""
    columns = [numbers(vector.columns, "<i4") for vector in vectors]
    weights = [numbers(vector.weights, "<f4") for vector in vectors]
    if any(
        len(column) != len(weight) or (len(column) and not 0 <= column.min() <= column.max() < WIDTH)
        for column, weight in zip(columns, weights, strict=True)
    ):
        raise StateRefused("the stored groups are damaged: their terms and weights don't fit; start from an empty state")
    bounds = np.concatenate([[0], np.cumsum([len(column) for column in columns], dtype=np.int64)])
    together = (np.concatenate([*weights, np.zeros(0, "<f4")]), np.concatenate([*columns, np.zeros(0, "<i4")]), bounds)
    return sparse.csr_array(together, shape=(len(vectors), WIDTH), dtype=np.float32)


def numbers(stored: bytes, kind: str) -> NDArray[np.generic]:
    """Numbers from bytes. Raises StateRefused where there is half a number."""
    if len(stored) % np.dtype(kind).itemsize:
        raise StateRefused("the stored groups are damaged: half a number; start from an empty state")
    return np.frombuffer(stored, dtype=kind)
