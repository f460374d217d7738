"""`yuqing reports`: made, kept, shown in three forms, signed once; on both engines."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from docx import Document

from cli.main import main
from indexers.people import People
from tests.reports.day import AFTER, SECRET, Day


@pytest.fixture(scope="module")
def environment(day: Day) -> dict[str, str]:
    """The settings of the day's database as the commands read them; the test's process holds it."""
    found = {"YUQING_ELASTICSEARCH__PREFIX": day.reader.names.prefix, "YUQING_WATCH__ADDRESS": "https://yuqing.example"}
    return found | day.environment


def run(environment: dict[str, str], *words: str, code: int = 0) -> Result:
    with time_machine.travel(AFTER, tick=True):
        result = CliRunner().invoke(main, ["reports", *words], env=environment)
    assert result.exit_code == code, result.output
    return result


def data(environment: dict[str, str], *words: str) -> Any:
    return json.loads(run(environment, *words, "--json").stdout)


def of_monday(environment: dict[str, str]) -> list[dict[str, Any]]:
    listed = data(environment, "list", "--kind", "daily")["reports"]
    return [row for row in listed if row["name"] == "daily-2026-11-02"]


def test_a_day_is_made_shown_and_signed(environment: dict[str, str], tmp_path: Path, day: Day) -> None:
    """Text, document and JSON say the same numbers; the second who signs is told who did."""
    file = tmp_path / "daily.docx"
    text = run(environment, "make", "daily", "--date", "2026-11-02", "--by", "zhou", "--docx", str(file), "--text").stdout
    (name,) = [row["id"] for row in of_monday(environment)]
    told = data(environment, "show", name)
    assert (told["made_by"], told["draft"], told["content"]["volume"]["all"]["now"]["n"]) == ("zhou", True, 27)
    assert "全部：本期 27，前一日同期 4，近7日均值 1.6" in text
    assert run(environment, "show", name).stdout == text
    document = Document(io.BytesIO(file.read_bytes()))
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["全部", "27", "4", "1.6"]
    assert SECRET[:6] not in text + json.dumps(told, ensure_ascii=False) + "".join(one.text for one in document.paragraphs)

    run(environment, "write", name, "--analysis", "投诉集中在东湖小区", "--by", "li")
    run(environment, "write", name, "--advice", "今晚公布进展", "--by", "li")
    assert data(environment, "show", name)["words"] == {"analysis": "投诉集中在东湖小区", "advice": "今晚公布进展"}
    run(environment, "sign", name, "--by", "wang")
    assert "was signed by wang" in run(environment, "sign", name, "--by", "li", code=1).stderr
    assert "was signed by wang" in run(environment, "write", name, "--advice", "改", code=1).stderr
    shown = run(environment, "show", name).stdout
    assert "wang 签发于" in shown
    assert "今晚公布进展" in shown
    assert run(environment, "make", "daily", "--date", "2026-11-02").stdout.splitlines()[2] == "【草稿，未签发】"
    assert {row["version"]: row["draft"] for row in of_monday(environment)} == {1: False, 2: True}
    assert "wang 签发于" in run(environment, "list").stdout
    day.city.refresh()
    audit = People(day.reader.client, day.reader.names).audit()
    done = [(one.who.partition(":")[0], one.action) for one in audit if one.target == name]
    assert sorted(done) == [("cli", f"report_{step}") for step in ("made", "signed", "written", "written")]


def test_a_shift_is_handed_over(environment: dict[str, str]) -> None:
    """From one time to another; the last twelve hours where nothing is said."""
    told = data(environment, "make", "handover", "--from", "2026-11-02T20:00", "--to", "2026-11-03 08:00")
    assert told["name"] == "handover-20261102-2000-20261103-0800"
    assert told["content"]["incidents"]["moved_total"] == 2
    assert data(environment, "make", "handover")["name"] == "handover-20261102-2100-20261103-0900"
    assert data(environment, "make", "daily")["name"] == "daily-2026-11-03"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("make", "handover", "--from", "2026-11-03T08:00", "--to", "2026-11-02T20:00"), 2, "not after it begins"),
        (("make", "daily", "--date", "2026-11-04"), 2, "2026-11-04 has not begun yet"),
        (("make", "handover", "--from", "2026-11-04T08:00", "--to", "2026-11-04T20:00"), 2, "has not come yet"),
        (("make", "handover", "--from", "2026-10-01T08:00"), 2, "longer than 7 days"),
        (("make", "daily", "--date", "0001-01-01"), 2, "before 2000"),
        (("make", "daily", "--date", "yesterday"), 2, "yesterday"),
        (("make", "daily", "--from", "2026-11-02T20:00"), 2, "a daily report takes --date"),
        (("make", "handover", "--date", "2026-11-02"), 2, "a handover takes --from and --to"),
        (("make", "weekly"), 2, "weekly"),
        (("show", "daily-2000-01-01.1"), 1, "there is no report 'daily-2000-01-01.1'"),
        (("sign", "daily-2000-01-01.1"), 1, "there is no report"),
        (("write", "x" * 600, "--advice", "x"), 1, "there is no report"),
    ],
)
def test_what_can_t_be_meant_is_said(environment: dict[str, str], words: tuple[str, ...], code: int, said: str) -> None:
    """With what is wrong, and an exit code."""
    assert said in run(environment, *words, code=code).stderr


def test_a_file_that_can_t_be_written_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    """The report is kept all the same."""
    file = tmp_path / "nowhere" / "x.docx"
    before = data(environment, "list")["total"]
    assert str(file) in run(environment, "make", "daily", "--docx", str(file), code=2).stderr
    assert data(environment, "list")["total"] == before + 1
