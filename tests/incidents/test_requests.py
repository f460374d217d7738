"""The lane of requests: steps, references, ratings, five working days."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from incidents.asks import Ask, RequestKind
from incidents.clocks import ClockState
from incidents.errors import NotAllowed
from incidents.people import Actor
from incidents.requests import (
    TRANSITIONS,
    Channel,
    Request,
    RequestGiven,
    RequestRecord,
    RequestStage,
    against,
    apply,
    clock,
    due,
    open_request,
    possible,
)
from tests.incidents.desk import ADMIN, ANALYST, HANDLER, LINK, NOW, OFFICER, RULES, STRANGER, VIEWER, hours

ZONE = ZoneInfo("Asia/Shanghai")
PASS_ON = RequestGiven(channel=Channel.HOTLINE, reference="12345-20261102-17", department="zhujian")
ANSWER = RequestGiven(answer="已恢复供水", link=LINK)
EVERYTHING = RequestGiven(reason="理由", channel=Channel.LETTERS, reference="X-1", department="zhujian", answer="答复", link=LINK, rating=5)
S = RequestStage


def opened(kind: RequestKind = RequestKind.COMPLAINT, reported: tuple[str, ...] = ()) -> Request:
    return open_request("weibo:1", Ask(kind, ("投诉",)), NOW, reported=reported, rules=RULES, zone=ZONE)


def walk(request: Request, *steps: tuple[RequestStage, RequestGiven], by: Actor = OFFICER) -> tuple[Request, list[RequestRecord]]:
    records = []
    for number, (to, given) in enumerate(steps, 1):
        request, record = apply(request, to, by, given, hours(number), rules=RULES)
        records.append(record)
    return request, records


WAY: dict[RequestStage, tuple[tuple[RequestStage, RequestGiven], ...]] = {
    S.RECEIVED: (),
    S.PASSED_ON: ((S.PASSED_ON, PASS_ON),),
    S.ANSWERED: ((S.PASSED_ON, PASS_ON), (S.ANSWERED, ANSWER)),
    S.RATED: ((S.PASSED_ON, PASS_ON), (S.ANSWERED, ANSWER), (S.RATED, RequestGiven(rating=4))),
    S.RETURNED: ((S.PASSED_ON, PASS_ON), (S.RETURNED, RequestGiven(reason="非我单位职责"))),
    S.DISMISSED: ((S.DISMISSED, RequestGiven(reason="并无诉求")),),
}


def refused(request: Request, to: RequestStage, given: RequestGiven = EVERYTHING, by: Actor = OFFICER) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        apply(request, to, by, given, hours(99), rules=RULES)
    return caught.value


def test_the_way_of_a_request() -> None:
    """Received, passed on with its reference, answered, rated: each with a record, and the request keeps what was given."""
    request, records = walk(opened(), *WAY[S.RATED])
    assert [(record.source, record.to) for record in records] == [
        (S.RECEIVED, S.PASSED_ON),
        (S.PASSED_ON, S.ANSWERED),
        (S.ANSWERED, S.RATED),
    ]
    assert (request.channel, request.reference, request.department) == (Channel.HOTLINE, "12345-20261102-17", "zhujian")
    assert (request.link, request.rating, request.answered_at) == (LINK, 4, hours(2))
    assert records[2].id == f"{request.id}:0003"


@pytest.mark.parametrize("source", list(S))
@pytest.mark.parametrize("to", list(S))
def test_only_steps_of_the_table_are_possible(source: RequestStage, to: RequestStage) -> None:
    """All others are refused with what is possible."""
    request, _ = walk(opened(), *WAY[source])
    if any((step.source, step.to) == (source, to) for step in TRANSITIONS):
        assert apply(request, to, OFFICER, EVERYTHING, hours(99), rules=RULES)[0].state is to
    else:
        assert refused(request, to).possible


@pytest.mark.parametrize("missing", ["channel", "reference", "department"])
def test_passing_on_needs_channel_reference_and_department(missing: str) -> None:
    """Without its reference a request is lost to who asks after it."""
    error = refused(opened(), S.PASSED_ON, msgspec.structs.replace(PASS_ON, **{missing: None}))
    assert error.missing == (missing,)


def test_nothing_is_passed_to_a_department_that_is_not_there() -> None:
    """Where the office's departments are known."""
    with pytest.raises(NotAllowed, match="department is unknown: 'zhujian'"):
        apply(opened(), S.PASSED_ON, OFFICER, PASS_ON, NOW, rules=RULES.model_copy(update={"departments": ("huanbao",)}))


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_a_rating_has_one_to_five_stars(rating: int) -> None:
    """Anything else is refused."""
    request, _ = walk(opened(), *WAY[S.ANSWERED])
    assert refused(request, S.RATED, RequestGiven(rating=rating)).reason == "wrong"


