"""Tests of `config.check` with `config.accounts`, `config.sources`, `config.topics`, `config.lines`, and the command."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.check import check as command
from config.accounts import load_accounts
from config.check import check_office, load_office
from config.errors import ConfigError
from config.settings import PACKAGE_DIR, Settings
from config.sources import FeedSource, WeiboSource, load_sources
from config.topic_names import TOPIC_NAMES
from config.topics import load_topics

ACCOUNTS = """\
departments:
  - {id: jiaotong, name: 市交通运输局}
accounts:
  - id: ditie
    name: 云溪地铁
    department: jiaotong
    aliases: [云溪轨道交通]
    platforms: {weibo: 7700000005}
"""
SOURCES = """\
sources:
  - id: news
    spider: feed
    urls: [https://news.yunxi.example/feed]
  - id: weibo
    spider: weibo
    accounts: [ditie]
"""
TOPICS = "topics:\n" + "".join(f"  - {{name: {name}, departments: [jiaotong]}}\n" for name in TOPIC_NAMES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an office whose files are right."""
    for name, text in (("accounts", ACCOUNTS), ("sources", SOURCES), ("topics", TOPICS)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def problems(folder: Path) -> list[str]:
    """What is wrong in the three files that these tests are of, without the folder."""
    _, found = check_office(Settings(config_dir=folder))
    said = [str(problem).removeprefix(f"{folder}/") for problem in found]
    return [problem for problem in said if problem.startswith(("accounts.yaml", "sources.yaml", "topics.yaml"))]


def test_the_files_that_come_with_the_program_are_right() -> None:
    """All seven topics, the examples all off."""
    office = load_office(Settings(config_dir=PACKAGE_DIR))
    assert {topic.name for topic in office.topics} == set(TOPIC_NAMES)
    assert all(source.off for source in office.sources)
    assert office.accounts


def test_reads_an_office(folder: Path) -> None:
    """Numbers may stand without quotes; weibo is off until the right is stated."""
    settings = Settings(config_dir=folder)
    office, _ = check_office(settings)
    assert office.accounts[0].platforms == {"weibo": "7700000005"}
    news, weibo = office.sources
    assert isinstance(news, FeedSource)
    assert isinstance(weibo, WeiboSource)
    assert (news.off, weibo.off) == (None, "no_right_stated")
    assert (load_accounts(settings), load_sources(settings), load_topics(settings)) == (office.accounts, office.sources, office.topics)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("accounts", "aliases", "alias", "accounts.yaml:7: accounts[0].alias: no such key; did you mean aliases?"),
        ("accounts", "    name: 云溪地铁\n", "", "accounts.yaml:4: accounts[0].name: is missing"),
        ("accounts", "id: ditie", "id: 地铁", "accounts.yaml:4: accounts[0].id: String should match pattern '^[a-z0-9][a-z0-9_-]{0,63}$'"),
        (
            "accounts",
            "department: jiaotong",
            "department: nobody",
            "accounts.yaml:6: accounts[0].department: no such department: 'nobody'; it must stand under departments",
        ),
        (
            "accounts",
            "    name: 云溪地铁\n",
            "    name: 云溪地铁\n    name: 云溪\n",
            "accounts.yaml:6: accounts[0].name: stands twice; the first is in line 5",
        ),
        (
            "accounts",
            "department: jiaotong",
            "place: nowhere",
            "accounts.yaml:6: accounts[0].place: no such place: 'nowhere'; it must stand under places",
        ),
        ("accounts", "accounts:", "acounts:", "accounts.yaml:3: acounts: no such key; did you mean accounts?"),
        (
            "sources",
            "spider: feed",
            "spider: fed",
            "sources.yaml:3: sources[0].spider: no such spider: 'fed'; possible are feed, weibo, mastodon, wordpress, or package.module:Class for one of your own",
        ),
        (
            "sources",
            "    spider: feed\n",
            "",
            "sources.yaml:2: sources[0].spider: is missing; possible are feed, weibo, mastodon, wordpress, or package.module:Class for one of your own",
        ),
        (
            "sources",
            "spider: feed",
            "spider: no.such:Thing",
            "sources.yaml:3: sources[0].spider: no such spider: 'no.such:Thing' (No module named 'no'); write it as package.module:Class",
        ),
        (
            "sources",
            "https://news.yunxi.example/feed",
            "news",
            "sources.yaml:4: sources[0].urls[0]: not an address: 'news'; write it like https://www.example.cn/feed",
        ),
        ("sources", "id: weibo", "id: news", "sources.yaml:5: sources[1].id: 'news' is taken already by sources[0] in line 2"),
        ("sources", "[ditie]", "[dite]", "sources.yaml:7: sources[1].accounts[0]: no such account: 'dite'; it must stand in accounts.yaml"),
        (
            "sources",
            "    spider: feed\n",
            "    spider: feed\n    timezone: Mars\n",
            "sources.yaml:4: sources[0].timezone: no such time zone: 'Mars'; use a name like Asia/Shanghai",
        ),
        (
            "sources",
            "    spider: feed\n",
            "    spider: feed\n    interval: 0\n",
            "sources.yaml:4: sources[0].interval: Input should be greater than 0",
        ),
        ("sources", "    accounts: [ditie]\n", "", "sources.yaml:5: sources[1]: nothing to read: give accounts, or search, or both"),
        (
            "topics",
            "交通运输",
            "交通",
            "topics.yaml:8: topics[6].name: Input should be '城乡建设', '劳动和社会保障', '教育文体', '商贸旅游', '环境保护', '卫生计生' or '交通运输'",
        ),
        ("topics", "  - {name: 交通运输, departments: [jiaotong]}\n", "", "topics.yaml:1: topics: the topic 交通运输 is missing"),
        (
            "topics",
            "topics:\n",
            "own:\n  - {name: 环境保护, words: [排污]}\ntopics:\n",
            "topics.yaml:2: own[0].name: 环境保护 is a topic that the tagger knows: give your own another name",
        ),
        (
            "topics",
            "topics:\n",
            "own:\n  - {name: 文物}\ntopics:\n",
            "topics.yaml:2: own[0]: nothing to find it by: give words, or examples, or both",
        ),
        (
            "topics",
            "topics:\n",
            "own:\n  - {name: 文物, words: [古墓]}\n  - {name: 文物, words: [戏台]}\ntopics:\n",
            "topics.yaml:3: own[1].name: 文物 stands twice",
        ),
        (
            "topics",
            "topics:\n",
            "own:\n  - {name: 文物, words: [古墓], departments: [nobody]}\ntopics:\n",
            "topics.yaml:2: own[0].departments[0]: no such department: 'nobody'; it must stand in accounts.yaml",
        ),
    ],
)
def test_what_is_wrong_is_said_by_file_line_and_key(folder: Path, name: str, old: str, new: str, said: str) -> None:
    """One mistake, one problem."""
    file = folder / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert said in problems(folder)


