"""Installing into a Kibana that is played by its documentation."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from config.errors import ConfigError
from config.settings import KibanaSettings
from dashboards.errors import KibanaError, KibanaNotSet
from dashboards.install import differences, install, installed, things
from dashboards.panels import PANELS
from dashboards.server import TRIES, Kibana
from indexers.names import Names
from tests.certificates import Authority
from tests.dashboards.kibana_rules import Refused, board
from tests.dashboards.played_kibana import API_KEY, PASSWORD, READER, USER, Failing, PlayedKibana, played_kibana

NAMES = Names("yuqing")
BUSY = Failing(503, {"Retry-After": "7"}, b'{"message":"Kibana server is not ready yet"}')


@pytest.fixture
def played() -> Iterator[PlayedKibana]:
    with played_kibana() as kibana:
        yield kibana


@pytest.fixture
def waits() -> list[float]:
    """How long the client has waited between tries."""
    return []


@pytest.fixture
def kibana(played: PlayedKibana, waits: list[float]) -> Kibana:
    return Kibana(KibanaSettings(url=played.url, user=USER, password=PASSWORD), sleep=waits.append)


def put_all(kibana: Kibana, language: str = "zh") -> list[tuple[str, ...]]:
    return [install(kibana, thing).warnings for thing in things(NAMES, language)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_is_taken_and_kept(kibana: Kibana, played: PlayedKibana, language: str) -> None:
    """Data views first, then the dashboards that lead to them; what stands there is what was sent."""
    assert kibana.version() == "9.5.2"
    assert not any(put_all(kibana, language))
    assert set(played.boards) == {("default", "yuqing-duty"), ("default", "yuqing-accounts")}
    for thing in things(NAMES, language):
        assert differences(thing.sent, installed(kibana, thing)) == []


def test_the_same_again_changes_nothing(kibana: Kibana, played: PlayedKibana) -> None:
    """Ids are fixed: nothing is there twice, and an update leaves what others have made."""
    put_all(kibana)
    played.boards["default", "their-own"] = {"title": "别人的"}
    before = copy.deepcopy((played.boards, played.views))
    put_all(kibana)
    assert (played.boards, played.views) == before


def test_offices_with_other_prefixes_share_a_space(kibana: Kibana, played: PlayedKibana) -> None:
    """Kibana replaces data views by their name, so the names differ too."""
    put_all(kibana)
    for thing in things(Names("county"), "zh"):
        install(kibana, thing)
    assert len(played.views) == 10
    assert len(played.boards) == 4


def test_an_installation_that_broke_off_is_made_good(kibana: Kibana, played: PlayedKibana) -> None:
    """The next one writes what is missing."""
    for thing in things(NAMES, "zh")[:3]:
        install(kibana, thing)
    put_all(kibana)
    assert len(played.views) == 5
    assert len(played.boards) == 2


def test_ids_of_posts_lead_to_our_pages() -> None:
    """Where the settings say where those are: there the text of a report opens to whom it is for, and Kibana shows no text."""
    (posts, *_), (without, *_) = things(NAMES, "zh", "https://yuqing.example.cn/"), things(NAMES, "zh")
    assert posts.sent["fieldFormats"]["id"]["params"]["urlTemplate"] == "https://yuqing.example.cn/posts/{{value}}"
    assert "id" not in without.sent["fieldFormats"]
    assert not {"text", "title", "tokens"} & {field for panel in PANELS for field in panel.fields}


def test_a_space_has_its_own(played: PlayedKibana, waits: list[float]) -> None:
    """Requests go to the space of the settings, with an API key where one is given."""
    put_all(Kibana(KibanaSettings(url=played.url, api_key=API_KEY, space="xuanchuan"), sleep=waits.append))
    assert {space for space, _ in (*played.boards, *played.views)} == {"xuanchuan"}


def test_what_passes_is_waited_for(kibana: Kibana, played: PlayedKibana, waits: list[float]) -> None:
    """A Kibana that starts or is overloaded, and a connection that breaks off, are tried again, as long as it says."""
    played.failing = [BUSY, Failing(0, {}), Failing(429, {}, b"{}")]
    assert kibana.version() == "9.5.2"
    assert waits == [7.0, 2.0, 4.0]


ERRORS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a wrong password": ({"user": USER, "password": "x"}, "signed_out", "YUQING_KIBANA__PASSWORD"),
    "nobody": ({}, "signed_out", "YUQING_KIBANA__API_KEY"),
    "no right": ({"user": READER, "password": PASSWORD}, "no_right", "privileges"),
    "no such space": ({"user": USER, "password": PASSWORD, "space": "nowhere"}, "not_found", "create the space 'nowhere' first"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_refusal_says_what_to_do(played: PlayedKibana, waits: list[float], name: str) -> None:
    """Once, without trying again: the same would be refused."""
    given, reason, advice = ERRORS[name]
    kibana = Kibana(KibanaSettings(url=played.url, **given), sleep=waits.append)
    with pytest.raises(KibanaError, match=advice) as caught:
        put_all(kibana)
    assert caught.value.reason == reason
    assert waits == []
    assert len(played.seen) == 1


@pytest.mark.parametrize(("number", "reason"), [("9.4.3", "too_old"), ("8.19.0", "too_old"), ("", "no_kibana"), ("nine", "no_kibana")])
def test_a_kibana_that_is_too_old_is_told_before_anything_is_sent(kibana: Kibana, played: PlayedKibana, number: str, reason: str) -> None:
    """Its Dashboards API may take the body and lose half of it."""
    played.number = number
    with pytest.raises(KibanaError) as caught:
        kibana.version()
    assert caught.value.reason == reason


@pytest.mark.parametrize("number", ["9.5.0", "9.10.1", "10.0.0"])
def test_newer_ones_are_taken(kibana: Kibana, played: PlayedKibana, number: str) -> None:
    """The API is backward compatible from 9.5 on."""
    played.number = number
    assert kibana.version() == number


FAILURES: dict[str, tuple[list[Failing], str, str]] = {
    "refuses": ([Failing(400, {}, b'{"message":"[request body.panels.0]: no"}')], "refused", r"\[request body.panels.0\]: no"),
    "fails": ([Failing(500, {}, b"boom")], "failing", "its own log|own log"),
    "stays busy": ([BUSY] * TRIES, "failing", "503"),
    "is gone": ([Failing(0, {})] * TRIES, "unreachable", "is it running"),
    "leads elsewhere": ([Failing(302, {"Location": "https://other.example/login"})], "no_kibana", "other.example"),
    "is something else": ([Failing(200, {}, b"<html>hello</html>")], "no_kibana", "YUQING_KIBANA__URL"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_named(kibana: Kibana, played: PlayedKibana, name: str) -> None:
    """With Kibana's own words where there are some, and what to look at."""
    played.failing, reason, words = list(FAILURES[name][0]), FAILURES[name][1], FAILURES[name][2]
    with pytest.raises(KibanaError, match=words) as caught:
        kibana.ask("GET", "/api/dashboards/yuqing-duty")
    assert caught.value.reason == reason
    assert played.failing == []


