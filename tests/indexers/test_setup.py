"""Making the templates, and refusing what was made for another program."""

from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from indexers.documents import VERSION, templates
from indexers.errors import SetupMismatch
from indexers.names import Names
from indexers.setup import check_stamps, post_indices, set_up
from indexers.writer import Writer
from tests.conftest import prefix_on
from tests.indexers.played import Answer, played
from tests.indexers.posts import NOW, tagged


@pytest.fixture
def server_prefix(elasticsearch_url: str) -> Iterator[str]:
    """One for each test: they stamp their templates differently."""
    yield from prefix_on(elasticsearch_url)


def test_setting_up_twice_is_setting_up_once(database: Elasticsearch, prefix: str) -> None:
    """Every worker sets up before it writes; that changes nothing after the first."""
    names = Names(prefix)
    set_up(database, names, "stamp")
    set_up(database, names, "stamp")
    found = database.indices.get_index_template(name=f"{prefix}-posts").body["index_templates"]
    assert found[0]["index_template"]["_meta"].items() > {"version": VERSION, "segmenter": "stamp"}.items()


def test_what_stands_is_not_made_again() -> None:
    """A program that starts asks twice and writes nothing; a template that is other than ours, of the same version, is written."""
    names, asked = Names("office"), []
    standing = {name: {"name": name, "index_template": {"_meta": body["_meta"]}} for name, body in templates(names, "stamp", 0).items()}

    def reply(method: str, target: str, _: list[Any]) -> Answer:
        asked.append((method, target.partition("?")[0]))
        return 200, {"index_templates": list(standing.values())} if target.startswith("/_index_template") and method == "GET" else {}

    client = played(reply)
    set_up(client, names, "stamp")
    assert [method for method, _ in asked] == ["GET", "GET"]
    asked.clear()
    set_up(client, names, "stamp", replicas=1)
    assert [target for method, target in asked if method == "PUT"] == [f"/_index_template/{name}" for name in standing]
    asked.clear()
    del standing["office-posts"]
    set_up(client, names, "stamp")
    assert [target for method, target in asked if method == "PUT"] == ["/_index_template/office-posts"]


def test_another_segmenter_is_refused(database: Elasticsearch, prefix: str) -> None:
    """Words cut otherwise would not be found, so the program says so before it writes or searches."""
    names = Names(prefix)
    assert Writer(database, prefix, segmenter="one").write([tagged()]) == []
    with pytest.raises(SetupMismatch, match="cut by one, this program cuts with two"):
        set_up(database, names, "two")
    with pytest.raises(SetupMismatch, match="cut by one"):
        check_stamps(database, names, "two")
    check_stamps(database, names, "one")


def test_indices_are_those_of_posts(database: Elasticsearch, prefix: str) -> None:
    """Months are found by name; another prefix's are not ours."""
    Writer(database, prefix, segmenter="one").write([tagged(1), tagged(2, published_at=NOW.replace(month=3))])
    assert post_indices(database, Names(prefix)) == {f"{prefix}-posts-2026.11", f"{prefix}-posts-2026.03"}
    assert post_indices(database, Names(prefix + "x")) == frozenset()


@pytest.mark.parametrize("meta", [{"version": VERSION + 1, "segmenter": "stamp"}, {"version": VERSION - 1}, {}, None])
def test_another_version_is_refused(meta: dict[str, Any] | None) -> None:
    """Documents of another version, or of somebody else, are not written over."""

    def reply(method: str, _: str, __: list[Any]) -> Answer:
        assert method == "GET"
        return 200, {"index_templates": [{"name": "office-posts", "index_template": {"_meta": meta}}]}

    with pytest.raises(SetupMismatch, match="index template office-posts has documents of version"):
        set_up(played(reply), Names("office"), "stamp")
