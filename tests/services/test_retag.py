"""Posts of a window are tagged again beside the pipeline."""

import functools
from datetime import timedelta
from zoneinfo import ZoneInfo

from config.settings import Settings
from indexers import queries
from indexers.connect import connect
from indexers.left_out import LeftOut
from indexers.names import Names
from indexers.queries import Filters
from indexers.reader import Reader
from indexers.slots import Window
from indexers.writer import Writer
from nlp.known import AskRule, Known
from nlp.tagger import Tagger
from services.retag import retag_window
from tests.indexers.posts import NOW, tagged

TAGGER = functools.cache(Tagger.load)
ACCUSED = ("我要告发某局长收钱，请大家看看", "建议查查，我要告发某局长收钱", "请问告发某局长去哪里")


def test_a_word_for_a_report_that_comes_later_holds_for_posts_that_stand(settings: Settings) -> None:
    """The weights are the same, and so is their revision: what a post was taken for before gives way all the same."""
    before = Known(asks=(AskRule("report", ("举报",)),))
    after = Known(asks=(AskRule("report", ("举报", "告发")),))
    posts = [tagged(number, text=text).post for number, text in enumerate((*ACCUSED, "路灯亮了"))]
    with connect(settings) as client:
        reader = Reader(client, Names(settings.elasticsearch.prefix), ZoneInfo("Asia/Shanghai"))
        writer = Writer(client, settings.elasticsearch.prefix)
        assert writer.write(Tagger.load(known=before).tag(posts)) == []
        client.indices.refresh(index=reader.names.posts)
        assert queries.search(reader, Filters(without=LeftOut(reports=True))).total == len(posts)
        retag_window(reader, writer, Tagger.load(known=after), Window(NOW - timedelta(hours=1), NOW + timedelta(hours=1)))
        client.indices.refresh(index=reader.names.posts)
        left = queries.search(reader, Filters(without=LeftOut(reports=True))).hits
        assert [hit.post.text for hit in left] == ["路灯亮了"]


def test_a_window_is_tagged_again_and_nothing_else(settings: Settings) -> None:
    """What an older model said is replaced; a post outside stays, and so does what a newer one said."""
    text = "小区停水三天了，物业不管"
    posts = [tagged(number, text=text, tags={"topic": "旧", "tag_revision": 1}) for number in range(1, 1203)]
    posts.append(tagged(2000, text=text, published_at=NOW - timedelta(days=3), tags={"topic": "旧", "tag_revision": 1}))
    posts.append(tagged(3000, text=text, tags={"topic": "新", "tag_revision": 99}))
    with connect(settings) as client:
        reader = Reader(client, Names(settings.elasticsearch.prefix), ZoneInfo("Asia/Shanghai"))
        writer = Writer(client, settings.elasticsearch.prefix)
        assert writer.write(posts) == []
        client.indices.refresh(index=reader.names.posts)
        window = Window(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
        assert retag_window(reader, writer, TAGGER(), window) == (1203, 0)
        client.indices.refresh(index=reader.names.posts)
        said = queries.counts(reader).facets["topic"]
    (own,) = {tags.topic for tags in TAGGER().tag_texts([text])}
    assert said == {own: 1202, "旧": 1, "新": 1}
