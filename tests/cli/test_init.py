"""`yuqing init`: from an office's answers to its first record on the screen."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from click.testing import CliRunner, Result

from city import City, Fault
from cli.main import main
from config.check import load_office
from config.first_files import FILES
from config.settings import load_settings
from services.listen import listen
from services.receiver import Receiver

PATIENCE_S = 120.0
ACCOUNT = "云溪发布 id=yunxi-fabu alias=云溪市政府新闻办 keyword=云溪市政府，云溪市民热线 weibo=7700000001"
GIVEN = ("--no-input", "--name", "云溪市新媒体办", "--account", ACCOUNT)


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    with City() as city:
        yield city


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder to work in, for somebody who waits for no site."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"DELAY_S": "0", "TIMEOUT_S": "2", "RETRIES": "0"}.items():
        monkeypatch.setenv(f"YUQING_CRAWL__{name}", value)
    return tmp_path


def init(*given: str, answers: str = "") -> Result:
    return CliRunner().invoke(main, ["init", *given], input=answers)


def test_everything_by_options(city: City, quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script gives all: sites are looked at and read, the receiver gets a message, the files are right, and what to do next is said."""
    with Receiver("s3") as receiver:
        told = f"webhook url=http://127.0.0.1:{receiver.port}/ secret=s3"
        feeds = ("--feed", f"{city.url}/news/", "--feed", f"{city.url}/forum/", "--keep", "all", "--standing", "media")
        done = init("mine", *GIVEN, *feeds, "--receiver", told)
        assert [one.title for one in receiver.received] == ["【测试】预警通知"]
    assert done.exit_code == 0, done.output
    assert "云溪在线" in done.output
    assert "试读：读到" in done.output
    monkeypatch.setenv("WEBHOOK_SECRET", "s3")
    office = load_office(load_settings(config_dir=quick / "mine"))
    assert office.accounts[0].keywords == ("云溪市政府", "云溪市民热线")
    assert [(source.spider, source.keep, source.standing) for source in office.sources] == [
        ("feed", "all", "media"),
        ("wordpress", "all", "media"),
    ]
    assert office.alerts.subscriptions[0].channels == ("duty-webhook",)
    assert "s3" not in (quick / "mine" / "alerts.yaml").read_text(encoding="utf-8").replace("WEBHOOK_SECRET", "")
    for command in (". mine/yuqing.env", "yuqing check", "yuqing users add zhiban --role admin", "yuqing up", "http://127.0.0.1:8420"):
        assert command in done.output


def test_everything_by_questions(city: City, quick: Path) -> None:
    """What one would do at a keyboard: mistakes are told and asked for again, what is empty is left out."""
    with Receiver("right") as receiver:
        hook = f"http://127.0.0.1:{receiver.port}/"
        answers = [
            *("", "云溪市新媒体办"),  # a name is needed
            *("云溪发布", "Fabu 1", "", "", "", "", "", ""),  # no such id is possible
            *("云溪发布", "fabu", "云溪市政府新闻办，云溪新闻办", "", "7700000001", "", "", "", "y"),
            *("平安云溪", "", "", "", "", "", "", "", "n"),
            *(f"{city.url}/faults/404", f"{city.url}/", f"{city.url}/news/"),  # not there; nothing to read; found
            *("1", "1", "n"),  # the office's own, of the first account; no other source
            *("2", hook, "wrong", "n"),  # not delivered: fill it in anew
            *("2", hook, "right"),
        ]
        done = init(answers="\n".join(answers) + "\n")
        assert done.exit_code == 0, done.output
        assert receiver.refused == 1
        assert len(receiver.received) == 1
    office = load_office(load_settings(config_dir=quick / "office"), secrets=False)
    assert [(account.id, account.name, account.aliases) for account in office.accounts] == [
        ("fabu", "云溪发布", ("云溪市政府新闻办", "云溪新闻办")),
        ("account-2", "平安云溪", ()),
    ]
    assert office.accounts[0].platforms == {"weibo": "7700000001"}
    (source,) = office.sources
    assert (source.account, source.keep, source.standing) == ("fabu", "all", "private")
    assert "页面不存在" in done.output
    assert "这里没有能读的内容" in done.output
    assert "没有送达（http_401）" in done.output


def test_an_office_that_has_nothing_yet(quick: Path) -> None:
    """A name and an account are enough; it says what is missing."""
    done = init(*GIVEN)
    assert done.exit_code == 0, done.output
    assert "还没有来源" in done.output
    office = load_office(load_settings(config_dir=quick / "office"))
    assert (office.sources, office.alerts.channels) == ((), ())


