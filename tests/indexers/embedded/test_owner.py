"""One process owns the folder; others are told who, and reach it over loopback with its token."""

import http.client
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import ApiError, AuthenticationException, Elasticsearch
from elasticsearch import ConnectionError as LostConnection

from config.settings import Settings
from indexers.embedded.errors import LocalStoreError, StoreHeld
from indexers.embedded.open import LocalStore, folder_of, open_local
from indexers.embedded.owner import client_of, read_owner
from tests.indexers.embedded.generate import MAPPING

ROOT = Path(__file__).parents[3]


@pytest.fixture
def held(settings: Settings) -> Iterator[LocalStore]:
    """The store of the settings, owned and served by this process."""
    with LocalStore.open(folder_of(settings)) as store, store.serve():
        store.client().indices.put_index_template(name="things", index_patterns=["things-*"], template={"mappings": MAPPING})
        yield store


def test_a_second_owner_is_told_who_holds_the_folder(held: LocalStore) -> None:
    """By process id and since when."""
    with pytest.raises(StoreHeld, match=rf"held by process {os.getpid()}, since 20") as caught:
        LocalStore.open(held.folder)
    assert caught.value.pid == os.getpid()


def test_others_write_and_search_through_the_owner(held: LocalStore, settings: Settings) -> None:
    """The same requests, the same answers, over loopback."""
    with open_local(settings) as other:
        other.index(index="things-1", id="1", document={"id": "1", "t": "水库"}, refresh=True)
        assert held.client().count(index="things-*", query={"match": {"t": "水"}})["count"] == 1
        with pytest.raises(ApiError) as caught:
            other.search(index="nowhere")
        assert caught.value.status_code == 404
        assert other.indices.exists(index="things-1")


def test_another_process_reaches_the_owner(held: LocalStore, settings: Settings) -> None:
    """A command of ours started beside the owner sees what it has."""
    held.client().index(index="things-1", id="1", document={"id": "1"}, refresh=True)
    code = (
        "import sys; from pathlib import Path; from config.settings import load_settings; from indexers.embedded.open import open_local\n"
    )
    code += "with open_local(load_settings(data_dir=Path(sys.argv[1]))) as client: print(client.count(index='things-*')['count'])"
    done = subprocess.run([sys.executable, "-c", code, str(settings.data_dir)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_whoever_comes_first_owns_it_and_serves(settings: Settings) -> None:
    """Without an owner the first client is it; a second one goes through the first; closing gives the folder back."""
    first = open_local(settings)
    with open_local(settings) as second:
        assert second.cluster.health()["status"] == "green"
    first.close()
    with LocalStore.open(folder_of(settings)) as store:
        assert store.client().cluster.health()["status"] == "green"


def test_an_owner_that_does_not_serve_is_named_in_the_end(settings: Settings) -> None:
    """Who can't get through is told who holds the folder."""
    with LocalStore.open(folder_of(settings)), pytest.raises(StoreHeld):
        open_local(settings, patience_s=0)


def test_the_token_is_for_this_user_only(held: LocalStore) -> None:
    """The file can be read by nobody else, and without the token nothing is answered."""
    path = held.folder / "owner.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    owner = read_owner(held.folder)
    assert owner is not None
    assert owner.token is not None
    assert len(owner.token) >= 32
    for token in ("wrong", owner.token[:-1]):
        stranger = Elasticsearch(f"http://127.0.0.1:{owner.port}", bearer_auth=token, max_retries=0)
        with stranger, pytest.raises(AuthenticationException):
            stranger.search(index="things-*")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-length": "999999999999"}, 413),
        ({"content-length": "-1"}, 413),
        ({"transfer-encoding": "chunked"}, 413),
        ({"content-encoding": "gzip", "content-length": "0"}, 413),
        ({"content-length": "0"}, 401),
    ],
    ids=str,
)
def test_a_strange_request_is_refused_before_it_is_read(held: LocalStore, headers: dict[str, str], status: int) -> None:
    """Bodies without end, packed or chunked; and one without a token."""
    owner = read_owner(held.folder)
    assert owner is not None
    connection = http.client.HTTPConnection("127.0.0.1", owner.port, timeout=30)
    connection.putrequest("POST", "/_bulk")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


def test_many_clients_at_once_lose_nothing(held: LocalStore, settings: Settings) -> None:
    """Threads in this process and over loopback write beside each other."""
    clients = [held.client(), held.client(), open_local(settings), open_local(settings)]

    def write(client: Elasticsearch, name: int) -> None:
        for number in range(25):
            client.index(index=f"things-{number % 3}", id=f"{name}-{number}", document={"id": f"{name}-{number}"})

    threads = [threading.Thread(target=write, args=(client, name)) for name, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clients[0].indices.refresh()
    assert clients[0].count(index="things-*")["count"] == 100
    for client in clients[2:]:
        client.close()


def test_after_the_end_nobody_is_answered(settings: Settings) -> None:
    """Closing hangs up on those who are connected; they get an error, not silence."""
    store = LocalStore.open(folder_of(settings))
    store.serve()
    owner = read_owner(store.folder)
    assert owner is not None
    client = client_of(owner)
    assert client is not None
    client.cluster.health()
    store.close()
    store.close()
    with client, pytest.raises(LostConnection):
        client.cluster.health()


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(LocalStoreError, match="can't be used"):
        LocalStore.open(tmp_path / "file" / "store")


def test_a_store_of_another_format_is_not_touched(folder: Path) -> None:
    """It says which format it has and what to do."""
    with LocalStore.open(folder) as store, store.engine.store.writing() as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    with pytest.raises(LocalStoreError, match="has format 99"):
        LocalStore.open(folder)


@pytest.mark.parametrize("content", ["", "{", '{"pid":1,"since":"then","port":1,"token":"x"}'])
def test_a_file_left_over_from_an_owner_that_was_killed_hinders_nobody(settings: Settings, content: str) -> None:
    """The lock decides, not the file."""
    folder = folder_of(settings)
    folder.mkdir(parents=True)
    (folder / "owner.json").write_text(content, encoding="utf-8")
    with open_local(settings) as client:
        assert client.cluster.health()["status"] == "green"


def test_only_its_own_user_may_look_into_the_folder(held: LocalStore) -> None:
    """Posts and sign-ins are not for the other users of the machine."""
    assert stat.S_IMODE(held.folder.stat().st_mode) & 0o077 == 0
