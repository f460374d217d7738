"""The documents and their templates: the fields are those that are written, and strict."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from indexers import people
from indexers.documents import VERSION, templates
from indexers.merge import Observation, StoredPost
from indexers.names import Names
from streams.messages import Coverage

NAMES = Names("office")
TEMPLATES = templates(NAMES, "stamp", replicas=1)
COUNTS = {"forwards", "comments", "likes", "reads", "spread"}


def mapping(family: str) -> dict[str, Any]:
    found: dict[str, Any] = TEMPLATES[f"office-{family}"]["template"]["mappings"]
    return found


def struct_fields(struct: Any, path: str = "") -> Iterator[str]:
    for field in msgspec.structs.fields(struct):
        inner = isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
        yield from struct_fields(field.type, f"{path}{field.name}.") if inner else [path + field.name]


def fields(properties: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in properties.items():
        if "properties" in field:
            yield from fields(field["properties"], f"{path}{name}.")
        else:
            yield path + name, field


@pytest.mark.parametrize(
    ("family", "source"),
    [
        ("posts", StoredPost),
        ("observations", Observation),
        ("coverage", Coverage),
        ("users", people.User),
        ("sessions", people.Session),
        ("entries", people.Entry),
        ("attempts", people.Attempts),
        ("audit", people.AuditRecord),
    ],
)
def test_each_field_that_is_written_has_a_place(family: str, source: type) -> None:
    """What we write and what the index takes are the same fields, so that strict indices refuse nothing of ours."""
    assert {name for name, _ in fields(mapping(family)["properties"])} == set(struct_fields(source))


@pytest.mark.parametrize("family", ["posts", "observations", "coverage", *people.FAMILIES])
def test_each_index_is_strict_and_stamped(family: str) -> None:
    """A field that nobody named is refused; version and segmenter stand in template and index."""
    stamp = {"version": VERSION, "segmenter": "stamp"}
    assert mapping(family)["dynamic"] == "strict"
    assert mapping(family)["_meta"] == stamp
    assert TEMPLATES[f"office-{family}"]["_meta"].items() > stamp.items()


def test_the_page_says_which_version_documents_have() -> None:
    """Whoever reads it knows whether an index is of this program."""
    page = (Path(__file__).parents[2] / "docs/database.md").read_text(encoding="utf-8")
    assert f"Documents are of version {VERSION}." in page


def test_templates_that_differ_have_other_digests() -> None:
    """By which one that stands already is told from one of another program or with other settings."""
    others = templates(NAMES, "stamp", replicas=0)
    assert len({body["_meta"]["digest"] for body in [*TEMPLATES.values(), *others.values()]}) == 2 * len(TEMPLATES)
    assert templates(NAMES, "stamp", replicas=1) == TEMPLATES


@pytest.mark.parametrize("family", ["posts", "observations", "coverage", *people.FAMILIES])
def test_fields_follow_the_house(family: str) -> None:
    """Keywords have a limit, counts are long, and only types that every Elasticsearch 9 has are used; an object without fields is not indexed."""
    for name, field in fields(mapping(family)["properties"]):
        if field["type"] == "object":
            assert field["enabled"] is False, name
            continue
        assert field["type"] in {"keyword", "text", "date", "long", "double", "boolean"}, name
        assert field["type"] != "keyword" or field["ignore_above"] <= 512, name
        assert name not in COUNTS or field["type"] == "long", name


def test_text_is_indexed_twice() -> None:
    """`text` for people in Kibana, `tokens` for precise search: the words are cut already."""
    properties = mapping("posts")["properties"]
    assert (properties["text"]["analyzer"], properties["tokens"]["analyzer"]) == ("standard", "whitespace")


def test_the_database_can_t_search_or_group_by_author() -> None:
    """All that identifies an author is kept for showing only: not indexed, no column. Standing tells groups, not persons."""
    author = mapping("posts")["properties"]["author"]["properties"]
    kept_only = {name for name, field in author.items() if field.get("index") is False and field.get("doc_values") is False}
    assert set(author) - kept_only == {"standing"}


@pytest.mark.parametrize("family", ["observations", "coverage"])
def test_other_documents_hold_no_author(family: str) -> None:
    """Nothing beside the post says who wrote it."""
    assert not any("author" in name or "user" in name for name, _ in fields(mapping(family)["properties"]))


def test_templates_are_told_apart_by_prefix() -> None:
    """Each template makes the indices of its own family and prefix only."""
    patterns = [body["index_patterns"][0] for body in TEMPLATES.values()]
    assert {"office-posts-*", "office-observations-*", "office-coverage", "office-users"} <= set(patterns)
    assert len(set(patterns)) == len(patterns)
    assert all(pattern.startswith("office-") for pattern in patterns)
    assert all(body["template"]["settings"]["number_of_replicas"] == 1 for body in TEMPLATES.values())
