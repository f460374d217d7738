"""The city's time."""

from datetime import datetime, timedelta

from city.clock import CITY_ZONE, CityClock, Slow

START = datetime(2026, 3, 1, tzinfo=CITY_ZONE)
HOUR = timedelta(hours=1)


def test_runs_at_its_speed_until_the_end_and_then_as_fast_as_ours() -> None:
    """After the story city time goes on second by second, so it never overtakes the real present."""
    clock = CityClock(START, START + 10 * HOUR, speed=3600)
    assert clock.at(0) == START
    assert clock.at(4) == START + 4 * HOUR
    assert clock.at(10) == START + 10 * HOUR
    assert clock.at(70) == START + 10 * HOUR + timedelta(seconds=60)


def test_slows_down_in_a_stretch_worth_watching() -> None:
    """An hour in slow motion takes ten times as long, and what follows comes later by that."""
    clock = CityClock(START, START + 10 * HOUR, 3600, [Slow(START + 2 * HOUR, START + 3 * HOUR, 10.0)])
    assert clock.at(2) == START + 2 * HOUR
    assert clock.at(7) == START + 2.5 * HOUR
    assert clock.at(12) == START + 3 * HOUR
    assert clock.at(13) == START + 4 * HOUR
    assert clock.duration_s == 19


def test_never_goes_back() -> None:
    """Later is later, over the borders of every stretch."""
    clock = CityClock(
        START, START + 10 * HOUR, 3600, [Slow(START - HOUR, START + HOUR, 3.0), Slow(START + 9 * HOUR, START + 20 * HOUR, 3.0)]
    )
    times = [clock.at(step / 10) for step in range(300)]
    assert times == sorted(times)


def test_reads_the_ticks_that_it_is_given() -> None:
    """The clock counts from its making, and anew from a restart."""
    ticks = [100.0]
    clock = CityClock(START, START + HOUR, 60, ticks=lambda: ticks[0])
    ticks[0] = 110.0
    assert clock.now() == START + timedelta(minutes=10)
    clock.restart()
    assert clock.now() == START
