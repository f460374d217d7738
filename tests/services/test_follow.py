"""The role `follow`, and what the alert rules are told of incidents; on the local store."""

import threading
from datetime import timedelta

import pytest

from incidents.desk import Desk
from incidents.filed import INCIDENTS
from incidents.records import Stage
from indexers.errors import DatabaseUnavailable
from services.follow import LEASE, LEASE_S, Following
from services.incident_facts import IncidentFacts
from services.lease import Lease
from services.stop import Stop
from tests.incidents.conftest import city, database, database_settings, desk, prefix, reader  # noqa: F401 - fixtures
from tests.incidents.desk import DUTY, OFFICER
from tests.incidents.posted import City, post, stories
from tests.incidents.stories import WATER


def following(city: City, holder: str) -> Following:  # noqa: F811 - the fixture's value
    return Following(city.follower, Lease(city.records, LEASE, holder, LEASE_S), lambda: True)


def test_of_two_one_follows(city: City) -> None:  # noqa: F811
    """The other waits for the lease, and takes nothing up before."""
    city.put(*stories())
    one, other = following(city, "one"), following(city, "other")
    assert one.step().added == len(stories())
    assert not other.step()
    assert other._follower is None


def test_it_goes_on_when_the_database_is_back(city: City, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """What is away is waited for, and the lease is given back at the end, so that the next one need not wait."""
    city.put(*stories())
    stop, failed = Stop(), threading.Event()
    role = following(city, "one")
    follow = role.step

    def step() -> object:
        if not failed.is_set():
            failed.set()
            raise DatabaseUnavailable("away")
        done = follow()
        stop.request()
        return done

    monkeypatch.setattr(role, "step", step)
    role.keep_on(stop)
    assert len(city.members()) == len(stories())
    assert following(city, "other").step() is not None
    assert Lease(city.records, LEASE, "third", LEASE_S).hold() is False


def test_rules_are_told_of_steps_and_clocks(city: City, desk: Desk) -> None:  # noqa: F811
    """Who moved where since the last look, and clocks that warn or have passed: each once."""
    city.put(*stories())
    city.follow()
    facts = IncidentFacts(city.records, desk)
    assert {change.after for change in facts(city.now).changes} == {"found"}
    name = city.incident_of("water0")
    desk.move(name, Stage.JUDGED, OFFICER, DUTY)
    (judged,) = facts(city.now).changes
    assert (judged.incident, judged.before, judged.after) == (name, "found", "judged")
    assert (facts(city.now).changes, facts(city.now).clocks) == ([], [])
    city.now += timedelta(hours=41)
    assert [(fact.incident, fact.phase) for fact in facts(city.now).clocks] == [(name, "warned")]
    assert facts(city.now).clocks == []
    city.now += timedelta(hours=8)
    assert [fact.phase for fact in facts(city.now).clocks] == ["passed"]
    assert city.records.get(INCIDENTS, name) is not None


def test_what_was_not_stored_is_told_again(city: City, desk: Desk) -> None:  # noqa: F811
    """A round that failed has told nobody; and who begins anew is told of the last day."""
    city.put(*stories())
    city.follow()
    facts = IncidentFacts(city.records, desk)
    first = facts(city.now).changes
    facts.again()
    assert facts(city.now).changes == first
    assert facts(city.now).changes == []
    assert IncidentFacts(city.records, desk)(city.now + timedelta(hours=20)).changes == first


def test_an_incident_is_told_when_it_is_large_enough(city: City, desk: Desk) -> None:  # noqa: F811
    """One post alone is none to wake anybody; hours later the second one comes, and that is when it is found."""
    facts = IncidentFacts(city.records, desk)
    city.put(post("water0", WATER[0], hours=0))
    city.follow()
    assert facts(city.now).changes == []
    city.now += timedelta(hours=3)
    city.put(post("water1", WATER[1], hours=3))
    city.follow()
    (found,) = facts(city.now).changes
    assert (found.incident, found.after) == (city.incident_of("water0"), "found")
    city.put(post("water2", WATER[2], hours=3.1))
    city.follow()
    assert facts(city.now).changes == []
