"""Tests of `crawlers.memory`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from crawlers.memory import Memory, digest_of
from streams.messages import Author, Flag, Kind, Post

AT = datetime(2026, 3, 1, tzinfo=UTC)
POST = Post(
    id="web:1", platform="web", kind=Kind.POST, author=Author(id="p:1"), text="一", published_at=AT, collected_at=AT, source="s", likes=1
)


def changed(**given: object) -> Post:
    """Make the post, changed."""
    return Post(**{name: getattr(POST, name) for name in POST.__struct_fields__} | given)


def test_remembers_lists_marks_and_posts(tmp_path: Path) -> None:
    """The next run knows what this one saw."""
    first = Memory(tmp_path / "s.json", "r")
    assert not first.known("list", ["1"])
    assert first.changed("list", "3")
    assert first.news(POST)
    first.saw("list", ["1", "2"])
    first.sent(POST)
    first.save()

    second = Memory(tmp_path / "s.json", "r")
    assert second.known("list", ["2", "1"])
    assert not second.known("list", ["2", "3"])
    assert not second.changed("list", "3")
    assert not second.news(POST)
    assert list(tmp_path.iterdir()) == [tmp_path / "s.json"]


def test_a_list_that_broke_is_read_again(tmp_path: Path) -> None:
    """What was seen of it is no reason to stop there the next time."""
    first = Memory(tmp_path / "s.json", "r")
    first.saw("list", ["1"])
    first.changed("list", "3")
    first.broke("list")
    first.save()
    second = Memory(tmp_path / "s.json", "r")
    assert not second.known("list", ["1"])
    assert second.changed("list", "3")


def test_other_rules_forget_all(tmp_path: Path) -> None:
    """What was passed over under the old ones may matter now."""
    first = Memory(tmp_path / "s.json", "r")
    first.saw("list", ["1"])
    first.save()
    assert not Memory(tmp_path / "s.json", "other").known("list", ["1"])
    assert not Memory(tmp_path / "s.json", "r", fresh=True).known("list", ["1"])


@pytest.mark.parametrize(
    ("post", "news"),
    [
        (changed(collected_at=AT + timedelta(hours=1)), False),
        (changed(likes=2), True),
        (changed(text="二"), True),
        (changed(published_at=AT + timedelta(hours=1)), True),
    ],
)
def test_news_is_what_a_reader_could_see(post: Post, *, news: bool) -> None:
    """When it was collected is none."""
    assert (digest_of(post) != digest_of(POST)) is news


def test_a_date_that_is_read_off_the_clock_is_no_news() -> None:
    """The words 5分钟前 are another time each minute and means the same."""
    early = changed(flags=(Flag.INEXACT_DATE,))
    late = changed(flags=(Flag.INEXACT_DATE,), published_at=AT + timedelta(minutes=1), collected_at=AT + timedelta(minutes=6))
    assert digest_of(early) == digest_of(late)


def test_a_disk_that_refuses_is_no_end(tmp_path: Path) -> None:
    """The next run reads more; this one goes on and says so."""
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file" / "s.json", "r")
    with capture_logs() as events:
        memory.save()
    assert [event["event"] for event in events] == ["crawl.memory_not_saved"]
