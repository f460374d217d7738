"""What a source's last runs have seen, so that a run stops where the last one began and sends nothing twice unchanged.

One small file a source; numbers of posts and digests only. It is written after the log has acknowledged, so what a crash
cuts short is read again.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import structlog

from streams.messages import Post

LONGEST_STREAM = 1000  # ids kept of one list
MOST_STREAMS = 2000
MOST_SENT = 20_000

log = structlog.get_logger()


class _Kept(msgspec.Struct):
    rules: str = ""  # digest of the configuration that decided what was kept
    streams: dict[str, list[str]] = {}  # of each list the ids seen, the latest last
    marks: dict[str, str] = {}  # of each list what it looked like from outside
    sent: dict[str, str] = {}  # of each post the digest of what was acknowledged last


class Memory:
    """The memory of one source. `rules` is a digest of what decides which posts are kept: when it changes, all is read anew."""

    def __init__(self, path: Path, rules: str, *, fresh: bool = False) -> None:
        self._path = path
        self._kept = _Kept(rules=rules) if fresh else _load(path, rules)
        self._known = {name: frozenset(ids) for name, ids in self._kept.streams.items()}
        self._seen: dict[str, dict[str, None]] = {}
        self._marks: dict[str, str] = {}
        self._broken: set[str] = set()
        self._cut_short = False

    def known(self, stream: str, ids: Iterable[str]) -> bool:
        """Whether a run before this one has seen all these posts of a list."""
        return self._known.get(stream, frozenset()).issuperset(ids)

    def saw(self, stream: str, ids: Sequence[str]) -> None:
        """Note posts of a list."""
        self._seen.setdefault(stream, {}).update(dict.fromkeys(ids))

    def broke(self, stream: str) -> None:
        """Note that a list could not be read on: what was seen of it is no reason for the next run to stop there."""
        self._broken.add(stream)

    def cut_short(self) -> None:
        """Note that the run did not bring all that it saw, or did not ask all that it meant to: the next reads every list again."""
        self._cut_short = True

    def changed(self, stream: str, mark: str) -> bool:
        """Whether a list looks other from outside than when it was last read to the end; notes how it looks."""
        self._marks[stream] = mark
        return self._kept.marks.get(stream) != mark

    def news(self, post: Post) -> bool:
        """Whether a post is new, or shows something that was not acknowledged yet."""
        return self._kept.sent.get(post.id) != digest_of(post)

    def sent(self, post: Post) -> None:
        """Note that the log has acknowledged a post."""
        self._kept.sent.pop(post.id, None)
        self._kept.sent[post.id] = digest_of(post)

    def save(self) -> None:
        """Write the memory to disk, at once or not at all. A disk that refuses costs only that the next run reads more."""
        if not self._cut_short:
            self._remember_lists()
        _shorten(self._kept.streams, MOST_STREAMS)
        _shorten(self._kept.marks, MOST_STREAMS)
        _shorten(self._kept.sent, MOST_SENT)
        try:
            _write(self._path, msgspec.json.encode(self._kept))
        except OSError as error:
            log.warning("crawl.memory_not_saved", path=str(self._path), error=error.strerror)

    def _remember_lists(self) -> None:
        for stream, ids in self._seen.items():
            if stream in self._broken:
                continue
            old = self._kept.streams.pop(stream, [])
            self._kept.streams[stream] = [*(i for i in old if i not in ids), *ids][-LONGEST_STREAM:]
        self._kept.marks |= {stream: mark for stream, mark in self._marks.items() if stream not in self._broken}


def digest_of(post: Post) -> str:
    """What a post shows, but for when it was seen and dates that are read off the time of seeing."""
    bare = msgspec.structs.replace(post, collected_at=post.published_at) if not post.flags else _undated(post)
    return hashlib.blake2b(msgspec.json.encode(bare), digest_size=8).hexdigest()


def _undated(post: Post) -> Post:
    epoch = post.published_at.replace(year=2000, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return msgspec.structs.replace(post, collected_at=epoch, published_at=epoch)


def rules_of(*parts: object) -> str:
    """Digest whatever decides which posts are kept."""
    return hashlib.blake2b("\x1e".join(map(repr, parts)).encode(), digest_size=8).hexdigest()


def _load(path: Path, rules: str) -> _Kept:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except FileNotFoundError:
        return _Kept(rules=rules)
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("crawl.memory_unreadable", path=str(path), error=type(error).__name__)
        return _Kept(rules=rules)
    return kept if kept.rules == rules else _Kept(rules=rules)


def _shorten(table: dict[str, object] | dict[str, str] | dict[str, list[str]], most: int) -> None:
    for name in list(table)[: max(0, len(table) - most)]:
        del table[name]


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        with fresh.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
