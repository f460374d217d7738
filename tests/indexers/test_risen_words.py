"""What posts say now that they did not before."""

from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from indexers.opinion_queries import risen, risen_words
from indexers.queries import Filters
from indexers.reader import Reader
from indexers.slots import Window
from indexers.writer import Writer
from tests.indexers.posts import NOW, tagged

WEEK = timedelta(days=7)
THIS, BEFORE = Window(NOW - timedelta(days=6), NOW + timedelta(days=1)), Window(NOW - timedelta(days=13), NOW - timedelta(days=6))


def test_new_words_rise_and_usual_ones_do_not(database: Elasticsearch, prefix: str, reader: Reader) -> None:
    """A word of every week stays, a copied one does not count, one that is rare now is left out, another topic is not looked at."""
    posts = [tagged(number, published_at=NOW - WEEK, tags={"keywords": ("地铁", "拥挤")}) for number in range(20)]
    posts += [tagged(100 + number, tags={"keywords": ("地铁", "断电") if number % 2 else ("地铁", "拥挤")}) for number in range(20)]
    posts += [tagged(200 + number, tags={"keywords": ("抽奖",), "duplicate_of": "weibo:1"}) for number in range(50)]
    posts += [tagged(300, tags={"keywords": ("罕见",)}), tagged(301, tags={"keywords": ("罕见",)})]
    posts += [tagged(400 + number, tags={"keywords": ("排污",), "topic": "环境保护"}) for number in range(9)]
    assert Writer(database, prefix).write(posts) == []
    database.indices.refresh(index=reader.names.posts)
    found = risen_words(reader, THIS, BEFORE, Filters(topics=("交通运输",)))
    assert [(one.word, one.posts, one.before) for one in found] == [("断电", 10, 0)]
    assert [one.word for one in risen_words(reader, THIS, BEFORE)] == ["断电", "排污"]


def test_nothing_rises_out_of_nothing(reader: Reader) -> None:
    """An empty database, or no posts before."""
    assert risen_words(reader, THIS, BEFORE) == []
    assert risen(5, 10, 0, 0) == 0


def test_the_score() -> None:
    """More than before, and many times as often."""
    assert risen(10, 20, 0, 19) == pytest.approx((0.5 - 0.05) * 10)
    assert risen(10, 20, 0, 19) > risen(10, 20, 3, 19) > risen(10, 20, 9, 19) == 0
