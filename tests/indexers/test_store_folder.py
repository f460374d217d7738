"""The folder of the local store, closed to us. Who owns it and what a crash leaves is in `embedded/`."""

import shutil
import tempfile
from collections.abc import Iterator
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
from tests.nobody import as_nobody, read_only

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
REPORT = Coverage(id="news:1", source="news", started_at=NOW, ended_at=NOW, outcome="complete")


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
    with read_only(folder), as_nobody(), pytest.raises(LocalStoreError, match=rf"{folder}.*check"):
        LocalStore.open(folder)
    with LocalStore.open(folder) as store:
        assert latest_coverage(Reader(store.client(), Names("yuqing"), ZoneInfo("Asia/Shanghai"))) == [REPORT]
