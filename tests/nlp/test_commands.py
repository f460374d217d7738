"""`yuqing tag` and `yuqing train` as people and scripts use them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.tag import read_lines
from nlp.models import read_card
from nlp.tagger import Tagger

TEXTS = ("小区停水三天了", "感谢医生", "今天开会")
LINES = "".join(json.dumps({"id": place, "text": text}, ensure_ascii=False) + "\n" for place, text in enumerate(TEXTS))


def run(*arguments: object, given: str | bytes | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=given)


def test_standard_input_to_standard_output(tagger: Tagger) -> None:
    """Without a file, lines are read from standard input and come back in order with their tags."""
    result = run("tag", given=LINES)
    assert result.exit_code == 0
    tagged = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["id"] for line in tagged] == [0, 1, 2]
    assert [line["sentiment"] for line in tagged] == [tags.sentiment for tags in tagger.tag_texts(TEXTS)]
    assert result.stderr == ""


def test_a_file_to_a_file(tmp_path: Path) -> None:
    """With --output nothing goes to standard output; a last line without a break counts."""
    (tmp_path / "in.jsonl").write_text(LINES.rstrip(), encoding="utf-8")
    result = run("tag", tmp_path / "in.jsonl", "--output", tmp_path / "out.jsonl")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_an_unusable_line_does_not_stop_the_rest() -> None:
    """The line comes back with its error at its place, the others with tags, and the exit code is 1."""
    result = run("tag", "-", given=b'{"text": "a"}\n\n\xff\n{"text": "b"}\n')
    assert result.exit_code == 1
    assert ["error" in json.loads(line) for line in result.stdout.splitlines()] == [False, True, True, False]
    assert "2 行" in result.stderr


def test_no_input_no_output() -> None:
    """An empty file is no error."""
    result = run("tag", given="")
    assert (result.exit_code, result.stdout) == (0, "")


def test_files_that_do_not_work_are_named(tmp_path: Path) -> None:
    """A missing file, a folder that is none, or one file for both ends in one line and exit code 2; nothing is harmed."""
    standing = tmp_path / "in.jsonl"
    standing.write_text(LINES, encoding="utf-8")
    for arguments in (
        (tmp_path / "none.jsonl",),
        (standing, "--output", tmp_path / "none" / "out.jsonl"),
        (standing, "--output", standing),
        (standing, "--weights", tmp_path / "none"),
        (standing, "--office-dictionary", tmp_path / "none.txt"),
    ):
        result = run("tag", *arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert str(arguments[-1]) in result.stderr
        assert result.stderr.count("\n") == 1
    assert standing.read_text(encoding="utf-8") == LINES


def test_lines_come_when_they_are_there() -> None:
    """What a slow pipe has brought is handed on at once, in whole lines; a half line waits for its end."""
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as file, os.fdopen(write_end, "wb", buffering=0) as pipe:
        told: list[int] = []
        lines = read_lines(file, told.append)
        pipe.write(b"one\ntwo\nthr")
        assert next(lines) == [b"one", b"two"]
        pipe.write(b"ee\n")
        assert next(lines) == [b"three"]
        pipe.write(b"four")
        pipe.close()
        assert list(lines) == [[b"four"]]
        assert sum(told) == len(b"one\ntwo\nthree\nfour")


def test_a_reader_that_has_enough_ends_it_quietly(tmp_path: Path) -> None:
    """`yuqing tag … | head -1` shows one line and no error."""
    path = tmp_path / "in.jsonl"
    path.write_text(LINES * 5000, encoding="utf-8")
    command = [sys.executable, "-m", "cli", "tag", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert json.loads(process.stdout.readline())["id"] == 0
        process.stdout.close()
        assert process.stderr.read() == b""


def test_help_shows_how() -> None:
    """Both commands say what they do, with an example."""
    for command in ("tag", "train"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert f"yuqing {command} " in result.stdout


def test_train_prints_scores_and_writes_weights(labelled_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training shows its steps on standard error and a score for each set; tagging can use the weights."""
    monkeypatch.chdir(tmp_path)
    result = run("train", "--data", labelled_data)
    assert result.exit_code == 0
    assert "dev_raw" in result.stdout
    assert "sentiment" in result.stderr
    assert run("tag", "--weights", tmp_path / "var" / "weights", given=LINES).exit_code == 0


def test_train_for_an_office_dictionary(labelled_data: Path, tmp_path: Path) -> None:
    """Weights trained with an office dictionary tag with it, and are refused without it."""
    words = tmp_path / "words.txt"
    words.write_text("东湖小区\n", encoding="utf-8")
    out = tmp_path / "weights"
    result = run("train", "--data", labelled_data, "--out", out, "--office-dictionary", words, "--revision", 3, "--json")
    assert json.loads(result.stdout)["tag_revision"] == read_card(out).tag_revision == 3
    tagged = run("tag", "--weights", out, "--office-dictionary", words, given='{"text": "东湖小区停水"}')
    assert json.loads(tagged.stdout)["tokens"] == "东湖小区 停水"
    refused = run("tag", "--weights", out, given=LINES)
    assert refused.exit_code == 2
    assert "segmenter" in refused.stderr


def test_train_without_data_says_so(tmp_path: Path) -> None:
    """Where the labelled sets are absent, the command names the file and stops."""
    result = run("train", "--data", tmp_path, "--out", tmp_path / "weights")
    assert result.exit_code == 2
    assert "sentiment" in result.stderr
    assert "--data" in result.stderr
