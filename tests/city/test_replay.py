"""Recorded posts, served as pages."""

import gzip
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from city.answers import Request
from city.replay import FEED_PAGE, Replay

BASE = "http://127.0.0.1:1"


@pytest.fixture(params=["posts.jsonl", "posts.jsonl.gz"])
def recorded(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Write 130 posts in no order, one of them twice, plain or packed."""
    posts = [
        {
            "id": str(5_000 + place * 7 % 130),
            "published_at": "2026-08-12T17:42:48+08:00",
            "text": f"第{place}条 <b>&\n第二行",
            "author": "u1",
        }
        for place in range(130)
    ]
    text = "\n".join(json.dumps(post, ensure_ascii=False) for post in [*posts, posts[0]]) + "\n"
    path = tmp_path / request.param
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_timeline_shows_every_post_once(recorded: Path) -> None:
    """Following the links by max_id gives each id once, newest first."""
    replay, query, found = Replay(recorded), {"limit": "40"}, []
    while True:
        answer = replay.timeline(Request("/replay/mastodon/api/v1/timelines/public", query, BASE))
        found += [int(status["id"]) for status in json.loads(answer.body)]
        if 'rel="next"' not in answer.headers["Link"]:
            break
        following = answer.headers["Link"].partition(">")[0].lstrip("<")
        query = {name: values[0] for name, values in parse_qs(urlsplit(following).query).items()}
    assert found == sorted(range(5_000, 5_130), reverse=True)


def test_since_id_shows_only_newer_ones(recorded: Path) -> None:
    """A client that has seen some asks for what came after."""
    answer = Replay(recorded).timeline(Request("/x", {"since_id": "5126"}, BASE))
    assert [status["id"] for status in json.loads(answer.body)] == ["5129", "5128", "5127"]


def test_nothing_of_a_text_is_lost_or_read_as_html(recorded: Path) -> None:
    """Markup in a text is escaped, lines stay lines, and the time is UTC."""
    status = json.loads(Replay(recorded).timeline(Request("/x", {"limit": "1"}, BASE)).body)[0]
    assert "&lt;b&gt;&amp;<br />第二行" in status["content"]
    assert status["created_at"] == "2026-08-12T09:42:48.000Z"


def test_feed_pages_end(recorded: Path) -> None:
    """The pages of the feed hold every post once; beyond the last there is an empty feed."""
    replay = Replay(recorded)
    counts = [replay.feed(Request("/replay/feed.xml", {"page": str(page)}, BASE)).body.count(b"<item>") for page in (1, 2, 3, 4)]
    assert counts == [FEED_PAGE, FEED_PAGE, 30, 0]


@pytest.mark.parametrize("line", ['{"text": "x", "published_at": "2026-01-01T00:00:00+08:00"}', '{"id": "a1", "text": "x"}'])
def test_a_post_without_id_text_or_time_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    """Loading fails with the line's number."""
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "1", "text": "好", "published_at": "2026-01-01T00:00:00+08:00"}\n' + line)
    with pytest.raises(ValueError, match="line 2"):
        Replay(path)


@pytest.mark.data
def test_the_recorded_microblogs_can_be_served(shared_data: Path) -> None:
    """The real recording loads, and each of its ids is there once."""
    path = shared_data / "replay" / "microblogs.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        ids = {int(json.loads(line)["id"]) for line in lines}
    assert [number for number, _ in Replay(path).posts] == sorted(ids)
