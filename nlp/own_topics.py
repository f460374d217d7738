"""The office's own topics: by words that stand in a text, or by being like the examples that the office gave."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from matching.words import Listed, Words
from nlp.known import TopicOfOffice
from nlp.linear import Classifier, Numbers, Weighed, likeness
from nlp.segment import Segmenter

SHOWN_WORDS = 5


class Matched(NamedTuple):
    """One topic of the office's that a text has, and why: for people, in Chinese."""

    name: str
    why: str


class OwnTopics:
    """Finds the office's own topics. Safe to share between threads."""

    def __init__(self, topics: Sequence[TopicOfOffice], classifier: Classifier, segmenter: Segmenter) -> None:
        self._words = Words({topic.name: Listed(topic.words, topic.except_) for topic in topics if topic.words})
        self._like = [topic for topic in topics if topic.examples]
        centres = [classifier.centre(segmenter.cut_batch(topic.examples)) for topic in self._like]
        self._centres = np.stack(centres, axis=1) if centres else np.zeros((0, 0), dtype=np.float32)
        self._none = not topics
        self._least = np.array([topic.similar for topic in self._like], dtype=np.float32)

    def find(self, folded: Sequence[str], weighed: Weighed) -> list[tuple[Matched, ...]]:
        """The topics of each text; `folded` are the texts as `matching.fold` makes them, `weighed` the same by the topic classifier."""
        if self._none:
            return [()] * len(folded)
        like = likeness(weighed, self._centres) if self._like else np.zeros((len(folded), 0), dtype=np.float32)
        return [self._of(text, row) for text, row in zip(folded, like, strict=True)]

    def _of(self, folded: str, like: Numbers) -> tuple[Matched, ...]:
        found = {name: f"词：{'、'.join(words[:SHOWN_WORDS])}" for name, words in self._words.find(folded).items()}
        for place in np.flatnonzero(like >= self._least).tolist():
            found.setdefault(self._like[place].name, f"例：相似度 {like[place]:.2f}")
        return tuple(Matched(name, why) for name, why in sorted(found.items()))
