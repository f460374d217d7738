"""The office that watches the city, and the city run by hand."""

import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from city import City
from city.office import write
from city.people import OFFICIALS
from config.check import load_office
from config.settings import load_settings
from config.sources import Source


def test_the_program_takes_the_offices_files(tmp_path: Path) -> None:
    """The files are valid as a whole, every source is on, and each reads this port of loopback."""
    write(tmp_path, 54321)
    office = load_office(load_settings(config_dir=tmp_path))
    assert {source.spider for source in office.sources} == {"feed", "weibo", "mastodon", "wordpress"}
    assert not [source.id for source in office.sources if source.off]
    assert all(_address(source).startswith("http://127.0.0.1:54321/") for source in office.sources)


def _address(source: Source) -> str:
    given = source.model_dump()
    return str(given.get("base_url") or given["urls"][0])


def test_the_offices_accounts_are_the_citys(tmp_path: Path) -> None:
    """Names and numbers of the matrix are those of the city's own accounts."""
    write(tmp_path, 1)
    accounts = load_office(load_settings(config_dir=tmp_path)).accounts
    assert {(account.name, account.platforms["weibo"]) for account in accounts} == {
        (person.name, str(person.number)) for person in OFFICIALS
    }
    handles = {account.platforms["mastodon"] for account in accounts if "mastodon" in account.platforms}
    assert handles <= {person.handle for person in OFFICIALS}


def test_a_story_without_a_start_ends_about_now() -> None:
    """No date of the city lies in the future while the story is told; its clock begins with `start`."""
    city = City(speed=1500)
    with city:
        assert city.clock.start <= city.clock.now() <= city.world.beats.end
    assert 60 < city.clock.duration_s < 150


def test_by_hand(tmp_path: Path) -> None:
    """`python -m city` prints its address, writes the office's files, and ends on a signal with status 0."""
    command = [sys.executable, "-m", "city", "--office", str(tmp_path / "office")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        address = program.stdout.readline().strip()
        with urllib.request.urlopen(address + "/news/feed.xml", timeout=30) as answer:
            assert answer.status == 200
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=30) == 0
    assert address + "/weibo" in (tmp_path / "office" / "sources.yaml").read_text(encoding="utf-8")


def test_a_port_that_is_taken_is_told() -> None:
    """The city says which port it can't have and what to do, with status 2, and serves nothing."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([sys.executable, "-m", "city", "--port", port], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"port {port}: Address already in use; give another one" in done.stderr
    assert done.stdout == ""
