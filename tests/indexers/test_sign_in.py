"""Signing in to a real Elasticsearch, over TLS, with no more rights than the docs say."""

import base64
import hashlib
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from elastic_transport import TransportError
from elasticsearch import ApiError

from config.settings import Settings, load_settings
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
from services.stack import Missing
from services.stack.servers import LOOPBACK, elasticsearch, own
from tests.certificates import Authority
from tests.conftest import missing
from tests.indexers.posts import tagged
from tests.own_server import open_folder, running

pytestmark = pytest.mark.stack

DOCS = Path(__file__).parents[2] / "docs" / "database.md"
PASSWORD = "a-password-for-tests"
USERS = {"admin": "superuser", "worker": "yuqing_work", "watcher": "yuqing_desk", "officer": "yuqing_read"}
SECURITY = {
    "http.ssl.enabled": "true",
    "http.ssl.certificate": "http.crt",
    "http.ssl.key": "http.key",
    "transport.ssl.enabled": "false",
}


class Secured(NamedTuple):
    """A server that speaks TLS only, and what its clients need."""

    url: str
    authority: Path
    stranger: Path  # an authority that signed nothing here

    def settings(self, settings: Settings, user: str, password: str = PASSWORD, **given: Any) -> Settings:
        """Settings of the test's own that sign in as one of the users."""
        own = {"url": self.url, "user": user, "password": password, "prefix": "yuqing", "ca": self.authority, **given}
        return Settings.model_validate(settings.model_dump() | {"elasticsearch": own})


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    """An Elasticsearch that has the users of this test, each with a role as it stands in the docs, and a certificate."""
    with open_folder("secured") as folder:
        try:
            server, _ = elasticsearch(folder / "elasticsearch", brief=True)
        except Missing as error:
            missing(f"no real elasticsearch: {error}")
        config = folder / "elasticsearch" / "config"
        add_users(config)
        authority = Authority(folder, "authority")
        for file in authority.issue("http"):
            shutil.copy(file, config / file.name)
        own(folder / "elasticsearch")
        given = (part.replace("xpack.security.enabled=false", "xpack.security.enabled=true") for part in server.command)
        server = msgspec.structs.replace(
            server, command=[*given, *(part for name, value in SECURITY.items() for part in ("-E", f"xpack.security.{name}={value}"))]
        )
        found = Secured(f"https://{LOOPBACK}:{server.port}", authority.file, Authority(folder, "stranger").file)
        with running(server, lambda: answers(found)):
            yield found


def answers(secured: Secured) -> bool:
    """Whether the node has formed its cluster."""
    with connect(secured.settings(load_settings(), "admin")) as client:
        try:
            return client.options(request_timeout=2).cluster.health()["status"] in ("yellow", "green")
        except (ApiError, TransportError):
            return False


def add_users(config: Path) -> None:
    """Give each user the role from the docs, in the server's files: this build can't keep users in an index."""
    blocks = re.findall(r"```yaml\n(yuqing_\w+:.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (config / "roles.yml").write_text("\n".join(blocks), encoding="utf-8")
    (config / "users").write_text("".join(f"{user}:{hashed(PASSWORD)}\n" for user in USERS), encoding="utf-8")
    (config / "users_roles").write_text("".join(f"{role}:{user}\n" for user, role in USERS.items()), encoding="utf-8")


def hashed(password: str) -> str:
    """A password as the server's file of users keeps it; its own command would start a Java for each user."""
    salt = secrets.token_bytes(32)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 10_000, 32)
    return "{PBKDF2}10000$" + "$".join(base64.b64encode(part).decode() for part in (salt, key))


def test_rights_as_in_the_docs_are_enough_and_no_more(secured: Secured, settings: Settings) -> None:
    """A worker sets up, writes and reads; an officer reads and can't write, which pauses; a stranger gets nothing."""
    names = Names("yuqing")
    with connect(secured.settings(settings, "worker")) as worker, connect(secured.settings(settings, "officer")) as officer:
        writer = Writer(worker, "yuqing")
        posts = [tagged(n) for n in range(3)]
        assert writer.write(posts) == writer.write(posts) == []
        time.sleep(1.1)  # an officer has no right to refresh; the server does so each second
        assert queries.counts(Reader(officer, names, settings.zone)).posts == 3
        with pytest.raises(DatabaseUnavailable, match=r"403.*the rights that docs/database\.md lists") as error:
            Writer(officer, "yuqing").write(posts)
        assert error.value.http_status == 403
        with pytest.raises(DatabaseUnavailable, match="403"):
            Writer(worker, "other").write(posts)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"password": "wrong"}, "401.*YUQING_ELASTICSEARCH__USER and YUQING_ELASTICSEARCH__PASSWORD"),
        ({"user": "stranger"}, "401.*YUQING_ELASTICSEARCH__USER and YUQING_ELASTICSEARCH__PASSWORD"),
        ({"ca": "stranger"}, "YUQING_ELASTICSEARCH__CA must be the authority"),
        ({"ca": None}, "YUQING_ELASTICSEARCH__CA must be the authority"),
        ({"url": "https://localhost"}, "YUQING_ELASTICSEARCH__URL an address in that"),
        ({"url": "http://127.0.0.1", "ca": None}, "no connection|broke off"),
    ],
    ids=str,
)
def test_who_is_refused_is_told_by_the_setting(secured: Secured, settings: Settings, given: dict[str, str | None], said: str) -> None:
    """A wrong password, another authority, an address that the certificate does not name: it waits, and says where to look."""
    port = secured.url.rpartition(":")[2]
    places = {"url": f"{given.get('url')}:{port}", "ca": secured.stranger}
    wanted = {name: value and places.get(name, value) for name, value in given.items()}
    with connect(secured.settings(settings, **{"user": "officer", **wanted})) as client, pytest.raises(DatabaseUnavailable, match=said):
        queries.counts(Reader(client, Names("yuqing"), settings.zone))


def test_rights_of_the_desk_are_enough_for_the_watcher(secured: Secured, settings: Settings) -> None:
    """It sees that the indices are set up, holds its lease, and replaces what it remembers, old pieces and all."""
    names = Names("yuqing")
    with connect(secured.settings(settings, "worker")) as worker, connect(secured.settings(settings, "watcher")) as watcher:
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
