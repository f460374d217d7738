"""The lane of requests (诉求) as officers see and move it. The text of a report (举报) opens to its readers alone."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from elasticsearch.dsl import Search

from config.check import Office
from config.incidents import IncidentRules
from incidents import requests
from incidents.candidates import is_called
from incidents.casework import Casework
from incidents.clocks import ClockState
from incidents.departments import propose_lead
from incidents.errors import NotAllowed
from incidents.filed import REQUEST_CASES, REQUESTS
from incidents.people import Actor
from incidents.recall import take_back
from incidents.reports import HIDDEN, may_read, route, visible_text
from incidents.requests import Request, RequestGiven, RequestRecord, RequestStage, request_id
from incidents.transitions import Transition
from incidents.withheld import Withheld
from indexers import case_queries
from indexers.merge import StoredPost
from indexers.queries import get_posts
from indexers.reader import Reader, iso
from indexers.records import Records
from streams.messages import AskKind

_HIDDEN_NAME = "（不公开）"
_NOT_SHOWN = {"reported": (), "post": _HIDDEN_NAME, "department": None, "channel": None, "reference": None, "link": None}


class WantedRequests(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows requests down; what is empty narrows nothing."""

    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()  # that have it
    overdue: bool = False
    waiting: bool = False  # not yet answered


class Proposed(NamedTuple):
    """To whom a request could be passed on."""

    department: str | None
    reason: str  # for people, in Chinese


class RequestRow(NamedTuple):
    """One request as somebody may see it: of a report that is not theirs to read neither the text nor whom it is against."""

    request: Request
    text: str
    url: str | None
    clock: ClockState
    proposed: Proposed
    readable: bool
    model: str | None = None  # that tagged its post
    denied: bool = False  # a person says by now that the post asks for nothing


class Requests(NamedTuple):
    """A page of requests. `after` asks for the next; None when this is the last."""

    rows: list[RequestRow]
    total: int
    after: tuple[Any, ...] | None


class ShownRequest(NamedTuple):
    """One request with its records, and what could be done with it."""

    row: RequestRow
    records: list[RequestRecord]
    possible: tuple[Transition[Request], ...]


