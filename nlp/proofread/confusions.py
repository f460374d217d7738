"""What may have been meant by each character: others of like sound and like shape, and what was seen to be confused."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from nlp.proofread.grams import Codes

_PLANE = 1 << 16
UNLIKE, NEAR, ALSO, SAME = range(4)  # how alike two characters sound: not; nearly; by some reading; by the usual reading of both


class Confusions(NamedTuple):
    """For each written character a row of others; `starts` has one entry for each code, and one more."""

    starts: NDArray[np.int32]  # shape (65537,)
    codes: Codes  # of what may have been meant; shape (pairs,)
    sounds: NDArray[np.uint8]  # UNLIKE … SAME; shape (pairs,)
    shapes: NDArray[np.uint8]  # 0 unlike to 255 the same; shape (pairs,)
    keys: NDArray[np.uint32]  # both codes of each pair in one, sorted; shape (pairs,)

    def of(self, written: Codes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All pairs of some written characters: the place in `written` of each pair, and the place of the pair here."""
        first = self.starts[written].astype(np.int64)
        counts = self.starts[written.astype(np.int64) + 1] - first
        places = np.repeat(np.arange(len(written)), counts)
        within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return places, np.repeat(first, counts) + within

    def find(self, written: Codes, meant: Codes) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The place of some pairs here, and whether they are here at all."""
        wanted = written.astype(np.uint32) * np.uint32(_PLANE) + meant
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return places, self.keys[places] == wanted

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The numbers as they are stored."""
        return {
            "written": np.repeat(np.arange(_PLANE), np.diff(self.starts)).astype(np.uint16),
            "meant": self.codes,
            "sounds": self.sounds,
            "shapes": self.shapes,
        }

    @classmethod
    def read(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """What `arrays` stored; `written` is sorted."""
        starts = np.searchsorted(arrays["written"], np.arange(_PLANE + 1)).astype(np.int32)
        keys = arrays["written"].astype(np.uint32) * np.uint32(_PLANE) + arrays["meant"]
        return cls(starts, arrays["meant"], arrays["sounds"], arrays["shapes"], keys)
