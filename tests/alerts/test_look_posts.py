"""Which windows of posts are looked at: none that could hold enough is left out."""

import random
from datetime import datetime, timedelta

import pytest

from alerts.facts import PostFact
from alerts.frequency import fullest
from alerts.look_posts import windows
from tests.alerts.examples import NOW

HOUR = timedelta(hours=1)


def post(number: int, at: datetime) -> PostFact:
    return PostFact(id=str(number), published_at=at, first_collected_at=at, platform="weibo", text="", topic="", sentiment=-1)


def posts(*minutes: float) -> list[PostFact]:
    return [post(number, NOW + timedelta(minutes=minute)) for number, minute in enumerate(minutes)]


def test_a_window_that_is_full_enough_is_looked_at() -> None:
    """Its posts and no others, oldest first; an earlier or later crowd is a window of its own."""
    found = list(windows(posts(0, 1, 2, 300, 301, 302, 303), HOUR, 3))
    assert [[fact.id for fact in part] for part in found] == [["0", "1", "2"], ["3", "4", "5", "6"]]
    assert list(windows(posts(0, 100, 200), HOUR, 2)) == []
    assert list(windows([], HOUR, 1)) == []


@pytest.mark.parametrize("seed", range(30))
def test_no_window_is_missed(seed: int) -> None:
    """The fullest one of all posts is the fullest one of some stretch, wherever it lies."""
    chance = random.Random(seed)
    given = [post(number, NOW + timedelta(minutes=chance.uniform(0, 600))) for number in range(chance.choice((5, 40, 200)))]
    best = fullest([(fact.published_at, fact.id) for fact in given], HOUR)
    assert best is not None
    stretches = list(windows(given, HOUR, len(best.posts)))
    found = [fullest([(fact.published_at, fact.id) for fact in part], HOUR) for part in stretches]
    assert max(len(one.posts) for one in found if one) == len(best.posts)
    assert all(part[-1].published_at - part[0].published_at < HOUR * 7 / 6 for part in stretches)


def test_windows_come_in_order_and_far_enough_apart() -> None:
    """So that a day of posts is looked at a few times an hour, not once a post."""
    parts = list(windows(posts(*(minute / 10 for minute in range(3000))), HOUR, 10))
    ends = [part[-1].published_at for part in parts]
    assert ends == sorted(ends)
    assert len(parts) <= 31
