"""Made-up posts for the tests of the database."""

from datetime import UTC, datetime
from typing import Any

from streams.messages import Author, Kind, Post, TaggedPost, Tags

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


def tagged(number: int = 1, *, tags: dict[str, Any] | None = None, **given: Any) -> TaggedPost:
    """One post, in the middle of a month, with what the test cares about."""
    post: dict[str, Any] = {
        "id": f"weibo:{number}",
        "platform": "weibo",
        "kind": Kind.POST,
        "author": Author(id=f"p:{number}"),
        "text": f"地铁早高峰停运第{number}天",
        "published_at": NOW,
        "collected_at": NOW,
        "source": "weibo-metro",
        "accounts": ("metro",),
    }
    said: dict[str, Any] = {
        "topic": "交通运输",
        "topic_score": 0.9,
        "sentiment": -1,
        "sentiment_score": 0.8,
        "tokens": f"地铁 早高峰 停运 第 {number} 天",
        "keywords": ("停运",),
        "model": "topic-1/sentiment-1",
        "tag_revision": 1,
    }
    return TaggedPost(post=Post(**(post | given)), tags=Tags(**(said | (tags or {}))))
