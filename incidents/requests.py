"""The lane of requests (诉求): received → passed on → answered → rated, within five working days. Not a case file.

What a report (举报) allows besides, and what not, stands in `incidents.reports`.
"""

import enum
import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from config.incidents import IncidentRules
from incidents.asks import Ask, RequestKind
from incidents.clocks import ClockState
from incidents.errors import NotAllowed
from incidents.people import Actor, Role
from incidents.reports import may_go_to, may_read
from incidents.transitions import Need, Situation, Table, Transition, known_department, link
from incidents.working_days import end_of_working_days

BEST, WORST = 5, 1  # of a citizen's rating
_WARNS = 0.8  # of the time is gone when its clock warns


class RequestStage(enum.StrEnum):
    """How far a request has come."""

    RECEIVED = "received"  # 受理
    PASSED_ON = "passed_on"  # 转办
    ANSWERED = "answered"  # 答复
    RATED = "rated"  # 评价
    RETURNED = "returned"  # 退回: the department sent it back
    DISMISSED = "dismissed"  # 排除: it asks for nothing


class Channel(enum.StrEnum):
    """Where a request was passed on to, under which its reference is known."""

    HOTLINE = "12345"
    LETTERS = "xinfang"  # 信访
    BOARD = "board"  # a message board for the leadership
    DEPARTMENT = "department"


class RequestGiven(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody gives with a step."""

    reason: str | None = None
    channel: Channel | None = None
    reference: str | None = None  # of the channel
    department: str | None = None  # that it goes to
    answer: str | None = None
    link: str | None = None  # where the answer can be read
    rating: int | None = None  # 1 to 5
    against: tuple[str, ...] | None = None  # departments that a report was found to be against: `taken_from` alone gives it


class RequestRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step: who, when, from, to, why. Never changed."""

    id: str
    request: str
    number: int
    at: datetime
    by: str
    role: Role
    source: RequestStage
    to: RequestStage
    given: RequestGiven


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request. Its text stays with its post; `visible_text` says to whom it opens."""

    id: str  # "req-" and the post
    post: str
    kind: RequestKind
    words: tuple[str, ...]  # by which the kind was found
    received_at: datetime
    due_at: datetime
    department: str | None = None  # that it is with
    reported: tuple[str, ...] = ()  # of a report: the departments that it names, or an officer found it to be against
    state: RequestStage = RequestStage.RECEIVED
    records: int = 0
    moved_at: datetime | None = None
    answered_at: datetime | None = None
    reference: str | None = None
    channel: Channel | None = None
    link: str | None = None
    rating: int | None = None
    called: bool = False  # a person has said of what kind it is

    @property
    def is_report(self) -> bool:
        return self.kind is RequestKind.REPORT


class Recalled(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose kind a person has put right."""

    request: str
    kind: RequestKind
    reported: tuple[str, ...] = ()  # departments, where it is a report (举报)


def request_id(post: str) -> str:
    """The id of the request that a post makes."""
    return f"req-{hashlib.sha256(post.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def open_request(
    post: str, ask: Ask, received_at: datetime, *, reported: tuple[str, ...], rules: IncidentRules, zone: ZoneInfo, called: bool = False
) -> Request:
    """The request that a post makes; a post makes one at most. `reported` counts for a report (举报) alone; `called`: a person says so."""
    return Request(
        id=request_id(post),
        post=post,
        kind=ask.kind,
        words=() if ask.kind is RequestKind.REPORT else ask.words,  # what a report says is for its readers
        received_at=received_at,
        due_at=due(received_at, rules, zone),
        reported=reported if ask.kind is RequestKind.REPORT else (),
        called=called,
    )


def called(request: Request, by_person: Recalled) -> Request:
    """The request as a person calls it. Of a report no department that it is against is ever forgotten while it is one."""
    report = by_person.kind is RequestKind.REPORT
    reported = dict.fromkeys([*request.reported, *by_person.reported]) if report else ()
    words = request.words if request.kind is by_person.kind else ()
    return msgspec.structs.replace(request, kind=by_person.kind, words=words, reported=tuple(reported), called=True)


def against(request: Request, departments: Iterable[str]) -> Request:
    """Add departments that a reader has found a report to be against. None is ever taken away. Raises NotAllowed for no report."""
    if not request.is_report:
        raise NotAllowed("wrong", f"{request.id} is no report (举报): it is against nobody")
    return msgspec.structs.replace(request, reported=tuple(dict.fromkeys([*request.reported, *departments])))


def due(received_at: datetime, rules: IncidentRules, zone: ZoneInfo) -> datetime:
    """Until when a request is to be answered (国办秘函〔2019〕19号)."""
    return end_of_working_days(received_at, rules.requests.working_days, zone)


def clock(request: Request, at: datetime) -> ClockState:
    """How a request stands in time at a moment."""
    if request.state is RequestStage.DISMISSED:
        return ClockState.LIFTED
    if request.answered_at is not None and request.answered_at <= at:
        return ClockState.MET
    if at >= request.due_at:
        return ClockState.PASSED
    warns_at = request.received_at + (request.due_at - request.received_at) * _WARNS
    return ClockState.WARNING if at >= warns_at else ClockState.RUNNING


def _readable(request: Request, by: Actor, rules: IncidentRules) -> str | None:
    return None if may_read(request, by, rules.reports) else "it is a report (举报), for its readers alone"


def _handles(request: Request, by: Actor) -> str | None:
    if by.role is not Role.HANDLER or (by.department is not None and by.department == request.department):
        return None
    return f"it is with {request.department or 'no department'}"


