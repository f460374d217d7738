"""In which language a text is written, as far as its script says: so that nothing is tagged as if it were Chinese that is not."""

import functools

import numpy as np
from numpy.typing import NDArray

from nlp.segment import Batch

CHINESE = "zh"
NOTHING = ""  # no letters: numbers, pictures, emoticons

# Uyghur is written with letters that Arabic and Persian don't have.
_UYGHUR = "ېۇۆۈۋەڭ"
_SCRIPTS: tuple[tuple[str, tuple[range, ...]], ...] = (
    (CHINESE, (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x32000))),
    ("latin", (range(0x41, 0x5B), range(0x61, 0x7B), range(0xC0, 0x250), range(0x1E00, 0x1F00))),
    ("bo", (range(0xF00, 0x1000),)),  # Tibetan
    ("arabic", (range(0x600, 0x700), range(0x750, 0x780), range(0xFB50, 0xFE00), range(0xFE70, 0xFF00))),
    ("mn", (range(0x1800, 0x18B0),)),  # Mongolian, in its own script
    ("ii", (range(0xA000, 0xA4D0),)),  # Yi
    ("cyrillic", (range(0x400, 0x530),)),
    ("ko", (range(0x1100, 0x1200), range(0xAC00, 0xD7B0))),
    ("ja", (range(0x3041, 0x3100), range(0x31F0, 0x3200))),
    ("thai", (range(0xE00, 0xE80),)),
    ("tai", (range(0x1950, 0x1980), range(0x1980, 0x19E0), range(0x1A20, 0x1AB0))),  # Dai
)
_NAMES = tuple(name for name, _ in _SCRIPTS)
_ZH, _LATIN, _ARABIC, _JA = (_NAMES.index(name) for name in (CHINESE, "latin", "arabic", "ja"))
_NO_LETTER = len(_NAMES)
_CALLED = (*_NAMES, NOTHING)
_LEAST_SHARE = 0.1  # of the letters: so many Chinese characters among Latin ones make a text Chinese, so many kana Japanese


def languages(batch: Batch) -> list[str]:
    """The language or, where the script does not tell it, the script of each text of a batch; NOTHING for one without letters.

    "zh", "bo" (Tibetan), "ug" (Uyghur), "mn" (Mongolian), "ii" (Yi), "ko", "ja"; "latin", "cyrillic", "arabic", "thai", "tai".
    """
    kinds = _table()[batch.codes]
    letters = kinds < _NO_LETTER
    if not (letters & (kinds != _ZH)).any():  # nearly always
        found = np.bincount(_texts(batch)[letters], minlength=batch.size) > 0
        return [CHINESE if chinese else NOTHING for chinese in found.tolist()]
    width = len(_NAMES)
    counts = np.bincount(_texts(batch)[letters] * width + kinds[letters], minlength=batch.size * width).reshape(batch.size, width)
    named = [_CALLED[place] for place in _places(counts).tolist()]
    for place in [place for place, name in enumerate(named) if name == "arabic"]:
        codes = batch.codes[_texts(batch) == place]
        if np.isin(codes, [ord(letter) for letter in _UYGHUR]).any():
            named[place] = "ug"
    return named


def _places(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of _CALLED each text is in, by its letters of each script; shapes (texts, scripts) and (texts,)."""
    few = _LEAST_SHARE * counts.sum(axis=1)
    best = counts.argmax(axis=1)
    chinese = (best == _LATIN) & (counts[:, _ZH] >= few)
    japanese = ((best == _ZH) | (best == _LATIN)) & (counts[:, _JA] >= few)
    places: NDArray[np.int64] = np.select([few == 0, japanese, chinese], [_NO_LETTER, _JA, _ZH], best)
    return places


def _texts(batch: Batch) -> NDArray[np.int64]:
    """Which text each character belongs to."""
    return np.repeat(batch.texts, batch.lengths)


@functools.cache
def _table() -> NDArray[np.uint8]:
    table = np.full(0x110000, _NO_LETTER, dtype=np.uint8)
    for place, (_, ranges) in enumerate(_SCRIPTS):
        for codes in ranges:
            table[codes.start : codes.stop] = place
    return table
