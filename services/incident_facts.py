"""What the alert rules are told of incidents: who moved where, and which clocks warn or have passed."""

from datetime import datetime, timedelta

from elasticsearch.dsl import Search

from alerts.facts import Change, ClockFact, Facts
from incidents.clocks import Clock, ClockState
from incidents.desk import Desk
from incidents.filed import INCIDENTS, STEPS, Filed
from incidents.records import Record, Stage
from indexers.reader import iso
from indexers.records import Records

BACK = timedelta(minutes=15)  # before the last look: told again, what is told counts once
FIRST = timedelta(hours=24)  # at the first look
_PHASES = {ClockState.WARNING: "warned", ClockState.PASSED: "passed"}


class IncidentFacts:
    """Gives what is new each time it is called. Raises DatabaseUnavailable and DatabaseError; the next call then gives it."""

    def __init__(self, records: Records, desk: Desk) -> None:
        self._records, self._desk = records, desk
        self._since: datetime | None = None

    def __call__(self, clock: datetime) -> Facts:
        since = clock - FIRST if self._since is None else self._since - BACK
        facts = Facts(now=clock, changes=[*self._found(since), *self._moved(since)], clocks=self._clocks())
        self._since = clock
        return facts

    def _moved(self, since: datetime) -> list[Change]:
        query = Search().filter("range", at={"gte": iso(since)}).filter("prefix", case="inc-").exclude("exists", field="milestone")
        steps = [read.body for read in self._records.walk(STEPS, query, {"at": "asc"})]
        incidents = self._records.get_all(INCIDENTS, [step.incident for step in steps])
        return [_change(incidents[step.incident].body, step) for step in steps if step.incident in incidents]

    def _found(self, since: datetime) -> list[Change]:
        query = Search().filter("range", found_at={"gte": iso(since)}).filter("term", merged=False).filter("range", posts={"gte": 2})
        found = [read.body for read in self._records.walk(INCIDENTS, query, {"found_at": "asc"})]
        return [_opened(filed) for filed in found]

    def _clocks(self) -> list[ClockFact]:
        return [
            _clock(filed, one, phase)
            for filed, clocks in self._desk.running()
            for one in clocks
            if (phase := _PHASES.get(one.state)) is not None
        ]


def _opened(filed: Filed) -> Change:
    incident = filed.incident
    return Change(
        incident=incident.id,
        title=incident.title,
        before=None,
        after=Stage.FOUND.value,
        at=incident.found_at,
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
