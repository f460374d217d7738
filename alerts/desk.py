"""What people do with alerts: look, acknowledge, end, ask why. The pages and the command line use this, and nothing below it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from alerts import episodes, outbox
from alerts.book import ALL, DELIVERIES, Book, Wanted
from alerts.episodes import Episode, Outcome
from alerts.errors import Contested, NoSuchEpisode
from alerts.health import Health, read_health
from alerts.outbox import Delivery
from indexers.cursors import Cursors
from indexers.records import Page, Read

TRIES = 10


class Told(NamedTuple):
    """An episode and what was or will be sent of it."""

    episode: Episode
    deliveries: list[Delivery]


class Desk(NamedTuple):
    """Alerts for people. All methods raise DatabaseUnavailable and DatabaseError."""

    book: Book

    def running(self) -> list[Episode]:
        """Every episode that is not over, the latest first."""
        return [read.body for read in self.book.running()]

    def to_acknowledge(self) -> int:
        """How many episodes nobody has acknowledged yet."""
        return self.book.episodes(Wanted(statuses=("open",)), size=1).total

    def page(self, wanted: Wanted = ALL, *, size: int = 50, after: Sequence[object] | None = None) -> Page[Episode]:
        """A page of episodes, the latest first; `after` is what the page before it ended with."""
        return self.book.episodes(wanted, size=size, after=after)

    def told(self, name: str) -> Told:
        """One episode with its deliveries. Raises NoSuchEpisode."""
        return Told(self._read(name).body, self.book.deliveries_of(name))

    def whole_id(self, beginning: str) -> str:
        """Give the one id among the latest thousand that begins so. Raises NoSuchEpisode where none does, or several do."""
        if self.book.episode(beginning) is not None:
            return beginning
        found = [read.body.id for read in self.book.episodes(size=1000).rows if read.body.id.startswith(beginning)]
        if len(found) != 1:
            raise NoSuchEpisode(f"{len(found)} episodes begin with {beginning!r}; `yuqing alerts list` names those that there are")
        return found[0]

    def acknowledge(self, name: str, by: str, at: datetime | None = None) -> Episode:
        """Note that somebody has seen it; of two, one wins. Raises NoSuchEpisode, NotAllowed and Contested."""
        now = at or datetime.now(UTC)
        return self._change(name, lambda episode: episodes.acknowledge(episode, by, now))

    def resolve(self, name: str, by: str, why: str | None = None, at: datetime | None = None) -> Episode:
        """End an episode by hand. Raises NoSuchEpisode, NotAllowed and Contested."""
        now = at or datetime.now(UTC)
        return self._change(name, lambda episode: episodes.resolve(episode, now, by, why))

    def revive(self, delivery: str, at: datetime | None = None) -> bool:
        """Have a dead delivery tried again; False where it is none."""
        read = self.book.records.get(DELIVERIES, delivery)
        if read is None or read.body.state != "dead":
            return False
        return self.book.put_delivery(outbox.revive(read.body, at or datetime.now(UTC)), read) is not None

    def health(self) -> Health | None:
        """How the watcher fares, in its own words; None where none ever ran."""
        return read_health(Cursors(self.book.records))

    def _read(self, name: str) -> Read[Episode]:
        read = self.book.episode(name)
        if read is None:
            raise NoSuchEpisode(f"no episode {name}: `yuqing alerts list` names those that there are")
        return read

    def _change(self, name: str, step: Callable[[Episode], Outcome]) -> Episode:
        """Take a step on what stands now. The watcher may have been faster: then on what it wrote, if the step is still possible."""
        for _ in range(TRIES):
            read = self._read(name)
            changed = step(read.body).episode
            if self.book.put(changed, read):
                return changed
        raise Contested(f"episode {name} changed {TRIES} times meanwhile; try again")


def encoded(episode: Episode) -> dict[str, object]:
    """Give an episode in JSON's types."""
    found: dict[str, object] = msgspec.to_builtins(episode)
    return found
