"""incidents.yaml: what is right is read, what is wrong is said by line, all at once."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from config import incidents
from config.check import check_office
from config.errors import ConfigError
from config.incidents import IncidentRules, load_incidents, of_office, read_incidents
from config.lines import read_yaml
from config.settings import PACKAGE_DIR, Settings

SHIPPED = (PACKAGE_DIR / incidents.FILE).read_text(encoding="utf-8")


def read(tmp_path: Path, *changes: tuple[str, str]) -> tuple[IncidentRules | None, list[str]]:
    """Read the shipped file after replacing each text by another; every replaced text must be there."""
    text = SHIPPED
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "incidents.yaml"
    path.write_text(text, encoding="utf-8")
    rules, problems = read_incidents(read_yaml(path))
    return rules, [f"{problem.line}: {problem.key}: {problem.what}" for problem in problems]


def line_of(text: str) -> int:
    return SHIPPED[: SHIPPED.index(text)].count("\n") + 1


def test_shipped_rules_are_those_of_the_documents(settings: Settings) -> None:
    """Five hours and a day for grave emergencies, two days for other opinion that must be answered, each with its source."""
    clocks = {clock.id: clock for clock in load_incidents(settings).clocks}
    statutory = {name: clock for name, clock in clocks.items() if clock.statutory}
    assert {name: clock.limit for name, clock in statutory.items()} == {
        "authoritative_information": timedelta(hours=5),
        "press_conference": timedelta(hours=24),
        "answer": timedelta(hours=48),
    }
    assert "80号" in clocks["authoritative_information"].source
    assert all("61号" in clocks[name].source for name in ("press_conference", "answer"))
    assert clocks["answer"].duty
    assert len(load_incidents(settings).grounds) == 5


def test_every_rule_has_a_source() -> None:
    """Not one level, ground, clock or lane without the document or the office that it comes from."""
    data = yaml.safe_load(SHIPPED)
    entries = [*data["levels"], *data["grounds"], *data["clocks"], data["routing"], data["requests"], data["reports"], data["candidates"]]
    assert all(len(entry["source"]) >= 4 for entry in entries)


def test_shipped_rules_fit_the_shipped_matrix(settings: Settings) -> None:
    """`yuqing check` has nothing to say of the files that come with the program."""
    office, problems = check_office(settings)
    assert [problem for problem in problems if "incidents" in problem.file] == []
    assert office.incidents is not None
    assert set(office.incidents.departments) == {department.id for department in office.departments}


@pytest.mark.parametrize(
    ("old", "new", "key", "what"),
    [
        ("limit: 5h", "limit: soon", "clocks[0].limit", "not a length of time: 'soon'; write it like 30m, 5h or 2d"),
        ("limit: 5h", "limit: 0h", "clocks[0].limit", "not a length of time"),
        ("warn: 1h", "warn: 5h", "clocks[0]", "warn must be shorter than limit"),
        ("grades: [extraordinary, major]", "grades: [huge]", "clocks[0].grades[0]", "Input should be"),
        ("grades: [extraordinary, major]", "levels: [red]", "clocks[0]", "a statutory clock starts by grades or duty"),
        ("duty: true", "duty: false", "clocks[2]", "exactly one of grades, duty and levels"),
        ("levels: [yellow]", "levels: [green]", "clocks[5].levels[0]", "no such level: 'green'"),
        ("met_by: [answered]", "met_by: [never]", "clocks[2].met_by[0]", "Input should be"),
        ("    posts: 500", "    post: 500", "levels[0].post", "did you mean posts?"),
        ("needs: 2\n", "needs: 9\n", "levels[0].needs", "less than or equal to 5"),
        ("posts: 100,", "posts: 501,", "levels[1].posts", "must not be higher than 500"),
        ("id: blue, name: 蓝色, needs: 0", "id: blue, name: 蓝色, posts: 2, needs: 1", "levels[3].needs", "must be 0 for the last"),
        ("id: orange, name: 橙色, needs: 2", "id: orange, name: 橙色, needs: 0", "levels[1].needs", "only the last may have it"),
        ("id: orange", "id: red", "levels[1].id", "is taken already"),
        ("id: complaint", "id: report", "requests.kinds[1].id", "report stands twice"),
        ("id: complaint", "id: gossip", "requests.kinds[1].id", "Input should be"),
        ("readers: [admin]", "readers: [boss]", "reports.readers[0]", "Input should be"),
        ("coordinator: xuanchuan", "cordinator: xuanchuan", "routing.cordinator", "did you mean coordinator?"),
        ("source: 国办发〔2016〕61号}", "source: ''}", "grounds[0].source", "at least 4"),
        ("routing:", "route:", "route", "did you mean routing?"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(tmp_path: Path, old: str, new: str, key: str, what: str) -> None:
    """By line and key, with what would be right."""
    rules, problems = read(tmp_path, (old, new))
    assert rules is None
    assert any(f": {key}" in problem and what in problem for problem in problems), problems


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    """Three mistakes, three problems, each with its line."""
    _, problems = read(tmp_path, ("limit: 48h", "limit: x"), ("working_days: 5", "working_days: 0"), ("readers: [admin]", "readers: []"))
    assert [int(problem.split(":")[0]) for problem in problems] == [line_of(text) for text in ("limit: 48h", "working_days: 5", "readers:")]


@pytest.mark.parametrize("text", ["", "[]", "levels: 3", "levels: []\nclocks: [[]]"])
def test_other_shapes_are_problems_not_crashes(tmp_path: Path, text: str) -> None:
    """An empty file, a list, a number where a list was due."""
    (tmp_path / "incidents.yaml").write_text(text)
    rules, problems = read_incidents(read_yaml(tmp_path / "incidents.yaml"))
    assert rules is None
    assert problems


def test_unknown_departments_are_found_with_the_matrix(tmp_path: Path, settings: Settings) -> None:
    """A coordinator or a receiver that stands in no matrix is a problem by line."""
    for path in PACKAGE_DIR.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    text = SHIPPED.replace("coordinator: xuanchuan", "coordinator: nobody").replace("department: jiwei", "department: no-one")
    (tmp_path / "incidents.yaml").write_text(text, encoding="utf-8")
    _, problems = check_office(settings.model_copy(update={"config_dir": tmp_path}))
    found = {(problem.key, problem.line) for problem in problems if problem.file.endswith("incidents.yaml")}
    assert found == {
        ("routing.coordinator", line_of("coordinator: xuanchuan")),
        ("reports.receivers[0].department", line_of("department: jiwei")),
    }


def test_an_office_without_the_file_has_the_shipped_rules(tmp_path: Path, settings: Settings) -> None:
    """Departments that the office doesn't have are left out of them, so nothing is routed to nobody."""
    empty = settings.model_copy(update={"config_dir": tmp_path})
    rules, problems = of_office(empty, {"xinfang"}, "accounts.yaml")
    assert problems == []
    assert rules is not None
    assert rules.routing.coordinator is None
    assert [receiver.department for receiver in rules.reports.receivers] == ["xinfang"]
    assert load_incidents(empty) == load_incidents(settings)


def test_loading_a_wrong_file_raises_every_problem(tmp_path: Path, settings: Settings) -> None:
    """As one error, for the command line."""
    (tmp_path / "incidents.yaml").write_text("levels: 3")
    with pytest.raises(ConfigError, match="levels: must be a list"):
        load_incidents(settings.model_copy(update={"config_dir": tmp_path}))
