"""The lane of requests: from receipt to rating; a report opens to its readers and never goes to whom it is against. On both engines."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from incidents.errors import Conflict, NoSuchCase, NotAllowed
from incidents.lane import Lane, WantedRequests
from incidents.reports import HIDDEN
from incidents.requests import Channel, RequestGiven, RequestStage
from indexers.records import Records
from tests.incidents.desk import ADMIN, HANDLER, LINK, OFFICER, STRANGER
from tests.incidents.posted import City, post

REPORT = "举报市交通运输局执法队收红包"
ON = RequestGiven(channel=Channel.HOTLINE, reference="2026-1102", department="zhujian")


@pytest.fixture
def question(city: City) -> str:
    city.put(post("q", "请问东湖小区什么时候能来水", sentiment=0))
    city.follow()
    return next(request.id for request in city.requests() if request.post == "weibo:q")


@pytest.fixture
def report(city: City) -> str:
    city.put(post("r", REPORT))
    city.follow()
    return next(request.id for request in city.requests() if request.is_report)


def test_a_request_goes_its_way(lane: Lane, question: str) -> None:
    """Passed on with the channel's reference, answered by the department, rated by the citizen."""
    row = lane.show(question, OFFICER).row
    assert (row.text, row.clock.value) == ("请问东湖小区什么时候能来水", "running")
    assert row.proposed.department is not None
    lane.move(question, RequestStage.PASSED_ON, OFFICER, ON)
    lane.move(question, RequestStage.ANSWERED, HANDLER, RequestGiven(answer="今晚八点", link=LINK))
    rated = lane.move(question, RequestStage.RATED, OFFICER, RequestGiven(rating=4), seen=2)
    shown = lane.show(question, OFFICER)
    assert (rated.rating, rated.reference, rated.department) == (4, "2026-1102", "zhujian")
    assert [record.to.value for record in shown.records] == ["passed_on", "answered", "rated"]
    assert shown.row.clock.value == "met"


def test_requests_are_narrowed_down(city: City, lane: Lane, question: str, report: str) -> None:
    """By kind, state, department and whether they wait or should have been answered; those due first come first."""

    def found(**wanted: object) -> set[str]:
        return {row.request.id for row in lane.find(WantedRequests(**wanted), OFFICER).rows}  # type: ignore[arg-type]

    assert found() == found(waiting=True) == {question, report}
    assert found(kinds=("question",)) == {question}
    lane.move(question, RequestStage.ANSWERED, OFFICER, RequestGiven(answer="今晚八点", link=LINK))
    assert found(waiting=True) == found(states=("received",)) == {report}
    assert found(overdue=True) == set()
    city.now += timedelta(days=20)
    assert found(overdue=True) == {report}


def test_a_report_opens_to_its_readers_alone(lane: Lane, report: str) -> None:
    """Others see that it is there and when it is due: not what it says, nor where, nor whom it is against."""
    for row in (lane.show(report, OFFICER).row, lane.find(WantedRequests(), OFFICER).rows[0], lane.show(report, HANDLER).row):
        assert (row.text, row.url, row.request.reported, row.readable) == (HIDDEN, None, (), False)
        assert "weibo:r" not in str(row)
    assert lane.show(report, OFFICER).possible == ()
    row = lane.show(report, ADMIN).row
    assert (row.text, row.request.reported) == (REPORT, ("jiaotong",))


def test_a_post_s_request_is_for_who_may_read_it(lane: Lane, question: str, report: str) -> None:
    """Others don't learn from a post that it is a report."""
    asked = lane.request_of("weibo:q", OFFICER)
    assert asked is not None
    assert asked.id == question
    assert lane.request_of("weibo:r", OFFICER) is None
    assert getattr(lane.request_of("weibo:r", ADMIN), "id", None) == report
    assert lane.request_of("weibo:never", ADMIN) is None


def test_which_department_has_a_report_is_for_its_readers(lane: Lane, question: str, report: str) -> None:
    """Neither the list of a department nor a count gives it away."""
    lane.move(report, RequestStage.PASSED_ON, ADMIN, ON)
    lane.move(question, RequestStage.PASSED_ON, OFFICER, ON)
    mine = WantedRequests(departments=("zhujian",))
    assert {row.request.id for row in lane.find(mine, OFFICER).rows} == {question}
    assert {row.request.id for row in lane.find(mine, ADMIN).rows} == {question, report}
    assert lane.counts(WantedRequests(), OFFICER)["department"] == {"zhujian": 1}
    assert lane.counts(WantedRequests(), ADMIN)["department"] == {"zhujian": 2}
    assert lane.counts(WantedRequests(), OFFICER)["kind"] == {"question": 1, "report": 1}


