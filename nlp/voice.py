"""In which voice a text speaks: somebody's own, a report, an advert; and whether its author asks for something.

Two small logistic regressions over counts of cue words (`cues.txt`), the shape of the text, and what its words say by themselves.
They are to sort, not to dismiss.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.clean import BREAK_CODE, FIRST_PRIVATE_PLANE
from nlp.cues import Cues
from nlp.features import Hashed
from nlp.linear import Classifier, Numbers
from nlp.logistic import Logistic
from nlp.segment import Batch
from streams.messages import Form

FORMS = (Form.VOICE, Form.NEWS, Form.ADVERT)  # that the model knows; who speaks for the office is known otherwise
SHAPE = ("length", "hashtags", "mentions", "pictures", "digits", "headline_first")
WORDS = ("news", "asks")  # what the words are asked about, each by a column of its own
_PICTURES = range(0x1F000, 0x1FB00)
_DIGITS = range(ord("0"), ord("9") + 1)


class Heard(NamedTuple):
    """What is found of each text of a batch."""

    forms: Numbers  # probability of each of FORMS; shape (texts, 3)
    asks: Numbers  # probability that the author asks for something; shape (texts,)


class Voice:
    """Both models over one look at the texts. Safe to share between threads."""

    def __init__(self, cues: Cues, words: Classifier, form: Logistic, asks: Logistic) -> None:
        self.words = words  # what each word says for a report, and for a text that asks
        self._cues, self._form, self._asks = cues, form, asks

    def hear(self, batch: Batch, hashed: Hashed) -> Heard:
        """The voices of a batch of texts."""
        found = inputs(self._cues, batch, self.words.margins(hashed))
        form, asks = found[:, :-1], np.delete(found, -2, axis=1)
        speaks = np.bincount(batch.texts[batch.is_word], minlength=batch.size) > 0  # who says nothing asks for nothing
        return Heard(self._form.probabilities(form), self._asks.probabilities(asks)[:, 1] * speaks)


def input_names(cues: Cues, asked: str) -> tuple[str, ...]:
    """The names of what a model sees, in order; `asked` is one of WORDS."""
    return (*cues.names, *SHAPE, f"words_{asked}")


def inputs(cues: Cues, batch: Batch, words: Numbers) -> Numbers:
    """What the models see: the logarithm of one more than how often each group of cues stands in a text, its shape, what its words say.

    `words` has shape (texts, 2), one column for each of WORDS; each model sees its own.
    """
    counts = np.log1p(cues.count("".join(batch.words), np.flatnonzero(batch.codes == BREAK_CODE), batch.size))
    found: Numbers = np.concatenate([counts, _shape(batch), words], axis=1).astype(np.float32)
    return found


def _shape(batch: Batch) -> Numbers:
    breaks = batch.codes == BREAK_CODE
    texts = np.cumsum(breaks)

    def count(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(texts[which], minlength=batch.size)[: batch.size]

    codes = batch.codes
    length = count(~breaks)
    pictures = (codes >= _PICTURES.start) & (codes < _PICTURES.stop) | (codes >= FIRST_PRIVATE_PLANE)
    digits = (codes >= _DIGITS.start) & (codes < _DIGITS.stop)
    starts = np.concatenate([[0], np.flatnonzero(breaks) + 1])[: batch.size]
    first = np.append(codes, BREAK_CODE)[np.minimum(starts, len(codes))]
    columns = (
        np.log1p(length),
        np.log1p(count(codes == ord("#"))),
        np.log1p(count(codes == ord("@"))),
        np.log1p(count(pictures)),
        count(digits) / np.maximum(length, 1),
        first == ord("【"),
    )
    return np.stack(columns, axis=1).astype(np.float32)
