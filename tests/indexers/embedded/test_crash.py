"""What was acknowledged survives `kill -9` at any moment, is found once, and the search index mends itself."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import ApiError, Elasticsearch

from indexers.embedded.errors import LocalStoreError
from indexers.embedded.index import Family
from indexers.embedded.open import LocalStore
from tests.indexers.embedded.generate import MAPPING

ROOT = Path(__file__).parents[3]


@pytest.fixture
def prepared(folder: Path) -> Path:
    """A folder whose store has the template."""
    with LocalStore.open(folder) as store:
        store.client().indices.put_index_template(name="things", index_patterns=["things-*"], template={"mappings": MAPPING})
    return folder


@pytest.fixture
def written(prepared: Path) -> Path:
    """A folder with 180 documents in two indices."""
    with LocalStore.open(prepared) as store:
        operations: list[dict[str, object]] = []
        for number in range(180):
            operations += [{"index": {"_index": f"things-{number % 2}", "_id": str(number)}}, {"id": str(number), "n": 0}]
        assert not store.client().bulk(operations=operations)["errors"]
    return prepared


def writer(folder: Path, start: int, *most: int) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-m", "tests.indexers.embedded.crash", str(folder), str(start), *map(str, most)]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def killed_after(folder: Path, start: int, lines: int) -> list[int]:
    """Start a writer, kill it after so many acknowledgements, and give all that it had acknowledged."""
    with writer(folder, start) as process:
        assert process.stdout is not None
        seen = [int(next(process.stdout)) for _ in range(lines)]
        process.kill()
        seen += [int(line) for line in process.stdout if line.endswith("\n")]
    return seen


def pages(client: Elasticsearch) -> Iterator[dict[str, object]]:
    """Every document of the store, found by search."""
    after: dict[str, object] = {}
    while True:
        answer = client.search(index="things-*", size=1000, sort=[{"id": "asc"}], **after)  # type: ignore[arg-type]  # one of many options
        hits = answer["hits"]["hits"]
        yield from (hit["_source"] for hit in hits)
        if len(hits) < 1000:
            return
        after = {"search_after": hits[-1]["sort"]}


def test_all_that_was_acknowledged_is_found_once_after_each_kill(prepared: Path) -> None:
    """Killed at different moments, the next owner finds every document of before, newest state, no tombstone, none twice."""
    acknowledged: list[int] = []
    for round_, lines in enumerate((1, 700, 333)):
        acknowledged += killed_after(prepared, round_ * 1_000_000, lines)
    with LocalStore.open(prepared) as store:
        client = store.client()
        client.indices.refresh()
        found = list(pages(client))
        by_id = {int(str(document["id"])): document["n"] for document in found}
        assert len(found) == len(by_id)
        assert client.count(index="things-*")["count"] == len(found)
    wanted = {number: int(number % 3 == 0) for number in acknowledged if number % 10}
    assert {number: by_id.get(number) for number in wanted} == wanted
    assert not [number for number in by_id if number % 10 == 0]


def test_a_folder_left_by_a_killed_owner_can_be_taken_at_once(prepared: Path) -> None:
    """The lock died with the process; its owner.json is recognised as left over."""
    assert killed_after(prepared, 0, 1)
    assert (prepared / "owner.json").exists()
    with LocalStore.open(prepared) as store:
        assert store.client().cluster.health()["status"] == "green"


def test_a_clean_end_leaves_no_owner(prepared: Path) -> None:
    """A store that was closed says of nobody that he owns it."""
    with writer(prepared, 0, 100) as process:
        assert process.wait() == 0
    assert not (prepared / "owner.json").exists()


@pytest.mark.parametrize("damage", ["gone", "meta", "segment", "signature", "file"])
def test_a_damaged_search_index_is_made_again_from_the_documents(written: Path, damage: str) -> None:
    """Whatever became of the tantivy folder, the documents are found again after the next opening."""
    (family,) = (written / "index").iterdir()
    if damage == "gone":
        for file in family.iterdir():
            file.unlink()
        family.rmdir()
    elif damage == "meta":
        (family / "meta.json").write_text("{", encoding="utf-8")
    elif damage == "segment":
        for file in family.glob("*.idx"):
            file.unlink()
    elif damage == "signature":
        (family / "schema.json").write_text("{}", encoding="utf-8")
    else:
        for file in family.glob("*.fast"):
            file.write_bytes(b"\0" * file.stat().st_size)
    with LocalStore.open(written) as store:
        assert store.client().count(index="things-*")["count"] == 180
        assert len(list(pages(store.client()))) == 180


def test_a_search_index_that_lost_documents_is_made_again(written: Path) -> None:
    """An index that was set back behind the documents, to before some were replaced, is noticed by its count."""
    with LocalStore.open(written) as store:
        (family,) = store.engine.families.values()
        family.remove(1, "2")
        family.remove(2, "1")
        family.commit()
    with LocalStore.open(written) as store:
        assert store.client().count(index="things-*")["count"] == 180


def test_a_search_index_that_fails_while_writing_is_mended_by_the_next_refresh(
    client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write is acknowledged, for SQLite has it; a refresh that can't be done is a 429, the one that can finds it all."""
    client.index(index="things-1", id="1", document={"id": "1"}, refresh=True)
    with monkeypatch.context() as broken:
        broken.setattr(Family, "apply", _fail)
        client.index(index="things-1", id="2", document={"id": "2"})
        with pytest.raises(ApiError) as caught:
            client.indices.refresh(index="things-1")
        assert caught.value.status_code == 429
        assert client.cluster.health()["status"] == "red"
        assert client.get(index="things-1", id="2")["found"]
        assert client.count(index="things-1")["count"] == 1
    client.indices.refresh(index="things-1")
    assert client.cluster.health()["status"] == "green"
    assert sorted(str(document["id"]) for document in pages(client)) == ["1", "2"]