def test_no_message_holds_a_secret(played: PlayedKibana, waits: list[float]) -> None:
    """Not even where signing in fails."""
    kibana = Kibana(KibanaSettings(url=played.url, user=USER, password="a-secret-of-ours"), sleep=waits.append)
    with pytest.raises(KibanaError) as caught:
        kibana.version()
    assert "secret" not in str(caught.value)


def test_what_kibana_does_not_keep_is_told(kibana: Kibana, played: PlayedKibana) -> None:
    """Its own warnings, and each place where what stands is not what was sent."""
    played.forgets, played.warnings = True, [{"message": "a filter was dropped"}]
    warnings = put_all(kibana)[-1]
    assert "a filter was dropped" in warnings[0]
    assert warnings[1].startswith("description: ")


def test_differences_are_found_wherever_they_are() -> None:
    """What is missing, other or fewer counts; what was added does not."""
    sent = {"a": [{"b": 1, "c": "x"}], "d": {"e": None}}
    assert differences(sent, {"a": [{"b": 1, "c": "x", "new": 2}], "d": {"e": None}, "more": 1}) == []
    assert differences(sent, {"a": [{"b": 2, "c": "x"}], "d": {}}) == ["a[0].b: 2, not 1"]
    assert differences(sent, {"a": [], "d": 3}) == ["a: 0 entries, not 1", "d: missing"]


