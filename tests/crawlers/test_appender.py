"""Tests of `crawlers.appender`."""

import asyncio

import pytest

from crawlers.appender import Appender
from streams.errors import LogUnavailable
from streams.log import Message, Topic
from tests.crawlers.memory_log import MemoryLog


def message(number: int) -> Message:
    """Make a message."""
    return Message(topic=Topic.POSTS, key=str(number), value=b"{}")


def test_waits_for_company_but_not_for_more_than_a_batch(log: MemoryLog) -> None:
    """What comes together is appended together, in order, so many at a time."""

    async def run() -> None:
        appender = Appender(log, batch=4, linger_s=0.01)
        await asyncio.gather(*(appender.add(message(number)) for number in range(10)))
        await appender.add(message(10))

    asyncio.run(run())
    assert log.appends == [4, 4, 2, 1]
    assert [int(one.key) for one in log.messages] == list(range(11))


def test_a_log_that_comes_back_gets_everything(log: MemoryLog) -> None:
    """Until then nobody's message counts as done."""
    log.away = 2

    async def run() -> None:
        await Appender(log, batch=4, linger_s=0).add(message(1))
        assert log.away == 0

    asyncio.run(run())
    assert [one.key for one in log.messages] == ["1"]


def test_giving_up_says_so_to_all_who_wait(log: MemoryLog) -> None:
    """Each gets the error; nothing counts as done."""
    log.away = 10**9

    async def run() -> list[BaseException | None]:
        appender = Appender(log, batch=4, linger_s=0)
        waiting = asyncio.gather(*(appender.add(message(number)) for number in range(6)), return_exceptions=True)
        await asyncio.sleep(0.05)
        appender.give_up()
        return list(await waiting)

    assert {type(error) for error in asyncio.run(run())} == {LogUnavailable}
    assert log.messages == []


def test_patience_ends(log: MemoryLog) -> None:
    """Where it was given some, a log that stays away is given up; who comes later is not made to wait again."""
    log.away = 10**9

    async def run() -> Appender:
        appender = Appender(log, batch=4, linger_s=0, patience_s=0.05)
        with pytest.raises(LogUnavailable, match="the broker is gone"):
            await appender.add(message(1))
        tries = log.away
        with pytest.raises(LogUnavailable, match="the broker is gone"):
            await appender.add(message(2))
        assert log.away == tries
        return appender

    assert isinstance(asyncio.run(run()).lost, LogUnavailable)
    assert 10**9 - log.away > 1
    assert log.messages == []


def test_an_error_of_another_kind_reaches_whoever_waits() -> None:
    """A fault of the log's own is not waited out."""

    class Broken(MemoryLog):
        def append(self, messages: object) -> None:
            raise TypeError("a fault")

    async def run() -> None:
        await Appender(Broken(), batch=4, linger_s=0).add(message(1))

    with pytest.raises(TypeError, match="a fault"):
        asyncio.run(run())
