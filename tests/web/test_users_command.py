"""`yuqing users` and `yuqing serve` on the command line."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner, Result

from cli.main import main


@pytest.fixture
def yuqing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("YUQING_DATA_DIR", str(tmp_path / "var"))
    return CliRunner()


def say(yuqing: CliRunner, *arguments: str, typed: str = "") -> Result:
    return yuqing.invoke(main, ["users", *arguments], input=typed)


def test_a_user_is_added_listed_and_disabled(yuqing: CliRunner) -> None:
    """What one command did the next one sees."""
    assert say(yuqing, "add", "zhou", "--role", "duty", "--password-stdin", typed="quiet-river-42\n").exit_code == 0
    assert say(yuqing, "add", "li", "--role", "admin", typed="loud-river-42\nloud-river-42\n").exit_code == 0
    assert say(yuqing, "disable", "li").output == "已停用 li。\n"
    assert say(yuqing, "list").output == "li\tadmin\t已停用\nzhou\tduty\n"
    (first, _) = map(json.loads, say(yuqing, "list", "--json").output.splitlines())
    assert (first["name"], first["role"], first["disabled"]) == ("li", "admin", True)
    assert "secret" not in first
    assert say(yuqing, "disable", "li", "--undo").exit_code == 0
    assert say(yuqing, "password", "li", "--password-stdin", typed="other-river-42\n").exit_code == 0


def test_a_user_works_for_a_department(yuqing: CliRunner) -> None:
    """Said when added or later, and taken back; one that the office doesn't have is refused, and a handler without one is told."""
    added = say(yuqing, "add", "li", "--role", "handler", "--department", "zhujian", "--password-stdin", typed="quiet-river-42\n")
    assert added.exit_code == 0, added.output
    assert say(yuqing, "list").output == "li\thandler\tzhujian\n"
    assert say(yuqing, "department", "li", "jiaotong").output == "li：jiaotong。\n"
    assert json.loads(say(yuqing, "list", "--json").output)["department"] == "jiaotong"
    assert say(yuqing, "department", "li").output == "li：不属于任何部门。\n"
    assert say(yuqing, "list").output == "li\thandler\n"
    refused = say(yuqing, "department", "li", "nowhere")
    assert refused.exit_code == 2
    assert "zhujian" in refused.output
    alone = say(yuqing, "add", "wu", "--role", "handler", "--password-stdin", typed="quiet-river-42\n")
    assert "不能办理任何事项" in alone.output


def test_a_source_gets_a_token(yuqing: CliRunner) -> None:
    """It is shown once; a source has no password."""
    output = say(yuqing, "add", "vendor", "--role", "source").output
    assert re.fullmatch(r"vendor\.[A-Za-z0-9_-]{43}\n", output)
    assert say(yuqing, "password", "vendor", "--password-stdin", typed="quiet-river-42\n").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("add", "Zhou Li", "--role", "duty", "--password-stdin"), "quiet-river-42\n", "用户名"),
        (("add", "zhou", "--role", "duty", "--password-stdin"), "short\n", "密码太短"),
        (("add", "zhou", "--role", "duty", "--password-stdin"), "\n", "密码太短"),
        (("add", "zhou", "--role", "duty", "--password-stdin"), "1234567890\n", "太容易"),
        (("add", "zhou", "--role", "emperor"), "", "emperor"),
        (("disable", "nobody"), "", "没有用户 nobody"),
        (("link", "nobody"), "", "没有用户 nobody"),
    ],
)
def test_what_can_t_be_done_is_told(yuqing: CliRunner, arguments: tuple[str, ...], typed: str, said: str) -> None:
    """A name, password, role or user that won't do; with a status that scripts see."""
    result = say(yuqing, *arguments, typed=typed)
    assert result.exit_code in {1, 2}
    assert said in result.output


def test_a_name_is_given_once(yuqing: CliRunner) -> None:
    """The second is told, and changes nothing."""
    for code in (0, 1):
        assert say(yuqing, "add", "zhou", "--role", "duty", "--password-stdin", typed="quiet-river-42\n").exit_code == code


def test_the_pages_are_served_and_stopped(yuqing: CliRunner, tmp_path: Path) -> None:
    """`yuqing serve` tells its address; users can be made beside it; SIGTERM ends it while a page listens."""
    environment = {**os.environ, "YUQING_DATA_DIR": str(tmp_path / "var")}
    command = [sys.executable, "-m", "cli", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip().rpartition("：")[2]
            say(yuqing, "add", "zhou", "--role", "duty", "--password-stdin", typed="quiet-river-42\n")
            path = say(yuqing, "link", "zhou").output.strip()
            with httpx2.Client(base_url=url, timeout=20) as browser:
                assert browser.get(path).status_code == 303
                with browser.stream("GET", "/live") as stream:
                    assert stream.status_code == 200
                    lines = stream.iter_lines()
                    assert next(lines).startswith("retry")
                    server.send_signal(signal.SIGTERM)
                    list(lines)
            assert server.wait(20) == 0
        finally:
            server.kill()


def test_a_port_that_is_taken_is_told(yuqing: CliRunner, tmp_path: Path) -> None:
    """With the option that gives another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = yuqing.invoke(main, ["serve", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 1
    assert "--port" in result.output
