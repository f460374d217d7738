"""Says of posts what they are about, how they feel, in which voice they speak, and which words matter: batches in, tags out."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from config.topic_names import OTHER
from matching.mentions import Mentions
from nlp.about import About
from nlp.alike import CHAIN, has_own_words, origin_in, own_part
from nlp.asks import AskWords
from nlp.asks import Judged as Asked
from nlp.copies import copy_keys
from nlp.explain import Reasons, reasons
from nlp.features import Hashed
from nlp.folded import fold_many
from nlp.known import NOTHING as NOBODY
from nlp.known import Known
from nlp.language import CHINESE, NOTHING, languages
from nlp.linear import Answer
from nlp.models import SENTIMENT, SHIPPED, TOPIC, VOICE, Weights, load, read_card
from nlp.own_topics import Matched, OwnTopics
from nlp.segment import Batch, Segmenter, default, word_lists
from nlp.voice import FORMS, Heard
from streams.messages import Form, Kind, Post, Standing, TaggedPost, Tags

SECOND = 0.15  # a second topic this probable is close; measured in docs/models.md
UNSURE = 0.75  # a text this surely about none of the topics or less keeps the nearest one as second

_AT_ONCE_TEXTS = 512  # more at once is slower: the arrays leave the processor's cache
_AT_ONCE_CHARACTERS = 200_000
_HALF = 0.5
NO_ASK = Asked(None, is_report=False)


class Said(NamedTuple):
    """What is read of a post."""

    text: str
    standing: Standing = Standing.PRIVATE  # of its author
    accounts: tuple[str, ...] = ()  # that it concerns
    repost: bool = False


class Subject(NamedTuple):
    """What a text is about."""

    topic: str
    score: float
    second: str | None
    second_score: float | None


class Copy(NamedTuple):
    """What is needed to tell copies of a text."""

    own_words: bool
    keys: tuple[str, ...]


class Tagger:
    """Tags texts with one set of weights, for one office. Safe to share between threads: it only reads.

    segmenter: what the weights were made with; the classifiers see its words. words: what cuts tokens and keywords, which people
    search for; where it is another, it knows an office's own words, and each text is cut twice.
    """

    def __init__(self, weights: Weights, segmenter: Segmenter, words: Segmenter | None = None, known: Known = NOBODY) -> None:
        self._weights = weights
        self._segmenter = segmenter
        self._words = words or segmenter
        models = weights.card.models
        self._topics = models[TOPIC].labels
        self._sentiments = tuple(int(label) for label in models[SENTIMENT].labels)
        self._own = OwnTopics(known.topics, weights.topic, segmenter)
        self._asks = AskWords(known.asks)
        self._about = About(Mentions(known.accounts), weights.about)
        self.model = "/".join(f"{name}-{models[name].version}" for name in (TOPIC, SENTIMENT, VOICE))
        self.tag_revision = weights.card.tag_revision

    @classmethod
    def load(cls, folder: Path | None = None, words: Segmenter | None = None, known: Known = NOBODY) -> Self:
        """A tagger with the shipped weights, or those of another folder, whose tokens are cut by `words`.

        Raises WeightsError where the weights are missing, damaged, or made with a segmenter that is neither `words` nor the one with
        the built-in dictionary only.
        """
        folder, words = folder or SHIPPED, words or default()
        trained = trained_segmenter(folder, words)
        return cls(load(folder, trained), trained, words, known)

    @property
    def segmenter(self) -> str:
        """The stamp of what cuts the tokens; it stands on the indices that hold them."""
        return str(self._words.stamp)

    def tag(self, posts: Sequence[Post]) -> list[TaggedPost]:
        """Tag posts by title and text, in order."""
        tags = self.tag_said([Said(text_of(post), post.author.standing, post.accounts, post.kind is Kind.REPOST) for post in posts])
        return [TaggedPost(post=post, tags=tag) for post, tag in zip(posts, tags, strict=True)]

    def tag_texts(self, texts: Sequence[str]) -> list[Tags]:
        """Tag texts of private authors, in order, whatever stands in them; an empty one gets the models' most likely labels."""
        return self.tag_said([Said(text) for text in texts])

    def explain(self, text: str) -> tuple[Tags, Reasons]:
        """The tags of a text of a private author, and which of its words decided them."""
        tags = self.tag_texts([text])[0]
        read = tags.language in {CHINESE, None}
        return tags, reasons(self._weights, self._segmenter, text, tags) if read else Reasons((), (), (), ())

    def tag_said(self, said: Sequence[Said]) -> list[Tags]:
        """Tag what posts say, in order."""
        return [tags for part in _parts(said) for tags in self._tag_part(part)]

    def _columns(self, said: Sequence[Said]) -> Iterator[tuple[Any, ...]]:
        """What is found of each text, in the order in which `_tag_part` takes it."""
        texts = [one.text for one in said]
        first = batch = self._segmenter.cut_batch(texts)
        hashed = Hashed(batch)
        weighed = self._weights.topic.weigh(hashed)
        topic, sentiment = self._weights.topic.judge(weighed), self._weights.sentiment.answer(hashed)
        heard = self._weights.voice.hear(batch, hashed)
        folded = fold_many(texts)
        if self._words is not self._segmenter:
            batch = self._words.cut_batch(texts)
            hashed = Hashed(batch)
        return zip(
            said,
            folded,
            self._subjects(topic, weighed.present.counts),
            self._own.find(folded, weighed),
            sentiment.best.tolist(),
            sentiment.score.tolist(),
            heard.forms.tolist(),
            heard.asks.tolist(),
            self._doubtful(said, folded, heard),
            word_lists(batch),
            self._weights.keywords.keywords(batch, hashed),
            languages(batch),
            self._copies(said, first),
            strict=True,
        )

    def _tag_part(self, said: Sequence[Said]) -> Iterator[Tags]:
        for one, text, subject, own, feeling, feeling_score, forms, asks, doubtful, words, keywords, language, copy in self._columns(said):
            asked = self._asked(
                one.standing, text, asks, self._sentiments[feeling], subject.topic != OTHER and _loudest(forms) is Form.VOICE
            )
            if language not in {CHINESE, NOTHING}:
                yield self._unread(one, own, words, language, copy, is_report=asked.is_report)
                continue
            form, form_score = _form(one.standing, forms)
            yield Tags(
                topic=subject.topic,
                topic_score=subject.score,
                second_topic=subject.second,
                second_score=subject.second_score,
                own_topics=tuple(match.name for match in own),
                own_topics_why=tuple(match.why for match in own),
                sentiment=self._sentiments[feeling],
                sentiment_score=feeling_score,
                form=form,
                form_score=form_score,
                asks=asked.kind,
                asks_score=asks,
                is_report=asked.is_report,
                doubtful=doubtful,
                language=language or None,
                own_words=copy.own_words,
                copy_keys=copy.keys,
                tokens=" ".join(words),
                keywords=keywords,
                model=self.model,
                tag_revision=self.tag_revision,
            )

    def _unread(self, said: Said, own: Sequence[Matched], words: Sequence[str], language: str, copy: Copy, *, is_report: bool) -> Tags:
        """Tags of a text in a language that the models don't know: it can be searched for, and has the topics that its words name."""
        return Tags(
            topic=OTHER,
            topic_score=0.0,
            own_topics=tuple(match.name for match in own),
            own_topics_why=tuple(match.why for match in own),
            sentiment=0,
            sentiment_score=0.0,
            form=Form.OFFICIAL if said.standing is Standing.MONITORED else Form.VOICE,
            is_report=is_report,
            language=language,
            own_words=copy.own_words,
            copy_keys=copy.keys,
            tokens=" ".join(words),
            keywords=(),
            model=self.model,
            tag_revision=self.tag_revision,
        )

    def _copies(self, said: Sequence[Said], batch: Batch) -> list[Copy]:
        """What is needed to tell copies: the keys of a text's own part, or, of a repost without own words, of what it hands on."""
        found = [Copy(own_words=True, keys=keys) for keys in copy_keys(batch)]
        reposts = [place for place, one in enumerate(said) if one.repost or CHAIN in one.text]
        own = [has_own_words(said[place].text) for place in reposts]
        parts = [own_part(said[place].text) if is_own else origin_in(said[place].text) for place, is_own in zip(reposts, own, strict=True)]
        if reposts:
            for place, is_own, keys in zip(reposts, own, copy_keys(self._segmenter.cut_batch(parts)), strict=True):
                found[place] = Copy(own_words=is_own, keys=keys)
        return found

    def _subjects(self, answer: Answer, known: NDArray[np.int64]) -> Iterator[Subject]:
        """The topic of each text and, where it is close, the second one; a text of which nothing is known is about none."""
        other = np.where(known > 0, self._weights.other.probability(answer.margins), 1.0).tolist()
        rows = answer.probabilities.tolist()
        for none, best, second, row in zip(other, answer.best.tolist(), answer.second.tolist(), rows, strict=True):
            if none > _HALF:
                nearest = (self._topics[best], 1 - none) if none <= UNSURE else (None, None)
                yield Subject(OTHER, none, *nearest)
            else:
                close = (self._topics[second], row[second]) if row[second] >= SECOND else (None, None)
                yield Subject(self._topics[best], row[best], *close)

    def _asked(self, standing: Standing, folded: str, probability: float, sentiment: int, civic: bool) -> Asked:
        """What the author asks for. Only private authors ask: a newspaper that writes 投诉 tells of somebody else's."""
        if standing is not Standing.PRIVATE:
            return NO_ASK
        return self._asks.judge(folded, probability, sentiment=sentiment, civic=civic)

    def _doubtful(self, said: Sequence[Said], folded: Sequence[str], heard: Heard) -> list[tuple[str, ...]]:
        news, advert = (heard.forms[:, FORMS.index(form)].tolist() for form in (Form.NEWS, Form.ADVERT))
        return self._about.doubtful(folded, [one.accounts for one in said], news, advert)