def _whole_stars(value: int, _situation: Situation) -> str | None:
    return None if WORST <= value <= BEST else f"must be {WORST} to {BEST}"


_OFFICE = frozenset({Role.ADMIN, Role.DUTY})
_WORK = frozenset({Role.ADMIN, Role.DUTY, Role.HANDLER})
_REASON = Need("reason", "理由")
_CHANNEL = Need("channel", "转办渠道")
_REFERENCE = Need("reference", "转办编号")
_DEPARTMENT = Need("department", "承办部门", known_department)
_ANSWER = Need("answer", "答复内容")
_LINK = Need("link", "答复链接", link)
_RATING = Need("rating", "满意度", _whole_stars)
_PASS_ON = (_CHANNEL, _REFERENCE, _DEPARTMENT)

_S = RequestStage
TRANSITIONS: tuple[Transition[Request], ...] = (
    Transition(_S.RECEIVED, _S.PASSED_ON, _OFFICE, _PASS_ON),
    Transition(_S.RECEIVED, _S.ANSWERED, _OFFICE, (_ANSWER, _LINK)),  # the office knows the answer itself
    Transition(_S.RECEIVED, _S.DISMISSED, _OFFICE, (_REASON,)),
    Transition(_S.PASSED_ON, _S.ANSWERED, _WORK, (_ANSWER, _LINK), _handles),
    Transition(_S.PASSED_ON, _S.RETURNED, _WORK, (_REASON,), _handles),
    Transition(_S.RETURNED, _S.PASSED_ON, _OFFICE, _PASS_ON),
    Transition(_S.RETURNED, _S.ANSWERED, _OFFICE, (_ANSWER, _LINK)),
    Transition(_S.RETURNED, _S.DISMISSED, _OFFICE, (_REASON,)),
    Transition(_S.ANSWERED, _S.RATED, _OFFICE, (_RATING,)),
    Transition(_S.ANSWERED, _S.RETURNED, _OFFICE, (_REASON,)),  # the answer won't do
    Transition(_S.RATED, _S.RETURNED, _OFFICE, (_REASON,)),  # the citizen is not content
    Transition(_S.DISMISSED, _S.RECEIVED, _OFFICE, (_REASON,)),
)
LANE = Table(TRANSITIONS)


def possible(request: Request, by: Actor, rules: IncidentRules) -> tuple[Transition[Request], ...]:
    """The steps that somebody could take now; none on a report that is not theirs to read."""
    return () if _readable(request, by, rules) else LANE.possible(request, by)


def apply(
    request: Request, to: RequestStage, by: Actor, given: RequestGiven, now: datetime, *, rules: IncidentRules
) -> tuple[Request, RequestRecord]:
    """Move a request on, and say so in a record. Raises NotAllowed; a report never goes to whom it is against."""
    hidden = _readable(request, by, rules)
    if hidden:
        raise NotAllowed("not_yours", f"{request.id}: {by.user} can't make it {to}: {hidden}")
    now, given = max(now, request.moved_at or now), msgspec.structs.replace(given, against=None)
    step = LANE.choose(request, to, by, Situation(given, rules, now))
    if to is RequestStage.PASSED_ON and not may_go_to(request, str(given.department)):
        instead = [str(other.to) for other in possible(request, by, rules)]
        raise NotAllowed("reported", f"{request.id} is against {given.department}: it can't go there", possible=instead)
    moved = msgspec.structs.replace(request, state=to, records=request.records + 1, moved_at=now, **_learnt(step, given, now))
    return moved, _record(request, to, by, given, now)


def is_with(request: Request, departments: Iterable[str]) -> bool:
    """Whether a request has been passed on to one of some departments, be it answered by now or not."""
    return request.department is not None and request.department in departments


def taken_from(request: Request, departments: Iterable[str], by: Actor, now: datetime) -> RequestRecord:
    """Take a report back from the department that it is with, now that it is found to be against it, whatever that has answered.

    For whoever may say so (`reports.may_read`), in whatever role.
    """
    given = RequestGiven(reason="举报涉及承办部门，予以收回，另行转办", against=tuple(departments))
    return _record(request, RequestStage.RETURNED, by, given, max(now, request.moved_at or now))


def _record(request: Request, to: RequestStage, by: Actor, given: RequestGiven, now: datetime) -> RequestRecord:
    number = request.records + 1
    return RequestRecord(
        id=f"{request.id}:{number:04}",
        request=request.id,
        number=number,
        at=now,
        by=by.user,
        role=by.role,
        source=request.state,
        to=to,
        given=given,
    )


def replayed(request: Request, record: RequestRecord) -> Request:
    """The request after a step that stands recorded: what `apply` gave when the record was made."""
    learnt = _learnt(LANE.step(record.source, record.to), record.given, record.at)
    if record.given.against is not None:
        request = against(request, record.given.against)
    return msgspec.structs.replace(request, state=record.to, records=record.number, moved_at=record.at, **learnt)


def _learnt(step: Transition[Request], given: RequestGiven, now: datetime) -> dict[str, Any]:
    asked = {need.name for need in step.needs}
    kept: dict[str, Any] = {
        name: getattr(given, name) for name in ("channel", "reference", "department", "link", "rating") if name in asked
    }
    if step.to == RequestStage.ANSWERED:
        kept["answered_at"] = now
    if step.to == RequestStage.RETURNED:
        kept |= {"answered_at": None, "department": None, "rating": None}
    return kept
