"""Copies are told from what the database knows, by every worker alike, and again after a restart."""

import functools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.settings import Settings
from indexers import opinion_queries, queries
from indexers.connect import connect
from indexers.names import Names
from indexers.reader import Reader
from indexers.search_box import parse
from indexers.writer import Writer
from nlp.tagger import Tagger
from services.copies import REMEMBERED, Copies
from streams.messages import Kind, TaggedPost
from tests.indexers.posts import tagged
from tests.nlp.test_copies import NOTICE

TAGGER = functools.cache(Tagger.load)


@pytest.fixture
def reader(settings: Settings) -> Iterator[Reader]:
    """An empty local store."""
    with connect(settings) as client:
        yield Reader(client, Names(settings.elasticsearch.prefix), ZoneInfo("Asia/Shanghai"))


def mark(copies: Copies, *posts: TaggedPost) -> list[TaggedPost]:
    """Tag posts with the models that are shipped, and tell copies."""
    return copies.mark(TAGGER().tag([each.post for each in posts]))


def write(reader: Reader, posts: Sequence[TaggedPost]) -> None:
    """Write posts as the worker does."""
    writer = Writer(reader.client, reader.names.prefix)
    writer.set_up()
    assert writer.write(posts) == []
    reader.client.indices.refresh(index=reader.names.posts)


def origins(posts: Sequence[TaggedPost]) -> list[str | None]:
    """What each post repeats."""
    return [each.tags.duplicate_of for each in posts]


def test_a_copy_in_the_same_batch_a_later_one_and_after_a_restart(reader: Reader) -> None:
    """Neither memory alone: what was tagged a moment ago is not in the database yet, and a new worker remembers nothing."""
    copies = Copies(reader)
    first = mark(
        copies,
        tagged(1, text=NOTICE),
        tagged(2, text=NOTICE + "！"),
        tagged(3, text="桂花开了，满城都是香味，大家有空出来走走看看吧，别错过"),
    )
    assert origins(first) == [None, "weibo:1", None]
    assert origins(mark(copies, tagged(4, text=f"#地铁#{NOTICE}"), tagged(0, text=NOTICE))) == ["weibo:1", "weibo:1"]
    write(reader, first)
    assert origins(mark(Copies(reader), tagged(5, text=NOTICE))) == ["weibo:1"]


def test_what_is_tagged_again_comes_out_the_same(reader: Reader) -> None:
    """A batch that comes again after a crash, to a worker that knows nothing of the first time, in another order."""
    first = mark(Copies(reader), tagged(1, text=NOTICE), tagged(2, text=NOTICE + "！"))
    write(reader, first)
    again = mark(Copies(reader), tagged(2, text=NOTICE + "！"), tagged(1, text=NOTICE))
    assert origins(again) == ["weibo:1", None]
    write(reader, again)
    assert queries.counts(reader).opinions == 1


def test_silent_reposts_add_to_their_origin_and_not_to_the_opinions(reader: Reader) -> None:
    """By the id of the post at the top, or, where there is none, by the text that is handed on."""
    given = mark(
        Copies(reader),
        tagged(1, text=NOTICE),
        tagged(2, kind=Kind.REPOST, text="转发微博", root_id="weibo:1"),
        tagged(3, kind=Kind.REPOST, text=f"//@云溪地铁:{NOTICE}"),
        tagged(4, kind=Kind.REPOST, text="又停运，上班怎么办//@云溪地铁:停运", root_id="weibo:1"),
        tagged(5, kind=Kind.REPOST, text="转发微博"),
    )
    assert origins(given) == [None, "weibo:1", "weibo:1", None, None]
    write(reader, given)
    found = queries.counts(reader)
    assert (found.posts, found.opinions) == (5, 2)  # the last says nothing, though of what is not known
    assert opinion_queries.copies(reader, ["weibo:1", "weibo:4"]) == {"weibo:1": 2}
    query = parse("copies:weibo:1", str.split, reader.zone)
    assert {hit.post.id for hit in queries.search(reader, queries.Filters(text=query)).hits} == {"weibo:2", "weibo:3"}
    assert queries.search(reader, queries.Filters(copies_of=("weibo:1",))).total == 2


def test_the_memory_is_bounded(reader: Reader) -> None:
    """However many posts a worker tags."""
    copies = Copies(reader, clock=lambda: datetime(2026, 11, 20, tzinfo=UTC))
    posts = [tagged(number, tags={"copy_keys": tuple(f"{number}-{band}" for band in range(2))}) for number in range(REMEMBERED // 2 + 300)]
    for start in range(0, len(posts), 1000):
        copies.mark(posts[start : start + 1000])
    assert len(copies._recent) == REMEMBERED
