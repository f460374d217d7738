"""What the alert rules are told of incidents: which were found, who moved where, and which clocks warn or have passed."""

from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from elasticsearch.dsl import Search

from alerts.facts import Change, ClockFact, Facts
from incidents.clocks import Clock, ClockState
from incidents.desk import Desk
from incidents.filed import INCIDENTS, STEPS, Filed
from incidents.records import Record, Stage
from indexers.reader import iso
from indexers.records import Records

BACK = timedelta(minutes=15)  # before the last look: what was written late is seen, what is known is not told again
FIRST = timedelta(hours=24)  # at the first look
_PHASES = {ClockState.WARNING: "warned", ClockState.PASSED: "passed"}


class _Told(NamedTuple):
    """What the rules have been told of, by what makes it one thing; and until when of the database."""

    moves: frozenset[Hashable] = frozenset()
    clocks: frozenset[Hashable] = frozenset()
    to: datetime | None = None


class IncidentFacts:
    """Gives what is new each time it is called, once: unless `again` says that it has not been stored.

    A new one gives what the last hours have brought: who stores it knows what was told before (`alerts.episodes`). Raises
    DatabaseUnavailable and DatabaseError; the next call then gives it. Not safe to share between threads.
    """

    def __init__(self, records: Records, desk: Desk) -> None:
        self._records, self._desk = records, desk
        self._stored = self._given = _Told()

    def __call__(self, clock: datetime) -> Facts:
        self._stored = before = self._given
        since = clock - FIRST if before.to is None else before.to - BACK
        moves = {(change.incident, change.after, change.at): change for change in (*self._found(since), *self._moved(since))}
        clocks = {(fact.incident, fact.clock, fact.phase, fact.due_at): fact for fact in self._clocks()}
        self._given = _Told(frozenset(moves), frozenset(clocks), clock)
        return Facts(
            now=clock,
            changes=[change for name, change in moves.items() if name not in before.moves],
            clocks=[fact for name, fact in clocks.items() if name not in before.clocks],
        )

    def again(self) -> None:
        """Give once more what was given last."""
        self._given = self._stored

    def _moved(self, since: datetime) -> Iterator[Change]:
        query = Search().filter("range", at={"gte": iso(since)}).filter("prefix", case="inc-").exclude("exists", field="milestone")
        steps = [read.body for read in self._records.walk(STEPS, query, {"at": "asc"})]
        incidents = self._records.get_all(INCIDENTS, [step.incident for step in steps])
        return (_change(incidents[step.incident].body, step) for step in steps if step.incident in incidents)

    def _found(self, since: datetime) -> Iterator[Change]:
        """Incidents that have grown large enough to be listed, however long that took."""
        query = Search().filter("range", listed_at={"gte": iso(since)}).filter("term", merged=False)
        return (_opened(read.body) for read in self._records.walk(INCIDENTS, query, {"listed_at": "asc"}))

    def _clocks(self) -> Iterator[ClockFact]:
        for filed, clocks in self._desk.running():
            for one in clocks:
                phase = _PHASES.get(one.state)
                if phase is not None:
                    yield _clock(filed, one, phase)


def _opened(filed: Filed) -> Change:
    incident = filed.incident
    return Change(
        incident=incident.id,
        title=incident.title,
        before=None,
        after=Stage.FOUND.value,
        at=filed.listed_at or incident.found_at,
        accounts=filed.accounts,
        topic=incident.topic,
        posts=(incident.first_post,),
    )


def _change(filed: Filed, step: Record) -> Change:
    incident = filed.incident
    return Change(
        incident=incident.id,
        title=incident.title,
        before=step.source.value,
        after=step.to.value,
        at=step.at,
        accounts=filed.accounts,
        topic=incident.topic,
        posts=(incident.first_post,),
    )


def _clock(filed: Filed, clock: Clock, phase: str) -> ClockFact:
    return ClockFact(
        incident=filed.incident.id,
        title=filed.incident.title,
        clock=clock.rule.name,
        phase=phase,
        due_at=clock.due_at,
        at=clock.warns_at if phase == "warned" else clock.due_at,
        accounts=filed.accounts,
        topic=filed.incident.topic,
    )
