"""`yuqing search`, on both engines: the test's process holds the database, the command comes beside it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch

from cli.main import main
from config.settings import Settings
from indexers.writer import Writer
from streams.messages import Author, Standing
from tests.indexers.posts import NOW, tagged


@pytest.fixture(scope="module")
def filled(shared_database: Elasticsearch, shared_settings: Settings) -> None:
    """Three posts, which nobody changes: a complaint, a praise by an organisation, and one that would ring the terminal's bell."""
    prefix = shared_settings.elasticsearch.prefix
    writer = Writer(shared_database, prefix)
    posts = [
        tagged(1, forwards=7),
        tagged(
            2,
            text="恢复运行，点赞",
            platform="web",
            published_at=NOW.replace(day=17),
            author=Author(id="web:news", standing=Standing.ORGANISATION, name="示例日报"),
            tags={"sentiment": 1, "tokens": "恢复 运行 点赞"},
        ),
        tagged(3, text="响铃\x1b[31m\x07", title="标题", published_at=NOW.replace(day=16), tags={"sentiment": 0, "tokens": "标题 响铃"}),
    ]
    assert writer.write(posts) == []
    shared_database.indices.refresh(index=f"{prefix}-*")


@pytest.fixture
def environment(shared_settings: Settings) -> dict[str, str]:
    """The settings of the test, as the command reads them."""
    found = {"YUQING_DATA_DIR": str(shared_settings.data_dir), "YUQING_ELASTICSEARCH__PREFIX": shared_settings.elasticsearch.prefix}
    url = shared_settings.elasticsearch.url
    return found if url is None else found | {"YUQING_ELASTICSEARCH__URL": url}


def search(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, ["search", *arguments], env=environment)


def listed(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [post["id"] for post in json.loads(result.stdout)["posts"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["weibo:1", "weibo:2", "weibo:3"]),
        (["--limit", "1"], ["weibo:1"]),
        (["停运"], ["weibo:1"]),
        (["恢复", "运行"], ["weibo:2"]),
        (["--", "-停运"], ["weibo:2", "weibo:3"]),
        (["--sentiment", "positive", "--sentiment", "neutral"], ["weibo:2", "weibo:3"]),
        (["--platform", "weibo", "--account", "metro", "--topic", "交通运输"], ["weibo:1", "weibo:3"]),
        (["--from", "2026-11-17", "--to", "2026-11-17"], ["weibo:2"]),
        (["--to", "2026-11-16"], ["weibo:3"]),
        (["--sort", "spread", "--limit", "1"], ["weibo:1"]),
        (["--account", "nobody"], []),
    ],
)
def test_options_narrow_what_is_listed(filled: None, environment: dict[str, str], arguments: list[str], expected: list[str]) -> None:
    """Each option does what its help says, alone and together."""
    assert listed(search(environment, "--json", *arguments)) == expected


def test_json_names_organisations_and_no_private_author(filled: None, environment: dict[str, str]) -> None:
    """An organisation speaks under its name; of a private author not even the pseudonym leaves the database."""
    result = search(environment, "--json")
    authors = {post["id"]: post["author"] for post in json.loads(result.stdout)["posts"]}
    assert authors["weibo:2"] == {"standing": "organisation", "name": "示例日报"}
    assert authors["weibo:1"] == {"standing": "private", "name": None}
    assert "p:1" not in result.stdout


def test_people_get_a_table_in_chinese(filled: None, environment: dict[str, str]) -> None:
    """Times in the office's zone, and no character that a terminal would obey."""
    result = search(environment)
    assert result.exit_code == 0
    assert "共 3 条，显示 3 条。" in result.stdout
    assert all(word in result.stdout for word in ("11-18 12:00", "负面", "博文", "转评", "标题 响铃"))
    assert all(name in result.stdout for name in listed(search(environment, "--json"))), "what `correct` asks for"
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


def test_nothing_found_is_said(filled: None, environment: dict[str, str]) -> None:
    """An empty list is not an error."""
    result = search(environment, "火星")
    assert (result.exit_code, result.stdout) == (0, "没有找到。\n")


def test_counts_instead_of_posts(filled: None, environment: dict[str, str]) -> None:
    """How many of what, for people and as data."""
    assert "情感：" in search(environment, "--counts").stdout
    data = json.loads(search(environment, "--counts", "--json", "--platform", "weibo").stdout)
    assert (data["posts"], data["account_count"], data["sentiment"]) == (2, 1, {"-1": 1, "0": 1})


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["topc:交通"], 2, "第 1 个字符处：没有“topc”这个字段"),
        (["--from", "2026-11-02", "--to", "2026-11-01"], 2, "--from is after --to"),
        (["--sentiment", "angry"], 2, "angry"),
        (["--limit", "0"], 2, "--limit"),
    ],
)
def test_wrong_usage_is_told(settings: Settings, arguments: list[str], status: int, says: str) -> None:
    """Status 2 and what is wrong, on standard error."""
    result = search({"YUQING_DATA_DIR": str(settings.data_dir)}, *arguments)
    assert result.exit_code == status
    assert says in result.stderr


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    """Status 1, and where it was looked for."""
    environment: dict[str, Any] = {"YUQING_DATA_DIR": str(tmp_path), "YUQING_ELASTICSEARCH__URL": "http://127.0.0.1:9"}
    result = search(environment)
    assert result.exit_code == 1
    assert "query search: no connection to the database" in result.stderr
