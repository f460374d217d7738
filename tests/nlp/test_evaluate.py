"""Measuring models: the figures are right, and a model that is worse than its card says is told."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from nlp.against_card import TOLERANCE_ANEW
from nlp.evaluate import Measured, measure
from nlp.linear import Answer
from nlp.models import read_card, write_card
from nlp.proofread import train as training
from nlp.proofread.weights import SHIPPED as PROOFREADING
from nlp.proofread.weights import read_card as read_card_of_proofreading
from tests.nlp.proofread import sets


def measured(right: list[int], said: list[int], sure: float = 0.75) -> Measured:
    """What is measured of answers over three labels that are all as sure."""
    probabilities = np.full((len(said), 3), (1 - sure) / 2, dtype=np.float32)
    probabilities[np.arange(len(said)), said] = sure
    return measure("macro-F1, x", (0, 1, 2), right, Answer(probabilities, probabilities))


def test_the_figures() -> None:
    """Each label, the mean over those that occur, who is taken for whom; a rare label counts as much as a common one."""
    found = measured([1, 1, 1, 0], [1, 1, 1, 1])
    assert found.macro_f1 == pytest.approx((6 / 7 + 0) / 2)
    assert (found.accuracy, found.confusion) == (0.75, ((0, 1, 0), (0, 3, 0), (0, 0, 0)))
    assert found.labels[1] == ("1", 3, 0.75, 1.0, pytest.approx(6 / 7))
    assert found.interval[0] <= found.macro_f1 <= found.interval[1]


def test_calibration() -> None:
    """Answers that are three quarters sure and right three times of four are calibrated; always right ones are too modest."""
    assert measured([0, 1, 2, 0], [0, 1, 2, 1]).calibration_error == pytest.approx(0, abs=1e-6)
    assert measured([0, 1, 2], [0, 1, 2]).calibration_error == pytest.approx(0.25, abs=1e-6)


def test_few_answers_look_badly_calibrated_by_chance() -> None:
    """So the error is told beside what chance alone makes of as many answers."""
    few, many = measured([0, 1, 2, 0] * 5, [0, 1, 2, 1] * 5), measured([0, 1, 2, 0] * 500, [0, 1, 2, 1] * 500)
    assert 0.03 < few.by_chance < 0.15
    assert many.by_chance < few.by_chance / 5


def test_the_surest_answers_are_counted_apart() -> None:
    """Seven of ten: the three least sure ones, which are wrong here, are left out."""
    sure = np.array([[0.9, 0.1]] * 7 + [[0.6, 0.4]] * 3, dtype=np.float32)
    found = measure("macro-F1, x", (0, 1), [0] * 7 + [1] * 3, Answer(sure, sure))
    assert (found.accuracy, found.surest) == (0.7, 1.0)


def test_the_interval_narrows_with_the_rows() -> None:
    """And is the same each time."""
    few, many = measured([0, 1, 2, 0] * 5, [0, 1, 2, 1] * 5), measured([0, 1, 2, 0] * 500, [0, 1, 2, 1] * 500)
    assert few.interval[1] - few.interval[0] > 5 * (many.interval[1] - many.interval[0])
    assert few == measured([0, 1, 2, 0] * 5, [0, 1, 2, 1] * 5)


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


def test_the_command_shows_and_holds_models_to_their_card(labelled_data: Path, small_weights: Path, tmp_path: Path) -> None:
    """The exit code says whether a model is as good as its card."""
    given = run("--data", labelled_data, "--weights", small_weights)
    assert (given.exit_code, given.stderr) == (0, "")
    assert "macro-F1, dev_raw" in given.stdout
    assert "召回" in given.stdout
    assert "asks: recall" in given.stdout
    assert given.stdout.count("模型卡") == sum(len(model.scores) for model in read_card(small_weights).models.values())
    for file in small_weights.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    card = read_card(tmp_path)
    card.models["topic"].scores["macro-F1, dev"] = 1.5
    write_card(tmp_path, card)
    worse = run("--data", labelled_data, "--weights", tmp_path, "--json")
    assert worse.exit_code == 1
    assert "topic macro-F1, dev:" in worse.stderr
    found = json.loads(worse.stdout)
    assert len(found["worse"]) == 1
    assert {each["measure"] for each in found["sets"]["topic"]} == {"macro-F1, dev", "macro-F1, dev_raw"}


def test_what_takes_models_made_anew_is_measured_where_it_is_asked_for(
    labelled_data: Path, small_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sentiment by five folds and proofreading by its parts, each held to its card."""
    for name, value in {"BUCKETS": 1 << 12, "OUTER": 2, "INNER": 2, "NAMES": 60}.items():
        monkeypatch.setattr(training, name, value)
    data = shutil.copytree(labelled_data, sets.write(tmp_path / "sets"), dirs_exist_ok=True)
    given = run("--data", data, "--weights", small_weights, "--anew", "--json")
    shipped = read_card_of_proofreading(PROOFREADING)
    found = {figure["measure"]: figure["value"] for figure in json.loads(given.stdout)["figures"]["proofread"]}
    assert found.keys() == shipped.scores.keys()
    worse = {name for name, value in shipped.scores.items() if (value - found[name]) * (-1 if "alarms" in name else 1) > TOLERANCE_ANEW}
    assert (given.exit_code, len(json.loads(given.stdout)["worse"])) == (int(bool(worse)), len(worse))
    assert "proofread: part 1 of 2" in given.stderr


def test_sets_that_are_not_there_are_named(tmp_path: Path) -> None:
    """In one line."""
    given = run("--data", tmp_path)
    assert given.exit_code != 0
    assert "sentiment/dev.jsonl.gz" in given.stderr + str(given.exception)
