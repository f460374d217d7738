"""An office's own words, with weights that know nothing of them."""

from pathlib import Path

import pytest

from config.settings import NlpSettings
from nlp.errors import DictionaryError, WeightsError
from nlp.models import SHIPPED, read_card
from nlp.office import office_segmenter, office_tagger
from nlp.segment import Segmenter, default
from nlp.tagger import Tagger
from nlp.train import train
from tests.nlp.conftest import DAY
from tests.nlp.test_tagger import COMPLAINT, close

TEXTS = ("我们的桃园惠民通打不开，桃园惠民通没人管", COMPLAINT, "", "😂😂")


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("桃园惠民通\n", encoding="utf-8")
    return path


def test_its_words_are_tokens_and_keywords(words: Path) -> None:
    """They stand whole in what people search for and in word clouds, with the weights that are shipped."""
    (tags,) = office_tagger(NlpSettings(dictionary=words)).tag_texts(TEXTS[:1])
    assert tags.tokens.split(" ").count("桃园惠民通") == 2
    assert tags.keywords[0] == "桃园惠民通"
    (before,) = office_tagger(NlpSettings()).tag_texts(TEXTS[:1])
    assert "桃园惠民通" not in (*before.tokens.split(" "), *before.keywords)


def test_topic_and_sentiment_are_those_of_the_weights(words: Path) -> None:
    """The classifiers see the words that they were trained with, so a new word in the dictionary changes no label."""
    with_words, without = (Tagger.load(None, segmenter).tag_texts(TEXTS) for segmenter in (Segmenter.of_office(words), default()))
    for ours, theirs in zip(with_words, without, strict=True):
        assert (ours.topic, ours.topic_score, ours.sentiment, ours.sentiment_score) == pytest.approx(
            (theirs.topic, theirs.topic_score, theirs.sentiment, theirs.sentiment_score)
        )
    assert close(with_words[1], without[1])  # a text without these words is the same altogether


def test_the_stamp_for_the_indices_is_that_of_the_words(words: Path) -> None:
    """Not that of the weights: what is searched for must be cut as the tokens were."""
    tagger = office_tagger(NlpSettings(dictionary=words))
    assert tagger.segmenter == str(office_segmenter(NlpSettings(dictionary=words)).stamp)
    assert tagger.segmenter != str(read_card(SHIPPED).segmenter)
    assert office_tagger(NlpSettings()).segmenter == str(default().stamp)


def test_weights_of_other_words_are_refused(words: Path, labelled_data: Path, tmp_path: Path) -> None:
    """Weights that were trained with a dictionary are used with that one alone."""
    weights = tmp_path / "weights"
    train(labelled_data, weights, segmenter=Segmenter.of_office(words), revision=3, today=DAY, tell=lambda step: None)
    assert office_tagger(NlpSettings(dictionary=words, weights=weights)).tag_revision == 3
    words.write_text("桃园惠民通\n东湖小区\n", encoding="utf-8")
    for given in (NlpSettings(dictionary=words, weights=weights), NlpSettings(weights=weights)):
        with pytest.raises(WeightsError, match="made with the segmenter"):
            office_tagger(given)


def test_a_dictionary_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(DictionaryError, match=r"none\.txt: can't be read"):
        office_segmenter(NlpSettings(dictionary=tmp_path / "none.txt"))