def _form(standing: Standing, forms: Sequence[float]) -> tuple[Form, float | None]:
    """In which voice a text speaks. Who the author is says more than how it sounds."""
    if standing is Standing.MONITORED:
        return Form.OFFICIAL, None
    form = _loudest(forms)
    if standing is Standing.MEDIA and form is Form.VOICE:
        return Form.NEWS, None
    return form, max(forms)


def _is_civic(subject: Subject, forms: Sequence[float]) -> bool:
    """Whether somebody speaks for himself about one of the topics, as far as can be told."""
    return subject.topic != OTHER and subject.score >= _HALF and _loudest(forms) is Form.VOICE


def _loudest(forms: Sequence[float]) -> Form:
    """The most probable of FORMS."""
    return FORMS[max(range(len(FORMS)), key=forms.__getitem__)]


def trained_segmenter(folder: Path, words: Segmenter) -> Segmenter:
    """What the weights in a folder were made with: `words`, or else the segmenter with the built-in dictionary. Raises WeightsError."""
    return words if read_card(folder).segmenter == words.stamp else default()


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


def _parts(said: Sequence[Said]) -> Iterator[Sequence[Said]]:
    """Split texts so that one part neither holds many nor is long; a long text is a part of its own."""
    start = characters = 0
    for place, one in enumerate(said):
        if place > start and (place - start >= _AT_ONCE_TEXTS or characters + len(one.text) > _AT_ONCE_CHARACTERS):
            yield said[start:place]
            start, characters = place, 0
        characters += len(one.text)
    if start < len(said):
        yield said[start:]
