"""The habits of accounts over time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from accounts.facts import OwnPost
from accounts.habits import Habits
from accounts.takeover import Tuning, Verdict

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)  # nine in the morning of the office


def usual(day: int) -> OwnPost:
    return OwnPost(
        id=f"w:{day}",
        account="metro",
        published_at=NOW - timedelta(days=day),
        text=f"今日运营提示：各线路正常运行，首班车六点，第{day}期",
        client="政务微博",
        forwards=day % 3,
        comments=1,
    )


def advert(**given: object) -> OwnPost:
    made = {
        "id": "w:x",
        "account": "metro",
        "published_at": NOW - timedelta(hours=7),
        "text": "深夜神价祖传玉枕快抢 https://cheap.example/x",
    }
    return OwnPost(**(made | {"client": "陌生手机", "forwards": 900, "comments": 400} | given))  # type: ignore[arg-type]


def learned(days: int = 50) -> Habits:
    habits = Habits(ZONE, tuning=Tuning(least_posts=20))
    habits.learn(usual(day) for day in range(1, days))
    return habits


def test_what_is_unlike_the_account_is_found() -> None:
    """And nothing is said of usual posts, nor of an account without a past."""
    habits = learned()
    assert [(post.id, found.verdict) for post, found in habits.judge([usual(0), advert()])] == [("w:x", Verdict.TAKEOVER)]
    assert habits.judge([advert(account="bus")]) == []


def test_learning_twice_is_learning_once() -> None:
    """A watcher that died after storing a habit and before noting how far it was learns no post again."""
    habits = learned()
    assert habits.changed == {"metro"}
    before = habits.of["metro"]
    habits.changed.clear()
    habits.learn(usual(day) for day in range(1, 50))
    assert habits.of["metro"] is before
    assert habits.changed == set()


def test_somebody_elses_post_teaches_nothing() -> None:
    """However often it was seen, the next one like it is still unlike the account."""
    habits = learned()
    before = habits.of["metro"].posts
    habits.learn([advert()])
    assert habits.of["metro"].posts == before
    assert len(habits.judge([advert(id="w:y", published_at=NOW - timedelta(hours=6))])) == 1


def test_an_office_that_changes_its_ways_is_not_suspect_for_ever() -> None:
    """Another hour and another client from one day on: suspect at first, usual when they have become the habit."""
    habits = learned()
    nights = [usual(-day) for day in range(90)]
    moved = [
        msgspec.structs.replace(
            post, client="新客户端", text=f"地铁夜间施工公告第{n}号", published_at=post.published_at - timedelta(hours=7)
        )
        for n, post in enumerate(nights)
    ]
    assert [found.verdict for _, found in habits.judge(moved[:1])] == [Verdict.SUSPECT]
    habits.learn(moved)
    assert habits.judge([msgspec.structs.replace(moved[-1], id="w:later", published_at=moved[-1].published_at + timedelta(days=1))]) == []
