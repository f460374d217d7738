"""`yuqing incidents` and `yuqing requests` on what the desk has, on both engines: the test's process holds the database."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from config.settings import Settings
from tests.incidents.posted import City, post, stories


@pytest.fixture
def environment(database_settings: Settings, city: City) -> dict[str, str]:
    """The settings of the test as the commands read them; stories are followed already."""
    city.put(*stories(), post("q", "请问\x1b[31m东湖小区什么时候能来水", sentiment=0), post("r", "举报市交通运输局收红包"))
    city.follow()
    given = database_settings.elasticsearch
    found = {"YUQING_DATA_DIR": str(database_settings.data_dir), "YUQING_ELASTICSEARCH__PREFIX": given.prefix}
    return found if given.url is None else found | {"YUQING_ELASTICSEARCH__URL": given.url}


def run(environment: dict[str, str], *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, words, env=environment)
    assert result.exit_code == code, result.output
    return result


def data(environment: dict[str, str], *words: str) -> Any:
    return json.loads(run(environment, *words, "--json").stdout)


def test_incidents_are_listed_shown_and_moved(environment: dict[str, str], city: City) -> None:
    """From the list to a record, as people read it and as data."""
    listed = data(environment, "incidents", "list")
    first = listed["incidents"][0]
    assert first["id"] == city.largest().incident.id
    assert {"posts", "growth", "spread", "overdue", "proposed", "state"} <= set(first)
    said = run(environment, "incidents", "list").stdout
    assert f"{first['id']}  发现  建议{first['proposed']['reason'].removeprefix('建议')[:2]}" in said, (
        "whole, for it is what `show` asks for"
    )
    assert first["title"] in said
    run(environment, "incidents", "move", first["id"], "judged", "--ground", "public_interest", "--reason", "影响居民", "--by", "wang")
    shown = data(environment, "incidents", "show", first["id"])
    assert [record["by"] for record in shown["records"]] == ["wang"]
    assert [step["to"] for step in shown["possible"]] == ["rated", "judged", "dismissed"]
    assert shown["posts"]
    said = run(environment, "incidents", "show", first["id"]).stdout
    assert "研判" in said
    assert "回应社会关切" in said
    assert data(environment, "incidents", "list", "--state", "judged")["total"] == 1
    run(environment, "incidents", "note", first["id"], "remark", "--reason", "已核实")
    assert len(data(environment, "incidents", "show", first["id"])["records"]) == 2


def test_what_can_t_be_done_says_what_can(environment: dict[str, str], city: City) -> None:
    """Exit code 1: out of order, not one's own, or somebody was faster; 2: not what the command takes."""
    name = city.largest().incident.id
    assert "possible now: judged, dismissed" in run(environment, "incidents", "move", name, "closed", "--reason", "x", code=1).stderr
    run(environment, "incidents", "move", name, "dismissed", "--reason", "误报")
    late = run(environment, "incidents", "move", name, "judged", "--no-duty", "--reason", "x", "--seen", "0", code=1)
    assert "possible now: reopened" in late.stderr
    assert "inc-none" in run(environment, "incidents", "show", "inc-none", code=1).stderr
    run(environment, "incidents", "move", name, "judged", "--no-duty", "--ground", "emergency", "--reason", "x", code=2)
    run(environment, "incidents", "move", name, "nowhere", code=2)


def test_requests_are_listed_shown_and_moved(environment: dict[str, str], city: City) -> None:
    """A terminal obeys nothing that a citizen wrote."""
    listed = data(environment, "requests", "list", "--kind", "question")
    name = listed["requests"][0]["id"]
    said = run(environment, "requests", "list").stdout
    assert name in said
    assert "\x1b[31m" not in said + run(environment, "requests", "show", name).stdout
    assert listed["requests"][0]["text"].startswith("请问")
    passed = ("passed_on", "--channel", "12345", "--reference", "2026-1", "--department", "zhujian")
    run(environment, "requests", "move", name, *passed)
    assert data(environment, "requests", "show", name)["state"] == "passed_on"
    assert "somebody else" in run(environment, "requests", "move", name, *passed, "--seen", "0", code=1).stderr


def test_a_report_is_for_its_readers(environment: dict[str, str]) -> None:
    """On duty one sees that there is one; as a reader, what it says and whom it is against."""
    name = data(environment, "requests", "list", "--kind", "report")["requests"][0]["id"]
    assert "红包" not in run(environment, "requests", "show", name).stdout + run(environment, "requests", "list").stdout
    assert "红包" in run(environment, "requests", "show", name, "--role", "admin").stdout
    assert "zhujian" in run(environment, "requests", "against", name, "zhujian", "--role", "admin").stdout
    run(environment, "requests", "against", name, "zhujian", code=1)


def test_an_empty_desk_says_so(database_settings: Settings, city: City) -> None:
    """Before anything has come in."""
    given = database_settings.elasticsearch
    environment = {"YUQING_DATA_DIR": str(database_settings.data_dir), "YUQING_ELASTICSEARCH__PREFIX": given.prefix}
    if given.url is not None:
        environment["YUQING_ELASTICSEARCH__URL"] = given.url
    assert "没有事件" in run(environment, "incidents", "list").stdout
    assert "没有诉求" in run(environment, "requests", "list").stdout
