"""Finds out which posts repeat one that is known: near-duplicates, and reposts that add no word.

The memory is the database: for every batch it is asked which known opinions share a key with it (`nlp.copies`). What was tagged a moment
ago and can't be found there yet is remembered here, so much and no more. So nothing is lost when a worker starts again, all workers see
the same, and what is tagged once more comes out the same: a post that is known already can only repeat one that was known before it.
"""

import functools
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from indexers import opinion_queries
from indexers.answers import Keyed
from indexers.names import document_id
from indexers.reader import Reader
from nlp.alike import COPY, likeness, origin_in, shingles
from streams.messages import Post, TaggedPost

REACH = timedelta(days=7)  # how long after a text was first seen its copies are still looked for
REMEMBERED = 20_000  # keys of posts that were tagged last; two a post


class Original(NamedTuple):
    """A post that said something first."""

    at: datetime
    id: str
    text: str


class Copies:
    """Marks what repeats something known. For one thread at a time."""

    def __init__(self, reader: Reader, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._reader = reader
        self._clock = clock
        self._recent: OrderedDict[str, Original] = OrderedDict()  # by key

    def mark(self, tagged: Sequence[TaggedPost]) -> list[TaggedPost]:
        """Say of each post which one it repeats, if any. Raises DatabaseUnavailable."""
        now = self._clock()
        known = self._known({key for each in tagged for key in each.tags.copy_keys}, now)
        return [self._marked(each, known, now) for each in tagged]

    def _marked(self, tagged: TaggedPost, known: dict[str, list[Original]], now: datetime) -> TaggedPost:
        post, tags = tagged.post, tagged.tags
        origin = post.root_id or post.parent_id if not tags.own_words else None
        if origin is None and tags.copy_keys:
            said, own = _said(post) if tags.own_words else origin_in(post.text), document_id(post.id)
            candidates = {found.id: found for found in self._with_keys(tags.copy_keys, known)}
            itself = candidates.pop(own, None)
            before = [each for each in candidates.values() if itself is None or each[:2] < itself[:2]]
            alike = [each for each in before if likeness(_shingles(said), _shingles(each.text)) >= COPY]
            origin = min(alike, key=lambda each: each[:2]).id if alike else None
            if origin is None and tags.own_words:
                self._remember(tags.copy_keys, itself or Original(now, own, said))
        return tagged if origin is None else TaggedPost(post=post, tags=replace(tags, duplicate_of=origin))

    def _with_keys(self, keys: Sequence[str], known: dict[str, list[Original]]) -> Iterator[Original]:
        """Posts that share a key; what the database says of one counts for more than what is remembered of it."""
        for key in keys:
            if key in self._recent:
                yield self._recent[key]
        for key in keys:
            yield from known.get(key, ())

    def _known(self, keys: set[str], now: datetime) -> dict[str, list[Original]]:
        found: dict[str, list[Original]] = {}
        for stored in opinion_queries.with_copy_keys(self._reader, sorted(keys), now - REACH):
            original = Original(stored.indexed_at, stored.id, _said(stored))
            for key in stored.copy_keys:
                found.setdefault(key, []).append(original)
        return found

    def _remember(self, keys: Sequence[str], original: Original) -> None:
        for key in keys:
            self._recent.setdefault(key, original)
        while len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)


@functools.lru_cache(maxsize=1024)
def _shingles(text: str) -> frozenset[str]:
    """Of a text; one that is copied a lot is compared a lot."""
    return shingles(text)


def _said(post: Post | Keyed) -> str:
    return f"{post.title}。{post.text}" if post.title and not post.text.startswith(post.title) else post.text
