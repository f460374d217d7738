"""Tests of `crawlers.authors`."""

import stat
from pathlib import Path

import pytest

from config.accounts import MonitoredAccount
from config.settings import KafkaSettings, OfficeSettings, Settings
from crawlers.authors import Authors, RawAuthor, office_key
from crawlers.errors import KeyMissing
from streams.messages import Author, Standing

ACCOUNTS = (MonitoredAccount(id="fabu", name="云溪发布", platforms={"weibo": "77"}),)
KEY = b"k" * 32


def authors(key: bytes = KEY) -> Authors:
    """Make the authors of the office."""
    return Authors(ACCOUNTS, key)


def test_a_private_author_is_a_pseudonym_and_nothing_else() -> None:
    """No name, region or number is kept."""
    raw = RawAuthor(id="55", name="山间一棵树", region="云溪", followers=3, following=4, posts=5)
    kept = authors().kept("weibo", raw, "1")
    assert kept == Author(id=kept.id)
    assert kept.id.startswith("p:")
    assert "55" not in kept.id[:4]


def test_the_same_person_has_the_same_pseudonym_under_one_key_only() -> None:
    """Posts of one author can be told to be of one; without the key nobody can make the pseudonym of a person."""
    raw = RawAuthor(id="55", name="山间一棵树")
    renamed = RawAuthor(id="55", name="河边柳树")
    assert authors().kept("weibo", raw, "1") == authors().kept("weibo", renamed, "2")
    assert authors().kept("weibo", raw, "1") != authors(b"x" * 32).kept("weibo", raw, "1")
    assert authors().kept("weibo", raw, "1") != authors().kept("mastodon", raw, "1")


def test_whom_a_page_does_not_name_is_one_per_post() -> None:
    """Nameless authors are not taken for one busy person."""
    assert authors().kept("web", RawAuthor(), "1") != authors().kept("web", RawAuthor(), "2")
    assert authors().kept("web", RawAuthor(name="甲乙"), "1") == authors().kept("web", RawAuthor(name="甲乙"), "2")


def test_offices_and_media_keep_their_identity() -> None:
    """With what the page shows of them; an unreadable number is unknown."""
    raw = RawAuthor(id="9", name="云溪晚报", standing=Standing.MEDIA, region="云溪", followers="1.2万", following="很多")
    kept = authors().kept("weibo", raw, "1")
    assert kept == Author(id="weibo:9", standing=Standing.MEDIA, name="云溪晚报", region="云溪", followers=12_000)


def test_monitored_accounts_are_known_by_their_number() -> None:
    """A private person who takes the account's name does not become it; a verified organisation of that name is it."""
    impostor = RawAuthor(id="66", name="云溪发布")
    verified = RawAuthor(id="88", name="云溪发布", standing=Standing.ORGANISATION)
    assert authors().kept("weibo", RawAuthor(id="77", name="旧名"), "1").standing is Standing.MONITORED
    assert authors().kept("weibo", impostor, "1").standing is Standing.PRIVATE
    assert authors().kept("weibo", verified, "1").standing is Standing.MONITORED


def test_the_key_is_made_once_for_the_owner_only(tmp_path: Path) -> None:
    """Later runs read the same key; nobody else can."""
    settings = Settings(data_dir=tmp_path / "var")
    key = office_key(settings)
    assert office_key(settings) == key
    path = tmp_path / "var" / "pseudonym.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_key_of_the_settings_goes_first(tmp_path: Path) -> None:
    """Nothing is written then."""
    settings = Settings(data_dir=tmp_path / "var", office=OfficeSettings(pseudonym_key="s" * 40))
    assert office_key(settings) == b"s" * 40
    assert not (tmp_path / "var").exists()


def test_on_kafka_the_key_must_be_given(tmp_path: Path) -> None:
    """Machines with keys of their own would call one person by several pseudonyms."""
    with pytest.raises(KeyMissing, match="openssl rand"):
        office_key(Settings(data_dir=tmp_path, kafka=KafkaSettings(bootstrap="127.0.0.1:9")))


def test_a_key_that_was_cut_is_refused(tmp_path: Path) -> None:
    """Rather than making other pseudonyms in silence."""
    (tmp_path / "pseudonym.key").write_text("short")
    with pytest.raises(KeyMissing, match="too short"):
        office_key(Settings(data_dir=tmp_path))


def test_a_data_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    """The message names the place and what to do."""
    (tmp_path / "var").write_text("")
    with pytest.raises(KeyMissing, match="make the data folder writable"):
        office_key(Settings(data_dir=tmp_path / "var"))
