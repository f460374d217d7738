"""Accounts in a real browser: the matrix in another period, and one account with its charts."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.alerting import HIJACKED, Desk, desk, hijacked
from tests.web.test_browser import SIZES, Watched, chromium, context, libraries, watched

__all__ = ["chromium", "context", "desk", "libraries", "watched"]
pytestmark = pytest.mark.browser

FOLLOWERS = """() => {
  const probe = document.createElement("div");
  probe.id = "probe";
  probe.className = "chart";
  probe.dataset.chart = "followers";
  probe.dataset.zone = "+0800";
  probe.dataset.names = '["微博"]';
  probe.dataset.followers = '[{"counts": [{"at": "2026-11-25T10:58:00Z", "followers": 157000}]}]';
  document.querySelector("main").append(probe);
}"""


def test_the_matrix_is_read_in_any_period(watched: Watched, libraries: Path) -> None:
    """A period of one's own, an account, its charts and back; nothing fails, nothing leaves the host."""
    page = watched.page
    watched.go("/accounts")
    page.get_by_label("从").fill("2026-01-01")
    page.get_by_label("到").fill("2026-03-31")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", name="2026-01-01 至 2026-03-31")).to_be_visible()
    page.get_by_role("link", name="云溪博物馆").first.click()
    expect(page.locator("#days .chart canvas")).to_be_visible()
    expect(page.get_by_label("从")).to_have_value("2026-01-01")
    page.get_by_role("link", name="回到账号矩阵").click()
    expect(page.get_by_role("heading", name="账号矩阵")).to_be_visible()
    assert (watched.said, watched.elsewhere()) == ([], [])


def test_an_axis_says_each_day_once(watched: Watched, libraries: Path) -> None:
    """Also where there are followers of few hours: an axis of hours would say the same day again and again."""
    watched.go("/me")
    watched.page.evaluate(FOLLOWERS)
    said = watched.page.evaluate(
        """async () => {
          const { drawCharts } = await import("/static/charts.js");
          drawCharts(document);
          const chart = echarts.getInstanceByDom(document.querySelector("#probe"));
          const texts = chart.getZr().storage.getDisplayList(true).filter(one => !one.ignore).map(one => String(one.style.text ?? ""));
          return texts.filter(text => /^\\d\\d-\\d\\d$/.test(text));
        }"""
    )
    assert said
    assert len(said) == len(set(said)), said


def test_a_reversed_period_keeps_what_was_typed(watched: Watched) -> None:
    """The form comes back with the days and what is wrong with them."""
    watched.page.goto(watched.page.url.rpartition("/")[0] + "/accounts?from=2026-03-31&to=2026-01-01")
    expect(watched.page.get_by_role("alert").filter(has_text="晚于结束日")).to_be_visible()
    expect(watched.page.get_by_label("从")).to_have_value("2026-03-31")


def test_pages_of_accounts_are_accessible_and_fit(watched: Watched, desk: Desk, libraries: Path) -> None:
    """Axe finds nothing serious, by day and by night; nothing is cut off at the side."""
    desk.open(hijacked(), HIJACKED)
    source = libraries.read_text(encoding="utf-8")
    found: list[str] = []
    for scheme, (width, height) in zip(("light", "dark"), SIZES, strict=True):
        watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal, in a loop
        watched.page.set_viewport_size({"width": width, "height": height})
        for path in ("/accounts", "/accounts?sort=name", "/accounts?to=x", "/accounts/yunxi-bowuguan"):
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
