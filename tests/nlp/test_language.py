"""Texts in other languages are told from Chinese, and are not tagged as if they were."""

import pytest

from config.topic_names import OTHER
from nlp.language import languages
from nlp.segment import default
from nlp.tagger import Tagger

TEXTS = {
    "地铁又晚点了": "zh",
    "iPhone 18 Pro Max 发布会": "zh",
    "雲溪發佈請回應": "zh",
    "བཀྲ་ཤིས་བདེ་ལེགས། ང་ལྷ་ས་ནས་ཡིན།": "bo",
    "ياخشىمۇسىز، مەن ئۈرۈمچىدىن كەلدىم": "ug",
    "مرحبا كيف حالك": "arabic",
    "ᠰᠠᠶᠢᠨ ᠪᠠᠶᠢᠨ᠎ᠠ ᠤᠤ": "mn",
    "ꆈꌠꉙ": "ii",
    "안녕하세요": "ko",
    "東京は今日も雨です": "ja",
    "Привет": "cyrillic",
    "hello there": "latin",
    "12345 😂[doge]": "",
    "": "",
}


def test_the_script_tells() -> None:
    """Each alone and all together."""
    assert languages(default().cut_batch(list(TEXTS))) == list(TEXTS.values())
    assert [languages(default().cut_batch([text]))[0] for text in TEXTS] == list(TEXTS.values())
    assert languages(default().cut_batch([])) == []


@pytest.mark.parametrize("text", [text for text, language in TEXTS.items() if language not in {"zh", ""}])
def test_what_is_not_chinese_is_not_tagged_as_if_it_were(tagger: Tagger, text: str) -> None:
    """No topic, no sentiment and no request, with a score of 0; the language says why. Its words can be searched for."""
    (tags,) = tagger.tag_texts([text])
    assert (tags.topic, tags.topic_score, tags.sentiment, tags.sentiment_score) == (OTHER, 0.0, 0, 0.0)
    assert (tags.asks, tags.asks_score, tags.form_score, tags.keywords) == (None, None, None, ())
    assert tags.language == TEXTS[text]
    assert tags.tokens


def test_a_chinese_text_that_quotes_another_language_is_tagged(tagger: Tagger) -> None:
    """The most letters decide."""
    (tags,) = tagger.tag_texts(["出租车拒载，司机还说 བཀྲ་ཤིས། 我听不懂，等了一个小时"])
    assert (tags.language, tags.topic) == ("zh", "交通运输")
