"""Fetches the servers with Maven, checks them, and keeps them in the user's cache.

The pom names artifacts only; where they come from is Maven's own configuration. Kafka's jars are checked by Maven against
the registry's checksums (`-C`), and its main jar against ours. The Elasticsearch zip has no checksum in the registry, so
ours, taken when this version was chosen, is the only one: a zip with another sum is refused.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from filelock import FileLock

from services.stack.errors import Missing, StackError

KAFKA = "4.2.0"
KAFKA_SHA256 = "0490bc0a8675f9217c52b788c8a586f692ad5ae34a50a3ed370d2533b01bdbcb"
ELASTICSEARCH = "9.5.2"
ELASTICSEARCH_SHA256 = "de3d9c88b5f993d9b1f937a1da8d7bfa3e881f83bf3a0dab3e49a8d557934618"

_DOWNLOAD_S = 900.0  # 132 MB over a slow line; a hung registry must not hang the tests for ever
_CHUNK = 1 << 20
_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>yuqing</groupId><artifactId>stack</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA}</version></dependency>
  </dependencies>
  <build><plugins><plugin>
    <groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId><version>3.8.1</version>
  </plugin></plugins></build>
</project>
"""
_ELASTICSEARCH_ZIP = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{ELASTICSEARCH}:zip"


def cache_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Where downloads survive between runs.

    Root's lies under /var/cache, for there the servers, which don't run as root, can read them.
    """
    given = os.environ if environment is None else environment
    if given.get("XDG_CACHE_HOME"):
        return Path(given["XDG_CACHE_HOME"]) / "yuqing"
    if os.geteuid() == 0:
        return Path("/var/cache/yuqing")
    return Path.home() / ".cache" / "yuqing"


def kafka_jars(cache: Path) -> Path:
    """Find the folder with Kafka's jars, fetched if it is not there. Raises Missing or StackError."""
    return _once(cache / f"kafka-{KAFKA}", _fetch_kafka)


def elasticsearch_home(cache: Path) -> Path:
    """Find the unpacked Elasticsearch, fetched if it is not there. Raises Missing or StackError."""
    return _once(cache / f"elasticsearch-{ELASTICSEARCH}", _fetch_elasticsearch)


def _once(place: Path, fetch: Callable[[Path], Path]) -> Path:
    """Make `place` whole or not at all; of several processes one fetches and the others wait."""
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f"{place.name}.lock")):
        if not place.is_dir():
            with tempfile.TemporaryDirectory(dir=place.parent, prefix=".fetching-") as scratch:
                made = fetch(Path(scratch))
                _readable(made)
                made.rename(place)
    return place


def _readable(folder: Path) -> None:
    """Let every user read the tree: the servers run as another one."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def _fetch_kafka(scratch: Path) -> Path:
    jars = scratch / "jars"
    _maven(scratch, "--strict-checksums", "dependency:copy-dependencies", f"-DoutputDirectory={jars}", "-DincludeScope=runtime")
    verify(jars / f"kafka_2.13-{KAFKA}.jar", KAFKA_SHA256)
    return jars


def _fetch_elasticsearch(scratch: Path) -> Path:
    _maven(scratch, "dependency:copy", f"-Dartifact={_ELASTICSEARCH_ZIP}", f"-DoutputDirectory={scratch}")
    archive = scratch / f"elasticsearch-{ELASTICSEARCH}.zip"
    verify(archive, ELASTICSEARCH_SHA256)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(scratch)
    home = scratch / f"elasticsearch-{ELASTICSEARCH}"
    for program in (home / "bin").iterdir():
        program.chmod(0o755)  # zipfile drops the bit
    return home


def verify(file: Path, sha256: str) -> None:
    """Raise StackError where the file is absent or not the one that was chosen."""
    if not file.is_file():
        raise StackError(f"Maven ended well but {file.name} is not there; run again, and look at Maven's settings if it stays so")
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise StackError(
            f"{file.name} has the SHA-256 {digest.hexdigest()}, not {sha256}: what the registry sent is not what was chosen. "
            "It was not used. Remove it from Maven's local repository (~/.m2) and run again."
        )


def _maven(folder: Path, *arguments: str) -> None:
    command = shutil.which("mvn")
    if command is None:
        raise Missing(
            "Maven is needed to fetch Kafka and Elasticsearch, and `mvn` is not on the PATH. Install it (Debian: apt-get install maven)."
        )
    (folder / "pom.xml").write_text(_POM, encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603 - Maven as found on the PATH, arguments of our own
            [command, "--batch-mode", "--quiet", *arguments],
            cwd=folder, capture_output=True, text=True, timeout=_DOWNLOAD_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Missing(f"Maven did not end within {_DOWNLOAD_S:.0f} s; is the registry reachable?") from error
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line][:3]
        raise Missing("Maven could not fetch the servers:\n  " + "\n  ".join(said or ["it gave no reason"]))
