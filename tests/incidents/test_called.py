"""What a person says that a post asks for makes and changes requests, and takes reports out of incidents; on both engines."""

from datetime import timedelta

import pytest

from incidents.desk import Desk
from incidents.intake import CALLED_S
from incidents.lane import Lane
from incidents.records import Stage
from incidents.requests import Channel, RequestGiven, RequestKind, RequestStage
from tests.incidents.desk import ADMIN, DUTY, OFFICER
from tests.incidents.posted import City, Killed, kill_at, post, under
from tests.incidents.stories import WATER

SECRET = "东湖小区停水是住建局的人卡着材料不批，找他要先表示一下"


def water(city: City) -> None:
    """An incident of four posts, the first of which proves to be a report later and gives the incident its title."""
    city.put(post("secret", SECRET, accounts=("yunxi-fabu",), forwards=40))
    city.put(*(post(f"w{number}", text, hours=1 + number) for number, text in enumerate(WATER[:2])), under("secret", "c", "同问", hours=2))
    city.follow()


def test_a_post_called_an_ask_makes_a_request(city: City, lane: Lane) -> None:
    """Also one that is in an incident already; the page says that a person has said so. Another look changes nothing."""
    city.put(post("a", WATER[0]))
    follower = city.follower()
    city.follow(follower)
    assert city.requests() == []
    city.call("a", "help")
    city.follow(follower)
    (request,) = city.requests()
    assert (request.kind, request.called, request.words, request.state) == (RequestKind.HELP, True, (), RequestStage.RECEIVED)
    city.now += timedelta(seconds=CALLED_S + 1)
    assert not any(city.follow(follower))
    assert not any(city.follow())
    assert city.requests() == [request]
    assert city.largest().posts == 1


def test_a_request_gets_the_kind_that_a_person_says(city: City) -> None:
    """Against the office's words, too; what asks for nothing after all is for an officer to dismiss."""
    city.put(post("q", "请问东湖小区什么时候能来水", sentiment=0))
    follower = city.follower()
    city.follow(follower)
    assert city.requests()[0].words == ("请问", "什么时候能")
    for kind, expected in (("complaint", RequestKind.COMPLAINT), (None, RequestKind.COMPLAINT), ("question", RequestKind.QUESTION)):
        city.call("q", kind)
        city.follow(follower)
        (request,) = city.requests()
        assert (request.kind, request.words, request.called, request.state) == (expected, (), True, RequestStage.RECEIVED)


def test_a_post_called_a_report_leaves_its_incident(city: City) -> None:
    """Its numbers go with it, and its words go from the title; what stands under it stays."""
    water(city)
    follower = city.follower()
    before = city.largest()
    assert before.incident.title == SECRET
    city.call("secret", "report")
    city.follow(follower)
    after = city.incidents()[before.incident.id]
    assert (after.posts, after.negative, after.spread) == (before.posts - 1, before.negative - 1, before.spread - 40)
    assert (before.mentions["yunxi-fabu"], after.mentions.get("yunxi-fabu")) == (1, None)
    assert sum(after.topics.values()) == sum(before.topics.values()) - 1
    assert after.incident.title in WATER
    assert "weibo:secret" not in city.members()
    assert "weibo:c" in city.members()
    (request,) = city.requests()
    assert (request.kind, request.words, "zhujian" in request.reported) == (RequestKind.REPORT, (), True)
    city.now += timedelta(seconds=CALLED_S + 1)
    assert not any(city.follow())


def test_a_title_that_officers_know_loses_a_reports_words_too(city: City, desk: Desk) -> None:
    """An incident of a report alone is left with a title that says so."""
    city.put(post("secret", SECRET))
    city.follow()
    name = city.incident_of("secret")
    desk.move(name, Stage.JUDGED, OFFICER, DUTY)
    city.call("secret", "report")
    city.follow()
    left = city.incidents()[name]
    assert (left.posts, left.incident.state, "住建局" in left.incident.title) == (0, Stage.JUDGED, False)


def test_what_was_called_a_report_by_mistake_comes_back(city: City) -> None:
    """It is grouped again, and its request has the kind that it is called last."""
    water(city)
    city.call("secret", "report")
    city.follow()
    city.call("secret", "complaint")
    city.follow()
    assert city.largest().posts == 4
    (request,) = city.requests()
    assert (request.kind, request.reported) == (RequestKind.COMPLAINT, ())


def test_a_request_called_a_report_is_taken_back_from_whom_it_is_against(city: City, lane: Lane) -> None:
    """Whatever it is at; the record says so."""
    city.put(post("a", f"投诉：{SECRET}"))
    follower = city.follower()
    city.follow(follower)
    (request,) = city.requests()
    given = RequestGiven(channel=Channel.DEPARTMENT, reference="YX-1", department="zhujian")
    lane.move(request.id, RequestStage.PASSED_ON, OFFICER, given)
    city.call("a", "report")
    city.follow(follower)
    shown = lane.show(request.id, ADMIN)
    assert (shown.row.request.kind, shown.row.request.state, shown.row.request.department) == (
        RequestKind.REPORT,
        RequestStage.RETURNED,
        None,
    )
    assert [(record.by, record.given.against) for record in shown.records[1:]] == [("machine", shown.row.request.reported)]
    assert lane.show(request.id, OFFICER).row.readable is False


@pytest.mark.parametrize("answered", [True, False])
def test_a_follower_killed_while_it_takes_a_report_out_goes_on(city: City, answered: bool) -> None:
    """Before or after any of its writes: the numbers are right once, in the end."""
    water(city)
    before = city.largest()
    city.call("secret", "report")
    for write in range(1, 12):
        end = kill_at(city, write, answered=answered)
        try:
            city.follow()
        except Killed:
            city.now += timedelta(seconds=CALLED_S + 1)
            continue
        finally:
            end()
            city.refresh()
        break
    else:
        pytest.fail("never done")
    after = city.incidents()[before.incident.id]
    assert (after.posts, after.spread) == (before.posts - 1, before.spread - 40)
    assert len(city.requests()) == 1
    assert "weibo:secret" not in city.members()
