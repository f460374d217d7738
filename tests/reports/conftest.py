"""The database of the tests of reports, on both engines: one with a whole day in it, which nobody changes, and empty ones."""

import uuid
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from config.settings import load_settings
from indexers.connect import connect
from indexers.names import Names
from indexers.reader import Reader
from tests.indexers.conftest import database, database_settings, prefix, reader
from tests.reports.day import Day

__all__ = ["database", "database_settings", "prefix", "reader"]


@pytest.fixture(scope="module", params=["local", pytest.param("elasticsearch", marks=pytest.mark.stack)])
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A day that has been. It takes seconds to live, so the tests of a module share it; reports may be added to it."""
    name = f"t{uuid.uuid4().hex[:12]}"
    url = request.getfixturevalue("elasticsearch_url") if request.param == "elasticsearch" else None
    settings = load_settings(data_dir=tmp_path_factory.mktemp("var"), elasticsearch={"url": url, "prefix": name})
    with connect(settings) as client:
        place = {"YUQING_DATA_DIR": str(settings.data_dir)} | ({} if url is None else {"YUQING_ELASTICSEARCH__URL": url})
        lived = Day(Reader(client, Names(name), ZoneInfo("Asia/Shanghai")), place)
        lived.live()
        yield lived
        if url is not None:
            client.indices.delete(index=list(client.indices.get(index=f"{name}-*")))
            client.options(ignore_status=404).indices.delete_index_template(name=f"{name}-*")
