"""Alerts in a real browser: one that opens is there at once, is acknowledged with and without script, and read with its chart."""

from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from playwright.sync_api import Browser, expect

from indexers.people import Role
from tests.web.alerting import BURST, HIJACKED, Desk, burst, desk, expected_of, hijacked, spike
from tests.web.conftest import HOSTILE, Served
from tests.web.test_away import Away
from tests.web.test_browser import Watched, chromium, context, libraries, watched
from tests.web.test_pages import ENGINES

__all__ = ["chromium", "context", "desk", "libraries", "watched"]
pytestmark = pytest.mark.browser


@ENGINES
def test_an_alert_that_opens_is_there_at_once_and_is_acknowledged(watched: Watched, desk: Desk, libraries: Path) -> None:
    """Pushed, not waited for; one click, and it is gone from the page without loading it anew."""
    page = watched.page
    expect(page.locator("#live-state")).to_have_text("实时")
    page.evaluate("window.same = true")
    desk.open(spike())
    block = page.locator("#duty-alerts")
    expect(block).to_contain_text("云溪发布", timeout=6_000)
    block.get_by_role("button", name="确认").click()
    expect(block).not_to_contain_text("云溪发布")
    assert page.evaluate("window.same")
    assert [read.body.acknowledged_by for read in desk.book.episodes().rows] == ["some-admin"]
    assert (watched.said, watched.elsewhere()) == ([], [])


def test_who_comes_second_is_told_in_the_block(watched: Watched, served: Served, desk: Desk, libraries: Path) -> None:
    """A colleague was faster: the page says who, and shows how things stand."""
    episode = desk.open(spike())
    watched.go("/duty")
    block = watched.page.locator("#duty-alerts")
    expect(block).to_contain_text("云溪发布")
    button = block.get_by_role("button", name="确认")
    watched.page.route("**/live?*", lambda route: route.abort())  # it would be told of the change, and take the button away
    watched.go("/duty")
    desk.people.acknowledge(episode.id, "王敏")
    button.click()
    expect(block.get_by_role("alert")).to_contain_text("王敏 已于")


def test_without_script_the_button_works_too(chromium: Browser, served: Served, filled: None, desk: Desk) -> None:
    """A plain form, and back to the duty page."""
    desk.open(spike())
    context = chromium.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(served.entry(Role.DUTY))
        page.locator("#duty-alerts").get_by_role("button", name="确认").click()
        assert page.url == f"{served.url}/duty?hours=24"
        expect(page.locator("#duty-alerts")).not_to_contain_text("云溪发布")
    finally:
        context.close()


def test_an_alert_is_read_and_ended(watched: Watched, desk: Desk, libraries: Path) -> None:
    """From the list to its page: the chart, the posts, who was told; then ended with a reason, which stands in its steps."""
    found = spike(posts=("weibo:1", "weibo:3"))
    desk.open(found, means=expected_of(found))
    page = watched.page
    watched.go("/alerts")
    page.get_by_role("link", name="云溪发布 · 负面").click()
    expect(page.locator(".chart canvas")).to_be_visible()
    expect(page.locator(".steps")).to_contain_text("duty-hook")
    page.get_by_label("结束的原因").fill("误报：演练")
    page.get_by_role("button", name="结束").click()
    expect(page.locator(".steps")).to_contain_text("误报：演练")
    expect(page.get_by_role("button", name="结束")).to_have_count(0)
    assert (watched.said, watched.elsewhere()) == ([], [])


def test_an_open_list_follows_and_says_when_nothing_answers(
    watched: Watched, desk: Desk, database: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks again by itself; while the database is away it says so and keeps what it has; then it has what came meanwhile."""
    page = watched.page
    page.clock.install()
    watched.go("/alerts")
    desk.open(spike())
    page.clock.fast_forward(25_000)
    expect(page.locator("table.alerts")).to_contain_text("云溪发布")
    away = Away(database, monkeypatch)
    away.go()
    page.clock.fast_forward(25_000)
    expect(page.locator("#banner")).to_contain_text("数据库暂时不可用")
    expect(page.locator("table.alerts")).to_contain_text("云溪发布")
    away.come_back()
    desk.open(burst(), BURST)
    page.clock.fast_forward(25_000)
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator("table.alerts")).to_contain_text("短时集中")


def test_an_acknowledgement_that_meets_no_database_says_so(
    watched: Watched, desk: Desk, database: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is acknowledged silently or in vain: the block says that it did not succeed, and the same click does later."""
    desk.open(spike())
    watched.page.route("**/live?*", lambda route: route.abort())  # it would be told before anybody can click
    watched.go("/duty")
    block = watched.page.locator("#duty-alerts")
    away = Away(database, monkeypatch)
    away.go()
    block.get_by_role("button", name="确认").click()
    expect(block.get_by_role("alert")).to_contain_text("没有成功")
    away.come_back()
    block.get_by_role("button", name="确认").click()
    expect(block).not_to_contain_text("云溪发布")
    assert [read.body.acknowledged_by for read in desk.book.episodes().rows] == ["some-admin"]


def test_hostile_alerts_do_nothing(watched: Watched, desk: Desk) -> None:
    """On the duty page, in the list, on the page of one and in its chart: text, and no script runs."""
    page = watched.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    episode = desk.open(spike(title=HOSTILE, why=HOSTILE, rule_name=HOSTILE, posts=("weibo:5",)))
    desk.fail(episode, reason=HOSTILE, what=HOSTILE)
    for path in ("/duty", "/alerts", f"/alerts/{episode.id}"):
        watched.go(path)
        expect(page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    page.locator(".chart").hover()
    assert (dialogs, watched.said, watched.elsewhere()) == ([], [], [])


def test_pages_of_alerts_are_accessible_and_fit(watched: Watched, desk: Desk, libraries: Path) -> None:
    """Axe finds nothing serious, by day and by night, whatever kind of alert; nothing is cut off at the side."""
    episodes = [desk.open(spike(posts=("weibo:1",))), desk.open(burst(), BURST), desk.open(hijacked(), HIJACKED)]
    desk.fail(episodes[0])
    source = libraries.read_text(encoding="utf-8")
    found: list[str] = []
    for scheme in ("light", "dark"):
        watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal, in a loop
        for path in ("/duty", "/alerts", "/alerts?state=open&level=urgent", *(f"/alerts/{episode.id}" for episode in episodes)):
            watched.go(path)
            assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            watched.page.evaluate(source)
            result = watched.page.evaluate("() => axe.run()")
            found += [
                f"{scheme} {path}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
                for one in result["violations"]
                if one["impact"] in {"serious", "critical"}
            ]
    assert found == []
    watched.go("/duty")
    assert watched.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
