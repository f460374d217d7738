"""The desk: incidents as officers see and move them. Who asks is handed in; roles are checked by the table of the flow."""

import enum
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from elasticsearch.dsl import Q, Search

from config.check import Office
from config.incidents import IncidentRules
from incidents import flow
from incidents.casework import Casework, Kind
from incidents.clocks import Clock, ClockState, clocks_at
from incidents.departments import Lead, propose_lead
from incidents.filed import INCIDENTS, MEMBERS, REQUESTS, STEPS, Filed, Member
from incidents.levels import Proposal, propose
from incidents.people import Actor
from incidents.records import Given, Incident, Milestone, Record, Stage
from incidents.reports import visible_text
from incidents.requests import request_id
from incidents.transitions import Transition
from indexers import case_queries
from indexers.answers import Slot
from indexers.merge import StoredPost
from indexers.queries import get_posts
from indexers.reader import Reader, iso
from indexers.records import Records
from indexers.slots import Window

OVER = (Stage.CLOSED, Stage.REVIEWED, Stage.DISMISSED)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_SLOTS = 72  # hours that a timeline shows; a longer story is shown by days
_LIVE = frozenset({ClockState.RUNNING, ClockState.WARNING, ClockState.PASSED})


class Sort(enum.StrEnum):
    """In which order incidents are listed."""

    POSTS = "posts"  # most first
    LATEST = "latest"  # newest post first
    FOUND = "found"  # newest first
    ENDS = "ends"  # the clock that ends first


