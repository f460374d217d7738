"""What each command says of itself."""

from collections.abc import Iterator

import click
import pytest

from cli.main import main


def leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Each command that does something: its words, its help, and the help of it and its groups together."""
    context = click.Context(command)
    if not isinstance(command, click.Group):
        yield words, command.help or "", command.help or ""
        return
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        for said, own, whole in leaves(inner, (*words, name)):
            yield said, own, whole + (command.help or "" if words else "")


LEAVES = list(leaves(main))


def test_the_commands_are_found() -> None:
    """Groups are gone through to their ends."""
    assert {("crawl",), ("dead", "list"), ("stack", "up")} <= {words for words, _, _ in LEAVES}


@pytest.mark.parametrize(("words", "own", "whole"), LEAVES, ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_each_command_has_an_example_and_its_exit_codes(words: tuple[str, ...], own: str, whole: str) -> None:
    """An example in its own words, and what its status means, there or in the words of its group."""
    assert f"yuqing {' '.join(words)}" in own.partition("Example")[2]
    assert "Exit codes: 0" in whole
