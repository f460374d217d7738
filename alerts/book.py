"""Episodes, notices and deliveries as they stand in the database.

An episode holds its own steps, so one write is the whole truth of what is to be told. What follows from it, a notice a step and its
deliveries, is worked out afterwards from what is stored, under ids that are always the same: whoever dies in between is finished by
the next one, and nothing stands twice.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from elasticsearch.dsl import Search

from alerts.episodes import Episode, Notice
from alerts.outbox import Delivery
from indexers.reader import iso
from indexers.records import Family, Page, Read, Records

RUNNING = ("open", "acknowledged")
KEYS_AT_ONCE = 50


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


EPISODES: Family[Episode] = Family(
    "episodes",
    Episode,
    lambda episode: episode.id,
    lambda episode: {
        "key": _hashed(episode.key),
        "status": episode.status,
        "rule": episode.finding.rule,
        "kind": episode.finding.kind,
        "level": episode.finding.level,
        "accounts": episode.finding.accounts,
        "topic": episode.finding.topic,
        "opened_at": episode.opened_at,
        "last_at": episode.last_at,
        "resolved_at": episode.resolved_at,
        "pending": episode.pending,
        "once": episode.finding.once is not None,
    },
)
NOTICES: Family[Notice] = Family(
    "alerts",
    Notice,
    lambda notice: notice.id,
    lambda notice: {
        "episode": notice.episode,
        "step": notice.step,
        "rule": notice.finding.rule,
        "kind": notice.finding.kind,
        "level": notice.finding.level,
        "accounts": notice.finding.accounts,
        "topic": notice.finding.topic,
        "at": notice.at,
    },
)
DELIVERIES: Family[Delivery] = Family(
    "deliveries",
    Delivery,
    lambda delivery: delivery.id,
    lambda delivery: {
        "channel": delivery.channel,
        "episode": delivery.episode,
        "state": delivery.state,
        "created_at": delivery.created_at,
        "due_at": delivery.due_at,
    },
)


class Wanted(NamedTuple):
    """What narrows episodes down; what is empty narrows nothing. Values of one column are alternatives, columns add up."""

    statuses: Sequence[str] = ()
    levels: Sequence[str] = ()
    rules: Sequence[str] = ()
    kinds: Sequence[str] = ()
    accounts: Sequence[str] = ()
    topics: Sequence[str] = ()

    def search(self) -> Search[Any]:
        """Start a query over episodes."""
        columns = {"status": self.statuses, "level": self.levels, "rule": self.rules, "kind": self.kinds}
        columns |= {"accounts": self.accounts, "topic": self.topics}
        query: Search[Any] = Search()
        for column, values in columns.items():
            if values:
                query = query.filter("terms", **{column: list(values)})
        return query


ALL = Wanted()


def _running() -> Search[Any]:
    """Start a query over episodes that are not over."""
    return Search().filter("terms", status=list(RUNNING))


class Waiting(NamedTuple):
    """Deliveries that are not out yet, and when the first of them was made."""

    total: int
    oldest: datetime | None


class Book(NamedTuple):
    """Reads and writes them. All methods raise DatabaseUnavailable and DatabaseError."""

    records: Records

    def latest(self, keys: Iterable[str]) -> dict[str, Read[Episode]]:
        """Give the latest episode of each key that has one, running or over."""
        found: dict[str, Read[Episode]] = {}
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), KEYS_AT_ONCE):
            missing = set(wanted[start : start + KEYS_AT_ONCE])
            query = Search().filter("terms", key=[_hashed(key) for key in missing])
            for read in self.records.walk(EPISODES, query, {"opened_at": "desc"}):
                found.setdefault(read.body.key, read)
                missing.discard(read.body.key)
                if not missing:
                    break
        return found

    def running(self) -> list[Read[Episode]]:
        """All episodes that are not over, the latest first."""
        return list(self.records.walk(EPISODES, _running(), {"opened_at": "desc"}))

    def lasting(self) -> list[Read[Episode]]:
        """Those that are not over and may end by themselves, the latest first."""
        return list(self.records.walk(EPISODES, _running().exclude("term", once=True), {"opened_at": "desc"}))

    def count_running(self) -> int:
        """How many episodes are not over."""
        return self.records.count(EPISODES, _running())

    def pending(self) -> list[Read[Episode]]:
        """All episodes with a step that the outbox does not have yet, oldest first."""
        return list(self.records.walk(EPISODES, Search().filter("term", pending=True), {"opened_at": "asc"}))

    def episodes(self, wanted: Wanted = ALL, *, size: int = 50, after: Sequence[object] | None = None) -> Page[Episode]:
        """List a page of episodes, the latest first."""
        return self.records.page(EPISODES, wanted.search(), {"opened_at": "desc"}, size=size, after=after)

    def tally(self, wanted: Wanted, columns: Sequence[str]) -> dict[str, dict[str, int]]:
        """Count episodes by the values of each column."""
        return self.records.tally(EPISODES, wanted.search(), columns)

    def episode(self, name: str) -> Read[Episode] | None:
        """Read one episode."""
        return self.records.get(EPISODES, name)

    def put(self, episode: Episode, before: Read[Episode] | None) -> bool:
        """Store an episode, new or in place of the version that was read; False where somebody else was faster."""
        if before is None:
            return self.records.create(EPISODES, episode) is not None
        return self.records.replace(EPISODES, episode, before.version) is not None

    def hand_over(self, read: Read[Episode], deliveries: Sequence[Delivery]) -> bool:
        """Write the notices of an episode's waiting steps and their deliveries, then note on it that the outbox has them.

        False where the episode changed meanwhile: doing it again does it once.
        """
        episode = read.body
        self.records.create_all(NOTICES, episode.steps[episode.handed :])
        self.records.create_all(DELIVERIES, deliveries)
        done = msgspec.structs.replace(episode, handed=len(episode.steps))
        return self.records.replace(EPISODES, done, read.version) is not None

    def due(self, now: datetime, channels: Sequence[str] = (), *, size: int = 200) -> list[Read[Delivery]]:
        """Give deliveries to be tried now, oldest first: what waits, and what was claimed by somebody who never came back.

        With more than `size`, so many of each of the `channels` and of all others together: a backlog of one hides no other.
        """
        query = Search().filter("terms", state=["waiting", "claimed"]).filter("range", due_at={"lte": iso(now)})
        page = self.records.page(DELIVERIES, query, {"created_at": "asc"}, size=size)
        if page.total <= size:
            return page.rows
        parts = [*(query.filter("term", channel=channel) for channel in channels), query.exclude("terms", channel=list(channels))]
        return [read for part in parts for read in self.records.page(DELIVERIES, part, {"created_at": "asc"}, size=size).rows]

    def deliveries_of(self, episode: str) -> list[Delivery]:
        """Give what was or will be sent of an episode."""
        query = Search().filter("term", episode=episode)
        return [read.body for read in self.records.walk(DELIVERIES, query, {"created_at": "asc"})]

    def sent_of(self, episodes: Sequence[str]) -> dict[str, dict[str, int]]:
        """Count what was or will be sent of several episodes by its state."""
        return self.records.cross(DELIVERIES, Search().filter("terms", episode=list(episodes)), "episode", "state") if episodes else {}

    def put_delivery(self, delivery: Delivery, before: Read[Delivery]) -> Read[Delivery] | None:
        """Store a delivery in place of the version that was read; None where somebody else was faster."""
        version = self.records.replace(DELIVERIES, delivery, before.version)
        return None if version is None else Read(delivery, version)

    def waiting(self) -> Waiting:
        """Count the deliveries that are not out yet, and say since when the first of them waits."""
        page = self.records.page(DELIVERIES, Search().filter("terms", state=["waiting", "claimed"]), {"created_at": "asc"}, size=1)
        return Waiting(page.total, page.rows[0].body.created_at if page.rows else None)

    def dead(self, *, size: int = 50) -> Page[Delivery]:
        """List deliveries that nobody tries any more, the latest first."""
        return self.records.page(DELIVERIES, Search().filter("term", state="dead"), {"created_at": "desc"}, size=size)
