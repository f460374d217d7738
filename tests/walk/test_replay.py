"""A crawl of recorded posts ends with every matching post searchable exactly once, though every process was killed once."""

import gzip
import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from city.city import City
from tests.conftest import ROOT
from tests.walk.system import count, running, settings_of, stored_ids, wait_until, waiting, write_office

WORDS = ["警方", "医院", "高考"]
UP = (("up",),)
ROLES = (("crawl", "--forever"), ("work",), ("work",))
_SCENES = ["路口的红绿灯坏了", "医院挂号窗口排了很久", "公园的桂花开了", "警方提醒市民保管好财物", "高考期间请勿鸣笛", "菜价又涨了一点"]


def own_posts(path: Path, number: int) -> Path:
    """Recorded posts of our own, in the form of the real ones."""
    rng = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for each in range(number):
            text = f"{rng.choice(_SCENES)}，第{each}次说了。{rng.choice(_SCENES)}。"
            at = f"2026-08-{1 + each % 28:02}T{each % 24:02}:{each % 60:02}:00+08:00"
            post = {"id": str(5_331_000_000_000_000 + each), "published_at": at, "text": text, "author": f"u{each % 97}"}
            file.write(json.dumps(post, ensure_ascii=False) + "\n")
    return path


def matching(path: Path) -> set[str]:
    """The ids of the posts that say one of the words, found the plain way."""
    packed = path.read_bytes()
    lines = (gzip.decompress(packed) if path.suffix == ".gz" else packed).splitlines()
    posts = [json.loads(line) for line in lines]
    return {f"mastodon:{post['id']}" for post in posts if any(word in post["text"] for word in WORDS)}


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """The posts to replay: the real ones where they are beside the project, else our own."""
    real = ROOT.parent / "shared" / "data" / "replay" / "microblogs.jsonl.gz"
    return real if real.is_file() else own_posts(tmp_path / "posts.jsonl", 3000)


@pytest.fixture
def city(recorded: Path) -> Iterator[City]:
    with City(replay=recorded) as city:
        yield city


def office(tmp_path: Path, city: City) -> dict[str, str]:
    """The environment of an office that watches the words on the replay."""
    write_office(tmp_path / "config", city.url, WORDS)
    return {
        "YUQING_DATA_DIR": str(tmp_path / "var"),
        "YUQING_CONFIG_DIR": str(tmp_path / "config"),
        "YUQING_LOG_LEVEL": "error",
        "YUQING_WEB__PORT": "0",
        "YUQING_WORK__BATCH": "200",
        "YUQING_OFFICE__PSEUDONYM_KEY": "0123456789abcdef0123456789abcdef",
    }


@pytest.mark.timeout(600)
def test_embedded(tmp_path: Path, city: City, recorded: Path) -> None:
    """On one machine: the crawl is killed, then everything is killed and started again, and nothing is lost or doubled."""
    environment = office(tmp_path, city)
    settings, expected = settings_of(environment), matching(recorded)
    with running(UP, environment) as system:
        wait_until(system, lambda: count(settings) > len(expected) // 10, "the first posts")
        system.kill_crawler_of(0)
        wait_until(system, lambda: count(settings) > len(expected) // 3, "posts of the second crawl")
        system.kill(0)
        system.start(0)
        wait_until(system, lambda: count(settings) >= len(expected) and waiting(settings) == 0, "all posts")
        found = stored_ids(settings)
    assert len(found) == len(set(found))
    assert set(found) == expected


@pytest.mark.stack
@pytest.mark.timeout(600)
def test_on_kafka_and_elasticsearch(tmp_path: Path, city: City, recorded: Path, kafka_bootstrap: str, elasticsearch_url: str) -> None:
    """With two settings changed: crawl and both workers are killed once each, and nothing is lost or doubled."""
    prefix = f"walk{uuid.uuid4().hex[:8]}"
    environment = office(tmp_path, city) | {
        "YUQING_KAFKA__BOOTSTRAP": kafka_bootstrap,
        "YUQING_ELASTICSEARCH__URL": elasticsearch_url,
        "YUQING_LOG__PREFIX": prefix,
        "YUQING_ELASTICSEARCH__PREFIX": prefix,
    }
    settings, expected = settings_of(environment), matching(recorded)
    with running(ROLES, environment) as system:
        for number, role in enumerate(ROLES):
            wait_until(system, lambda share=(number + 1) / 5: count(settings) > share * len(expected), f"posts before {role} is killed")
            system.kill(number)
            system.start(number)
        wait_until(system, lambda: count(settings) >= len(expected) and waiting(settings) == 0, "all posts")
        found = stored_ids(settings)
    assert len(found) == len(set(found))
    assert set(found) == expected
