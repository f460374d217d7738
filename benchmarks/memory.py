"""What `yuqing up` takes of memory with all that it runs: idle, and on a store of 100,000 posts that it has just begun to follow.

Pages are opened as an officer opens them: signed in, the duty page, a search.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import quote
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import psutil
from elasticsearch import Elasticsearch

from benchmarks.handling import folder, speed
from benchmarks.posts import texts
from benchmarks.rows import Given, Row
from benchmarks.running import up
from benchmarks.site import Site
from config.settings import load_settings
from indexers.embedded.open import LocalStore
from indexers.names import Names
from indexers.people import People, Role
from streams.engines import open_log
from web.users import Users

IDLE_ASKED = 400  # MB
FULL_ASKED = 700  # MB
POSTS = 100_000
SETTLE_S = 30.0
LOOKS = 5  # at memory, a second apart
CALM = 25.0  # per cent of a core that all processes together take when there is little left to do
CALM_S = 10
PATIENCE_S = 900.0
PATHS = ("/duty", "/duty?hours=168", f"/search?q={quote('医院')}", "/sources")


def idle(_given: Given) -> list[Row]:
    """Once there is nothing to do, and an officer has opened the pages."""
    with folder() as path, Site() as site, up(site, path) as (process, client, names, address):
        site.add("1", texts().texts[0])
        officer = _officer(client, names, address)
        _visit(officer, address)
        time.sleep(SETTLE_S)
        looks = [_look(process) for _ in range(LOOKS)]
    return [Row("`yuqing up` idle, PSS of all its processes", statistics.median(looks), "MB", IDLE_ASKED, f"processes: {_PARTS[-1]}")]


def full(given: Given) -> list[Row]:
    """While it groups and watches what stands in the store, pages are asked all the time; and when all that is done."""
    count = given.posts or POSTS
    with folder() as path:
        _fill(path, count)
        with Site() as site, up(site, path) as (process, client, names, address):
            officer = _officer(client, names, address)
            looks = list(_until_calm(process, lambda: _visit(officer, address)))
            most = _PARTS[looks.index(max(looks)) - len(looks)]
            after = [_look(process) for _ in range(LOOKS)]
    name = f"`yuqing up`, {count:,} posts"
    return [
        Row(f"{name}: most PSS while it catches up and pages are opened", max(looks), "MB", FULL_ASKED, f"processes: {most}"),
        Row(f"{name}: PSS afterwards", statistics.median(after), "MB", FULL_ASKED, f"processes: {_PARTS[-1]}"),
    ]


_PARTS: list[str] = []  # of each look, the processes by their share


def _look(process: psutil.Process) -> float:
    """The memory of a process and its children in MB (10⁶ bytes), what they share counted once."""
    time.sleep(1)
    shares = {}
    for one in (process, *process.children(recursive=True)):
        try:
            role = next((part for part in one.cmdline() if part in {"up", "crawl", "services.tagging"}), "?")
            shares[role] = float(one.memory_full_info().pss) / 1e6
        except psutil.NoSuchProcess:
            continue
    _PARTS.append(", ".join(f"{role} {share:.0f}" for role, share in shares.items()))
    return sum(shares.values())


def _until_calm(process: psutil.Process, visit: Callable[[], None]) -> Iterator[float]:
    """Look every second, and open pages every fifth, until little is done any more."""
    calm, began, spent = 0, time.monotonic(), _spent(process)
    while calm < CALM_S:
        if time.monotonic() - began > PATIENCE_S:
            raise RuntimeError(f"it still works after {PATIENCE_S:.0f} s")
        at = time.monotonic()
        yield _look(process)
        now = _spent(process)
        share = 100 * (now - spent) / (time.monotonic() - at)
        calm, spent = (calm + 1 if share < CALM else 0), now
        if round(at - began) % 5 == 0 and calm == 0:
            visit()
            spent = _spent(process)


def _spent(process: psutil.Process) -> float:
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def _fill(path: Path, count: int) -> None:
    settings = load_settings(data_dir=path / "var")
    with LocalStore.open(path / "var" / "store") as store, open_log(settings) as log:
        speed(settings, log, store.client(), count)


def _officer(client: Elasticsearch, names: Names, address: str) -> OpenerDirector:
    """A browser in which an officer on duty is signed in."""
    users = Users(People(client, names), lambda: datetime.now(UTC), "benchmark")
    users.add("zhou", Role.DUTY, "quiet-river-42")
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    browser.open(f"{address}/enter/{users.entry('zhou')}").close()
    return browser


def _visit(officer: OpenerDirector, address: str) -> None:
    for path in PATHS:
        with officer.open(address + path) as page:
            page.read()
