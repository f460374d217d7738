"""Versions of weights: one is in use, going back adds one, a worse one is not put to use."""

import shutil
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.train import VOICE_WORSE
from nlp.errors import WeightsError
from nlp.models import ACTIVE, CARD, SHIPPED, load, next_revision, read_card, standing
from nlp.segment import default
from nlp.shelf import go_back, in_use, use, versions
from nlp.tagger import Tagger
from nlp.train import Judged, train
from nlp.train_voice import voice_fit
from tests.nlp import labelled
from tests.nlp.conftest import DAY


@pytest.fixture
def shelf(small_weights: Path, tmp_path: Path) -> Path:
    """A shelf with one version, 7, which is in use."""
    shutil.copytree(small_weights, tmp_path / "shelf" / "7")
    use(tmp_path / "shelf", 7)
    return tmp_path / "shelf"


def test_what_loads_a_shelf_loads_the_version_in_use(shelf: Path) -> None:
    """As a folder of weights is loaded."""
    assert Tagger.load(shelf).tag_revision == read_card(shelf).tag_revision == 7
    assert in_use(shelf) == shelf / "7"
    assert in_use(shelf.parent / "none") == SHIPPED


def test_going_back_adds_a_version(shelf: Path) -> None:
    """With the weights of the old one and a revision that no tags had."""
    new = next_revision(shelf)
    assert new == 8
    go_back(shelf, 7, new)
    assert (Tagger.load(shelf).tag_revision, set(versions(shelf)), next_revision(shelf)) == (8, {7, 8}, 9)
    assert read_card(shelf).models == read_card(shelf / "7").models
    with pytest.raises(WeightsError, match="no such version"):
        go_back(shelf, 5, 9)


def test_a_tampered_name_is_refused(shelf: Path) -> None:
    """It leads nowhere else."""
    (shelf / ACTIVE).write_text("../elsewhere")
    with pytest.raises(WeightsError, match="should name a version"):
        standing(shelf)


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def test_training_puts_a_version_to_use_unless_it_is_worse(labelled_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is worse on the same sets stays on the shelf, and the exit code says so."""
    monkeypatch.setenv("YUQING_DATA_DIR", str(tmp_path))
    first = run("--data", labelled_data)
    assert first.exit_code == 0, first.stderr
    good = read_card(tmp_path / "weights")
    monkeypatch.setattr("cli.train._scores", lambda weights, *_: {"topic x": 0.9 if weights.name == str(good.tag_revision) else 0.8})
    worse = run("--data", labelled_data)
    assert worse.exit_code != 0
    assert read_card(tmp_path / "weights") == good
    assert set(versions(tmp_path / "weights")) == {good.tag_revision, good.tag_revision + 1}
    listed = run("--versions").stdout.splitlines()
    assert [line[0] for line in listed] == ["*", " "]
    assert run("--back", good.tag_revision + 1).exit_code == 0
    assert read_card(tmp_path / "weights").tag_revision == good.tag_revision + 2


def test_versions_of_an_older_program_stop_nobody(labelled_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are listed as such, their revisions count, and new models are held against those that come with the program."""
    monkeypatch.setenv("YUQING_DATA_DIR", str(tmp_path))
    old = tmp_path / "weights" / "9"
    old.mkdir(parents=True)
    (old / CARD).write_text('{"format": 1, "tag_revision": 9}')
    use(tmp_path / "weights", 9)
    assert run("--versions").stdout == "* 9  格式已旧，本程序不能使用\n"
    trained = run("--data", labelled_data)
    assert "改与随程序提供的模型比较" in trained.stderr
    assert (tmp_path / "weights" / "10" / CARD).exists()


def test_corrections_of_forms_and_of_what_is_asked_for_are_learned_from(labelled_data: Path, small_weights: Path, tmp_path: Path) -> None:
    """The voice changes its mind about such texts; corrections against our own labels show in the measure by which a version is refused."""
    text = "桂花开了，楼下一股香味"
    wrong = [Judged(asks.format(place=place), "asks", "none") for asks in labelled.ASKS.values() for place in labelled.PLACES]
    judged = [Judged(text, "form", "advert")] * 9 + [Judged(text, "form", "official")] + wrong * 9
    card = train(labelled_data, tmp_path, segmenter=default(), revision=7, today=DAY, tell=lambda step: None, judged=judged)
    before, after = load(small_weights, default()).voice, load(tmp_path, default()).voice
    assert (Tagger.load(small_weights).tag_texts([text])[0].form, Tagger.load(tmp_path).tag_texts([text])[0].form) == ("voice", "advert")
    assert card.models["voice"].data[-1].rows == len(judged)
    assert voice_fit(labelled_data, default(), after)["asks"] < voice_fit(labelled_data, default(), before)["asks"] - VOICE_WORSE


def test_corrections_are_learned_from(labelled_data: Path, small_weights: Path, tmp_path: Path) -> None:
    """They change what the models say of such texts, and the card counts them."""
    text = "今天发布通知"
    before = Tagger.load(small_weights).tag_texts([text])[0]
    judged = [Judged(text, "sentiment", "1")] * 20 + [Judged(text, "topic", "其他"), Judged("出租车拒载", "topic", "交通运输")]
    card = train(labelled_data, tmp_path, segmenter=default(), revision=7, today=DAY, tell=lambda step: None, judged=judged)
    after = Tagger.load(tmp_path).tag_texts([text])[0]
    assert (before.sentiment, after.sentiment) == (0, 1)
    assert [card.models[name].data[-1].rows for name in ("sentiment", "topic")] == [20, 1]
    assert msgspec.json.decode((tmp_path / CARD).read_bytes())["tag_revision"] == 7
