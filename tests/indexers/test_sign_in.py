"""Signing in to a real Elasticsearch with no more rights than the docs say."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from indexers import queries
from indexers.connect import connect
from indexers.cursors import Cursors
from indexers.errors import DatabaseUnavailable
from indexers.names import Names
from indexers.reader import Reader
from indexers.records import Records
from indexers.setup import is_set_up
from indexers.writer import Writer
from services.lease import Lease
from services.stack import Missing, running_stack
from services.stack.artifacts import cache_folder, elasticsearch_home
from services.stack.java import find_java
from services.stack.servers import ELASTICSEARCH_JAVA
from tests.conftest import missing
from tests.indexers.posts import tagged

pytestmark = pytest.mark.stack

DOCS = Path(__file__).parents[2] / "docs" / "database.md"
PASSWORD = "a-password-for-tests"
USERS = {"worker": "yuqing_work", "watcher": "yuqing_desk", "officer": "yuqing_read"}
RELOADED_S = 60  # the server looks at its files every few seconds


@pytest.fixture(scope="module")
def secured() -> Iterator[str]:
    """The address of an Elasticsearch that has the users of this test, each with a role as it stands in the docs."""
    folder = Path(tempfile.mkdtemp(prefix="yuqing-secured-"))
    folder.chmod(0o755)  # for the server's own user
    try:
        with running_stack(folder, kafka=False, security=True) as stack:
            add_users(folder / "elasticsearch" / "config")
            yield str(stack.elasticsearch_url)
    except Missing as error:
        missing(f"no real elasticsearch: {error}")
    finally:
        shutil.rmtree(folder)


def add_users(config: Path) -> None:
    """Give each user the role from the docs, in the server's files: this build can't keep users in an index."""
    blocks = re.findall(r"```yaml\n(yuqing_\w+:.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (config / "roles.yml").write_text("\n".join(blocks), encoding="utf-8")
    environment = os.environ | {"ES_JAVA_HOME": str(find_java(ELASTICSEARCH_JAVA).home), "ES_PATH_CONF": str(config)}
    for user, role in USERS.items():
        command = [str(elasticsearch_home(cache_folder()) / "bin" / "elasticsearch-users"), "useradd", user, "-p", PASSWORD, "-r", role]
        subprocess.run(command, env=environment, check=True, capture_output=True)


def signed_in(settings: Settings, url: str, user: str, password: str = PASSWORD) -> Settings:
    """Settings of the test's own that sign in as one of the users."""
    given = settings.model_dump() | {"elasticsearch": {"url": url, "user": user, "password": password, "prefix": "yuqing"}}
    return Settings.model_validate(given)


def known(reader: Reader) -> None:
    """Wait until the server has read its files again."""
    deadline = time.monotonic() + RELOADED_S
    while True:
        try:
            queries.counts(reader)
        except DatabaseUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def test_rights_as_in_the_docs_are_enough_and_no_more(secured: str, settings: Settings) -> None:
    """A worker sets up, writes and reads; an officer reads and can't write, which pauses; a stranger gets nothing."""
    names = Names("yuqing")
    with connect(signed_in(settings, secured, "worker")) as worker, connect(signed_in(settings, secured, "officer")) as officer:
        known(Reader(worker, names, settings.zone))
        known(Reader(officer, names, settings.zone))
        writer = Writer(worker, "yuqing")
        posts = [tagged(n) for n in range(3)]
        assert writer.write(posts) == writer.write(posts) == []
        time.sleep(1.1)  # an officer has no right to refresh; the server does so each second
        assert queries.counts(Reader(officer, names, settings.zone)).posts == 3
        with pytest.raises(DatabaseUnavailable, match="403") as error:
            Writer(officer, "yuqing").write(posts)
        assert error.value.http_status == 403
        with pytest.raises(DatabaseUnavailable, match="403"):
            Writer(worker, "other").write(posts)
    with connect(signed_in(settings, secured, "officer", "wrong")) as stranger, pytest.raises(DatabaseUnavailable, match="401"):
        queries.counts(Reader(stranger, names, settings.zone))


def test_rights_of_the_desk_are_enough_for_the_watcher(secured: str, settings: Settings) -> None:
    """It sees that the indices are set up, holds its lease, and replaces what it remembers, old pieces and all."""
    names = Names("yuqing")
    with connect(signed_in(settings, secured, "worker")) as worker, connect(signed_in(settings, secured, "watcher")) as watcher:
        known(Reader(worker, names, settings.zone))
        known(Reader(watcher, names, settings.zone))
        Writer(worker, "yuqing").write([])
        assert is_set_up(watcher, names)
        records = Records(watcher, names)
        assert Lease(records, "watch", "a", 10).hold()
        first = Cursors(records).save("spike:a", b"old", None)
        assert first is not None
        second = Cursors(records).save("spike:a", b"new", first)
        assert second is not None
        found = Cursors(records).load("spike:a")
        assert found is not None
        assert found.data == b"new"
