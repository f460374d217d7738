"""The position of a reader: whatever the order of arrival and wherever it breaks off, each post once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexers.merge import StoredPost, lift
from tests.indexers.posts import NOW, tagged
from web.errors import BadInput
from web.position import LONGEST, MOST, OVERLAP, Position, read, start

SECOND = timedelta(seconds=1)


def arrived(number: int, seconds: float) -> StoredPost:
    return lift(tagged(number), NOW + timedelta(seconds=seconds))


def follow(visible: list[list[StoredPost]], breaks: set[int]) -> list[str]:
    """Read the database as it fills up, step by step; at a break only the token of the position survives."""
    position, seen, got = start(NOW - SECOND), [], []
    for step, new in enumerate(visible):
        seen = sorted([*seen, *new], key=lambda post: (post.indexed_at, post.id))
        found = position.fresh([post for post in seen if post.indexed_at >= position.since])
        got += [post.id for post in found]
        position = position.after(found)
        if step in breaks:
            position = read(position.token())
    return got


@given(st.lists(st.tuples(st.floats(0, 40), st.floats(0, 10)), max_size=40), st.sets(st.integers(0, 60)))
def test_each_post_comes_once(times: list[tuple[float, float]], breaks: set[int]) -> None:
    """Posts become searchable up to ten seconds after their time, in any order, and the reader breaks off anywhere."""
    posts = [(at, at + late, arrived(number, at)) for number, (at, late) in enumerate(times)]
    visible = [[post for _, when, post in posts if step <= when < step + 1] for step in range(60)]
    got = follow(visible, breaks)
    assert sorted(got) == sorted(post.id for _, _, post in posts)


def test_a_flood_is_counted_once() -> None:
    """Thousands with one and the same time, found in two goes, come once each, though a position can't hold them all."""
    posts = sorted((arrived(number, 0) for number in range(4 * MOST)), key=lambda post: post.id)
    position = start(NOW - SECOND)
    position = position.after(position.fresh(posts[: 2 * MOST]))
    assert len(position.had) == MOST
    assert [post.id for post in position.fresh(posts)] == [post.id for post in posts[2 * MOST :]]
    assert len(position.token()) < LONGEST


def test_what_came_late_within_the_overlap_is_new() -> None:
    """A post of an earlier time that only now can be found is handed out."""
    position = start(NOW - SECOND).after([arrived(1, 10)])
    assert [post.id for post in position.fresh([arrived(2, 5), arrived(1, 10)])] == ["weibo:2"]
    assert position.since == NOW - SECOND


def test_the_floor_follows() -> None:
    """What is older than the overlap is done with, so that each look at the database stays small."""
    position = start(NOW).after([arrived(1, 5)]).after([arrived(2, 100)])
    assert position.since == NOW + timedelta(seconds=100) - OVERLAP
    assert len(position.had) == 1


@pytest.mark.parametrize(
    "token", ["", "x", "!!", "e30", "WzEsMiwzLDRd", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LCAiIiwgMSwgIiJd", "A" * 9000, "\u2603"]
)
def test_a_made_up_position_is_refused(token: str) -> None:
    """What we did not write is an error that says what to do."""
    with pytest.raises(BadInput, match="Last-Event-ID"):
        read(token)


def test_an_empty_position_survives() -> None:
    """One who has had nothing yet goes on from the same time."""
    assert read(start(NOW).token()) == Position(start(NOW).floor)
