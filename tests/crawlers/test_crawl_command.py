"""Tests of `yuqing crawl`, as a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import Settings
from streams.engines import open_log
from streams.log import Topic
from streams.messages import Coverage, Post, decode
from tests.crawlers.site import Answer, Site, as_feed
from tests.crawlers.test_feed import item, rss

LONG_S = 60
SHIPPED = Path(__file__).parents[2] / "config"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def office(tmp_path: Path, site: Site) -> Path:
    """The folder of an office with two sources, one of which fails."""
    folder = tmp_path / "office"
    folder.mkdir()
    for file in SHIPPED.glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    good, bad = f"{site.url}/feed", f"{site.url}/gone"
    text = f"sources:\n  - {{id: good, spider: feed, urls: ['{good}'], interval: 0.2}}\n  - {{id: bad, spider: feed, urls: ['{bad}']}}\n"
    (folder / "sources.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def start(tmp_path: Path, office: Path) -> Start:
    """Start the command."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YUQING_")}
    environment |= {"YUQING_DATA_DIR": str(tmp_path / "var"), "YUQING_CONFIG_DIR": str(office), "YUQING_CRAWL__DELAY_S": "0"}
    environment["YUQING_CRAWL__RETRIES"] = "0"

    def run(*arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "cli", "crawl", *arguments]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return run


def kept(tmp_path: Path) -> tuple[list[Post], list[Coverage]]:
    """What is in the log."""
    with open_log(Settings(data_dir=tmp_path / "var")) as log:
        posts = [decode(record.value or b"", Post) for record in log.read(Topic.POSTS)]
        return posts, [decode(record.value or b"", Coverage) for record in log.read(Topic.COVERAGE)]


def test_prints_the_coverage_as_data(site: Site, start: Start, tmp_path: Path) -> None:
    """A line of JSON a source, in the order they end; 1 because one failed altogether."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁")))
    process = start("--json")
    out, _ = process.communicate(timeout=LONG_S)
    assert process.returncode == 1
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    assert {line["source"]: line["outcome"] for line in lines} == {"good": "complete", "bad": "failed"}
    posts, coverage = kept(tmp_path)
    assert len(posts) == 1
    assert len(coverage) == 2


def test_one_source_by_name(site: Site, start: Start) -> None:
    """Only that one; a name that is none is wrong usage."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁")))
    process = start("--source", "good")
    out, _ = process.communicate(timeout=LONG_S)
    assert process.returncode == 0
    assert "good：完整" in out
    process = start("--source", "god")
    _, error = process.communicate(timeout=LONG_S)
    assert process.returncode == 2
    assert "there are good, bad" in error


def test_a_log_that_can_not_be_used_is_an_error(site: Site, start: Start, tmp_path: Path) -> None:
    """1, with the file in one line, and no page was asked."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "log").write_text("a file where the folder should be", encoding="utf-8")
    process = start("--source", "good")
    out, error = process.communicate(timeout=LONG_S)
    assert (process.returncode, out) == (1, "")
    assert error.startswith("yuqing: the local log can't use")
    assert str(tmp_path / "var" / "log" / "messages.db") in error
    assert error.count("\n") == 1
    assert site.asked == []


def test_a_sigterm_ends_it_cleanly(site: Site, start: Start, tmp_path: Path) -> None:
    """It ends with 0, and what it read is in the log."""
    site.routes["/feed"] = as_feed(rss(item(1, "云溪地铁")))
    process = start("--forever", "--json")
    assert process.stdout
    for line in process.stdout:
        if '"good"' in line:
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=LONG_S)
    assert process.returncode == 0
    posts, _ = kept(tmp_path)
    assert [post.id for post in posts] == ["web:n-1"]


def test_a_kill_at_any_moment_loses_nothing(site: Site, start: Start, tmp_path: Path) -> None:
    """A crawl killed while it reads is begun anew by the next, which brings every post."""
    asked = []

    def feed(_query: dict[str, str]) -> Answer:
        asked.append(1)
        if len(asked) == 1:
            process.kill()
        return as_feed(rss(*(item(number, "云溪地铁") for number in range(50))))

    site.routes["/feed"] = feed
    process = start("--source", "good")
    process.communicate(timeout=LONG_S)
    assert process.returncode == -signal.SIGKILL
    second = start("--source", "good")
    second.communicate(timeout=LONG_S)
    assert second.returncode == 0
    posts, _ = kept(tmp_path)
    assert Counter(post.id for post in posts).keys() == {f"web:n-{number}" for number in range(50)}
