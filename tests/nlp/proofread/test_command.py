"""`yuqing proofread` as people and scripts use it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main

NOTICE = "市交通运输局通报：\n请看官方微薄，，谢谢。"


def run(*arguments: object, given: str | bytes | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["proofread", *map(str, arguments)], input=given)


def test_a_plain_text_is_told_by_line_and_character() -> None:
    """People read what stands where, what may stand there instead, and why."""
    result = run("-", given=NOTICE)
    assert result.exit_code == 0
    assert "第 2 行第 3 字 「官方微薄」 → 官方微博（单位词表，1.00）" in result.stdout
    assert "第 2 行第 7 字 「，，」 → ，（标点，0.95）：标点重复" in result.stdout
    assert "共 2 处。" in result.stdout


def test_nothing_found_is_said() -> None:
    """A text without findings says so."""
    assert run("-", given="今天晴。").stdout == "未发现问题。\n"


def test_english_by_choice() -> None:
    """The report, and the reasons of rules in JSON; suggestions stay Chinese, as the text is."""
    told = run("-", "--language", "en", given=NOTICE).stdout
    assert "line 2, character 3: 「官方微薄」 → 官方微博 (the office's list, 1.00)" in told
    assert "line 2, character 7: 「，，」 → ， (punctuation, 0.95): a mark that stands twice" in told
    assert "2 in all." in told
    assert run("-", "--language", "en", given="今天晴。").stdout == "Nothing found.\n"
    assert json.loads(run("-", "--json", "--language", "en", given=NOTICE).stdout)["findings"][1]["why"] == "a mark that stands twice"
    line = run("-", "--jsonl", "--language", "en", given='{"text": "2月30日，，"}').stdout
    assert [one["why"] for one in json.loads(line)["findings"]] == ["there is no such day", "a mark that stands twice"]


def test_a_file_to_a_corrected_file(tmp_path: Path) -> None:
    """The corrected text has the line breaks of the text, and no byte order mark."""
    (tmp_path / "in.txt").write_bytes(b"\xef\xbb\xbf" + NOTICE.replace("\n", "\r\n").encode())
    result = run(tmp_path / "in.txt", "--corrected", "--output", tmp_path / "out.txt")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "out.txt").read_bytes().decode() == "市交通运输局通报：\r\n请看官方微博，谢谢。"


def test_json_of_a_plain_text() -> None:
    """One object with the corrected text and each finding with its place."""
    read = json.loads(run("-", "--json", given=NOTICE).stdout)
    assert read["corrected"] == "市交通运输局通报：\n请看官方微博，谢谢。"
    first = read["findings"][0]
    assert NOTICE[first["offset"] : first["offset"] + first["length"]] == first["text"] == "官方微薄"
    assert (first["suggestion"], first["rule"], first["confidence"]) == ("官方微博", "listed", 1.0)


def test_json_lines_come_back_in_order() -> None:
    """Each line with all its fields; one that can't be used with `error`, and the exit code is 1."""
    result = run("-", "--jsonl", given='{"id": 1, "text": "官方微薄"}\n\n{"text": 3}\n{"id": 4, "text": "好"}'.encode() + b"\n\xff\n")
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line.get("id") for line in lines] == [1, None, None, 4, None]
    assert (lines[0]["corrected"], len(lines[0]["findings"])) == ("官方微博", 1)
    assert (lines[3]["corrected"], lines[3]["findings"]) == ("好", [])
    assert [line.get("error") for line in lines] == [None, "an empty line", "text is not a string", None, "invalid UTF-8 at byte 0"]
    assert "3 行" in result.stderr


def test_a_lone_surrogate_comes_back_as_it_came() -> None:
    """What JSON can escape and UTF-8 can't hold is no reason to lose a line."""
    result = run("-", "--jsonl", given=b'{"text": "\\ud800 ok"}\n')
    assert (result.exit_code, json.loads(result.stdout)["corrected"]) == (0, "\ud800 ok")


@pytest.mark.parametrize("options", [("--json", "--corrected"), ("--jsonl", "--json")])
def test_two_ways_to_write_are_refused(options: tuple[str, str]) -> None:
    """Of the ways to write what was found one can be given."""
    assert run("-", *options, given="好").exit_code == 2


def test_files_that_do_not_work_are_named(tmp_path: Path) -> None:
    """A missing file, one that is not UTF-8, one file for both ends: one line, exit code 2, nothing harmed."""
    (tmp_path / "gbk.txt").write_bytes("官方微薄".encode("gbk"))
    for arguments, said in (
        ((tmp_path / "none.txt",), "none.txt"),
        ((tmp_path / "gbk.txt",), "is not UTF-8 (byte 0)"),
        ((tmp_path / "gbk.txt", "-o", tmp_path / "gbk.txt"), "write to another one"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert said in result.stderr
    assert (tmp_path / "gbk.txt").read_bytes() == "官方微薄".encode("gbk")


def test_wrong_lists_end_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in the office's lists is said by file and line before any text is read."""
    (tmp_path / "proofread.yaml").write_text("wrong:\n  - {wrong: 按装}\n", encoding="utf-8")
    monkeypatch.setenv("YUQING_CONFIG_DIR", str(tmp_path))
    result = run("-", given="好")
    assert result.exit_code == 2
    assert "proofread.yaml:2: wrong[0].right: is missing" in result.stderr
