"""Whose post it is, and what it shows of the profile."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from accounts.own import SNAPSHOTS, Owners
from config.accounts import MonitoredAccount
from indexers.merge import StoredPost, lift
from streams.messages import Author, Kind, Standing
from tests.indexers.posts import tagged

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
METRO = MonitoredAccount(id="metro", name="云溪地铁", aliases=("云溪轨道交通",), platforms={"weibo": "77", "mastodon": "yunxi_metro"})
OWNERS = Owners([METRO])


def post(number: int = 1, after: float = 0, **author: object) -> StoredPost:
    given = {"id": "weibo:77", "standing": Standing.MONITORED, "name": "云溪地铁"} | author
    return lift(tagged(number, author=Author(**given), collected_at=NOW + timedelta(hours=after), forwards=3))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("author", "account"),
    [
        ({}, "metro"),
        ({"id": "mastodon:109", "name": "云溪轨道交通"}, "metro"),
        ({"id": "mastodon:account:metro", "name": None}, "metro"),
        ({"id": "weibo:78", "name": "别处"}, None),
        ({"standing": Standing.PRIVATE}, None),
        ({"standing": Standing.ORGANISATION}, None),
    ],
)
def test_an_account_is_known_by_id_or_name(author: dict[str, object], account: str | None) -> None:
    """And only where the crawler has found it to be one of the office's own."""
    assert OWNERS.of(post(**author)) == account


def test_own_posts_keep_what_the_indicators_need() -> None:
    """Others' posts are left out; a repost is not the account's own work."""
    repost = msgspec.structs.replace(post(2), kind=Kind.REPOST, title="标题")
    found = list(OWNERS.posts([post(), repost, post(3, standing=Standing.PRIVATE)]))
    assert [(one.account, one.original, one.forwards, one.comments) for one in found] == [
        ("metro", True, 3, None),
        ("metro", False, 3, None),
    ]
    assert found[1].text.startswith("标题\n")


def test_a_day_keeps_its_last_profile() -> None:
    """By account, platform and the office's day; a post without a profile shows none."""
    seen = [post(1, 0, followers=10), post(2, 5, followers=12), post(3, 9, followers=13), post(4, 10)]
    snapshots = OWNERS.snapshots(reversed(seen), ZONE)
    assert [(SNAPSHOTS.key(one), one.followers) for one in snapshots] == [("metro:weibo:2026-06-01", 12), ("metro:weibo:2026-06-02", 13)]
