"""The first files of a new office: complete, checked, commented, and never written over what is there."""

import shlex
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from config.accounts import MonitoredAccount
from config.alerts import MailChannel, Subscription
from config.check import load_office
from config.errors import ConfigError, FilesThere
from config.first_files import ENVIRONMENT, FILES, NewOffice, pseudonym_key, write
from config.settings import PACKAGE_DIR, KafkaSettings, Settings, load_settings
from config.sources import FeedSource, MastodonSource

ODD = "云溪“发布”: #1 'quoted' \"twice\" {a: b} - é"
OFFICE = NewOffice(
    name="云溪市新媒体办 $HOME `id` 'x'",
    accounts=(
        MonitoredAccount(id="fabu", name=ODD, aliases=("云溪: 新闻办", "yes", "0123"), platforms={"weibo": "0770000001"}),
        MonitoredAccount(id="gongan", name="平安云溪", keywords=("云溪派出所",)),
    ),
    sources=(
        FeedSource(id="news", spider="feed", urls=("https://news.yunxi.example/feed?a=1&b=#c",), account="fabu", keep="all"),
        MastodonSource(id="social", spider="mastodon", base_url="https://social.yunxi.example", public=True),
    ),
    channels=(
        MailChannel(
            id="duty-mail",
            kind="mail",
            host="smtp.yunxi.example",
            user="u",
            password="env:MAIL_PASSWORD",
            sender="a@b.example",
            to=("c@d.example",),
        ),
    ),
    subscriptions=(Subscription(id="duty", name="值班室", channels=("duty-mail",)),),
    variables={"MAIL_PASSWORD": "p'a\"s $s`w`"},
)


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """A folder in which the files of an office were written."""
    write(settings, OFFICE, tmp_path / "office", tmp_path / "data")
    return tmp_path / "office"


def test_what_was_said_is_what_is_read(folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is there and right, and gives back what the office said, however odd its characters."""
    monkeypatch.setenv("MAIL_PASSWORD", "x")
    office = load_office(settings.model_copy(update={"config_dir": folder}))
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert (office.accounts, office.sources) == (OFFICE.accounts, OFFICE.sources)
    assert (office.alerts.channels, office.alerts.subscriptions) == (OFFICE.channels, OFFICE.subscriptions)
    assert {rule.id for rule in office.alerts.rules} == {rule.id for rule in load_office(Settings(config_dir=PACKAGE_DIR)).alerts.rules}
    assert office.incidents is not None


def test_people_can_go_on_editing(folder: Path) -> None:
    """Comments say what keys mean, once; each entry stands on lines of its own."""
    accounts, sources = ((folder / name).read_text(encoding="utf-8") for name in ("accounts.yaml", "sources.yaml"))
    assert accounts.count("# as the platforms show it") == accounts.count("never change it later") == 1
    assert sources.count("\n  - id: ") == len(OFFICE.sources)
    assert yaml.safe_load(accounts)["departments"]


def test_secrets_stand_in_one_file_that_others_can_not_read(folder: Path) -> None:
    """Not in the YAML, which is handed around; and the shell takes every character as it is."""
    for name in FILES:
        assert (OFFICE.variables["MAIL_PASSWORD"] in (folder / name).read_text(encoding="utf-8")) is False
    path = folder / ENVIRONMENT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    command = f'. {shlex.quote(str(path))}; printf "%s\\n" "$MAIL_PASSWORD" "$YUQING_OFFICE__NAME" "$YUQING_CONFIG_DIR" "$YUQING_DATA_DIR"'
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == [OFFICE.variables["MAIL_PASSWORD"], OFFICE.name, str(folder), str(folder.parent / "data")]


def test_nothing_is_written_over(folder: Path, settings: Settings) -> None:
    """What is there is named and left alone, unless one asks for it; other files of the folder stay in any case."""
    (folder / "accounts.yaml").write_text("mine", encoding="utf-8")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FilesThere, match=r"accounts\.yaml"):
        write(settings, OFFICE, folder, folder)
    assert (folder / "accounts.yaml").read_text(encoding="utf-8") == "mine"
    write(settings, OFFICE, folder, folder, force=True)
    assert "mine" not in (folder / "accounts.yaml").read_text(encoding="utf-8")
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, "notes.txt"])


def test_what_does_not_fit_together_is_not_written(tmp_path: Path, settings: Settings) -> None:
    """Two accounts of one name, a source of an account that there is not: every problem is told, and no file is left."""
    twice = (OFFICE.accounts[1], OFFICE.accounts[1].model_copy(update={"id": "other"}))
    with pytest.raises(ConfigError) as error:
        write(settings, OFFICE._replace(accounts=twice), tmp_path / "office", tmp_path / "data")
    assert {problem.file for problem in error.value.problems} == {"accounts.yaml", "sources.yaml"}
    assert list((tmp_path / "office").iterdir()) == []


def test_a_folder_that_can_not_be_made(tmp_path: Path, settings: Settings) -> None:
    """It is said as such."""
    (tmp_path / "file").touch()
    with pytest.raises(FilesThere, match="another folder"):
        write(settings, OFFICE, tmp_path / "file" / "office", tmp_path)


def test_the_key_for_pseudonyms(tmp_path: Path) -> None:
    """With Kafka it is made, long enough for the settings; one that this machine has kept stays; else the program makes its own."""
    name = "YUQING_OFFICE__PSEUDONYM_KEY"
    alone, many = load_settings(), load_settings(kafka=KafkaSettings(bootstrap="kafka:9092"))
    assert pseudonym_key(alone, tmp_path) == {}
    made = pseudonym_key(many, tmp_path)[name]
    assert made != pseudonym_key(many, tmp_path)[name]
    assert load_settings(office={"pseudonym_key": made}, kafka=KafkaSettings(bootstrap="kafka:9092")).office.pseudonym_key
    (tmp_path / "pseudonym.key").write_text("k" * 32)
    assert pseudonym_key(many, tmp_path) == {name: "k" * 32}
    assert pseudonym_key(load_settings(office={"pseudonym_key": "o" * 32}, kafka=KafkaSettings(bootstrap="kafka:9092")), tmp_path) == {}
