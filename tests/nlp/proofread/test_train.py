"""Training: from sets to weights that are used, measured on sentences that were not learned."""

import datetime as dt
import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from nlp.against_card import TOLERANCE, short_of
from nlp.errors import DataError
from nlp.proofread import train as training
from nlp.proofread.measure import Score, score
from nlp.proofread.proofreader import Proofreader
from nlp.proofread.strangers import KINDS
from nlp.proofread.train import measure, train
from nlp.proofread.weights import ARRAYS, SHIPPED, read_card
from tests.nlp.proofread import sets

DAY = dt.date(2026, 11, 25)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sets.write(tmp_path_factory.mktemp("sets"))


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables and parts that are large enough for small sets."""
    monkeypatch.setattr(training, "BUCKETS", 1 << 12)
    monkeypatch.setattr(training, "OUTER", 2)
    monkeypatch.setattr(training, "NAMES", 60)
    monkeypatch.setattr(training, "STRANGERS", 10)
    monkeypatch.setattr(training, "INNER", 2)


@pytest.mark.usefixtures("_small")
def test_trained_weights_find_what_they_learned(data: Path, tmp_path: Path) -> None:
    """The same sets give the same file; the card says of how many texts, and how good it is."""
    for name in ("one", "other"):
        train(data, tmp_path / name, today=DAY, tell=lambda step: None)
    assert (tmp_path / "one" / ARRAYS).read_bytes() == (tmp_path / "other" / ARRAYS).read_bytes()
    card = read_card(tmp_path / "one")
    assert {name.split(", ")[1] for name in card.scores} == {"official_dev", "news_dev", "newspaper", *KINDS}
    assert card.scores["sentence correction F1, official_dev"] > 0.5
    assert sum(part.rows for part in card.data if part.name.startswith("proofread/")) == 3 * 108
    measured = measure(data, lambda step: None)
    assert {one.measure: round(one.value, 4) for one in measured} == card.scores
    assert all(low <= value <= high for _, value, (low, high), _ in measured)
    assert short_of("proofread", card.scores, measured, TOLERANCE) == []
    read = Proofreader.load(weights=tmp_path / "one").proofread("近日区教育局认真惯彻会议精神。")
    assert read.corrected == "近日区教育局认真贯彻会议精神。"


@pytest.mark.usefixtures("_small")
def test_the_command_writes_weights_that_the_other_uses(data: Path, tmp_path: Path) -> None:
    """`train-proofread` writes a folder, `proofread --weights` reads with it."""
    result = CliRunner().invoke(main, ["train-proofread", "--data", str(data), "--out", str(tmp_path / "weights")])
    assert result.exit_code == 0
    assert "sentence correction F1, official_dev" in result.stdout
    read = CliRunner().invoke(
        main, ["proofread", "-", "--corrected", "--weights", str(tmp_path / "weights")], input="本月县水利局做好防讯抗旱准备。"
    )
    assert read.stdout == "本月县水利局做好防汛抗旱准备。"
    missing = CliRunner().invoke(main, ["proofread", "-", "--weights", str(tmp_path / "none")], input="好")
    assert (missing.exit_code, "can't be read" in missing.stderr) == (2, True)


def test_sets_that_can_not_be_used_are_named(data: Path, tmp_path: Path) -> None:
    """A missing set, a line of another shape, no line at all: the message names the file and the line."""
    with pytest.raises(DataError, match=r"official_dev.jsonl.gz: can't be read"):
        train(tmp_path, tmp_path / "out", today=DAY, tell=lambda step: None)
    folder = sets.write(tmp_path / "sets")
    for content, said in (
        (b'{"source": "a"}\n', "news_dev.jsonl.gz:1: is not what it should be"),
        (b"", "news_dev.jsonl.gz: holds no text"),
    ):
        (folder / "proofread" / "news_dev.jsonl.gz").write_bytes(gzip.compress(content))
        with pytest.raises(DataError, match=said):
            train(folder, tmp_path / "out", today=DAY, tell=lambda step: None)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("_small")
def test_sentences_without_slips_teach_nothing(tmp_path: Path) -> None:
    """Where every sentence is right there is nothing to learn, and that is said."""
    folder = sets.write(tmp_path / "sets")
    for name in ("official_dev", "news_dev", "newspaper"):
        (folder / "proofread" / f"{name}.jsonl.gz").write_bytes(gzip.compress('{"source": "近日", "target": "近日"}\n'.encode() * 9))
    with pytest.raises(DataError, match="no slips to learn from"):
        train(folder, tmp_path / "out", today=DAY, tell=lambda step: None)


@pytest.mark.data
@pytest.mark.timeout(3600)
def test_the_shipped_weights_are_as_good_as_their_card_says(shared_data: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Trained and measured anew, the weights are as good as the card says, and reach what was asked for."""
    if "data" not in pytestconfig.getoption("-m"):
        pytest.skip("trains anew for five minutes: ask for it with -m data")
    card = train(shared_data, tmp_path, today=DAY, tell=lambda step: None)
    assert card.scores == pytest.approx(read_card(SHIPPED).scores, abs=0.01)
    assert card.scores["sentence correction F1, official_dev"] >= 0.55
    assert card.scores["sentence correction F1, news_dev"] >= 0.22
    assert max(card.scores[f"false alarms, {name}"] for name in ("official_dev", "news_dev")) <= 0.05
    assert max(card.scores[f"names touched, {kind}"] for kind in KINDS) <= 0.005


def test_scores_count_sentences() -> None:
    """A sentence counts as right where all of it is; a changed right one is a false alarm."""
    found = score([("甲", "乙", "乙"), ("甲", "乙", "丙"), ("甲", "乙", "甲"), ("甲", "甲", "甲"), ("甲", "甲", "乙")])
    assert found == Score(right=1, spoiled=1, missed=1, alarms=1, quiet=1)
    assert (found.precision, found.recall, found.f1, found.false_alarms) == (
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
        0.5,
    )
    assert Score().f1 == 0
