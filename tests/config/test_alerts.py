"""config/alerts.yaml: every problem at once, by line."""

from pathlib import Path

import pytest

from config.alerts import AlertPlan, MailChannel, RobotChannel, open_document, read_alerts
from config.check import load_office
from config.errors import Problem
from config.lines import read_yaml
from config.settings import Settings, load_settings

ACCOUNTS = load_office(load_settings()).accounts


def _read(tmp_path: Path, text: str) -> tuple[AlertPlan, list[Problem]]:
    path = tmp_path / "alerts.yaml"
    path.write_text(text, encoding="utf-8")
    return read_alerts(read_yaml(path), ACCOUNTS)


def test_the_file_that_comes_with_the_program_is_right(settings: Settings) -> None:
    """The shipped rules have no problem, and cover every kind."""
    plan = load_office(settings).alerts
    assert {rule.kind for rule in plan.rules} == {"spike", "frequency", "takeover", "transition", "clock"}


def test_every_problem_is_told_at_once_by_line(tmp_path: Path) -> None:
    """A kind, a parameter, an account, a channel and a subscription that are wrong: all are said, each with its line."""
    _, problems = _read(
        tmp_path,
        """rules:
  - {id: a, name: 甲, kind: spyke}
  - {id: b, name: 乙, kind: frequency, parameters: {posts: 0, within_s: 60}}
  - {id: c, name: 丙, kind: spike, filter: {accounts: [nobody]}}
  - {id: c, name: 丁, kind: spike, parameters: {surprice: 3}}
channels:
  - {id: m, kind: mail, host: h, sender: nowhere, to: []}
  - {id: w, kind: pigeon}
subscriptions:
  - {id: s, name: 某, channels: [m, x], rules: [z]}
""",
    )
    said = {(problem.line, problem.key) for problem in problems}
    assert said >= {
        (2, "rules[0].kind"),
        (3, "rules[1].parameters.posts"),
        (4, "rules[2].filter.accounts[0]"),
        (5, "rules[3].parameters.surprice"),
        (7, "channels[0].sender"),
        (7, "channels[0].to"),
        (8, "channels[1].kind"),
        (10, "subscriptions[0].channels[1]"),
        (10, "subscriptions[0].rules[0]"),
    }
    assert "did you mean spike" in str(next(problem for problem in problems if problem.key == "rules[0].kind"))
    assert "did you mean surprise" in str(next(problem for problem in problems if problem.line == 5))


def test_one_mistake_of_an_entry_hides_no_other(tmp_path: Path) -> None:
    """What a rule or a subscription refers to is looked up, and its parameters are checked, also where it has another mistake."""
    _, problems = _read(
        tmp_path,
        """rules:
  - {id: a, name: 甲, kind: spike, level: loud, filter: {accounts: [nobody], author: x}}
  - {id: a, kind: frequency, parameters: {posts: 0, within_s: 60}}
  - [a]
  - {id: [a], name: 丙, kind: [spike], filter: {accounts: {a: b}}}
subscriptions:
  - {id: s, channels: [x, 5], rules: [z]}
""",
    )
    said = {(problem.line, problem.key) for problem in problems}
    assert said >= {
        (2, "rules[0].level"),
        (2, "rules[0].filter.accounts[0]"),
        (2, "rules[0].filter.author"),
        (3, "rules[1].id"),
        (3, "rules[1].name"),
        (3, "rules[1].parameters.posts"),
        (7, "subscriptions[0].name"),
        (7, "subscriptions[0].channels[0]"),
        (7, "subscriptions[0].rules[0]"),
    }
    what = str(next(problem for problem in problems if problem.key == "rules[0].filter.author"))
    assert what.endswith("possible are accounts, platforms, sentiments, topics, words"), "the keys of a filter, not of a rule"


@pytest.mark.parametrize(
    "channel",
    [
        "{id: a, kind: wecom, url: 'https://x.example/', secret: s}",
        "{id: a, kind: feishu, url: 'ftp://x.example/'}",
        "{id: a, kind: webhook, url: 'https://x.example/'}",
        "{id: a, kind: mail, host: h, sender: a@b, to: [c@d], user: u}",
    ],
)
def test_a_channel_that_could_not_work_is_refused(tmp_path: Path, channel: str) -> None:
    """A secret where there can be none, an address that is none, a webhook without its secret, half a sign-in."""
    assert _read(tmp_path, f"channels:\n  - {channel}\n")[1]


def test_a_secret_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`env:NAME` is the variable's value; a variable that is not set is a problem of that line, unless the channel is off."""
    text = "channels:\n  - {id: a, kind: feishu, url: 'env:ROBOT_OF_DUTY'}\n"
    (problem,) = _read(tmp_path, text)[1]
    assert (problem.line, problem.key) == (2, "channels[0].url")
    assert not _read(tmp_path, text.replace("id: a", "id: a, off: true"))[1]
    monkeypatch.setenv("ROBOT_OF_DUTY", "https://robot.example/1")
    plan, problems = _read(tmp_path, text)
    assert not problems
    assert isinstance(plan.channels[0], RobotChannel)
    assert plan.channels[0].revealed("url") == "https://robot.example/1"


def test_a_plug_in_is_named_by_its_path(tmp_path: Path) -> None:
    """A kind of rule from outside is `package.module:Class`, with parameters of its own."""
    plan, problems = _read(tmp_path, "rules:\n  - {id: a, name: 夜间, kind: 'office_rules.night:Night', parameters: {from: 23}}\n")
    assert not problems
    assert plan.rules[0].parameters == {"from": 23}


def test_without_a_file_of_its_own_an_office_has_the_shipped_rules(tmp_path: Path) -> None:
    """An office that never wrote alerts.yaml is alerted by the rules that come with the program."""
    document = open_document(load_settings(config_dir=tmp_path))
    plan, problems = read_alerts(document, ACCOUNTS)
    assert not problems
    assert plan.rules


def test_mail_without_a_sign_in_is_right(tmp_path: Path) -> None:
    """A relay inside the house may take mail without a user."""
    plan, problems = _read(
        tmp_path, "channels:\n  - {id: a, kind: mail, host: h, sender: a@b.cn, to: [c@d.cn], security: none, port: 25}\n"
    )
    assert not problems
    assert isinstance(plan.channels[0], MailChannel)
