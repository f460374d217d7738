"""What the program counts, flags or names is documented where people look for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.sources import SPIDERS
from streams.log import Topic
from streams.messages import Flag
from tests.docs.pages import DOCS, ROOT, code, read

ROOMS = ("streams", "crawlers", "indexers", "services")
TAKES_REASON = {"ContractError": 0, "Unusable": 0, "Refused": 1, "Outcome": 1, "of_record": 1, "lost": 1, "of_find": 9, "DeadLetter": 9}


def given(call: ast.Call) -> Iterator[str]:
    """Find the constant that a call gives as the reason of a dead letter."""
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in TAKES_REASON:
        place = TAKES_REASON[name]
        found = [*call.args[place : place + 1], *(keyword.value for keyword in call.keywords if keyword.arg == "reason")]
        yield from (value.value for value in found if isinstance(value, ast.Constant) and isinstance(value.value, str))


def dead_letter_reasons() -> set[str]:
    """Every reason for a dead letter that stands in the code; the database's own words come on top."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {reason for call in calls for reason in given(call)}


@pytest.fixture(scope="module")
def bad_input() -> set[str]:
    """What stands as code in the page of bad input."""
    return set(code(read(DOCS / "bad-input.md")))


def test_reasons_are_found_in_the_code() -> None:
    """The search finds those of each room, so that a new one can't hide."""
    assert {"not_json", "empty_text", "layout_changed", "unencodable", "foreign_document", "untaggable"} <= dead_letter_reasons()


@pytest.mark.parametrize("reason", sorted(dead_letter_reasons()))
def test_each_reason_of_a_dead_letter_is_documented(reason: str, bad_input: set[str]) -> None:
    """In docs/bad-input.md, with what to do."""
    assert reason in bad_input


@pytest.mark.parametrize("flag", Flag)
def test_each_flag_is_documented(flag: Flag, bad_input: set[str]) -> None:
    """In docs/bad-input.md."""
    assert flag in bad_input


@pytest.mark.parametrize("outcome", ["complete", "partial", "failed", "off"])
def test_each_outcome_of_a_run_is_documented(outcome: str) -> None:
    """In docs/crawlers.md."""
    assert outcome in code(read(DOCS / "crawlers.md"))


@pytest.mark.parametrize("topic", Topic)
def test_each_topic_of_the_log_is_documented(topic: Topic) -> None:
    """In docs/streams.md, with its key and how long it is kept."""
    assert f"\n| `{topic}` |" in read(DOCS / "streams.md")


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "docs/sources.md"])
@pytest.mark.parametrize("spider", [*SPIDERS, "package.module:Class"])
def test_each_spider_is_documented(spider: str, page: str) -> None:
    """With what it needs."""
    assert f"`{spider}`" in read(ROOT / page)


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md") if path.name != "README.md"))
def test_each_page_is_in_the_index(page: str) -> None:
    """docs/README.md leads to it."""
    assert f"]({page})" in read(DOCS / "README.md")


@pytest.mark.parametrize("room", sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"))
def test_each_room_is_named(room: str) -> None:
    """The README says what lives there."""
    assert f"`{room}/`" in read(ROOT / "README.md")


def test_the_rooms_that_are_searched_are_there() -> None:
    """A room that was renamed would hide its reasons."""
    assert [room for room in ROOMS if not Path(ROOT / room / "__init__.py").is_file()] == []
