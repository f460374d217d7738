"""Supervision of child processes: started, watched, started again after a growing pause, ended politely."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

GRACE_S = 15.0  # a crawl flushes what it holds within this, or is killed; the log keeps what was acknowledged
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STEADY_S = 60.0  # a child that ran this long is healthy again: its next failure pauses shortly


def yuqing(*arguments: str) -> list[str]:
    """Give the command line of one of our own roles, run by this same Python."""
    return [sys.executable, "-m", "cli", *arguments]


def with_parent() -> tuple[str, str]:
    """Give the option that makes a role end when this process does."""
    return "--with-parent", str(os.getpid())


@dataclass
class Child:
    """One supervised process. Not safe to share between threads."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    restarts: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _not_before: float = 0.0
    _failures: int = field(default=0)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def tend(self) -> None:
        """Start the process where it doesn't run, unless its pause is not over. Call it every second or so."""
        now = time.monotonic()
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._process = None
            self._failures = 1 if now - self._started > STEADY_S else self._failures + 1
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (self._failures - 1))
            self._not_before = now + pause
            self.restarts += 1
            log.warning("child.ended", child=self.name, code=code, restart_in_s=pause)
        if now >= self._not_before:
            self._process = subprocess.Popen(self.command, env=dict(self.environment), stdin=subprocess.DEVNULL)  # noqa: S603 - our own command
            self._started = now
            log.info("child.started", child=self.name, pid=self._process.pid)

    def end(self) -> None:
        """Ask the process to end, wait, and kill it when it won't."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            log.warning("child.killed", child=self.name, after_s=GRACE_S)
            self._process.kill()
            self._process.wait()
        self._process = None