def test_a_certificate_is_checked_against_the_authority(tmp_path: Path, waits: list[float]) -> None:
    """One that nobody vouches for is told at once, by the setting that would help."""
    authority, other = Authority(tmp_path, "authority"), Authority(tmp_path, "other")
    with played_kibana(authority.issue("kibana")) as played:
        given: dict[str, Any] = {"url": played.url, "user": USER, "password": PASSWORD}
        assert Kibana(KibanaSettings(**given, ca=authority.file)).version() == "9.5.2"
        for wrong in (None, other.file):
            with pytest.raises(KibanaError, match="YUQING_KIBANA__CA") as caught:
                Kibana(KibanaSettings(**given, ca=wrong), sleep=waits.append).version()
            assert caught.value.reason == "unreachable"
    assert waits == []


def test_without_an_address_or_its_authority_nothing_begins(tmp_path: Path) -> None:
    """The settings say what is missing, or can't be used."""
    with pytest.raises(KibanaNotSet, match="YUQING_KIBANA__URL"):
        Kibana(KibanaSettings())
    (tmp_path / "made-up.pem").write_text("made up")
    for name in ("none.pem", "made-up.pem"):
        with pytest.raises(ConfigError, match=f"YUQING_KIBANA__CA: .*{name} holds no certificates"):
            Kibana(KibanaSettings(url="https://kibana.example.cn:5601", ca=tmp_path / name))


def duty() -> dict[str, Any]:
    return copy.deepcopy(things(NAMES, "zh")[-2].body)


def _overlap(body: dict[str, Any]) -> None:
    body["panels"][1]["grid"] = body["panels"][0]["grid"]


def _beyond(body: dict[str, Any]) -> None:
    body["panels"][0]["grid"]["x"] = 40


def _old_type(body: dict[str, Any]) -> None:
    body["panels"][0]["type"] = "legacy_vis"


def _unknown(body: dict[str, Any]) -> None:
    body["panels"][0]["config"]["palette"] = "blue"


def _no_field(body: dict[str, Any]) -> None:
    body["panels"][0]["config"]["metrics"][0]["operation"] = "sum"


def _no_view(body: dict[str, Any]) -> None:
    body["panels"][0]["config"]["data_source"]["ref_id"] = "nobody"


@pytest.mark.parametrize("spoil", [_overlap, _beyond, _old_type, _unknown, _no_field, _no_view, lambda body: body.pop("title")])
def test_the_played_kibana_refuses_what_kibana_refuses(spoil: Callable[[dict[str, Any]], object]) -> None:
    """So that what it takes means something."""
    views = {thing.key for thing in things(NAMES, "zh") if thing.kind == "data_view"}
    body = duty()
    board(body, views)
    spoil(body)
    with pytest.raises(Refused):
        board(body, views)


def run(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, ["dashboards", *words], env={f"YUQING_KIBANA__{name}": value for name, value in environment.items()})


def test_the_commands(played: PlayedKibana) -> None:
    """A dry run sends nothing, an installation everything, and a comparison says whether it still stands."""
    settings = {"URL": played.url, "USER": USER, "PASSWORD": PASSWORD}
    dry = run("install", "--dry-run", **settings)
    assert (dry.exit_code, played.seen) == (0, [])
    assert f"PUT {played.url}/api/dashboards/yuqing-duty" in dry.output
    assert run("install", **settings).exit_code == 0
    assert run("compare", **settings).exit_code == 0
    del played.boards["default", "yuqing-duty"]["panels"][3]
    changed = run("compare", **settings)
    assert changed.exit_code == 1
    assert "panels: 14 entries, not 15" in changed.output


def test_an_error_ends_the_command(played: PlayedKibana) -> None:
    """With its own exit code, and a message on standard error."""
    wrong = run("install", URL=played.url, USER=USER, PASSWORD="wrong")
    assert wrong.exit_code == 1
    assert "YUQING_KIBANA__PASSWORD" in wrong.output
    assert run("install").exit_code == 2


def test_files_hold_what_is_sent(tmp_path: Path) -> None:
    """One for each thing, the same on every run, and the same as on standard output."""
    for folder in ("one", "two"):
        assert run("export", "--folder", str(tmp_path / folder)).exit_code == 0
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in ("one", "two"))
    assert one == two
    assert len(one) == 7
    together = json.loads(run("export").output)
    assert json.loads(one["dashboard-yuqing-duty.json"]) == together["dashboards"][0]["body"]
    (tmp_path / "three").write_text("")
    assert run("export", "--folder", str(tmp_path / "three")).exit_code == 2
