"""proofread.yaml: what is right is read, what is wrong is said by line, all at once."""

from pathlib import Path

import pytest

from config.check import check_office
from config.errors import ConfigError
from config.lines import read_yaml
from config.proofread import FILE, load_proofreading, read_proofreading
from config.settings import Settings


def problems_of(folder: Path, text: str) -> list[str]:
    """What is said of a file, without its folder."""
    (folder / FILE).write_text(text, encoding="utf-8")
    _, problems = read_proofreading(read_yaml(folder / FILE))
    return [str(problem).replace(str(folder / FILE), FILE) for problem in problems]


def test_the_shipped_lists_are_right() -> None:
    """What comes with the program can be used as it is."""
    lists = load_proofreading(Settings())
    assert ("微薄辟谣", "微博辟谣") in [(word.wrong, word.right) for word in lists.wrong]


def test_every_list_is_read(tmp_path: Path) -> None:
    """Persons with titles, names by kind, wrong words, wording and words to keep."""
    text = """\
persons:
  - {name: 林望舒, titles: [市委书记], wrong: [林望抒]}
names:
  - {name: 柳塘古镇, kind: place}
wrong:
  - {wrong: 按装, right: 安装, except: [按装置]}
forbidden:
  - {words: [残废人], instead: 残疾人, why: 不当称谓}
sensitive:
  - {words: [最佳]}
keep: [云溪泮, 1024]
"""
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    lists, problems = read_proofreading(read_yaml(tmp_path / FILE))
    assert problems == []
    assert (lists.persons[0].titles, lists.names[0].kind, lists.wrong[0].except_) == (("市委书记",), "place", ("按装置",))
    assert (lists.forbidden[0].instead, lists.sensitive[0].instead, lists.keep) == ("残疾人", None, ("云溪泮", "1024"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people: []\n", "proofread.yaml:1: people: no such key"),
        ("persons: 3\n", "proofread.yaml:1: persons: must be a list"),
        ("wrong:\n  - {wrong: 按装}\n", "proofread.yaml:2: wrong[0].right: is missing"),
        ("wrong:\n  - {wrong: 安装, right: 安装}\n", "proofread.yaml:2: wrong[0]: wrong and right are the same"),
        ("wrong:\n  - {wrong: 装, right: 安装}\n", "proofread.yaml:2: wrong[0].wrong: String should have at least 2 characters"),
        ("persons:\n  - {name: 林望舒, wrong: [林望舒]}\n", "proofread.yaml:2: persons[0]: 林望舒 stands under wrong, too"),
        ("names:\n  - {name: 柳塘古镇, kind: town}\n", "proofread.yaml:2: names[0].kind: Input should be"),
        ("forbidden:\n  - {words: []}\n", "proofread.yaml:2: forbidden[0].words: Tuple should have at least 1 item"),
        ("keep:\n  - [一, 二]\n", "proofread.yaml:2: keep[0]: Input should be a valid string"),
        ("keep:\n  - 按装\nwrong:\n  - {wrong: 按装, right: 安装}\n", "proofread.yaml:4: wrong[0].wrong: 按装 is right by keep[0]"),
        (
            "wrong:\n  - {wrong: 按装, right: 安装}\n  - {wrong: 按装, right: 按下}\n",
            "proofread.yaml:3: wrong[1].wrong: 按装 stands in wrong[0], too",
        ),
        ("persons:\n  - {name: 林望舒}\n  - {name: 林望舒}\n", "proofread.yaml:3: persons[1].name: 林望舒 stands in persons[0], too"),
        ("wrong: [\n", "proofread.yaml:2: broken YAML"),
    ],
)
def test_what_is_wrong_is_said_by_line(tmp_path: Path, text: str, said: str) -> None:
    """Each problem names the file, the line and the key."""
    assert [problem[: len(said)] for problem in problems_of(tmp_path, text)] == [said]


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """Problems of several lists come together, and beside those of the other files."""
    text = "wrong:\n  - {wrong: 按装}\nforbidden:\n  - {instead: 残疾人}\nkeep: [一]\n"
    assert [problem.split(": ")[0] for problem in problems_of(tmp_path, text)] == [
        "proofread.yaml:2",
        "proofread.yaml:4",
        "proofread.yaml:5",
    ]
    _, problems = check_office(Settings(config_dir=tmp_path), secrets=False)
    assert {Path(problem.file).name for problem in problems} >= {"proofread.yaml", "accounts.yaml"}
    with pytest.raises(ConfigError) as caught:
        load_proofreading(Settings(config_dir=tmp_path))
    assert len(caught.value.problems) == 3


def test_without_a_file_of_its_own_the_shipped_lists_hold(tmp_path: Path) -> None:
    """An office that was set up before there was such a file goes on."""
    assert load_proofreading(Settings(config_dir=tmp_path)) == load_proofreading(Settings())