def test_names_and_numbers_mean_one_account(folder: Path) -> None:
    """An alias that two accounts share would make mentions ambiguous."""
    second = "  - {id: other, name: 别的账号, aliases: [云溪轨道交通], platforms: {weibo: '7700000005'}}\n"
    (folder / "accounts.yaml").write_text(ACCOUNTS + second, encoding="utf-8")
    assert problems(folder) == [
        "accounts.yaml:9: accounts[1].aliases[0]: '云溪轨道交通' is a name of ditie too; a name must mean one account (use keywords)",
        "accounts.yaml:9: accounts[1].platforms.weibo: '7700000005' is the id of ditie too",
    ]


def test_two_servers_have_two_names(folder: Path) -> None:
    """Each numbers its own posts: under one name they would be mixed up."""
    server = "  - {{id: m{0}, spider: mastodon, public: true, base_url: 'https://m{0}.example'}}\n"
    (folder / "sources.yaml").write_text(SOURCES + server.format(1) + server.format(2), encoding="utf-8")
    assert problems(folder) == [
        "sources.yaml:9: sources[3].platform: 'mastodon' is the platform of https://m1.example already; give each server a name of its own"
    ]


def test_all_problems_of_all_files_come_at_once(folder: Path) -> None:
    """The office mends everything in one go."""
    (folder / "accounts.yaml").write_text("accounts:\n  - {id: a, nam: 甲乙}\n", encoding="utf-8")
    (folder / "sources.yaml").write_text("sources: 5\n", encoding="utf-8")
    (folder / "topics.yaml").unlink()
    found = problems(folder)
    assert [one.split(": ")[0] for one in found] == ["accounts.yaml:2", "accounts.yaml:2", "sources.yaml:1", "topics.yaml"]
    with pytest.raises(ConfigError) as caught:
        load_office(Settings(config_dir=folder))
    assert caught.value.status == 2
    assert len(caught.value.problems) >= 4


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"sources:\n  - {id: a\n  - x", "sources.yaml:3: broken YAML: expected ',' or '}', but got"),
        (b"sources:\n\t- a", "sources.yaml:2: broken YAML: found character '\\t'"),
        ("sources: [云溪]".encode("gb18030"), "sources.yaml: the file is not UTF-8 (byte 10); save it as UTF-8"),
        (b"- a\n- b", "sources.yaml:1: must be a mapping with the keys sources"),
        (b"sources:\n  - 5", "sources.yaml:2: sources[0]: must be a mapping of keys to values"),
        (b"sources: &a\n  - *a", "sources.yaml:1: sources[0][0]: is nested too deep, or refers to itself"),
        (b"sources:\n  - id: !!python/object:os.system x", "sources.yaml:2: sources[0].id: can't be read"),
        (b"sources:\n  - id: \x00", "sources.yaml: broken YAML"),
    ],
)
def test_broken_yaml_is_said_with_its_place(folder: Path, body: bytes, said: str) -> None:
    """What is no YAML, and YAML that tries something."""
    (folder / "sources.yaml").write_bytes(body)
    assert any(problem.startswith(said) for problem in problems(folder)), problems(folder)


