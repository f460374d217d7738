"""The folder of the local store, closed to us. Who owns it and what a crash leaves is in `embedded/`."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from indexers.embedded.errors import LocalStoreError
from indexers.embedded.open import LocalStore
from indexers.names import Names
from indexers.queries import latest_coverage
from indexers.reader import Reader
from indexers.writer import Writer
from streams.messages import Coverage

NOBODY = 65534
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
REPORT = Coverage(id="news:1", source="news", started_at=NOW, ended_at=NOW, outcome="complete")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write everywhere, so for a while be a user who may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that any user can reach, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="yuqing-store-"))
    path.chmod(0o755)
    yield path / "store"
    shutil.rmtree(path)


def test_a_read_only_folder_is_said_and_loses_nothing(folder: Path) -> None:
    """Opening says which folder can't be used; when it can be again, all that was written is there."""
    with LocalStore.open(folder) as store:
        assert Writer(store.client(), "yuqing").write_coverage([REPORT]) == []
    closed = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in closed}
    for path in closed:
        path.chmod(0o555 if path.is_dir() else 0o444)
    with as_nobody(), pytest.raises(LocalStoreError, match=rf"{folder}.*check"):
        LocalStore.open(folder)
    for path, mode in modes.items():
        path.chmod(mode)
    with LocalStore.open(folder) as store:
        assert latest_coverage(Reader(store.client(), Names("yuqing"), ZoneInfo("Asia/Shanghai"))) == [REPORT]
