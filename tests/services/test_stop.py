"""A role ends with the process that started it."""

import os
import subprocess
import sys

import pytest

from services import stop
from services.stop import Stop, stop_with_parent

LONG_S = 30.0
# A process that starts a watching grandchild and dies at once, while that one has not begun to look for its parent.
STARTS_AND_DIES = """
import os, subprocess, sys
watches = "import sys, time; time.sleep(0.5); from services.stop import Stop, stop_with_parent; stop = Stop()"
watches += "; stop_with_parent(stop, int(sys.argv[1])); print(stop.wait(20), flush=True)"
subprocess.Popen([sys.executable, "-c", watches, str(os.getpid())])
os._exit(0)
"""


def test_a_parent_that_died_before_it_was_looked_for_is_noticed() -> None:
    """Python takes a second to start: a kill in that second must leave no orphan either."""
    done = subprocess.run([sys.executable, "-c", STARTS_AND_DIES], capture_output=True, text=True, timeout=LONG_S, check=True)
    assert done.stdout == "True\n"


def test_a_living_parent_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch goes on until somebody else asks for the stop."""
    monkeypatch.setattr(stop, "PARENT_CHECK_S", 0.01)
    asked = Stop()
    stop_with_parent(asked, os.getppid())
    assert not asked.wait(0.2)
    asked.request()
