"""`yuqing up` as a process: the pages beside everything else, and what becomes of them when something ends."""

import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import psutil
import pytest

from config.settings import Settings
from indexers.embedded.node import client_to_come
from indexers.embedded.open import LocalStore, folder_of
from indexers.names import Names
from indexers.setup import set_up
from services import pages
from services import serve as serving
from services.listen import address_of, listen
from services.stop import Stop
from services.supervise import yuqing

PATIENCE_S = 60.0
TOPICS = ("城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输")


@pytest.fixture
def office(tmp_path: Path) -> dict[str, str]:
    """The environment of an office with one account and nothing to read."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "accounts.yaml").write_text("accounts:\n  - {id: one, name: 云溪发布}\n", encoding="utf-8")
    (config / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
    (config / "topics.yaml").write_text("topics:\n" + "".join(f"  - {{name: {name}}}\n" for name in TOPICS), encoding="utf-8")
    given = {"DATA_DIR": str(tmp_path / "var"), "CONFIG_DIR": str(config), "LOG_LEVEL": "error", "WEB__PORT": "0"}
    return {**os.environ, **{f"YUQING_{name}": value for name, value in given.items()}}


class Up:
    """One `yuqing up`, and what it prints."""

    def __init__(self, office: dict[str, str], output: Path) -> None:
        self._output = output
        with output.open("wb") as file:
            self.process = subprocess.Popen(yuqing("up"), env=office, stdout=file, stderr=subprocess.STDOUT)

    @property
    def said(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def address(self) -> str:
        """Where it says that the pages are."""
        until(lambda: "页面：" in self.said or self.process.poll() is not None)
        return re.findall(r"页面：(\S+)", self.said)[0]


@pytest.fixture
def up(office: dict[str, str], tmp_path: Path) -> Iterator[Up]:
    running = Up(office, tmp_path / "said")
    yield running
    running.process.terminate()
    running.process.wait(PATIENCE_S)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def asked(url: str) -> int:
    """The status of a page; 0 where nobody takes the request."""
    try:
        with urlopen(url, timeout=PATIENCE_S) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
    except (URLError, ConnectionError):
        return 0


def test_pages_and_who_may_see_them(up: Up, office: dict[str, str]) -> None:
    """It says where the pages are and that nobody can sign in yet; one who is added can, and the next start says it no more.

    Told to end, it ends with all that it started, and the port is free.
    """
    address = up.address()
    assert "yuqing users add" in up.said
    until(lambda: asked(f"{address}/duty") == 401)
    add = yuqing("users", "add", "zhou", "--role", "admin", "--password-stdin")
    assert subprocess.run(add, env=office, input=b"quiet-river-42\n", check=False).returncode == 0
    link = subprocess.run(yuqing("users", "link", "zhou"), env=office, capture_output=True, text=True, check=True).stdout.strip()
    with build_opener(HTTPCookieProcessor()).open(address + link, timeout=PATIENCE_S) as page:
        assert (page.url, page.status) == (f"{address}/duty", 200)

    children = psutil.Process(up.process.pid).children(recursive=True)
    assert {"crawl", "services.tagging"} <= {part for one in children for part in one.cmdline()}
    up.process.terminate()
    assert up.process.wait(PATIENCE_S) == 0
    assert not any(map(alive, children))
    again = Up(office | {"YUQING_WEB__PORT": address.rpartition(":")[2]}, up._output)
    assert again.address() == address
    assert "yuqing users add" not in again.said
    again.process.terminate()
    assert again.process.wait(PATIENCE_S) == 0


def test_what_a_killed_one_leaves_ends_by_itself(up: Up) -> None:
    """After kill -9 of the whole no child goes on, and the next one can begin."""
    address = up.address()
    children = psutil.Process(up.process.pid).children(recursive=True)
    up.process.kill()
    up.process.wait()
    until(lambda: not any(map(alive, children)))
    assert asked(f"{address}/health") == 0


def alive(process: psutil.Process) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked for does not."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_taken_port_is_told_before_anything_starts(office: dict[str, str]) -> None:
    """With what to do; and no store is made."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = office | {"YUQING_WEB__PORT": str(other.getsockname()[1])}
        done = subprocess.run(yuqing("up"), env=taken, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 1
    assert "YUQING_WEB__PORT" in done.stderr
    assert not (Path(office["YUQING_DATA_DIR"]) / "store").exists()


def test_pages_that_fail_take_nothing_along(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks them is not raised; a browser that asks meanwhile waits, and is served when they are back."""
    monkeypatch.setattr(pages, "FIRST_PAUSE_S", 0.2)
    broken = [RuntimeError("a fault in a page's machinery"), None]
    made = serving.create_app

    def make(*given: Any, **named: Any) -> Any:
        error = broken.pop(0)
        if error is not None:
            raise error
        return made(*given, **named)

    monkeypatch.setattr(serving, "create_app", make)
    stop, coming = Stop(), client_to_come()
    with listen(settings.web.model_copy(update={"port": 0})) as listening:
        thread = threading.Thread(target=pages.keep_serving, args=(settings, coming.client, listening, stop))
        thread.start()
        try:
            assert asked(f"{address_of(listening)}/health") == 200
            assert asked(f"{address_of(listening)}/duty") == 503  # the store is not open
            with LocalStore.open(folder_of(settings)) as store:
                coming.opened(store.engine)
                assert asked(f"{address_of(listening)}/duty") == 503  # and not set up
                set_up(coming.client, Names(settings.elasticsearch.prefix), "stamp")
                until(lambda: asked(f"{address_of(listening)}/duty") == 401)
                stop.request()
                thread.join(PATIENCE_S)
        finally:
            stop.request()
            thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert broken == []
