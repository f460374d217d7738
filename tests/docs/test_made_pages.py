"""The pages that are made from the code say what the code says."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from config.settings import Settings, setting_names
from docs.__main__ import PAGES, commands
from tests.docs.pages import DOCS, ROOT, read, rows

COMMANDS = dict(commands())


def test_the_pages_are_current(tmp_path: Path) -> None:
    """They are what the code makes now: `make docs` writes them anew. In a process of its own, for click remembers how it was asked."""
    subprocess.run([sys.executable, "-m", "docs", str(tmp_path)], cwd=ROOT, check=True)
    for name in PAGES:
        assert read(DOCS / name) == read(tmp_path / name)


@pytest.mark.parametrize("setting", setting_names())
def test_each_setting_is_documented(setting: str) -> None:
    """By its name, with its default and what it is for."""
    table = {row[0]: row[1:] for row in rows(read(DOCS / "settings.md"))}
    default, values, what = table[f"`{setting}`"]
    assert what == setting_names()[setting]
    assert values
    assert default == shown_default(setting)


def shown_default(setting: str) -> str:
    """Say the default as the page does, read from the settings themselves."""
    value: object = Settings.model_construct()
    for part in setting.removeprefix("YUQING_").lower().split("__"):
        value = getattr(value, part)
    if value is None:
        return "–"
    if isinstance(value, Path) and value.is_absolute():
        return f"`{value.relative_to(ROOT)}` of the program"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_each_command_and_option_is_documented(path: tuple[str, ...]) -> None:
    """A heading of its own, every option, and an example or a sentence of help for each."""
    name, command = " ".join(path), COMMANDS[path]
    _, _, text = read(DOCS / "commands.md").partition(f"# {name}\n")
    text = text.partition("\n#")[0]
    assert f"Usage: {name} " in text
    for option in command.params:
        assert not isinstance(option, click.Option) or option.hidden or (option.help and all(flag in text for flag in option.opts))
