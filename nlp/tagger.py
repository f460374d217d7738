"""Says of posts what they are about, how they feel, and which words matter: batches in, tags out."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self

from nlp.features import Hashed
from nlp.models import SENTIMENT, SHIPPED, TOPIC, Weights, load, read_card
from nlp.segment import Segmenter, default, word_lists
from streams.messages import Post, TaggedPost, Tags

_AT_ONCE_TEXTS = 512  # more at once is slower: the arrays leave the processor's cache
_AT_ONCE_CHARACTERS = 200_000


class Tagger:
    """Tags texts with one set of weights. Safe to share between threads: it only reads.

    segmenter: what the weights were made with; the classifiers see its words. words: what cuts tokens and keywords, which people
    search for; where it is another, it knows an office's own words, and each text is cut twice.
    """

    def __init__(self, weights: Weights, segmenter: Segmenter, words: Segmenter | None = None) -> None:
        self._weights = weights
        self._segmenter = segmenter
        self._words = words or segmenter
        models = weights.card.models
        self._topics = models[TOPIC].labels
        self._sentiments = tuple(int(label) for label in models[SENTIMENT].labels)
        self.model = f"{TOPIC}-{models[TOPIC].version}/{SENTIMENT}-{models[SENTIMENT].version}"
        self.tag_revision = weights.card.tag_revision

    @classmethod
    def load(cls, folder: Path | None = None, words: Segmenter | None = None) -> Self:
        """A tagger with the shipped weights, or those of another folder, whose tokens are cut by `words`.

        Raises WeightsError where the weights are missing, damaged, or made with a segmenter that is neither `words` nor the one with
        the built-in dictionary only.
        """
        folder, words = folder or SHIPPED, words or default()
        trained = words if read_card(folder).segmenter == words.stamp else default()
        return cls(load(folder, trained), trained, words)

    @property
    def segmenter(self) -> str:
        """The stamp of what cuts the tokens; it stands on the indices that hold them."""
        return str(self._words.stamp)

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
        if self._words is not self._segmenter:
            batch = self._words.cut_batch(texts)
            hashed = Hashed(batch)
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
