"""`yuqing words`, on files and on both engines."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch

from cli.main import main
from config.settings import Settings
from indexers.writer import Writer
from tests.indexers.posts import tagged
from tests.nlp.test_new_words import TEXTS


def words(*arguments: object, given: str | None = None, **environment: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["words", *map(str, arguments)], input=given, env=environment)


def lines(texts: list[str]) -> str:
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)


def test_posts_of_the_last_days_are_read(database: Elasticsearch, database_settings: Settings, prefix: str) -> None:
    """Those of the database, without what is older."""
    now = datetime.now(UTC)
    posts = [tagged(n, text=text, published_at=now - timedelta(hours=1)) for n, text in enumerate(TEXTS)]
    old = [
        tagged(100 + n, text=text.replace("桃园惠民通", "东湖便民贴"), published_at=now - timedelta(days=40))
        for n, text in enumerate(TEXTS)
    ]
    assert Writer(database, prefix).write(posts + old) == []
    database.indices.refresh(index=f"{prefix}-*")
    environment = {"YUQING_DATA_DIR": str(database_settings.data_dir), "YUQING_ELASTICSEARCH__PREFIX": prefix}
    environment["YUQING_ELASTICSEARCH__URL"] = database_settings.elasticsearch.url or ""
    assert "桃园惠民通" in words("--plain", **environment).stdout.split()
    assert "东湖便民贴" not in words("--plain", **environment).stdout
    assert "东湖便民贴" in words("--plain", "--days", 60, **environment).stdout.split()


def test_a_file_is_read_and_a_bad_line_is_told(tmp_path: Path) -> None:
    """The rest is done; the exit code is 1."""
    path = tmp_path / "posts.jsonl"
    path.write_text(lines(TEXTS) + "no JSON\n", encoding="utf-8")
    result = words(path, "--json")
    assert result.exit_code == 1
    (word,) = (found for found in json.loads(result.stdout) if found["word"] == "桃园惠民通")
    assert word["texts"] == 10
    assert word["parts"] == ["桃园", "惠民", "通"]
    assert "1 行无法使用" in result.stderr


def test_what_was_taken_over_is_not_proposed_again(tmp_path: Path) -> None:
    """A word that stands in the office's dictionary; so its proposals can be appended to it as they are printed."""
    dictionary = tmp_path / "words.txt"
    dictionary.write_text(words("-", "--plain", given=lines(TEXTS)).stdout, encoding="utf-8")
    assert "桃园惠民通" in dictionary.read_text(encoding="utf-8").split()
    again = words("-", "--json", given=lines(TEXTS), YUQING_NLP__DICTIONARY=str(dictionary))
    assert (again.exit_code, json.loads(again.stdout)) == (0, [])


def test_the_table_is_for_people(tmp_path: Path) -> None:
    """With how the word is cut today, and nothing on standard error."""
    result = words("-", "--size", 1, given=lines(TEXTS))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "桃园 惠民 通" in result.stdout
    assert result.stdout.rstrip().endswith("共 30 篇，列出 1 个。")


@pytest.mark.parametrize(("arguments", "status"), [(["none.jsonl"], 2), (["-", "--plain", "--json"], 2), (["-", "--least", "1"], 2)])
def test_wrong_usage_is_told(arguments: list[str], status: int) -> None:
    """In one line, or by click's own words."""
    result = words(*arguments, given="")
    assert result.exit_code == status
    assert result.stdout == ""