_SORTS = {
    Sort.POSTS: {"posts": "desc"},
    Sort.LATEST: {"last_at": "desc"},
    Sort.FOUND: {"found_at": "desc"},
    Sort.ENDS: {"ends_at": "asc"},
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows incidents down; what is empty narrows nothing."""

    states: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()  # that lead it, or that it is proposed to
    topics: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    overdue: bool = False
    going_on: bool = False  # neither closed nor dismissed
    small: bool = False  # also those of few posts that nobody has touched
    found: Window | None = None  # found within it


class Row(NamedTuple):
    """One incident in a list."""

    filed: Filed
    growth: int  # posts in the last hour
    proposal: Proposal
    overdue: bool


class Listed(NamedTuple):
    """A page of incidents. `after` asks for the next; None when this is the last."""

    rows: list[Row]
    total: int
    after: tuple[Any, ...] | None


class Shown(NamedTuple):
    """One incident with everything that is known of it but its posts."""

    row: Row
    lead: Lead
    records: list[Record]
    clocks: tuple[Clock, ...]
    timeline: list[Slot]
    accounts: dict[str, int]
    possible: tuple[Transition[Incident], ...]  # for whoever asks


class PostOf(NamedTuple):
    """A post of an incident. `text` is what whoever asks may see of it; `post` is None where it is no longer in the database."""

    member: Member
    post: StoredPost | None
    text: str


class Posts(NamedTuple):
    """A page of an incident's posts. `after` asks for the next; None when this is the last."""

    rows: list[PostOf]
    total: int
    after: tuple[Any, ...] | None


class Desk:
    """Lists, shows and moves incidents. All methods raise DatabaseUnavailable and DatabaseError; `clock` gives aware UTC times."""

    def __init__(
        self, reader: Reader, office: Office, rules: IncidentRules, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._reader, self._office, self._rules, self._clock = reader, office, rules, clock
        self._records = Records(reader.client, reader.names)
        kind: Kind[Filed, Record] = Kind("incident", INCIDENTS, STEPS, lambda filed: filed.incident.records, self._follow)
        self._cases = Casework(self._records, kind)

    def find(self, wanted: Wanted, *, sort: Sort = Sort.POSTS, size: int = 50, after: Sequence[Any] | None = None) -> Listed:
        """List incidents, those that were merged away left out."""
        now = self._clock()
        page = self._records.page(INCIDENTS, self._query(wanted, now), _SORTS[sort], size=size, after=after)
        found = [read.body for read in page.rows]
        growth = case_queries.growth(self._reader, [name for filed in found for name in filed.groups], now - HOUR)
        return Listed([self._row(filed, growth, now) for filed in found], page.total, page.after)

    def show(self, incident: str, by: Actor) -> Shown:
        """One incident, and what could be done with it. Raises NoSuchCase."""
        now = self._clock()
        filed = self._cases.current(incident).body
        growth = case_queries.growth(self._reader, filed.groups, now - HOUR)
        records = self._cases.history(incident, filed.incident.records)
        matrix = {account.id: account for account in self._office.accounts}
        return Shown(
            row=self._row(filed, growth, now),
            lead=propose_lead(filed.incident.topic, filed.accounts, self._office.topics, matrix, self._rules.routing),
            records=records,
            clocks=clocks_at(records, now),
            timeline=self._timeline(filed),
            accounts=case_queries.accounts(self._reader, filed.groups),
            possible=flow.possible(filed.incident, by),
        )

    def posts(self, incident: str, by: Actor, *, spread: bool = False, size: int = 20, after: Sequence[Any] | None = None) -> Posts:
        """An incident's posts, the newest first, or those that spread most. Raises NoSuchCase."""
        filed = self._cases.current(incident).body
        sort = {"spread": "desc"} if spread else {"published_at": "desc"}
        page = self._records.page(MEMBERS, _members(filed), sort, size=size, after=after)
        members = [read.body for read in page.rows]
        texts = get_posts(self._reader, [member.id for member in members])
        requests = self._records.get_all(REQUESTS, [request_id(member.id) for member in members])
        rows = []
        for member in members:
            post, request = texts.get(member.id), requests.get(request_id(member.id))
            text = "" if post is None else post.text
            rows.append(PostOf(member, post, text if request is None else visible_text(request.body, text, by, self._rules.reports)))
        return Posts(rows, page.total, page.after)

    def move(self, incident: str, to: Stage, by: Actor, given: Given, *, seen: int | None = None) -> Filed:
        """Move an incident on. `seen` is how many records it had when the officer looked at it.

        Raises NoSuchCase, NotAllowed, and Conflict where somebody else was faster; both say what is possible.
        """
        return self._step(incident, by, seen, lambda found: flow.apply(found, to, by, given, self._clock(), rules=self._rules)[1])

    def note(self, incident: str, what: Milestone, by: Actor, given: Given, *, seen: int | None = None) -> Filed:
        """Record a milestone. Raises as `move` does."""
        return self._step(incident, by, seen, lambda found: flow.note(found, what, by, given, self._clock(), rules=self._rules)[1])

    def running(self) -> list[tuple[Filed, tuple[Clock, ...]]]:
        """Every incident with a clock that runs or has passed, and its clocks; the one that ends first comes first."""
        query = Search().filter("exists", field="ends_at").filter("term", merged=False)
        now = self._clock()
        found = [read.body for read in self._records.walk(INCIDENTS, query, {"ends_at": "asc"})]
        return [(filed, clocks_at(self._cases.history(filed.incident.id, filed.incident.records), now)) for filed in found]

    def _step(self, incident: str, by: Actor, seen: int | None, act: Callable[[Incident], Record]) -> Filed:
        def possible(filed: Filed) -> list[str]:
            return [str(step.to) for step in flow.possible(filed.incident, by)]

        return self._cases.advance(incident, lambda filed: act(filed.incident), seen=seen, possible=possible)

    def _follow(self, filed: Filed, record: Record) -> Filed:
        records = [*self._cases.history(record.incident, record.number - 1), record]
        ends = [clock.due_at for clock in clocks_at(records, record.at) if clock.state in _LIVE]
        return msgspec.structs.replace(filed, incident=flow.replayed(filed.incident, record), ends_at=min(ends, default=None))

    def _query(self, wanted: Wanted, now: datetime) -> Search[Any]:
        query: Search[Any] = Search().filter("term", merged=False)
        for field, values in {"state": wanted.states, "level": wanted.levels, "topic": wanted.topics, "accounts": wanted.accounts}.items():
            if values:
                query = query.filter("terms", **{field: list(values)})
        if wanted.departments:
            names = list(wanted.departments)
            query = query.filter(Q("terms", lead_department=names) | Q("terms", departments=names))
        if wanted.overdue:
            query = query.filter("range", ends_at={"lte": iso(now)})
        if wanted.found is not None:
            query = query.filter("range", found_at={"gte": iso(wanted.found.start), "lt": iso(wanted.found.end)})
        if wanted.going_on:
            query = query.exclude("terms", state=[state.value for state in OVER])
        if not wanted.small:
            rules = self._rules.candidates
            large = Q("range", posts={"gte": rules.listed_posts}) | Q("range", spread={"gte": rules.spread}) | Q("term", touched=True)
            query = query.filter(large)
        return query

    def _row(self, filed: Filed, growth: dict[str, int], now: datetime) -> Row:
        grown = sum(growth.get(name, 0) for name in filed.groups)
        overdue = filed.ends_at is not None and filed.ends_at <= now
        return Row(filed, grown, propose(filed.measures(grown), self._rules.levels), overdue)

    def _timeline(self, filed: Filed) -> list[Slot]:
        first = self._records.page(MEMBERS, _members(filed), {"published_at": "asc"}, size=1).rows
        if not first:
            return []
        start = first[0].body.published_at.astimezone(self._reader.zone).replace(minute=0, second=0, microsecond=0)
        end = max(filed.last_at, first[0].body.published_at) + timedelta(milliseconds=1)
        step = HOUR if end - start <= _SLOTS * HOUR else DAY
        return case_queries.timeline(self._reader, filed.groups, Window(max(start, end - _SLOTS * step), end), step)


def _members(filed: Filed) -> Search[Any]:
    return Search().filter("terms", incident=list(filed.groups))
