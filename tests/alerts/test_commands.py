"""`yuqing alerts` and `yuqing accounts` on the local store."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch
from openpyxl import load_workbook

from alerts.book import Book
from alerts.episodes import Episode, take
from cli.main import main
from config.settings import Settings
from config.topic_names import TOPIC_NAMES
from indexers.embedded.open import LocalStore, folder_of
from indexers.names import Names
from indexers.people import People
from indexers.records import Records
from indexers.setup import set_up
from indexers.writer import Writer
from streams.messages import Author, Coverage, Standing
from tests.alerts.examples import NOW, RULE, finding
from tests.alerts.receivers import Receiver, receiver
from tests.indexers.posts import tagged

OWN = Author(id="weibo:77", standing=Standing.MONITORED, name="云溪地铁", followers=5000)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def office(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hook: Receiver) -> Iterator[Elasticsearch]:
    """An office with one account, one source and one channel, and its database open beside the commands."""
    folder = tmp_path / "config"
    folder.mkdir()
    written = {
        "accounts.yaml": 'accounts:\n  - {id: metro, name: 云溪地铁, platforms: {weibo: "77"}}\n',
        "sources.yaml": "sources:\n  - {id: metro-feed, spider: feed, urls: ['http://127.0.0.1/feed'], account: metro}\n",
        "topics.yaml": "topics:\n" + "".join(f"  - {{name: {name}}}\n" for name in TOPIC_NAMES),
        "alerts.yaml": f"channels:\n  - {{id: hook, kind: webhook, url: '{hook.url}', secret: s}}\n",
    }
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("YUQING_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("YUQING_CONFIG_DIR", str(folder))
    with LocalStore.open(folder_of(settings)) as store, store.serve():
        client = store.client()
        set_up(client, Names("yuqing"), "stamp")
        yield client


@pytest.fixture
def episode(office: Elasticsearch) -> Episode:
    opened = take(None, finding(posts=("weibo:1",)), RULE).episode
    assert Book(Records(office, Names("yuqing"))).put(opened, None)
    return opened


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_alerts_are_listed_with_the_watchers_health(episode: Episode) -> None:
    """People read lines, programs JSON; a watcher that never ran is told."""
    shown = run("alerts", "list").stdout
    assert episode.id[:10] in shown
    assert "共 1 个" in shown
    assert "预警程序从未运行" in shown
    assert [one["id"] for one in json.loads(run("alerts", "list", "--running", "--json").stdout)] == [episode.id]


def test_alerts_are_narrowed_down(episode: Episode) -> None:
    """By level, rule, account and topic; a level that there is not is refused."""
    for chosen, found in (
        (("--level", "warning", "--level", "urgent"), [episode.id]),
        (("--level", "urgent"), []),
        (("--rule", "account-spike", "--account", "yunxi-ditie"), [episode.id]),
        (("--account", "yunxi-gongan"), []),
        (("--topic", "交通运输"), []),
    ):
        assert [one["id"] for one in json.loads(run("alerts", "list", *chosen, "--json").stdout)] == found, chosen
    assert run("alerts", "list", "--level", "loud").exit_code == 2


def test_an_alert_is_acknowledged_once(episode: Episode) -> None:
    """By the beginning of its id; the second who tries is told what is possible now, with exit code 1."""
    assert "已确认，王敏" in run("alerts", "ack", episode.id[:8], "--by", "王敏").stdout
    again = run("alerts", "ack", episode.id, "--by", "李明")
    assert again.exit_code == 1
    assert "possible now: resolve" in again.stderr
    assert run("alerts", "ack", "nothing").exit_code == 1


def test_why_tells_the_whole_story(episode: Episode) -> None:
    """As text, and as JSON with the deliveries."""
    shown = run("alerts", "why", episode.id[:8]).stdout
    for part in ("实际    20", "预期    2.00", "罕见度  4.20", "weibo:1", "account-spike", "spikes-1"):
        assert part in shown
    said = json.loads(run("alerts", "why", episode.id, "--json").stdout)
    assert (said["episode"]["id"], said["deliveries"]) == (episode.id, [])


def test_a_channel_is_tried(office: Elasticsearch, hook: Receiver) -> None:
    """The receiver gets a signed test message; a refusal is told with exit code 1, an unknown channel with 2."""
    assert "hook：已送达" in run("alerts", "test").stdout
    assert "测试" in json.loads(hook.requests[0].body)["title"]
    hook.answers = [(404, {}, b"no")]
    refused = run("alerts", "test", "hook")
    assert (refused.exit_code, "http_404" in refused.stdout) == (1, True)
    assert run("alerts", "test", "pager").exit_code == 2


def test_nothing_is_dead_in_an_empty_outbox(office: Elasticsearch) -> None:
    """As a line and as JSON."""
    assert run("alerts", "dead").stdout == "共 0 条。\n"
    assert json.loads(run("alerts", "dead", "--json").stdout) == []


@pytest.fixture
def published(office: Elasticsearch) -> None:
    """Three own posts in the days to NOW, the profile at each, and a complete run of the source back to May."""
    writer = Writer(office, "yuqing", segmenter="stamp")
    writer.write(
        [
            tagged(
                number,
                author=OWN,
                published_at=NOW - timedelta(days=number),
                collected_at=NOW - timedelta(days=number),
                forwards=2 * number,
                comments=1,
            )
            for number in range(3)
        ]
    )
    writer.write_coverage(
        [
            Coverage(
                id="metro-feed:1",
                source="metro-feed",
                started_at=NOW,
                ended_at=NOW,
                outcome="complete",
                oldest_at=NOW - timedelta(days=20),
            )
        ]
    )
    office.indices.refresh(index="yuqing-*")


def test_indicators_are_shown_for_any_period(published: None) -> None:
    """Counted in the office's days; days before the source's oldest post are unknown, and so is what no snapshot shows."""
    (row,) = json.loads(run("accounts", "show", "--from", "2026-05-01", "--to", "2026-06-01", "--json").stdout)
    assert (row["posts_published"], row["forwards_received"], row["silent"]) == (3, 6, False)
    assert row["days_unknown"] == 11
    assert row["followers_total"] is None
    assert len(row["posts"]) == 3
    with time_machine.travel(NOW, tick=True):
        assert "云溪地铁" in run("accounts", "show").stdout


def test_indicators_are_exported(office: Elasticsearch, published: None, tmp_path: Path) -> None:
    """As a spreadsheet or JSON, by the name of the file, and written into the audit; any other name is refused."""
    sheet, data = tmp_path / "june.xlsx", tmp_path / "june.json"
    period = ("--from", "2026-05-20", "--to", "2026-06-01")
    assert run("accounts", "export", *period, str(sheet)).exit_code == 0
    assert load_workbook(sheet).active["A3"].value == "云溪地铁"  # type: ignore[index,union-attr]
    assert run("accounts", "export", *period, str(data)).exit_code == 0
    assert json.loads(data.read_text(encoding="utf-8"))[0]["account"] == "metro"
    assert run("accounts", "export", str(tmp_path / "june.pdf")).exit_code == 2
    office.indices.refresh(index="yuqing-*")
    records = People(office, Names("yuqing")).audit()
    assert sorted((one.action, one.target) for one in records) == [("exported", "june.json"), ("exported", "june.xlsx")]


@pytest.mark.parametrize(
    "wrong",
    [("--from", "2026-06-02", "--to", "2026-06-01"), ("--account", "nobody"), ("--from", "tomorrow")],
    ids=["reversed", "unknown", "no-date"],
)
def test_a_period_or_account_that_can_t_be_meant_is_refused(office: Elasticsearch, wrong: tuple[str, ...]) -> None:
    """With exit code 2, before the database is asked."""
    assert run("accounts", "show", *wrong).exit_code == 2