def test_an_empty_file_has_no_sources(folder: Path) -> None:
    """That is no mistake."""
    (folder / "sources.yaml").write_text("# nothing yet\n")
    assert problems(folder) == []


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all files that come with the program, as the settings have it."""
    folder = tmp_path / "office"
    folder.mkdir()
    for file in PACKAGE_DIR.glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    monkeypatch.setenv("YUQING_CONFIG_DIR", str(folder))
    return folder


def test_the_command_says_all_is_right(shipped: Path) -> None:
    """And which source waits for its right."""
    (shipped / "sources.yaml").write_text(SOURCES.replace("ditie", "yunxi-ditie"), encoding="utf-8")
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 0
    assert result.stdout.startswith("配置无误：8 个账号，2 个来源（启用 1 个）。")
    assert "来源 weibo 未运行" in result.stdout
    assert json.loads(CliRunner().invoke(command, ["--json"]).stdout) == {"ok": True, "accounts": 8, "sources": 2, "running": ["news"]}


def test_the_command_prints_problems_as_data(shipped: Path) -> None:
    """With --json, and ends with 2."""
    (shipped / "topics.yaml").unlink()
    result = CliRunner().invoke(command, ["--json"])
    assert result.exit_code == 2
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["line"], problem["key"]) == (None, "")
    assert problem["file"] == str(shipped / "topics.yaml")


def test_the_command_makes_rules_of_a_kind_from_outside(shipped: Path) -> None:
    """A plug-in that isn't installed is told before the watcher starts; one that is off is not asked for."""
    rules = "rules:\n  - {id: a, name: 夜间, kind: 'tests.plugins.night_rule:Night', parameters: {first_hour: 0, last_hour: 5}}\n  - {id: b, name: 乙, kind: 'no.such:Thing'}\n"
    (shipped / "alerts.yaml").write_text(rules, encoding="utf-8")
    result = CliRunner().invoke(command, ["--json"])
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["line"], problem["key"]) == (3, "rules[1].kind")
    assert "can't be loaded" in problem["what"]
    (shipped / "alerts.yaml").write_text(rules.replace("id: b", "id: b, off: true"), encoding="utf-8")
    assert CliRunner().invoke(command, []).exit_code == 0


def test_the_command_looks_into_the_dictionary_and_the_weights(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be tagged with is told before anything runs, by the setting that names it."""
    words = tmp_path / "words.txt"
    words.write_text("桃园惠民通\n", encoding="utf-8")
    monkeypatch.setenv("YUQING_NLP__DICTIONARY", str(words))
    assert CliRunner().invoke(command, []).exit_code == 0
    words.write_text("坏 词 典 里\n", encoding="utf-8")
    result = CliRunner().invoke(command, ["--json"])
    (problem,) = json.loads(result.stdout)["problems"]
    assert (result.exit_code, problem["key"]) == (2, "YUQING_NLP__DICTIONARY")
    assert "word 1" in problem["what"]
    monkeypatch.delenv("YUQING_NLP__DICTIONARY")
    monkeypatch.setenv("YUQING_NLP__WEIGHTS", str(tmp_path))
    (problem,) = json.loads(CliRunner().invoke(command, ["--json"]).stdout)["problems"]
    assert problem["key"] == "YUQING_NLP__WEIGHTS"


def test_places_and_the_assessment_are_the_office_s_own(folder: Path) -> None:
    """An account stands in a place; what is said of the assessment counts, and the rest is as the program has it."""
    more = ACCOUNTS.replace("department: jiaotong", "department: jiaotong\n    place: liutang")
    more += "places:\n  - {id: liutang, name: 柳塘区}\nassessment:\n  silent_days: 30\n"
    (folder / "accounts.yaml").write_text(more, encoding="utf-8")
    office, _ = check_office(Settings(config_dir=folder))
    assert problems(folder) == []
    assert [place.name for place in office.places] == ["柳塘区"]
    assert (office.accounts[0].place, office.assessment.silent_days, office.assessment.full_depth) == ("liutang", 30, 100)


def test_an_assessment_that_makes_no_sense_is_refused(folder: Path) -> None:
    """By line and key; all at once."""
    wrong = "assessment:\n  silent_days: 0\n  depth: 3\n  original_weight: 2\n"
    (folder / "accounts.yaml").write_text(ACCOUNTS + wrong, encoding="utf-8")
    assert [one.split(": ")[:2] for one in problems(folder)] == [
        ["accounts.yaml:10", "assessment.silent_days"],
        ["accounts.yaml:12", "assessment.original_weight"],
        ["accounts.yaml:11", "assessment.depth"],
    ]
    (folder / "accounts.yaml").write_text(f"{ACCOUNTS}assessment: [1]\n", encoding="utf-8")
    assert problems(folder) == ["accounts.yaml:9: assessment: must be a mapping of keys to values"]
