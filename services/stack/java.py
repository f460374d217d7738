"""Finds the Java installations of this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from services.stack.errors import Missing

INSTALLED = ("/usr/lib/jvm", "/usr/java", "/opt", "/Library/Java/JavaVirtualMachines")
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_ANSWER_S = 30.0  # a JVM on a busy machine answers in a second or two; a hung one must not hang us


class Java(NamedTuple):
    """One installation: its home folder and its feature version (17, 21, …)."""

    home: Path
    version: int

    @property
    def command(self) -> str:
        return str(self.home / "bin" / "java")


def parse_version(text: str) -> int | None:
    """Read the feature version in what `java -version` prints: 17 for "17.0.15", 8 for "1.8.0_402"."""
    match = _VERSION.search(text)
    return int(match[1]) if match else None


def homes(environment: Mapping[str, str], installed: Iterable[str] = INSTALLED) -> Iterator[Path]:
    """Folders that hold `bin/java`, in the order in which to try them, none twice."""
    places = [Path(environment[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if environment.get(name)]
    on_path = shutil.which("java", path=environment.get("PATH"))
    if on_path:
        places.append(Path(on_path).resolve().parent.parent)
    for folder in map(Path, installed):
        if folder.is_dir():
            places += [home for entry in sorted(folder.iterdir()) for home in (entry, entry / "Contents" / "Home")]
    seen: dict[Path, None] = {}
    for place in places:
        if os.access(place / "bin" / "java", os.X_OK):
            seen.setdefault(place.resolve())
    yield from seen


def find_java(at_least: int, environment: Mapping[str, str] | None = None, installed: Iterable[str] = INSTALLED) -> Java:
    """Find the first installation that is new enough. Raises Missing, which says what to install."""
    found = []
    for home in homes(os.environ if environment is None else environment, installed):
        version = _version_of(home)
        if version is not None and version >= at_least:
            return Java(home, version)
        found.append(f"{home} ({version or 'unreadable version'})")
    have = f"found only {', '.join(found)}" if found else "found none"
    raise Missing(
        f"a Java of version {at_least} or newer is needed; {have}. "
        f"Install one (Debian 13: apt-get install openjdk-21-jre-headless) or set JAVA_HOME to its folder."
    )


def _version_of(home: Path) -> int | None:
    try:
        answer = subprocess.run(  # noqa: S603 - a java that stands where Java is installed
            [str(home / "bin" / "java"), "-version"], capture_output=True, text=True, timeout=_ANSWER_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(answer.stderr + answer.stdout)