class Lane:
    """Lists, shows and moves requests. All methods raise DatabaseUnavailable and DatabaseError; `clock` gives aware UTC times."""

    def __init__(
        self, reader: Reader, office: Office, rules: IncidentRules, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._reader, self._office, self._rules, self._clock = reader, office, rules, clock
        self._matrix = {account.id: account for account in office.accounts}
        self._records = Records(reader.client, reader.names)
        self._withheld = Withheld(reader, office, rules)
        self._cases = Casework(self._records, REQUEST_CASES)

    def find(self, wanted: WantedRequests, by: Actor, *, size: int = 50, after: Sequence[Any] | None = None) -> Requests:
        """List requests, those that are due first come first."""
        page = self._records.page(REQUESTS, self._query(wanted, by), {"due_at": "asc"}, size=size, after=after)
        return Requests(self._rows([read.body for read in page.rows], by), page.total, page.after)

    def counts(self, wanted: WantedRequests, by: Actor) -> dict[str, dict[str, int]]:
        """How many requests there are of each state and kind, and with each department."""
        departments = [department.id for department in self._office.departments]
        return case_queries.request_counts(self._reader, self._query(wanted, by), departments, reports=self._withheld.sees_all(by))

    def request_of(self, post: str, by: Actor) -> Request | None:
        """The request that a post makes; None where it makes none, or one that is not for somebody to read."""
        read = self._records.get(REQUESTS, request_id(post))
        return None if read is None or not may_read(read.body, by, self._rules.reports) else read.body

    def show(self, request: str, by: Actor) -> ShownRequest:
        """One request. Raises NoSuchCase."""
        found = self._cases.current(request).body
        (row,) = self._rows([found], by)
        records = self._cases.history(request, found.records)
        if not row.readable:
            records = [msgspec.structs.replace(record, given=RequestGiven()) for record in records]
        return ShownRequest(row, records, requests.possible(found, by, self._rules))

    def move(self, request: str, to: RequestStage, by: Actor, given: RequestGiven, *, seen: int | None = None) -> Request:
        """Move a request on. Raises NoSuchCase, NotAllowed, and Conflict where somebody else was faster.

        A report that a reader finds in the same moment to be against the department that it goes to is taken back from there: NotAllowed.
        """

        def possible(found: Request) -> list[str]:
            return [str(step.to) for step in requests.possible(found, by, self._rules)]

        def act(found: Request) -> RequestRecord:
            return requests.apply(found, to, by, given, self._clock(), rules=self._rules)[1]

        moved = self._cases.advance(request, act, seen=seen, possible=possible)
        back = take_back(self._cases, moved, [name for name in moved.reported if name == moved.department], by, self._clock())
        if back is not moved:
            raise NotAllowed("reported", f"{request} is against {moved.department}: it can't go there", possible=possible(back))
        return moved

    def against(self, request: str, departments: Iterable[str], by: Actor) -> Request:
        """Add departments that a reader has found a report to be against; one of them that has it loses it.

        Raises NoSuchCase and NotAllowed, and Conflict where it was moved at the same time.
        """
        names = tuple(departments)
        strange = set(names) - {department.id for department in self._office.departments}
        if strange:
            raise NotAllowed("wrong", f"{request} can't be against {', '.join(sorted(strange))}: no such department")

        def add(found: Request) -> Request:
            if not may_read(found, by, self._rules.reports):
                raise NotAllowed("not_yours", f"{found.id}: {by.user} can't say whom it is against: it is for the readers of reports")
            return requests.against(found, names)

        return take_back(self._cases, self._cases.change(request, add), names, by, self._clock())

    def _rows(self, found: Sequence[Request], by: Actor) -> list[RequestRow]:
        posts = get_posts(self._reader, [request.post for request in found])
        withheld = self._withheld.among(posts.values(), by)
        return [self._row(request, posts.get(request.post), by, withheld=request.post in withheld) for request in found]

    def _row(self, request: Request, post: StoredPost | None, by: Actor, *, withheld: bool) -> RequestRow:
        readable = may_read(request, by, self._rules.reports) and not withheld
        text = HIDDEN if withheld else visible_text(request, "" if post is None else post.text, by, self._rules.reports)
        url = post.url if post is not None and readable else None
        shown = request if readable else msgspec.structs.replace(request, **_NOT_SHOWN)
        proposed = self._proposed(request, post) if readable else Proposed(None, HIDDEN)
        model = post.model if post is not None and readable else None
        denied = post is not None and readable and is_called(post) and post.asks in {None, AskKind.PRAISE}
        return RequestRow(shown, text, url, requests.clock(request, self._clock()), proposed, readable, model, denied)

    def _proposed(self, request: Request, post: StoredPost | None) -> Proposed:
        """To whom it could go. A report is never proposed by topic or account: these are as a rule the ones it is against."""
        if request.is_report:
            to = route(request.reported, self._rules.reports)
            return Proposed(to.department, to.reason)
        topics, accounts = ((), ()) if post is None else ((*post.own_topics, post.topic or ""), post.accounts)
        lead = propose_lead(topics, accounts, self._office.every_topic, self._matrix, self._rules.routing)
        return Proposed(lead.department, lead.reason)

    def _query(self, wanted: WantedRequests, by: Actor) -> Search[Any]:
        query: Search[Any] = Search()
        if wanted.departments and not self._withheld.sees_all(by):  # which department has a report is for its readers
            query = query.exclude("term", report=True)
        for field, values in {"state": wanted.states, "kind": wanted.kinds, "department": wanted.departments}.items():
            if values:
                query = query.filter("terms", **{field: list(values)})
        if wanted.overdue or wanted.waiting:
            query = query.filter("term", waiting=True)
        return query.filter("range", due_at={"lte": iso(self._clock())}) if wanted.overdue else query