def test_the_department_answers_what_is_with_it_and_nothing_else() -> None:
    """A handler of another department can neither answer nor send it back."""
    request, _ = walk(opened(), *WAY[S.PASSED_ON])
    assert refused(request, S.ANSWERED, by=STRANGER).reason == "not_yours"
    assert walk(request, (S.ANSWERED, ANSWER), by=HANDLER)[0].state is S.ANSWERED
    for by in (ANALYST, VIEWER):
        assert possible(request, by, RULES) == ()


def test_what_is_sent_back_is_not_answered() -> None:
    """The clock runs on, and the department is free to choose anew."""
    request, _ = walk(opened(), *WAY[S.ANSWERED], (S.RETURNED, RequestGiven(reason="答非所问")))
    assert (request.answered_at, request.department) == (None, None)
    assert clock(request, hours(4)) is ClockState.RUNNING


def test_the_clock_of_five_working_days() -> None:
    """Received on a Monday morning: until the end of the next Monday, warned when four fifths are gone."""
    request = opened()
    until = datetime(2026, 11, 10, tzinfo=ZONE)
    assert request.due_at == until == due(NOW, RULES, ZONE)
    assert clock(request, NOW) is ClockState.RUNNING
    assert clock(request, NOW + (until - NOW) * 0.8) is ClockState.WARNING
    assert clock(request, until) is ClockState.PASSED
    assert clock(walk(request, *WAY[S.ANSWERED])[0], until) is ClockState.MET
    assert clock(walk(request, *WAY[S.DISMISSED])[0], until) is ClockState.LIFTED


def test_a_post_makes_one_request() -> None:
    """Opened twice it has the same id, so the second writes nothing."""
    assert opened() == opened()
    assert opened().id.startswith("req-")


def test_a_clock_that_went_back_does_not_turn_the_order_round() -> None:
    """A record is never earlier than the one before."""
    request, _ = walk(opened(), *WAY[S.ANSWERED])
    _, record = apply(request, S.RATED, OFFICER, RequestGiven(rating=5), NOW, rules=RULES)
    assert record.at == hours(2)


def test_requests_survive_json() -> None:
    """They are stored as documents and come back equal."""
    request, records = walk(opened(), *WAY[S.RATED])
    assert msgspec.json.decode(msgspec.json.encode(request), type=Request) == request
    assert msgspec.json.decode(msgspec.json.encode(records), type=list[RequestRecord]) == records


# -- reports (举报) ---------------------------------------------------------------------------------------------------


def test_a_report_can_not_be_passed_to_whom_it_is_against() -> None:
    """Not even by a reader's hand; to another it can."""
    report = opened(RequestKind.REPORT, ("zhujian", "jiaotong"))
    error = refused(report, S.PASSED_ON, PASS_ON, ADMIN)
    assert error.reason == "reported"
    elsewhere = msgspec.structs.replace(PASS_ON, department="jiwei")
    assert apply(report, S.PASSED_ON, ADMIN, elsewhere, NOW, rules=RULES)[0].department == "jiwei"


@pytest.mark.parametrize("by", [OFFICER, HANDLER, ANALYST, VIEWER, Actor("chief", ADMIN.role, "zhujian")])
@pytest.mark.parametrize("to", list(S))
def test_who_may_not_read_a_report_may_do_nothing_with_it(by: Actor, to: RequestStage) -> None:
    """No step, no list of steps, and an error that says nothing of its text; so too a reader of the department reported."""
    report = opened(RequestKind.REPORT, ("zhujian",))
    assert possible(report, by, RULES) == ()
    error = refused(report, to, by=by)
    assert (error.reason, error.possible) == ("not_yours", ())


def test_the_words_of_a_report_are_not_kept() -> None:
    """What it says is for its readers; the request tells only that it is one."""
    assert opened(RequestKind.REPORT).words == ()
    assert opened().words == ("投诉",)


def test_who_is_reported_only_grows() -> None:
    """A reader may add whom the machine did not see; nobody is taken away, and a complaint is against nobody."""
    report = against(opened(RequestKind.REPORT, ("zhujian",)), ["jiwei", "zhujian"])
    assert report.reported == ("zhujian", "jiwei")
    with pytest.raises(NotAllowed, match="is no report"):
        against(opened(), ["jiwei"])
    assert opened(RequestKind.COMPLAINT, ("zhujian",)).reported == ()
