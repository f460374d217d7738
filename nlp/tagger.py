"""Says of posts what they are about, how they feel, and which words matter: batches in, tags out."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self

from nlp.features import Hashed
from nlp.models import SENTIMENT, SHIPPED, TOPIC, Weights, load
from nlp.segment import Segmenter, default, word_lists
from streams.messages import Post, TaggedPost, Tags

_AT_ONCE_TEXTS = 512  # more at once is slower: the arrays leave the processor's cache
_AT_ONCE_CHARACTERS = 200_000


class Tagger:
    """Tags texts with one set of weights. Safe to share between threads: it only reads."""

    def __init__(self, weights: Weights, segmenter: Segmenter) -> None:
        self._weights = weights
        self._segmenter = segmenter
        models = weights.card.models
        self._topics = models[TOPIC].labels
        self._sentiments = tuple(int(label) for label in models[SENTIMENT].labels)
        self.model = f"{TOPIC}-{models[TOPIC].version}/{SENTIMENT}-{models[SENTIMENT].version}"
        self.tag_revision = weights.card.tag_revision

    @classmethod
    def load(cls, folder: Path | None = None, segmenter: Segmenter | None = None) -> Self:
        """A tagger with the shipped weights, or those of another folder, made with the same segmenter.

        Raises WeightsError where they are missing, damaged, or made with another segmenter.
        """
        segmenter = segmenter or default()
        return cls(load(folder or SHIPPED, segmenter), segmenter)

    def tag(self, posts: Sequence[Post]) -> list[TaggedPost]:
        """Tag posts by title and text, in order."""
        tags = self.tag_texts([text_of(post) for post in posts])
        return [TaggedPost(post=post, tags=tag) for post, tag in zip(posts, tags, strict=True)]

    def tag_texts(self, texts: Sequence[str]) -> list[Tags]:
        """Tag texts, in order, whatever stands in them; an empty one gets the models' most likely labels."""
        return [tags for part in _parts(texts) for tags in self._tag_part(part)]

    def _tag_part(self, texts: Sequence[str]) -> Iterator[Tags]:
        batch = self._segmenter.cut_batch(texts)
        hashed = Hashed(batch)
        topic, sentiment = self._weights.topic.answer(hashed), self._weights.sentiment.answer(hashed)
        columns = zip(
            topic.best.tolist(),
            topic.score.tolist(),
            sentiment.best.tolist(),
            sentiment.score.tolist(),
            word_lists(batch),
            self._weights.keywords.keywords(batch, hashed),
            strict=True,
        )
        for topic_place, topic_score, sentiment_place, sentiment_score, words, keywords in columns:
            yield Tags(
                topic=self._topics[topic_place],
                topic_score=topic_score,
                sentiment=self._sentiments[sentiment_place],
                sentiment_score=sentiment_score,
                tokens=" ".join(words),
                keywords=keywords,
                model=self.model,
                tag_revision=self.tag_revision,
            )


class Titled(Protocol):
    """What of a post is read."""

    @property
    def title(self) -> str | None: ...
    @property
    def text(self) -> str: ...


def text_of(post: Titled) -> str:
    """What of a post is read: its title, where the text does not begin with it, and its text."""
    if post.title and not post.text.startswith(post.title):
        return f"{post.title}。{post.text}"
    return post.text


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Split texts so that one part neither holds many nor is long; a long text is a part of its own."""
    start = characters = 0
    for place, text in enumerate(texts):
        if place > start and (place - start >= _AT_ONCE_TEXTS or characters + len(text) > _AT_ONCE_CHARACTERS):
            yield texts[start:place]
            start, characters = place, 0
        characters += len(text)
    if start < len(texts):
        yield texts[start:]
