"""Children of `yuqing up`: started, restarted, ended."""

import os
import signal
import sys
import time
from collections.abc import Callable

import pytest

from services import supervise
from services.supervise import Child

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does; fails after half a minute."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def test_a_killed_child_comes_back_after_its_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill -9 of a child is answered with a new one, but not before the pause is over."""
    monkeypatch.setattr(supervise, "FIRST_PAUSE_S", 0.2)
    child = Child("sleeper", SLEEP, os.environ)
    child.tend()
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: child.pid is None)
    child.tend()
    assert child.pid is None
    wait_until(lambda: child.tend() or child.pid is not None)
    assert child.pid != first
    assert child.restarts == 1
    child.end()


def test_a_child_that_fails_at_once_is_paused_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that can't start is not started in a tight loop: the pause doubles."""
    monkeypatch.setattr(supervise, "FIRST_PAUSE_S", 0.01)
    child = Child("broken", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    starts: list[float] = []

    def failed(times: int) -> bool:
        child.tend()
        if child.restarts > len(starts):
            starts.append(child._not_before - time.monotonic())
        return child.restarts >= times

    wait_until(lambda: failed(5))
    child.end()
    assert starts[4] > starts[1]


def test_ending_kills_a_child_that_will_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that ignores SIGTERM is killed after the grace period."""
    monkeypatch.setattr(supervise, "GRACE_S", 0.2)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    child = Child("stubborn", [sys.executable, "-c", stubborn], os.environ)
    child.tend()
    pid = child.pid
    assert pid is not None
    child.end()
    assert child.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
