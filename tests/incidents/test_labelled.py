"""Reading posts that are labelled with their event."""

import gzip
from pathlib import Path

import pytest

from incidents.errors import LabelledError
from incidents.labelled import labelled_posts

ROWS = (
    b'{"id":"2","event":"b","published_at":"2026-11-02T10:00:00+08:00","text":"y","verified_type":3}\n'
    b'{"id":"1","event":"a","published_at":"2026-11-02T01:00:00+00:00","text":"x"}\n'
)


def test_posts_come_in_time_order(tmp_path: Path) -> None:
    """Whatever the order of the file and the offsets of its times."""
    path = tmp_path / "posts.jsonl.gz"
    path.write_bytes(gzip.compress(ROWS))
    assert [(post.arrival.id, post.event) for post in labelled_posts(path)] == [("1", "a"), ("2", "b")]


@pytest.mark.parametrize("content", [None, b"", b"plain", gzip.compress(ROWS)[:-9], gzip.compress(b"[]"), gzip.compress(b'{"id":1}')])
def test_what_can_not_be_read_is_said(tmp_path: Path, content: bytes | None) -> None:
    """Missing, cut off, not gzip, other rows; an empty file holds no posts and is no error."""
    path = tmp_path / "posts.jsonl.gz"
    if content is not None:
        path.write_bytes(content)
    if content == b"":
        assert labelled_posts(path) == []
        return
    with pytest.raises(LabelledError, match="no labelled posts can be read"):
        labelled_posts(path)
