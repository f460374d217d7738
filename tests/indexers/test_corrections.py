"""Corrections: kept with who, when, old and new; they beat the models for good."""

from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch

from indexers import corrections, queries
from indexers.corrections import CORRECTIONS, Correction, correct, with_correction
from indexers.errors import CorrectionError
from indexers.merge import StoredPost, lift, merge, retagged
from indexers.reader import Reader
from indexers.records import Records
from indexers.writer import Writer
from tests.indexers.posts import NOW, tagged

TOPICS = frozenset({"交通运输", "环境保护"})
AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def writer(database: Elasticsearch, prefix: str) -> Writer:
    """A writer that has written one post."""
    writer = Writer(database, prefix)
    assert writer.write([tagged(1)]) == []
    database.indices.refresh(index=f"{prefix}-posts-*")
    return writer


def stored(reader: Reader, post_id: str = "weibo:1") -> StoredPost:
    """The post as it is found."""
    reader.client.indices.refresh(index=reader.names.posts)
    post = queries.get_post(reader, post_id)
    assert post is not None
    return post


def test_a_correction_is_kept_and_the_post_says_so(reader: Reader, writer: Writer) -> None:
    """With who, when, the old, the new and which model said the old; searches find the new."""
    correct(reader, writer, "weibo:1", "topic", "环境保护", by="li", at=AT, topics=TOPICS, why="说的是排污")
    post = stored(reader)
    assert (post.topic, post.corrected["topic"].was, post.corrected["topic"].by) == ("环境保护", "交通运输", "li")
    assert queries.search(reader, queries.Filters(topics=("环境保护",))).total == 1
    (one,) = corrections.every(reader)
    assert (one.old, one.new, one.by, one.at, one.why, one.model) == ("交通运输", "环境保护", "li", AT, "说的是排污", post.model)


def test_the_models_never_win_it_back(reader: Reader, writer: Writer) -> None:
    """Neither by another sighting nor by newer models; what they say is remembered beside it."""
    correct(reader, writer, "weibo:1", "sentiment", "1", by="li", at=AT, topics=TOPICS)
    writer.write([tagged(1, tags={"tag_revision": 9, "sentiment": 0}, collected_at=NOW + timedelta(days=9))])
    post = stored(reader)
    assert (post.sentiment, post.corrected["sentiment"].was, post.tag_revision) == (1, "0", 9)


def test_the_later_correction_counts_whichever_comes_first(reader: Reader, writer: Writer) -> None:
    """Both are kept."""
    correct(reader, writer, "weibo:1", "topic", "环境保护", by="li", at=AT + timedelta(hours=1), topics=TOPICS)
    correct(reader, writer, "weibo:1", "topic", "其他", by="wang", at=AT, topics=TOPICS)
    assert stored(reader).topic == "环境保护"
    assert [one.by for one in corrections.every(reader)] == ["wang", "li"]
    assert [each.correction.new for each in corrections.judged(reader)] == ["环境保护"]


def test_asking_for_nothing_can_be_said(reader: Reader, writer: Writer) -> None:
    """None is a value."""
    correct(reader, writer, "weibo:1", "asks", None, by="li", at=AT, topics=TOPICS)
    assert "asks" in stored(reader).corrected


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("weibo:404", "topic", "环境保护"), "there is no post weibo:404"),
        (("weibo:1", "topic", "天气"), "topic can't be 天气, only"),
        (("weibo:1", "sentiment", "2"), "only -1, 0, 1"),
        (("weibo:1", "sentiment", None), "only -1, 0, 1"),
        (("weibo:1", "text", "x"), "text can't be corrected"),
    ],
)
def test_what_there_is_not_is_refused(reader: Reader, writer: Writer, wrong: tuple[str, str, str | None], says: str) -> None:
    """And nothing is written."""
    with pytest.raises(CorrectionError, match=says):
        correct(reader, writer, *wrong, by="li", at=AT, topics=TOPICS)
    assert list(corrections.every(reader)) == []


def test_corrections_outlive_the_posts(reader: Reader, writer: Writer) -> None:
    """After the log was replayed they are carried to the posts again; one whose post is gone waits."""
    one = Correction(id="1", post="weibo:1", field="topic", old="交通运输", new="环境保护", by="li", at=AT)
    other = Correction(id="2", post="weibo:7", field="topic", old="交通运输", new="环境保护", by="li", at=AT)
    for each in (one, other):
        assert Records(reader.client, reader.names).create(CORRECTIONS, each)
    assert corrections.apply_all(reader, writer) == 1
    assert stored(reader).topic == "环境保护"
    assert [each.text for each in corrections.judged(reader)] == [tagged(1).post.text]


def test_retagging_keeps_corrections() -> None:
    """Whatever the newer models say."""
    one = Correction(id="1", post="weibo:1", field="topic", old="交通运输", new="环境保护", by="li", at=AT)
    post = with_correction(lift(tagged(1)), one)
    new = retagged(post, tagged(1, tags={"topic": "卫生计生", "tag_revision": 5}).tags)
    assert (new.topic, new.corrected["topic"].was, new.tag_revision) == ("环境保护", "卫生计生", 5)
    assert merge(post, new) == merge(new, post) == new
