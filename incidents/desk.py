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
from incidents.filed import INCIDENTS, MEMBERS, STEPS, Filed, Member
from incidents.levels import Proposal, propose
from incidents.people import Actor
from incidents.records import Given, Incident, Milestone, Record, Stage
from incidents.reports import HIDDEN
from incidents.transitions import Need, Transition
from incidents.withheld import Withheld
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
    URGENT = "urgent"  # the clock that ends first; without a clock, most posts first


_SORTS = {
    Sort.POSTS: {"posts": "desc"},
    Sort.LATEST: {"last_at": "desc"},
    Sort.FOUND: {"found_at": "desc"},
    Sort.ENDS: {"ends_at": "asc"},
    Sort.URGENT: {"ends_at": "asc", "posts": "desc"},
}


class PostSort(enum.StrEnum):
    """In which order an incident's posts are listed."""

    LATEST = "latest"
    FIRST = "first"
    SPREAD = "spread"  # most forwards and comments first


_POST_SORTS = {
    PostSort.LATEST: {"published_at": "desc"},
    PostSort.FIRST: {"published_at": "asc"},
    PostSort.SPREAD: {"spread": "desc"},
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
    pressing: bool = False  # going on, or over with a clock that still runs: the law's don't end with the incident
    small: bool = False  # also those of few posts that nobody has touched
    found: Window | None = None  # found within it: when they had grown large enough to be listed, small ones when they began


class WantedPosts(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows an incident's posts down; what is empty narrows nothing."""

    window: Window | None = None  # of publication
    sentiments: tuple[int, ...] = ()
    accounts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Row(NamedTuple):
    """One incident in a list."""

    filed: Filed
    growth: int  # posts in the last hour
    since: datetime  # when that hour began
    proposal: Proposal
    overdue: bool
    clocks: tuple[Clock, ...]  # every one that was started

    @property
    def running(self) -> tuple[Clock, ...]:
        """The clocks that run or have passed, that which ends first comes first."""
        return tuple(sorted((clock for clock in self.clocks if clock.state in _LIVE), key=lambda clock: clock.due_at))


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
    timeline: list[Slot]
    step: timedelta  # of the timeline
    accounts: dict[str, int]
    possible: tuple[Transition[Incident], ...]  # for whoever asks
    notable: dict[Milestone, tuple[Need, ...]]  # likewise

    @property
    def clocks(self) -> tuple[Clock, ...]:
        return self.row.clocks


class PostOf(NamedTuple):
    """A post of an incident. `text` is what whoever asks may see of it.

    `post` is None where it is no longer in the database, or is not for whoever asks.
    """

    member: Member
    post: StoredPost | None
    text: str


class Posts(NamedTuple):
    """A page of an incident's posts. `after` asks for the next; None when this is the last."""

    rows: list[PostOf]
    total: int
    after: tuple[Any, ...] | None


class Telling(NamedTuple):
    """The posts that say most about an incident."""

    first: PostOf | None  # the one that was published first
    furthest: list[PostOf]  # that have spread most


class Desk:
    """Lists, shows and moves incidents. All methods raise DatabaseUnavailable and DatabaseError; `clock` gives aware UTC times."""

    def __init__(
        self, reader: Reader, office: Office, rules: IncidentRules, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._reader, self._office, self._rules, self._clock = reader, office, rules, clock
        self._records = Records(reader.client, reader.names)
        self._withheld = Withheld(reader, office, rules)
        kind: Kind[Filed, Record] = Kind("incident", INCIDENTS, STEPS, lambda filed: filed.incident.records, self._follow)
        self._cases = Casework(self._records, kind)
        self._known: dict[str, list[Record]] = {}  # of incidents whose clocks run

    def find(self, wanted: Wanted, *, sort: Sort = Sort.POSTS, size: int = 50, after: Sequence[Any] | None = None) -> Listed:
        """List incidents, those that were merged away left out."""
        now = self._clock()
        page = self._records.page(INCIDENTS, self._query(wanted, now), _SORTS[sort], size=size, after=after)
        return Listed(self._rows([read.body for read in page.rows], now), page.total, page.after)

    def counts(self, wanted: Wanted) -> dict[str, dict[str, int]]:
        """How many incidents there are of each state, level, topic, account and department."""
        departments = [department.id for department in self._office.departments]
        return case_queries.incident_counts(self._reader, self._query(wanted, self._clock()), departments)

    def show(self, incident: str, by: Actor) -> Shown:
        """One incident, and what could be done with it. Raises NoSuchCase."""
        now = self._clock()
        filed = self._cases.current(incident).body
        records = self._cases.history(incident, filed.incident.records)
        start, step = self._beginning(filed)
        matrix = {account.id: account for account in self._office.accounts}
        return Shown(
            row=self._row(filed, case_queries.growth(self._reader, filed.groups, now - HOUR), records, now),
            lead=propose_lead((filed.incident.topic or "",), filed.accounts, self._office.every_topic, matrix, self._rules.routing),
            records=records,
            timeline=self._timeline(filed, start, step),
            step=step,
            accounts=case_queries.accounts(self._reader, filed.groups),
            possible=flow.possible(filed.incident, by),
            notable=flow.notable(filed.incident, by),
        )

    def posts(
        self,
        incident: str,
        by: Actor,
        wanted: WantedPosts = WantedPosts(),  # noqa: B008 - immutable
        *,
        sort: PostSort = PostSort.LATEST,
        size: int = 20,
        after: Sequence[Any] | None = None,
    ) -> Posts:
        """An incident's posts, a page at a time. Raises NoSuchCase."""
        filed = self._cases.current(incident).body
        page = self._records.page(MEMBERS, _members(filed, wanted), _POST_SORTS[sort], size=size, after=after)
        return Posts(self._texts([read.body for read in page.rows], by), page.total, page.after)

    def telling(self, filed: Filed, by: Actor, *, size: int = 3) -> Telling:
        """The post that an incident began with, and those that have spread most."""
        first, furthest = (
            [read.body for read in self._records.page(MEMBERS, _members(filed), _POST_SORTS[sort], size=many).rows]
            for sort, many in ((PostSort.FIRST, 1), (PostSort.SPREAD, size))
        )
        texts = self._texts([*first, *furthest], by)
        return Telling(texts[0] if first else None, texts[len(first) :])

    def incident_of(self, post: str) -> Filed | None:
        """The incident that a post came to, or what that was merged into; None for a post that is in none."""
        member = self._records.get(MEMBERS, post)
        return None if member is None else self.last(member.body.incident)

    def last(self, incident: str) -> Filed:
        """An incident, or what it was merged into. Raises NoSuchCase."""
        filed = self._cases.current(incident).body
        while filed.incident.merged_into:
            filed = self._cases.current(filed.incident.merged_into).body
        return filed

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
        histories = self._histories(found)
        return [(filed, clocks_at(histories[filed.incident.id], now)) for filed in found]

    def _histories(self, found: Sequence[Filed]) -> dict[str, list[Record]]:
        """The records of incidents, read once: records are never changed, only added to."""
        known = {filed.incident.id: self._known.get(filed.incident.id, []) for filed in found}
        missing = {filed.incident.id: filed.incident.records for filed in found if len(known[filed.incident.id]) != filed.incident.records}
        self._known = known = known | self._cases.histories(missing)
        return known

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
            within = {"gte": iso(wanted.found.start), "lt": iso(wanted.found.end)}
            small = Q("range", found_at=within) & ~Q("exists", field="listed_at")
            query = query.filter(Q("range", listed_at=within) | small)
        if wanted.going_on:
            query = query.exclude("terms", state=[state.value for state in OVER])
        if wanted.pressing:
            query = query.filter(~Q("terms", state=[state.value for state in OVER]) | Q("exists", field="ends_at"))
        if not wanted.small:
            rules = self._rules.candidates
            large = Q("range", posts={"gte": rules.listed_posts}) | Q("range", spread={"gte": rules.spread}) | Q("term", touched=True)
            query = query.filter(large)
        return query

    def _rows(self, found: Sequence[Filed], now: datetime) -> list[Row]:
        growth = case_queries.growth(self._reader, [name for filed in found for name in filed.groups], now - HOUR)
        records = self._cases.histories({filed.incident.id: filed.incident.records for filed in found if filed.ends_at is not None})
        return [self._row(filed, growth, records.get(filed.incident.id, []), now) for filed in found]

    def _row(self, filed: Filed, growth: dict[str, int], records: Sequence[Record], now: datetime) -> Row:
        grown = sum(growth.get(name, 0) for name in filed.groups)
        overdue = filed.ends_at is not None and filed.ends_at <= now
        return Row(filed, grown, now - HOUR, propose(filed.measures(grown), self._rules.levels), overdue, clocks_at(records, now))

    def _texts(self, members: Sequence[Member], by: Actor) -> list[PostOf]:
        found = get_posts(self._reader, [member.id for member in members])
        withheld = self._withheld.among(found.values(), by)
        shown = {name: PostOf(member, None, HIDDEN) for member in members if (name := member.id) in withheld}
        return [shown.get(member.id) or _post_of(member, found.get(member.id)) for member in members]

    def _beginning(self, filed: Filed) -> tuple[datetime, timedelta]:
        """Where the timeline begins, and its step: hours, or days for a long story."""
        first = self._records.page(MEMBERS, _members(filed), _POST_SORTS[PostSort.FIRST], size=1).rows
        began = first[0].body.published_at if first else filed.last_at
        start = began.astimezone(self._reader.zone).replace(minute=0, second=0, microsecond=0)
        step = HOUR if filed.last_at - start < _SLOTS * HOUR else DAY
        return (start if step == HOUR else start.replace(hour=0)), step

    def _timeline(self, filed: Filed, start: datetime, step: timedelta) -> list[Slot]:
        slots = max(1, -((start - filed.last_at - timedelta(milliseconds=1)) // step))
        end = start + slots * step
        return case_queries.timeline(self._reader, filed.groups, Window(max(start, end - _SLOTS * step), end), step)


def _post_of(member: Member, post: StoredPost | None) -> PostOf:
    return PostOf(member, post, "" if post is None else post.text)


def _members(filed: Filed, wanted: WantedPosts = WantedPosts()) -> Search[Any]:  # noqa: B008 - immutable
    query: Search[Any] = Search().filter("terms", incident=list(filed.groups))
    given = {"sentiment": wanted.sentiments, "accounts": wanted.accounts, "topic": wanted.topics, "kind": wanted.kinds}
    for field, values in given.items():
        if values:
            query = query.filter("terms", **{field: list(values)})
    if wanted.window is not None:
        query = query.filter("range", published_at={"gte": iso(wanted.window.start), "lt": iso(wanted.window.end)})
    return query