def test_a_report_never_goes_to_whom_it_is_against(lane: Lane, report: str) -> None:
    """Neither by itself nor by hand; a reader can add departments, and nobody else."""
    assert lane.show(report, ADMIN).row.proposed.department != "jiaotong"
    with pytest.raises(NotAllowed, match="against jiaotong"):
        lane.move(report, RequestStage.PASSED_ON, ADMIN, RequestGiven(channel=Channel.DEPARTMENT, reference="1", department="jiaotong"))
    with pytest.raises(NotAllowed):
        lane.move(report, RequestStage.DISMISSED, OFFICER, RequestGiven(reason="x"))
    with pytest.raises(NotAllowed, match="readers"):
        lane.against(report, ["zhujian"], OFFICER)
    with pytest.raises(NotAllowed, match="no such department"):
        lane.against(report, ["nowhere"], ADMIN)
    assert lane.against(report, ["zhujian"], ADMIN).reported == ("jiaotong", "zhujian")
    with pytest.raises(NotAllowed, match="against zhujian"):
        lane.move(report, RequestStage.PASSED_ON, ADMIN, ON)


def test_a_report_is_taken_from_whom_it_is_found_to_be_against(lane: Lane, report: str) -> None:
    """Whether it has answered or not: the report comes back, the records say who found it, and the answer counts no more."""
    lane.move(report, RequestStage.PASSED_ON, ADMIN, ON)
    assert lane.against(report, ["jiwei"], ADMIN).state is RequestStage.PASSED_ON
    found = lane.against(report, ["zhujian"], ADMIN)
    assert (found.state, found.department, found.reported) == (RequestStage.RETURNED, None, ("jiaotong", "jiwei", "zhujian"))
    last = lane.show(report, ADMIN).records[-1]
    assert (last.by, last.source, last.to, last.given.against) == (ADMIN.user, RequestStage.PASSED_ON, RequestStage.RETURNED, ("zhujian",))
    with pytest.raises(NotAllowed):
        lane.move(report, RequestStage.ANSWERED, HANDLER, RequestGiven(answer="已办", link="https://office.example/1"))
    assert lane.against(report, ["zhujian"], ADMIN) == found
    lane.move(report, RequestStage.PASSED_ON, ADMIN, msgspec.structs.replace(ON, department="xinfang"))
    lane.move(report, RequestStage.ANSWERED, ADMIN, RequestGiven(answer="已办", link="https://office.example/1"))
    taken = lane.against(report, ["xinfang"], ADMIN)
    assert (taken.state, taken.answered_at, taken.department) == (RequestStage.RETURNED, None, None)


def test_a_report_that_goes_where_it_is_found_to_be_against_in_the_same_moment_comes_back(
    lane: Lane, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader says so between an officer's look and his step: the officer is told, and nobody has it."""
    create = Records.create

    def between(*given: Any) -> object:
        monkeypatch.setattr(Records, "create", create)
        assert lane.against(report, ["zhujian"], ADMIN).department is None
        return create(*given)

    monkeypatch.setattr(Records, "create", between)
    with pytest.raises(NotAllowed, match="against zhujian") as told:
        lane.move(report, RequestStage.PASSED_ON, ADMIN, ON)
    assert "passed_on" in told.value.possible
    shown = lane.show(report, ADMIN)
    assert (shown.row.request.department, shown.row.request.state) == (None, RequestStage.RETURNED)
    assert [record.to.value for record in shown.records] == ["passed_on", "returned"]


def test_what_a_reader_wrote_about_a_report_is_not_shown_to_others(lane: Lane, report: str) -> None:
    """A reason may say what the report says."""
    lane.move(report, RequestStage.DISMISSED, ADMIN, RequestGiven(reason="与红包无关"))
    assert "红包" not in str(lane.show(report, OFFICER))
    assert "红包" in str(lane.show(report, ADMIN).records)


def test_of_two_officers_one_wins(lane: Lane, question: str) -> None:
    """The second is told; another department can't act at all, and an unknown request is named."""
    lane.move(question, RequestStage.PASSED_ON, OFFICER, ON, seen=0)
    with pytest.raises(Conflict):
        lane.move(question, RequestStage.DISMISSED, OFFICER, RequestGiven(reason="重复"), seen=0)
    with pytest.raises(NotAllowed):
        lane.move(question, RequestStage.ANSWERED, STRANGER, RequestGiven(answer="x", link=LINK))
    with pytest.raises(NoSuchCase):
        lane.show("req-none", OFFICER)
