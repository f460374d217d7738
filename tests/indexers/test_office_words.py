"""An office's own words from the tags to the search box, on both engines."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch

from cli.main import main
from config.settings import NlpSettings, Settings
from indexers.writer import Writer
from nlp.office import office_tagger
from tests.conftest import prefix_on
from tests.indexers.posts import tagged

TEXT = "我们的桃园惠民通打不开"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("桃园惠民通\n", encoding="utf-8")
    return path


@pytest.fixture
def server_prefix(elasticsearch_url: str) -> Iterator[str]:
    """One for each test: they stamp their templates differently."""
    yield from prefix_on(elasticsearch_url)


def search(settings: Settings, dictionary: Path | None, *arguments: str) -> Result:
    """Search as an officer of an office with this dictionary."""
    environment = {
        "YUQING_DATA_DIR": str(settings.data_dir),
        "YUQING_ELASTICSEARCH__PREFIX": settings.elasticsearch.prefix,
        "YUQING_ELASTICSEARCH__URL": settings.elasticsearch.url or "",
        "YUQING_NLP__DICTIONARY": str(dictionary or ""),
    }
    return CliRunner().invoke(main, ["search", "--json", *arguments], env=environment)


def test_what_is_cut_as_one_word_is_found_as_one_word(
    database: Elasticsearch, database_settings: Settings, prefix: str, words: Path
) -> None:
    """The word is found, a part of it is not; who searches with other words is refused, for he would miss what is there."""
    tagger = office_tagger(NlpSettings(dictionary=words))
    post = tagged(text=TEXT).post
    assert Writer(database, prefix, segmenter=tagger.segmenter).write(tagger.tag([post])) == []
    database.indices.refresh(index=f"{prefix}-*")

    assert json.loads(search(database_settings, words, "桃园惠民通").stdout)["total"] == 1
    assert json.loads(search(database_settings, words, "惠民").stdout)["total"] == 0
    assert json.loads(search(database_settings, words, '"惠民"').stdout)["total"] == 1

    words.write_text("桃园惠民通\n打不开\n", encoding="utf-8")
    for dictionary in (words, None):
        refused = search(database_settings, dictionary, "桃园惠民通")
        assert refused.exit_code == 2
        assert "use the same engine and office dictionary" in refused.output
