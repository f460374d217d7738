"""The first files of a new office, written from what it said of itself: YAML with comments, for people to go on editing."""

import math
import os
import re
import secrets
import shlex
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel

from config import accounts, alerts, incidents, proofread, sources, topics
from config.accounts import MonitoredAccount
from config.alerts import AnyChannel, Subscription
from config.check import check_office
from config.errors import ConfigError, FilesThere
from config.settings import ENVIRONMENT_PREFIX, PACKAGE_DIR, SHORTEST_KEY, Settings
from config.sources import Source

ENVIRONMENT = "yuqing.env"
FILES = (accounts.FILE, sources.FILE, topics.FILE, alerts.FILE, incidents.FILE, proofread.FILE, ENVIRONMENT)
PRIVATE, PUBLIC = 0o600, 0o644

HEAD_OF_ENVIRONMENT = """\
# The settings of this office, for the shell: `. yuqing.env`, then any `yuqing` command. docs/settings.md has all that there are.
# It holds secrets: it is for your eyes alone (mode 600).
"""
ACCOUNTS = """\
# The account matrix: the accounts that the office watches. `yuqing check` says by file and line what is wrong.

{departments}accounts:
{entries}"""
SOURCES = """\
# The sources: which pages are read, how, and how often. docs/sources.md says what each kind needs and which keys there are.
# A post is kept when it concerns one of the accounts; `keep: all` keeps every one.

sources:
{entries}"""
ABOUT = {
    "id": "lower-case letters, digits, - and _; never change it later",
    "name": "as the platforms show it",
    "aliases": "other names by which only this account is meant",
    "keywords": "words that concern it; several accounts may share one",
    "platforms": "its id on each platform",
    "account": "the monitored account whose own publications these are",
    "standing": "as what its authors speak: private (the default), organisation or media, which keep their names",
    "keep": "`mentions` keeps only what concerns an account",
    "interval": "seconds between two runs",
}


class NewOffice(NamedTuple):
    """What an office said of itself. Values of `variables` are what no file but the one for the environment may hold."""

    name: str
    accounts: Sequence[MonitoredAccount]
    sources: Sequence[Source] = ()
    channels: Sequence[AnyChannel] = ()
    subscriptions: Sequence[Subscription] = ()
    variables: Mapping[str, str] = {}


def files_of(office: NewOffice, folder: Path, data_dir: Path) -> dict[str, str]:
    """Write every file, by its name. `folder` is where they will lie."""
    shipped = {name: (PACKAGE_DIR / name).read_text(encoding="utf-8") for name in FILES[:-1]}
    told = _SECTION.sub(lambda found: f"{found[1]}:\n{_entries(_TOLD[found[1]](office))}", shipped[alerts.FILE])
    departments = _DEPARTMENTS.search(shipped[accounts.FILE])
    assert departments is not None
    return {
        accounts.FILE: ACCOUNTS.format(departments=departments[0], entries=_entries(office.accounts, ABOUT)),
        sources.FILE: SOURCES.format(entries=_entries(office.sources, ABOUT)),
        topics.FILE: shipped[topics.FILE],
        alerts.FILE: told,
        incidents.FILE: shipped[incidents.FILE],
        proofread.FILE: shipped[proofread.FILE],
        ENVIRONMENT: _environment(office, folder, data_dir),
    }


def write(settings: Settings, office: NewOffice, folder: Path, data_dir: Path, *, force: bool = False) -> None:
    """Write the files into a folder: all of them, or none.

    Raises FilesThere where some are there already and `force` is not given, ConfigError where what was said does not fit together.
    """
    refuse_to_overwrite(folder, force=force)
    files = files_of(office, folder, data_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as fresh:
            for name, text in files.items():
                _put(Path(fresh) / name, text)
            _, problems = check_office(settings.model_copy(update={"config_dir": Path(fresh)}), secrets=False)
            if problems:
                raise ConfigError([problem._replace(file=Path(problem.file).name) for problem in problems])
            for name in files:
                (Path(fresh) / name).replace(folder / name)
    except OSError as error:
        raise FilesThere(f"{folder} can't be written to: {error.strerror}; give another folder") from error


def refuse_to_overwrite(folder: Path, *, force: bool = False) -> None:
    """Raise FilesThere where one of the files is there already, unless with `force`."""
    there = [name for name in FILES if (folder / name).exists()]
    if there and not force:
        raise FilesThere(f"{folder} has {', '.join(there)} already; give another folder, or --force to write them anew")


def pseudonym_key(settings: Settings, data_dir: Path) -> dict[str, str]:
    """Make the key for pseudonyms where several machines must know the same one; on one machine the program makes and keeps its own.

    A key that was kept on this machine so far stays the office's: with another one private authors would be other pseudonyms.
    """
    if settings.kafka.bootstrap is None or settings.office.pseudonym_key is not None:
        return {}
    kept = data_dir / "pseudonym.key"
    return {f"{ENVIRONMENT_PREFIX}OFFICE__PSEUDONYM_KEY": kept.read_text().strip() if kept.exists() else secrets.token_hex(SHORTEST_KEY)}


def _put(path: Path, text: str) -> None:
    """Write a file; the one with secrets is for its owner alone from its first byte on."""
    mode = PRIVATE if path.name == ENVIRONMENT else PUBLIC
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)


def _environment(office: NewOffice, folder: Path, data_dir: Path) -> str:
    given = {
        f"{ENVIRONMENT_PREFIX}CONFIG_DIR": str(folder.absolute()),
        f"{ENVIRONMENT_PREFIX}DATA_DIR": str(data_dir.absolute()),
        f"{ENVIRONMENT_PREFIX}OFFICE__NAME": office.name,
        **office.variables,
    }
    lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in given.items())
    return f"{HEAD_OF_ENVIRONMENT}{lines}"


def _entries(models: Sequence[BaseModel], about: Mapping[str, str] | None = None) -> str:
    """Write entries of a list, each key on a line of its own; the first one of each says what `about` says of it."""
    if not models:
        return "  []\n"
    written, unsaid = [], dict(about or {})
    for model in models:
        fields = model.model_dump(mode="json", exclude_unset=True)
        for number, (key, value) in enumerate(fields.items()):
            what = f" # {unsaid.pop(key)}" if key in unsaid else ""
            written.append(f"  {'  ' if number else '- '}{key}: {_scalar(value)}{what}\n")
    return "".join(written)


def _scalar(value: Any) -> str:
    """Write a value on one line."""
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=math.inf)
    return text.removesuffix("...\n").strip()


_DEPARTMENTS = re.compile(r"^departments:\n(?:.*\n)*?(?=^accounts:)", re.MULTILINE)
_SECTION = re.compile(r"^(channels|subscriptions): \[\]\n", re.MULTILINE)
_TOLD: Mapping[str, Callable[[NewOffice], Sequence[BaseModel]]] = {
    "channels": lambda office: office.channels,
    "subscriptions": lambda office: office.subscriptions,
}
