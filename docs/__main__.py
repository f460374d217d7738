# ruff: noqa: INP001 - docs is a folder of pages, no package of the program
"""`python -m docs [FOLDER]`: writes the pages that are made from the code. A test compares them with it."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from cli.main import main as yuqing
from config.settings import DELIMITER, ENVIRONMENT_PREFIX, Settings
from dashboards.shapes import page as panels_page

HERE = Path(__file__).parent
WIDTH = 100  # characters of a line of help

SETTINGS_HEAD = f"""# Settings

Made by `python -m docs` from `config/settings.py`.

Every setting is a variable of the environment, read once at the start and checked as a whole: an unknown name that begins with `{ENVIRONMENT_PREFIX}`
or a value that does not fit is an error that names all of them at once, before anything is opened (exit code 2). An empty variable is an unset one.
Two of them choose the engines: `{ENVIRONMENT_PREFIX}KAFKA{DELIMITER}BOOTSTRAP` makes Kafka the log, `{ENVIRONMENT_PREFIX}ELASTICSEARCH{DELIMITER}URL` makes
Elasticsearch the database. Accounts, sources, topics, alerts and incidents are no settings but YAML files in the folder
`{ENVIRONMENT_PREFIX}CONFIG_DIR`; `yuqing check` checks both.
"""
COMMANDS_HEAD = """# Commands

Made by `python -m docs` from the commands themselves; `yuqing COMMAND --help` says the same. What the office's people read is in
Chinese. Where output is data, `--json` prints it as such. Progress bars stand on standard error, on a terminal only.
"""


def settings_page() -> str:
    """Every setting with its default, its values and what it is for, a table a section."""
    schema = Settings.model_json_schema()
    sections = [("The program", "", schema, "What belongs to no section.")]
    for name, described in schema["properties"].items():
        if "$ref" in described:
            section = schema["$defs"][described["$ref"].rpartition("/")[2]]
            sections.append((name.capitalize(), name.upper() + DELIMITER, section, section["description"]))
    return "\n".join([SETTINGS_HEAD, *(_section(*section) for section in sections)])


def _section(title: str, prefix: str, schema: Mapping[str, Any], what: str) -> str:
    rows = [
        f"| `{ENVIRONMENT_PREFIX}{prefix}{name.upper()}` | {_default(given)} | {_values(given)} | {given['description']} |"
        for name, given in schema["properties"].items()
        if "$ref" not in given
    ]
    return "\n".join([f"## {title}", what, "", "| variable | default | values | what |", "|---|---|---|---|", *rows, ""])


def _default(given: Mapping[str, Any]) -> str:
    default = given["default"]
    if default is None:
        return "–"
    if given.get("format") == "path" and Path(default).is_absolute():  # lies where the program does, on whatever machine
        return f"`{Path(default).relative_to(HERE.parent)}` of the program"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _values(given: Mapping[str, Any]) -> str:
    kind = given if "type" in given else given["anyOf"][0]
    if "enum" in kind:
        return " ".join(f"`{value}`" for value in kind["enum"])
    if kind["type"] == "string":
        words = {"path": "a path", "password": "a secret"}.get(kind.get("format", ""), "text")
        return words + (f" like `{kind['pattern']}`" if "pattern" in kind else "")
    if kind["type"] == "boolean":
        return "`true` `false`"
    bounds = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤"}
    return ", ".join(
        [{"integer": "whole number", "number": "number"}[kind["type"]], *(f"{bounds[key]} {kind[key]}" for key in bounds if key in kind)]
    )


def commands_page() -> str:
    """The help of every command, as the command line prints it."""
    return "\n".join([COMMANDS_HEAD, *(_command(path, command) for path, command in commands())])


def _command(path: tuple[str, ...], command: click.Command) -> str:
    name = " ".join(path)
    context = click.Context(command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH, help_option_names=["-h", "--help"])
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"{'#' * min(len(path) + 1, 3)} {name}\n```text\n{text}\n```\n"


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that is not hidden, by its path such as ("yuqing", "dead", "list")."""
    yield from _walk(("yuqing",), yuqing)


def _walk(path: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None and not found.hidden:
                yield from _walk((*path, name), found)


PAGES = {"settings.md": settings_page, "commands.md": commands_page, "panels.md": panels_page}

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else HERE
    for page, written in PAGES.items():
        (folder / page).write_text(written(), encoding="utf-8")
