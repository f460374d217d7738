"""The demo: the whole system reads the simulated city."""

import socket
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from filelock import FileLock

from config.settings import load_settings
from services.demo import MARK, OFFICER, free_port, fresh_folder, running_demo
from services.errors import DemoFailed
from services.stop import Stop

FAST = 12_000.0  # city seconds a real second


@pytest.mark.timeout(300)
def test_the_story_ends_on_record(tmp_path: Path) -> None:
    """The complaint and the hijacked account are found, tagged and counted, every source has its coverage, nothing is dead."""
    stop = Stop()
    with running_demo(load_settings(data_dir=tmp_path, web={"port": 0}), stop, speed=FAST) as show:
        with build_opener(HTTPCookieProcessor()).open(show.entry(), timeout=30) as page:
            assert (page.url, OFFICER in page.read().decode()) == (f"{show.address}/duty", True)
        steps = list(show.watch(stop))
        summary = show.summary()
    assert steps[-1].waiting == 0
    assert steps[-1].share == 1.0
    assert summary.dead == 0
    # the largest of each topic: which of its posts names an incident depends on how many were there when it was named
    hijack, water = (next(row for row in summary.incidents if row.filed.incident.topic == topic) for topic in ("商贸旅游", "城乡建设"))
    assert "玉枕" in hijack.filed.incident.title
    assert hijack.filed.posts > 200
    assert water.filed.posts > 100
    assert "yunxi-fabu" in water.filed.accounts
    assert "blue" not in {hijack.proposal.level, water.proposal.level}
    told = [alert.title for alert in summary.alerts]
    assert ["云溪博物馆" in title for title in told if "账号疑似被盗" in title] == [True]
    assert any("账号负面突增：云溪博物馆" in title for title in told)
    assert any("话题负面上升：城乡建设" in title for title in told)
    assert len({alert.key for alert in summary.alerts}) == len(told)
    assert summary.counts.posts > 2000
    assert "玉枕" in summary.most_spread[0].text  # the advert on the hijacked museum's account
    assert sum(1 for post in summary.most_spread if "自来水" in post.text) >= 3
    assert {report.source for report in summary.coverage} >= {"weibo", "yunxi-mastodon", "yunxi-luntan", "yunxi-ribao"}
    assert sum(share.posts for share in summary.topics) == summary.counts.posts


def test_another_port_is_taken_where_somebody_has_the_first() -> None:
    """A demo must not fail for a program that was there before."""
    web = load_settings().web
    with socket.create_server((web.host, 0)) as other:
        taken = other.getsockname()[1]
        port, address = free_port(web.model_copy(update={"port": taken}))
    assert port not in {0, taken}
    assert address == f"http://{web.host}:{port}"
    assert free_port(web.model_copy(update={"port": taken}))[0] == taken


def test_a_strangers_folder_is_never_emptied(tmp_path: Path) -> None:
    """A folder that holds something else is refused; the demo's own is emptied."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(DemoFailed, match="holds something"):
        fresh_folder(tmp_path / "mine")
    own = fresh_folder(tmp_path / "demo")
    (own / "old").touch()
    assert [path.name for path in fresh_folder(own).iterdir()] == [MARK]


def test_a_second_demo_leaves_the_first_ones_files_alone(tmp_path: Path) -> None:
    """It would empty the folder under the running one; it is told so before it touches anything."""
    running = tmp_path / "demo" / MARK
    running.parent.mkdir()
    running.touch()
    (running.parent / "log").mkdir()
    with (
        FileLock(tmp_path / "demo.lock"),
        pytest.raises(DemoFailed, match="another demo runs"),
        running_demo(load_settings(data_dir=tmp_path), Stop()),
    ):
        pass
    assert (running.parent / "log").exists()


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    """With what to do, not with a traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(DemoFailed, match="YUQING_DATA_DIR"), running_demo(load_settings(data_dir=tmp_path / "file" / "var"), Stop()):
        pass


def test_a_stop_before_it_is_up_is_no_failure_of_the_system(tmp_path: Path) -> None:
    """Ctrl-C in the first seconds is told as what it is."""
    stop = Stop()
    stop.request()
    with pytest.raises(DemoFailed, match="told to end"), running_demo(load_settings(data_dir=tmp_path), stop):
        pass
