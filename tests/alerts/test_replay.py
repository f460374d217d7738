"""`yuqing alerts replay`: a file of counts through the detector."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from click.testing import CliRunner, Result

from alerts.replay import BadRow, Row, read_rows, step_of
from cli.main import main

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 6, 1, tzinfo=UTC).timestamp()


def _stamp(number: int) -> str:
    return datetime.fromtimestamp(START + 300 * number, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _run(tmp_path: Path, lines: list[str]) -> Result:
    path = tmp_path / "counts.csv"
    path.write_text("\n".join(["timestamp,value", *lines]), encoding="utf-8")
    return CliRunner().invoke(main, ["alerts", "replay", str(path)])


def _usual() -> list[str]:
    counts = np.random.default_rng(4).poisson(4, 4 * 288)
    return [f"{_stamp(number)},{count}" for number, count in enumerate(counts)]


def test_a_burst_is_an_alert(tmp_path: Path) -> None:
    """Each row comes back with what was expected, its score, and 1 where an alert would have gone out."""
    result = _run(tmp_path, [*_usual(), f"{_stamp(4 * 288)},50", f"{_stamp(4 * 288 + 1)},45"])
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert result.exit_code == 0
    assert list(rows[0]) == ["timestamp", "value", "expected", "score", "alert"]
    assert len(rows) == 4 * 288 + 2
    assert [row["timestamp"] for row in rows if row["alert"] == "1"] == [_stamp(4 * 288)]
    assert float(rows[-2]["score"]) > 2.5
    assert 3 < float(rows[-2]["expected"]) < 5


def test_bad_rows_are_told_by_line_after_the_rest(tmp_path: Path) -> None:
    """Every bad row is named with its line; the good ones are all there; the exit code is 1."""
    lines = [f"{_stamp(0)},3", "yesterday,4", f"{_stamp(1)},many", f"{_stamp(2)},-1", f"{_stamp(3)},nan", f"{_stamp(4)}", f"{_stamp(5)},2"]
    result = _run(tmp_path, [*lines, f"{_stamp(5)},9"])
    assert result.exit_code == 1
    assert [line.split(",")[1] for line in result.stdout.splitlines()] == ["value", "3", "2"]
    assert [f"line {number}:" in result.stderr for number in range(1, 10)] == [False, False, *[True] * 5, False, True]


def test_an_empty_value_is_unknown_and_a_late_row_is_a_back_fill(tmp_path: Path) -> None:
    """Neither has a score nor an alert, and neither is an error."""
    result = _run(tmp_path, [*_usual(), f"{_stamp(1160)},", f"{_stamp(1155)},500"])
    assert result.exit_code == 0
    unknown, late = (line.split(",") for line in result.stdout.splitlines()[-2:])
    assert unknown[1] == unknown[3] == ""
    assert late[1:] == ["500", "", "", "0"]


@pytest.mark.parametrize("stamp", ["2026-06-01T08:00:00+08:00", "2026-06-01 08:00:00", "1780272000", "2026-06-01T00:00:00Z"])
def test_times_are_read_in_any_usual_way(stamp: str) -> None:
    """With a zone, without one (the office's), as seconds since 1970."""
    rows, bad = read_rows(io.StringIO(f"{stamp},5"), ZONE)
    assert not bad
    assert rows == [Row(1, stamp, START, 5.0)]


@pytest.mark.parametrize("text", ['"', "a,b,c", "9" * 400 + ",1", "1e400,1", ",", "\x00,1", f"2026-06-01,{'9' * 400}"])
def test_hostile_lines_are_bad_rows(text: str) -> None:
    """Whatever stands in the file, reading it ends, with a bad row."""
    rows, bad = read_rows(io.StringIO(text), ZONE)
    assert rows == []
    assert [type(found) for found in bad] == [BadRow]


def test_the_interval_is_that_of_the_file() -> None:
    """Hourly rows make hourly intervals, whatever gaps there are; one row alone makes the usual five minutes."""
    rows = [Row(1, "", 3600.0 * hour, 1.0) for hour in (0, 1, 2, 9, 10, 11)]
    assert step_of(rows) == 3600
    assert step_of(rows[:1]) == 300


def test_an_empty_file_gives_the_header_only(tmp_path: Path) -> None:
    """Nothing in, nothing out, no error."""
    result = _run(tmp_path, [])
    assert (result.exit_code, result.stdout) == (0, "timestamp,value,expected,score,alert\n")