def _fail(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_store_that_may_only_be_read_refuses_writes_with_403(client: Elasticsearch, store: LocalStore) -> None:
    """As a write block does on the server: the writer pauses, nothing is lost; reading goes on."""
    client.index(index="things-1", id="1", document={"id": "1"}, refresh=True)
    store.engine.store.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(ApiError) as caught:
        client.index(index="things-1", id="2", document={"id": "2"})
    assert (caught.value.status_code, caught.value.body["error"]["type"]) == (403, "cluster_block_exception")
    assert client.count(index="things-1")["count"] == 1
    store.engine.store.connection.execute("PRAGMA query_only = OFF")
    assert client.index(index="things-1", id="2", document={"id": "2"})["result"] == "created"


def test_a_full_disk_refuses_the_whole_write_and_takes_it_later(client: Elasticsearch, store: LocalStore) -> None:
    """429, nothing half-stored, reading goes on; with space again the same write is taken."""
    client.index(index="things-1", id="1", document={"id": "1", "n": 1}, refresh=True)
    connection = store.engine.store.connection
    pages_now = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages_now + 2}")
    operations = [
        line for n in range(200) for line in ({"index": {"_index": "things-1", "_id": f"x{n}"}}, {"id": f"x{n}", "t": "水" * 500})
    ]
    with pytest.raises(ApiError) as caught:
        client.bulk(operations=operations)
    assert caught.value.status_code == 429
    assert caught.value.body["error"]["type"] == "cluster_block_exception"
    client.indices.refresh()
    assert client.count(index="things-1")["count"] == 1
    connection.execute("PRAGMA max_page_count = 1000000")
    assert not client.bulk(operations=operations, refresh=True)["errors"]
    assert client.count(index="things-1")["count"] == 201


FULL = """
import resource, signal, sys
from pathlib import Path
from elasticsearch import ApiError
from indexers.embedded.open import LocalStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with LocalStore.open(Path(sys.argv[1])) as store:
    client = store.client()
    done, status = 0, 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    while not status:
        lines = [x for n in range(done, done + 500) for x in ({"index": {"_index": "things-1", "_id": str(n)}}, {"id": str(n), "t": f"w{n} " * 40})]
        try:
            client.bulk(operations=lines, refresh=True)
            done += 500
        except ApiError as error:
            status = error.status_code
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    client.bulk(operations=lines, refresh=True)
    client.indices.refresh()
    print(status, done + 500, client.count(index="things-1")["count"])
"""


def test_files_that_can_grow_no_further_are_mended_when_they_can(prepared: Path) -> None:
    """Where the system itself refuses to write a file, be it SQLite's or tantivy's, the write is refused with 429, then taken."""
    limit = 600_000
    done = subprocess.run([sys.executable, "-c", FULL, str(prepared), str(limit)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    status, wanted, count = map(int, done.stdout.split())
    assert (status, count) == (429, wanted)


def test_a_file_that_is_no_database_is_told_at_once(prepared: Path) -> None:
    """Opening says which file it is, and gives the folder back."""
    database = prepared / "documents.sqlite"
    database.write_bytes(b"this is no database, and long enough to be read as a header of one " * 20)
    with pytest.raises(LocalStoreError, match=r"documents\.sqlite can't be opened"):
        LocalStore.open(prepared)
    with pytest.raises(LocalStoreError, match=r"documents\.sqlite can't be opened"):  # and the lock was given back
        LocalStore.open(prepared)
