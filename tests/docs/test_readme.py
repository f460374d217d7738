"""The README and its twin: commands that exist, and the same in both languages."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from docs.__main__ import PAGES as MADE
from docs.__main__ import commands
from tests.docs.pages import DOCS, PAGES, ROOT, blocks, code, headings, links, name_of, prose, read, rows

README, TWIN = read(ROOT / "README.md"), read(ROOT / "README.zh.md")
TARGETS = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
COMMANDS = dict(commands())
WRITTEN = [page for page in PAGES if page.name not in MADE]


def said(text: str) -> Iterator[str]:
    """Find the command lines in a page: lines of its blocks, and code in its prose."""
    for kind, block in blocks(text):
        if kind in ("", "sh"):
            yield from (line.partition(" #")[0] for line in block.splitlines())
    yield from code(text)


def calls_of(text: str) -> Iterator[list[str]]:
    """Find the calls of our command in a page, each as words after `yuqing`; one that stands for several is left out."""
    for line in said(text):
        match = re.search(r"(?:^|[\s/])yuqing (.+)$", line)
        words = match and re.split(r" [|>] ", match[1])[0]
        if words and not re.search(r"[…|]|COMMAND", words):
            yield shlex.split(words)


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """Find the command that a call names, and the words that follow."""
    path: tuple[str, ...] = ("yuqing",)
    while words and (*path, words[0]) in COMMANDS:
        path, words = (*path, words[0]), words[1:]
    return COMMANDS[path], words


def test_the_two_commands_stand_first() -> None:
    """Whoever opens the README finds them, and the Makefile has them."""
    assert blocks(README)[0] == ("", "make demo\nmake test\n")
    assert {"demo", "test"} <= TARGETS


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_targets_of_make_exist(page: Path) -> None:
    """Whatever a page tells to make can be made."""
    for line in said(read(page)):
        match = re.match(r"make (\w+)", line)
        assert match is None or match[1] in TARGETS, line


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_commands_and_options_exist(page: Path) -> None:
    """Whatever a page tells to run is a command of the program, with options that it has."""
    for words in calls_of(read(page)):
        command, rest = command_of(list(words))
        known = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)} | {"--help", "-h"}
        assert not isinstance(command, click.Group) or not rest or rest[0] in known, words
        for word in rest:
            assert not word.startswith("--") or word.partition("=")[0] in known, words


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_reasons_in_examples_are_ones_that_there_are(page: Path) -> None:
    """`--reason` is followed by what docs/bad-input.md lists."""
    for reason in re.findall(r"yuqing dead .*--reason ([a-z_]+)", read(page)):
        assert reason in code(read(DOCS / "bad-input.md"))


def test_calls_are_found() -> None:
    """The search finds calls in blocks and in prose, so that a wrong one can't hide."""
    found = list(calls_of("`yuqing dead list`\n\n```\nFOO=1 .venv/bin/yuqing search 水 --limit 3 # three\n```\n"))
    assert found == [["search", "水", "--limit", "3"], ["dead", "list"]]
    assert len(list(calls_of(README))) > 10


def test_headings_are_those_of_the_twin() -> None:
    """As many, at the same levels, in the same order."""
    assert [level for level, _ in headings(README)] == [level for level, _ in headings(TWIN)]


def test_code_is_that_of_the_twin() -> None:
    """Commands and outputs are the same, to the letter."""
    assert blocks(README) == blocks(TWIN)


def test_links_are_those_of_the_twin() -> None:
    """Both lead to the same pages, and each to the other."""
    pages = [[link for link in links(text) if not link.startswith(("#", "README"))] for text in (README, TWIN)]
    assert pages[0] == pages[1]
    assert "README.zh.md" in links(README)
    assert "README.md" in links(TWIN)


def test_tables_are_those_of_the_twin() -> None:
    """As many rows and columns, and the same code in each cell."""
    assert [[code(cell) for cell in row] for row in rows(README)] == [[code(cell) for cell in row] for row in rows(TWIN)]


def test_code_in_prose_is_that_of_the_twin() -> None:
    """Both name the same files, settings and commands in each part."""
    parts = [[sorted(code(part)) for part in re.split(r"^## ", prose(text), flags=re.MULTILINE)] for text in (README, TWIN)]
    assert parts[0] == parts[1]
