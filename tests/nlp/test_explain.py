"""The words that decided an answer."""

import json

from nlp.lines import tag_lines
from nlp.tagger import Tagger

TEXT = "小区停水三天了，气死了[怒]，请问什么时候恢复供水？"


def test_the_words_that_decided_are_named(tagger: Tagger) -> None:
    """Of a complaint of water that is off: the water, the anger, the asking."""
    tags, because = tagger.explain(TEXT)
    assert tags == tagger.tag_texts([TEXT])[0]
    assert any("水" in each.word for each in because.topic[:3])
    assert {"气死", "[怒]"} <= {each.word for each in because.sentiment if each.weight > 0}
    assert because.asks
    assert all(each.word in TEXT for words in because for each in words)


def test_leaving_out_the_first_word_makes_the_answer_less_sure(tagger: Tagger) -> None:
    """What is said to have spoken for an answer did."""
    tags, because = tagger.explain(TEXT)
    strongest = next(each.word for each in because.sentiment if each.weight > 0)
    (without,) = tagger.tag_texts([TEXT.replace(strongest, "，")])
    assert without.sentiment != tags.sentiment or without.sentiment_score < tags.sentiment_score


def test_nothing_is_explained_of_what_was_not_read(tagger: Tagger) -> None:
    """Nor of an empty text."""
    for text in ("", "！！！", "བོད་སྐད་ཀྱི་ཡི་གེ"):
        assert not any(tagger.explain(text)[1])


def test_a_long_text_is_explained(tagger: Tagger) -> None:
    """By its first words."""
    assert tagger.explain(TEXT * 300)[1].topic


def test_lines_with_reasons(tagger: Tagger) -> None:
    """As `yuqing tag --explain` writes them."""
    (line,) = tag_lines([json.dumps({"text": TEXT, "id": 7}).encode()], tagger, explain=True)
    given = json.loads(line.content)
    assert (given["id"], set(given["because"])) == (7, {"topic", "sentiment", "form", "asks"})
    assert all(isinstance(word, str) and isinstance(weight, float) for word, weight in given["because"]["topic"])
