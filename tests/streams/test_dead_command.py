"""`yuqing dead`: what it prints, what it changes, how it ends."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from config.settings import load_settings
from streams.dead import DeadLetter, DeadLetters
from streams.engines import open_log
from streams.log import Place, Record, Topic

NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)
GARBAGE = DeadLetter.of_record(
    Record(place=Place(Topic.POSTS, 3), offset=1042, key="weibo:1", value=b"\xff\x00", appended_at=NOW),
    "not_json",
    "不是 JSON\n第二行",
    NOW,
)
OLD = DeadLetter.of_record(
    Record(place=Place(Topic.POSTS, 0), offset=7, key="weibo:2", value=b'{"contract":0}', appended_at=NOW),
    "contract_version",
    "旧版本",
    NOW,
)
FIND = DeadLetter.of_find(source="gov-feed", url="http://127.0.0.1/1", value=b"<html>", reason="no_id", error="没有编号", at=NOW)

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("YUQING_DATA_DIR", str(tmp_path))
    with open_log(load_settings()) as log:
        DeadLetters(log).add([GARBAGE, OLD, FIND])
    return lambda *words, **more: CliRunner().invoke(main, ["dead", *words], **more)


def ids(run: Run) -> list[str]:
    return [letter["id"] for letter in json.loads(run("list", "--json").stdout)]


def posts() -> list[tuple[str, bytes | None]]:
    with open_log(load_settings()) as log:
        return [(record.key, record.value) for record in log.read(Topic.POSTS)]


def test_list_shows_each_letter_and_counts_reasons(run: Run) -> None:
    """One line a letter, in the office's time, with the first line of its error, and the counts below."""
    lines = run("list").stdout.splitlines()
    assert lines[0] == "posts.3.1042  2026-11-03 16:00:00  not_json  posts/3/1042  不是 JSON"
    assert lines[2].endswith("no_id  gov-feed http://127.0.0.1/1  没有编号")
    assert lines[3] == "共 3 封：not_json 1，contract_version 1，no_id 1"


def test_list_can_be_narrowed(run: Run) -> None:
    """Reason and source leave only the letters that have them."""
    assert [letter["id"] for letter in json.loads(run("list", "--json", "--reason", "not_json").stdout)] == ["posts.3.1042"]
    assert [letter["id"] for letter in json.loads(run("list", "--json", "--source", "gov-feed").stdout)] == [FIND.id]
    assert run("list", "--reason", "none_such").stdout == "没有死信。\n"


def test_json_carries_all_fields(run: Run) -> None:
    """As JSON the bytes are base64, and also text where they are UTF-8."""
    garbage = json.loads(run("show", "posts.3.1042", "--json").stdout)
    assert (base64.b64decode(garbage["value"]), garbage["text"]) == (b"\xff\x00", None)
    assert (garbage["topic"], garbage["partition"], garbage["offset"], garbage["key"]) == ("posts", 3, 1042, "weibo:1")
    assert json.loads(run("show", "posts.0.7", "--json").stdout)["text"] == '{"contract":0}'


def test_show_prints_bytes_that_are_no_text(run: Run) -> None:
    """For people unreadable bytes are escaped; with --bytes they come out as they are."""
    assert "内容：\\xff\x00" in run("show", "posts.3.1042").stdout
    assert run("show", "posts.3.1042", "--bytes").stdout_bytes == b"\xff\x00"


def test_replay_puts_back_and_removes(run: Run) -> None:
    """A replayed message stands in its topic again; its letter is gone, the others stay."""
    result = run("replay", "posts.0.7")
    assert (result.exit_code, result.stdout) == (0, "已重放 1 封。\n")
    assert posts() == [("weibo:2", b'{"contract":0}')]
    assert ids(run) == ["posts.3.1042", FIND.id]


def test_replay_all_does_what_it_can_and_ends_with_1(run: Run) -> None:
    """A find that never became a message stays, with what to do on standard error; the rest is replayed."""
    result = run("replay", "--all")
    assert (result.exit_code, result.stdout) == (1, "已重放 2 封。\n")
    assert "crawl gov-feed" in result.stderr
    assert ids(run) == [FIND.id]


def test_unknown_ids_are_said_after_the_rest_was_done(run: Run) -> None:
    """One wrong id does not keep the right ones from being dropped."""
    result = run("drop", "posts.9.9", FIND.id)
    assert (result.exit_code, result.stdout) == (1, "已删除 1 封。\n")
    assert "posts.9.9" in result.stderr
    assert ids(run) == ["posts.3.1042", "posts.0.7"]


def test_drop_all_asks_first(run: Run) -> None:
    """Dropping everything asks; "no" leaves all, and --yes goes without."""
    assert run("drop", "--all", input="n\n").exit_code == 1
    assert len(ids(run)) == 3
    assert run("drop", "--all", "--reason", "no_id", "--yes").exit_code == 0
    assert len(ids(run)) == 2


@pytest.mark.parametrize("words", [["replay"], ["replay", "--all", "posts.0.7"], ["drop", "posts.0.7", "--reason", "not_json"], ["show"]])
def test_wrong_usage_ends_with_2(run: Run, words: list[str]) -> None:
    """Nothing named, both ways of naming at once, or a filter beside ids: nothing is done."""
    assert run(*words).exit_code == 2
    assert len(ids(run)) == 3


def test_an_unknown_letter_can_not_be_shown(run: Run) -> None:
    """Showing a letter that is not there ends with 1 and names it."""
    result = run("show", "posts.9.9")
    assert result.exit_code == 1
    assert "no dead letter 'posts.9.9'" in result.stderr
