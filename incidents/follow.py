"""Follows posts as they come into the database, and keeps incidents and requests of them.

A turn: read what is new, choose what may belong to an incident, group it, write the turn down, carry it out. What is carried out twice
counts once, so a follower that is killed at any point goes on where it was; one that finds another at work reads anew what is kept.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import structlog
from elasticsearch.dsl import Search

from config.check import Office
from config.incidents import IncidentRules
from incidents.casework import Casework
from incidents.departments import propose_lead
from incidents.errors import StateRefused, Superseded
from incidents.filed import INCIDENTS, MEMBERS, REQUEST_CASES, REQUESTS, Change, Filed, Listing, counted
from incidents.grouping import Grouper
from incidents.intake import Intake, Portion
from incidents.recall import recall
from incidents.sorting import Sorter, Sorting
from incidents.state import Merge, Recipe
from incidents.turns import CHECKPOINT, TURNS, Checkpoint, Cursors, Turn, pack, turn_key, unpack
from indexers import cursors as kept
from indexers.errors import IndexerError
from indexers.reader import Reader, iso
from indexers.records import Records, Version

log = structlog.get_logger()

# Stricter than by default: an incident too many is merged by the next posts, two in one can't be taken apart. With a lower `join` a phrase
# that people use for anything ("能不能给个说法") makes one of two matters, and without `likeness` a large incident draws in whatever has
# such a phrase in common with a few of its posts. What each costs on labelled sets: docs/incidents.md.
RECIPE = Recipe(join=0.12, merge=0.13, likeness=0.03)
SETTLE = timedelta(seconds=30)  # after so long without a post the open block is closed, so that what is alike is merged
CHECKPOINT_POSTS = 2000  # so many posts are grouped again after a crash, at most
CHECKPOINT_READ = 20_000  # and so many read
CHECKPOINT_EVERY = timedelta(minutes=10)
JUDGED_BACK = timedelta(minutes=2)  # so far behind the last look each turn looks for what officers have touched
JUDGED_AWAY = timedelta(days=7)  # and the first turn, for what they touched while no follower worked


class Done(NamedTuple):
    """What a turn has done."""

    read: int = 0  # posts
    added: int = 0  # posts that came to an incident
    opened: int = 0
    merged: int = 0
    requests: int = 0
    full: bool = False  # more posts wait: the next turn need not

    def __bool__(self) -> bool:
        return bool(self.added or self.opened or self.merged or self.requests)


class _Memory(NamedTuple):
    """What a follower knows between two turns."""

    grouper: Grouper
    number: int  # of the last turn
    cursors: Cursors
    kept: kept.Remembered | None  # the last checkpoint
    since: int  # its turn


class Follower:
    """One of them works at a time: the caller holds a lease. `clock` gives aware UTC times."""

    def __init__(
        self, reader: Reader, office: Office, rules: IncidentRules, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._records = Records(reader.client, reader.names)
        self._cursors = kept.Cursors(self._records)
        self._requests = Casework(self._records, REQUEST_CASES)
        self._intake = Intake(reader)
        self._sorter = Sorter(self._records, self._intake, office, rules)
        self._office, self._rules, self._clock = office, rules, clock
        self._memory: _Memory | None = None
        self._looked: datetime | None = None  # for what officers have touched
        self._open: Turn | None = None  # written down perhaps, but not yet carried out for certain
        self._grouped = self._read = 0  # posts since the last checkpoint
        self._grouped_at = self._kept_at = clock()

    def once(self) -> Done:
        """Do one turn. Raises Superseded, DatabaseUnavailable and DatabaseError; the next call goes on where this one was."""
        memory = self._memory or self._load()
        done = Done()
        if self._open is None:
            try:
                self._open, done = self._next(memory)
            except IndexerError:
                self._forget()  # posts may be grouped that no turn speaks of
                raise
        if self._open is not None:
            self._write_down(self._open)
            self._carry_out(self._open)
            self._memory = self._remembered()._replace(number=self._open.number)
            self._open = None
        if self._due():
            self._keep()
        return done

    # -- what a turn is

    def _next(self, memory: _Memory) -> tuple[Turn | None, Done]:
        now = self._clock()
        portion = self._intake.read(memory.cursors, now)
        self._read += len(portion.posts)
        grown = self._intake.spread(now, self._rules.candidates.spread)
        sorting = self._sorter.sort(portion.posts, grown)
        self._memory = memory._replace(cursors=portion.cursors)
        settled = not sorting.own and memory.grouper.waiting > 0 and now - self._grouped_at > SETTLE
        if not (sorting or settled):
            return None, Done(read=len(portion.posts), full=portion.full)
        turn = self._group(memory, portion, sorting, settled=settled)
        change = turn.change
        return turn, Done(len(portion.posts), len(change.members), len(change.opened), len(change.merges), len(turn.requests), portion.full)

    def _group(self, memory: _Memory, portion: Portion, sorting: Sorting, *, settled: bool) -> Turn:
        now = self._clock()
        held = self._judged(now, memory.grouper.groups)
        arrivals = [self._sorter.arrival(post) for post in sorting.own]
        merges: tuple[Merge, ...] = ()
        groups: tuple[str, ...] = ()
        for name in held:
            memory.grouper.hold(name)
        if arrivals:
            groups, merges = memory.grouper.add(arrivals)
            self._grouped += len(arrivals)
            self._grouped_at = now
        if settled:
            merges = (*merges, *memory.grouper.settle())
        return Turn(
            cursors=portion.cursors,
            change=self._sorter.change(memory.number + 1, sorting, groups, merges, now, grouped_by=memory.grouper.recipe.stamp),
            held=held,
            arrivals=tuple(arrival.id for arrival in arrivals),
            settled=settled,
            requests=self._sorter.requests(sorting, now),
            recalled=sorting.recalled,
        )

    def _judged(self, now: datetime, groups: Iterable[str]) -> tuple[str, ...]:
        """The groups that officers have touched lately."""
        since = now - JUDGED_AWAY if self._looked is None else self._looked - JUDGED_BACK
        query = Search().filter("term", touched=True).filter("range", moved_at={"gte": iso(since)})
        touched = {read.body.incident.id for read in self._records.walk(INCIDENTS, query, {"moved_at": "asc"})}
        self._looked = now
        return tuple(sorted(touched.intersection(groups)))

    # -- how it is carried out

    def _write_down(self, turn: Turn) -> None:
        if self._records.create(TURNS, turn) is not None:
            return
        stands = self._records.get(TURNS, turn_key(turn.number))
        if stands is None or msgspec.to_builtins(stands.body) != msgspec.to_builtins(turn):  # not ours, written before an answer was lost
            self._forget()
            raise Superseded(f"another follower has taken turn {turn.number}; only one should work: see the lease")

    def _carry_out(self, turn: Turn) -> None:
        self._records.create_all(MEMBERS, turn.change.members)
        for left in turn.change.left:
            self._records.delete(MEMBERS, left.member.id)
        self._records.create_all(REQUESTS, turn.requests)
        for one in turn.recalled:
            recall(self._requests, one, self._clock())
        self._spread_out(turn.change)
        while self._file(turn.change):
            pass

    def _spread_out(self, change: Change) -> None:
        """Note in the members how far they have come."""
        members = self._records.get_all(MEMBERS, [grown.post for grown in change.grown])
        news = {grown.post: grown.now for grown in change.grown}
        self._records.write_all(
            MEMBERS, [(msgspec.structs.replace(read.body, spread=news[name]), read.version) for name, read in members.items()]
        )

    def _file(self, change: Change) -> bool:
        """Write what a turn makes of incidents; says whether there is more to do.

        Those that are merged away are written before those that take them in, so that an officer who is faster wins.
        """
        read = self._records.get_all(INCIDENTS, change.touches)
        changed = counted({name: one.body for name, one in read.items()}, change, self._concerned, self._listing())
        wave = _first_away(changed) or [*changed.values()]
        version: dict[str, Version] = {name: one.version for name, one in read.items()}
        won = self._records.write_all(INCIDENTS, [(filed, version.get(filed.incident.id)) for filed in wave])
        return len(wave) < len(changed) or not all(won)

    def _listing(self) -> Listing:
        return Listing(self._rules.candidates.listed_posts, self._rules.candidates.spread, self._clock())

    def _concerned(self, topic: str | None, accounts: tuple[str, ...]) -> tuple[str, ...]:
        matrix = {account.id: account for account in self._office.accounts}
        return propose_lead((topic or "",), accounts, self._office.every_topic, matrix, self._rules.routing).concerned

    # -- over a restart

    def _load(self) -> _Memory:
        """Read what is kept: the last checkpoint and the turns since. The last turn may not have been carried out."""
        remembered = self._cursors.load(CHECKPOINT)
        checkpoint = None if remembered is None else unpack(remembered.data)
        number = int(self._clock().timestamp()) if checkpoint is None else checkpoint.turn
        grouper = Grouper(RECIPE) if checkpoint is None else _grouper(checkpoint)
        if checkpoint is None:
            checkpoint = self._first(number, grouper)
            remembered = self._cursors.save(CHECKPOINT, pack(checkpoint), None)
            if remembered is None:
                raise Superseded("another follower has begun at the same time; only one should work: see the lease")
        memory = _Memory(grouper, number, checkpoint.cursors, remembered and remembered._replace(data=b""), checkpoint.turn)
        self._intake.again()
        self._tidy(checkpoint)
        turn = None
        while (read := self._records.get(TURNS, turn_key(memory.number + 1))) is not None:
            turn = read.body
            self._repeat(turn, grouper)
            memory = memory._replace(number=turn.number, cursors=turn.cursors)
        if turn is not None:
            self._carry_out(turn)
            log.info("incidents.follower_resumed", turn=turn.number, grouped=self._grouped)
        self._memory = memory
        return memory

    def _first(self, number: int, grouper: Grouper) -> Checkpoint:
        """What is remembered before the first turn. Numbers begin with the time, so that they grow even where a checkpoint was lost."""
        return Checkpoint(turn=number, since=number, cursors=Cursors(), state=grouper.export())

    def _repeat(self, turn: Turn, grouper: Grouper) -> None:
        """Bring the grouping state to where it was after a turn."""
        for name in turn.held:
            grouper.hold(name)
        posts = self._intake.posts(turn.arrivals)
        found = [posts[name] for name in turn.arrivals if name in posts]
        grouper.add([self._sorter.arrival(post) for post in found])
        self._grouped += len(found)
        if turn.settled:
            grouper.settle()

    def _due(self) -> bool:
        some = self._grouped or self._read
        return (
            self._grouped >= CHECKPOINT_POSTS
            or self._read >= CHECKPOINT_READ
            or (bool(some) and self._clock() - self._kept_at > CHECKPOINT_EVERY)
        )

    def _keep(self) -> None:
        """Write a checkpoint, and take the turns away that it makes superfluous."""
        memory = self._remembered()
        checkpoint = Checkpoint(turn=memory.number, since=memory.since, cursors=memory.cursors, state=memory.grouper.export())
        remembered = self._cursors.save(CHECKPOINT, pack(checkpoint), memory.kept)
        if remembered is None:
            self._forget()
            raise Superseded("another follower has written a checkpoint; only one should work: see the lease")
        self._memory = memory._replace(kept=remembered._replace(data=b""), since=checkpoint.turn)
        self._grouped = self._read = 0
        self._kept_at = self._clock()
        self._tidy(checkpoint)

    def _tidy(self, checkpoint: Checkpoint) -> None:
        for number in range(checkpoint.since + 1, checkpoint.turn + 1):
            self._records.delete(TURNS, turn_key(number))

    def _remembered(self) -> _Memory:
        assert self._memory is not None
        return self._memory

    def _forget(self) -> None:
        self._memory = self._open = self._looked = None


def _first_away(changed: dict[str, Filed]) -> list[Filed]:
    """Those that are merged away, and take none of the others in."""
    away = {name: filed for name, filed in changed.items() if filed.incident.merged_into}
    taking = {filed.incident.merged_into for filed in away.values()}
    return [filed for name, filed in away.items() if name not in taking]


def _grouper(checkpoint: Checkpoint) -> Grouper:
    """Go on from a checkpoint; from nothing where another version of grouping made it: posts then open new incidents."""
    try:
        return Grouper.of(checkpoint.state, RECIPE)
    except StateRefused as error:
        log.warning("incidents.grouping_begun_anew", error=str(error))
        return Grouper(RECIPE)
