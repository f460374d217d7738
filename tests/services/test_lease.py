"""The lease: one works, and the next takes over when the first is silent."""

from collections.abc import Iterator

import pytest

from config.settings import Settings
from indexers.connect import connect
from indexers.names import Names
from indexers.records import Records
from indexers.setup import set_up
from services.lease import Lease


class Ticks:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def records(settings: Settings) -> Iterator[Records]:
    with connect(settings) as client:
        set_up(client, Names("t"), "stamp")
        yield Records(client, Names("t"))


def test_one_holds_it_as_long_as_it_is_renewed(records: Records) -> None:
    """The other waits for ever, and believes nothing meanwhile."""
    ticks = Ticks()
    first, second = (Lease(records, "watch", name, 10, ticks) for name in "ab")
    assert first.hold()
    for _ in range(20):
        ticks.now += 4
        assert first.hold()
        assert not second.hold()
    assert (first.term, second.term) == (1, 0)


def test_who_is_silent_loses_it_and_notices(records: Records) -> None:
    """The holder stops believing before the other takes it; when it wakes up it finds it taken."""
    ticks = Ticks()
    first, second = (Lease(records, "watch", name, 10, ticks) for name in "ab")
    assert first.hold()
    assert not second.hold()
    ticks.now += 9
    assert not first.held
    assert not second.hold()
    ticks.now += 1
    assert second.hold()
    assert second.term == 2
    assert not first.hold()
    ticks.now += 5
    assert second.hold()


def test_a_lease_given_back_is_taken_at_once(records: Records) -> None:
    """An ordinary restart loses no time."""
    ticks = Ticks()
    first, second = (Lease(records, "watch", name, 10, ticks) for name in "ab")
    assert first.hold()
    first.release()
    assert not first.held
    assert second.hold()
