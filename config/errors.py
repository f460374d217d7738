"""The base of every error that this program raises on purpose, and the errors of the configuration."""

from collections.abc import Sequence
from typing import NamedTuple


class YuqingError(Exception):
    """Something went wrong that the program knows about; the message says what, where, and what to do.

    `status` is the exit code of the command line.
    """

    status: int = 1


class Problem(NamedTuple):
    """One thing that is wrong in a file that an office edits, or in a setting of the environment."""

    file: str  # "config/accounts.yaml", or "environment"
    line: int | None  # counted from 1; None where there is no line, as in the environment
    key: str  # "accounts[2].platforms.weibo"
    what: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.key}: {self.what}" if self.key else f"{where}: {self.what}"


class FilesThere(YuqingError):
    """The files of an office can't be written where they would stand; nothing was."""

    status = 2


class ConfigError(YuqingError):
    """Something in the office's own files or settings is wrong. Raised once, with every problem found."""

    status = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{len(self.problems)} problem(s) in the configuration:\n{lines}")
