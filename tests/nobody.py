"""A user without rights, for tests that run as root: root may write everywhere."""

import concurrent.futures.thread  # noqa: F401 - loaded late by asyncio, from a folder that nobody may not be allowed to read
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """For a while be a user who may only do what the folders' modes allow; as an ordinary user, nothing changes."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """For a while take away from a folder, and all in it, the right to write; `as_nobody` then feels it."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path in modes:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