@pytest.mark.parametrize(
    ("fault", "said"),
    [(Fault.ROBOTS, "robots.txt 不允许"), (Fault.TIMEOUT, "等待超时"), (Fault.SIGN_IN, "被要求登录"), (Fault.HTML, "没有能读的内容")],
)
def test_a_site_that_can_not_be_read_ends_a_script(city: City, quick: Path, fault: Fault, said: str) -> None:
    """With status 1 and the reason; nothing is written."""
    with city.faulty("/news", fault):
        done = init(*GIVEN, "--feed", f"{city.url}/news/")
    assert done.exit_code == 1
    assert said in done.output
    assert not (quick / "office").exists()


def test_a_receiver_that_does_not_answer_ends_a_script(quick: Path) -> None:
    """So does a robot that answers something else than a robot would."""
    with listen(load_settings().web.model_copy(update={"port": 0})) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    done = init(*GIVEN, "--receiver", f"dingtalk url={address}")
    assert done.exit_code == 1
    assert "没有送达（unreachable）" in done.output
    assert not (quick / "office").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--no-input",), "--name"),
        (("--no-input", "--name", "x"), "--account"),
        (("--no-input", "--name", "x", "--account", "云溪发布 weibo=1 aliass=y"), "did you mean alias?"),
        (("--no-input", "--name", "x", "--account", "云溪发布 id=Not"), "id:"),
        (("--no-input", "--name", "x", "--account", "id=a"), "name"),
        (("--no-input", "--name", "x", "--account", "云溪发布 'alias"), "quotation"),
        ((*GIVEN, "--receiver", "pigeon to=a"), "no kind of channel"),
        ((*GIVEN, "--receiver", "mail host=smtp.example sender=a to=b@c.example"), "sender"),
        ((*GIVEN, "--receiver", "webhook url=http://127.0.0.1:9/ secret=env:NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE"),
    ],
)
def test_wrong_options_are_told(quick: Path, options: tuple[str, ...], said: str) -> None:
    """By name, with status 2, before anything is written."""
    done = init(*options)
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert not (quick / "office").exists()


def test_files_that_are_there_are_told_before_the_first_question(quick: Path) -> None:
    """Nobody answers ten questions for nothing; with --force they are written anew."""
    assert init(*GIVEN).exit_code == 0
    again = init(answers="")
    assert again.exit_code == 2
    assert "--force" in again.output
    assert init(*GIVEN, "--force").exit_code == 0


def test_a_stranger_comes_to_a_first_record(city: City, quick: Path) -> None:
    """The commands that it prints, run as they stand: after them a post of the office's own site is on the screen."""
    program = Path(sys.executable).with_name("yuqing")
    done = subprocess.run([program, "init", *GIVEN, "--feed", f"{city.url}/news/"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    source, check, add, up = re.findall(r"^  (\S.*)$", done.stdout, re.MULTILINE)
    with listen(load_settings().web.model_copy(update={"port": 0})) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    script = f"{source}; {check} && echo quiet-river-42 | {add} --password-stdin && exec {up}"
    environment = {**os.environ, "YUQING_WEB__PORT": address.rpartition(":")[2], "YUQING_LOG_LEVEL": "error"}
    with (quick / "said").open("wb") as output:
        process = subprocess.Popen(["bash", "-c", script], env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        posts = first_posts(process, address)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
    assert process.returncode == 0, (quick / "said").read_text(encoding="utf-8")
    assert posts[0]["sources"] == [load_office(load_settings(config_dir=quick / "office")).sources[0].id]


def first_posts(process: "subprocess.Popen[bytes]", address: str) -> list[dict[str, Any]]:
    """Sign in with name and password as a person does, and search until something is found."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    browser.addheaders = [("Origin", address)]
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with browser.open(f"{address}/sign-in", data=b"name=zhiban&password=quiet-river-42&next=/duty") as page:
                page.read()
            with browser.open(f"{address}/search.json?q={quote('云溪')}") as page:
                if found := json.load(page)["posts"]:
                    return list(found)
        except OSError:  # nobody listens yet, or the database is not ready
            pass
        time.sleep(0.5)
    raise AssertionError("nothing came on the screen")


def test_its_files_are_those_that_are_checked() -> None:
    """Whatever a new room asks an office for, `init` writes too."""
    written = {name for name in FILES if name.endswith(".yaml")}
    shipped = {path.name for path in Path(__file__).parents[2].joinpath("config").glob("*.yaml")}
    assert written == shipped
