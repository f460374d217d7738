"""Reads posts from the database in the order in which they came in, each at least once, in portions.

A writer notes the time before it writes, so a post may become searchable behind others that were written later. So posts are read
twice: at once, and again SLOW_S later; whoever reads them knows which are new. Posts that have spread since are looked for by themselves.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from incidents.turns import Cursors, Place, place_of
from indexers.corrections import called_since
from indexers.merge import StoredPost
from indexers.queries import PAGE, arrivals, get_posts, spreading
from indexers.reader import Reader

SLOW_S = (
    120.0  # a post is searchable so long after its writer noted the time: a request times out after 30 s, an index refreshes each second
)
SWEEP_S = 10.0  # between two looks for such posts
CALLED_S = 5.0  # between two looks for what people have said that posts ask for
SPREAD_S = 30.0  # between two looks for posts that have spread
SPREAD_FOR = timedelta(hours=48)  # posts older than that are no longer looked at for their spread


class Portion(NamedTuple):
    """Posts that came in; `full` says that more wait."""

    posts: list[StoredPost]
    cursors: Cursors
    full: bool


class Intake:
    """Remembers when it last looked; where it stands is for the caller to keep."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._sweeps_at: datetime | None = None
        self._looks_at: datetime | None = None
        self._calls_at: datetime | None = None
        self._spread: Mapping[str, int] = {}  # of the posts that had spread when last looked at

    @property
    def zone(self) -> ZoneInfo:
        """The office's."""
        return self._reader.zone

    def read(self, cursors: Cursors, now: datetime) -> Portion:
        """The posts behind the cursors, and the cursors behind those posts."""
        new = arrivals(self._reader, cursors.head.time, after=cursors.head.after)
        late, sweep = self._sweep(cursors.sweep, now)
        head = _behind(cursors.head, new)
        called, until = self._called(cursors.called, now)
        return Portion([*new, *late, *called], Cursors(head=head, sweep=sweep, called=until), len(new) == PAGE)

    def spread(self, now: datetime, least: int) -> dict[str, int]:
        """How far posts have come that have come as far as `least`, of those that have moved since the last look."""
        if self._looks_at is not None and now < self._looks_at:
            return {}
        self._looks_at = now + timedelta(seconds=SPREAD_S)
        before, found = self._spread, dict(spreading(self._reader, now - SPREAD_FOR, least))
        self._spread = found
        return {name: spread for name, spread in found.items() if before.get(name, -1) < spread}

    def posts(self, names: Iterable[str]) -> dict[str, StoredPost]:
        """Posts by their ids."""
        return get_posts(self._reader, list(names))

    def again(self) -> None:
        """Look at everything anew, since what was read has not been kept."""
        self._sweeps_at = self._looks_at = self._calls_at = None
        self._spread = {}

    def _called(self, since: int, now: datetime) -> tuple[list[StoredPost], int]:
        """The posts of which people have said lately what they ask for, each more than once: a correction may be there before its post has it."""
        if self._calls_at is not None and now < self._calls_at:
            return [], since
        self._calls_at = now + timedelta(seconds=CALLED_S)
        place = Place(since)
        found = called_since(self._reader, "asks", place.time - timedelta(seconds=SLOW_S))
        return list(get_posts(self._reader, sorted(found)).values()), place_of(now, "").at

    def _sweep(self, place: Place, now: datetime) -> tuple[list[StoredPost], Place]:
        if self._sweeps_at is not None and now < self._sweeps_at:
            return [], place
        until = now - timedelta(seconds=SLOW_S)
        found = [] if place.time > until else arrivals(self._reader, place.time, after=place.after)
        late = [post for post in found if post.indexed_at is not None and post.indexed_at <= until]
        self._sweeps_at = now if len(late) == PAGE else now + timedelta(seconds=SWEEP_S)
        return late, _behind(place, late)


def _behind(place: Place, posts: list[StoredPost]) -> Place:
    return place_of(posts[-1].indexed_at, posts[-1].id) if posts else place
