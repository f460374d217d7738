"""The pages in a real browser: drawn, alive, readable for everybody, and silent towards the world."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from indexers.people import Role
from tests.conftest import ROOT, missing
from tests.indexers.posts import tagged
from tests.web.conftest import HOSTILE, REPORT, Served, post
from tests.web.test_pages import ENGINES

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/duty",
    "/search?q=停运",
    "/posts/weibo:1",
    "/reasons/weibo:1",
    "/sources",
    "/sources/yunxi-news",
    "/report",
    "/reports",
    f"/reports/{REPORT}",
    "/me",
    "/audit",
    "/nowhere",
)
SIZES = ((1366, 768), (1920, 1080))
IN_ONE_LINE = """all => all.every(one => {
  const words = document.createRange();
  words.selectNodeContents(one);
  return words.getBoundingClientRect().height < 2 * parseFloat(getComputedStyle(one).fontSize);
})"""
NARROW = ((1280, 800), (390, 800))  # of old screens, and of a phone


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        missing("no Chromium: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Watched:
    """A page whose console and requests are watched."""

    def __init__(self, context: BrowserContext, served: Served) -> None:
        self.page: Page = context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self._url = served.url
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.said.append(message.text)

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def go(self, path: str) -> None:
        self.page.goto(self._url + path)

    def elsewhere(self) -> list[str]:
        """Requests that left for another host."""
        return [url for url in self.asked if urlsplit(url).netloc not in {urlsplit(self._url).netloc, ""} and not url.startswith("data:")]


@pytest.fixture
def context(chromium: Browser, served: Served, filled: None) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def watched(context: BrowserContext, served: Served) -> Watched:
    """A page in which the administrator is signed in."""
    watched = Watched(context, served)
    watched.page.goto(served.entry(Role.ADMIN))
    return watched


@pytest.fixture
def libraries() -> Path:
    """The folder of the browser libraries."""
    if not AXE.is_file():
        missing("no browser libraries: deploy/browser.sh dev")
    return AXE


@ENGINES
def test_an_officer_s_first_minute(context: BrowserContext, served: Served, libraries: Path) -> None:
    """Sign in, see a chart and a post that arrives, search for it, open it. Nothing fails, nothing leaves the host."""
    served.users.add("zhou", Role.DUTY, "quiet-river-42")
    watched = Watched(context, served)
    page = watched.page
    watched.go("/sign-in")
    page.get_by_label("用户名").fill("zhou")
    page.get_by_label("密码").fill("quiet-river-42")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#live-state")).to_have_text("实时")
    expect(page.locator(".chart canvas")).to_be_visible()

    served.write(tagged(900, text="地铁三号线刚刚停运"))
    row = page.locator('[data-id="weibo:900"]')
    expect(row).to_contain_text("地铁三号线刚刚停运", timeout=2_000)
    assert page.locator("#live article").first.get_attribute("data-id") == "weibo:900"

    page.get_by_role("link", name="检索").click()
    page.get_by_role("searchbox").fill('"三号线刚刚"')
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_text("共 1 条")).to_be_visible()
    expect(page.locator("mark").first).to_have_text("三号线刚刚")
    page.locator(".row-text").click()
    expect(page.locator(".whole-text")).to_have_text("地铁三号线刚刚停运")
    expect(page.locator("code").first).to_have_text("topic-1/sentiment-1")
    assert (watched.said, watched.elsewhere()) == ([], [])


def test_a_server_that_is_started_anew_under_an_open_page(served: Served, watched: Watched) -> None:
    """The page says that it may be out of date, comes back by itself, and has what it missed, once."""
    page = watched.page
    expect(page.locator("#live-state")).to_have_text("实时")
    served.write(tagged(901))
    expect(page.locator('[data-id="weibo:901"]')).to_have_count(1)
    served.stop()
    expect(page.locator("#banner")).to_contain_text("与服务器的连接已断开")
    served.write(tagged(902))
    served.start()
    expect(page.locator('[data-id="weibo:902"]')).to_have_count(1)
    expect(page.locator("#banner")).to_be_hidden()
    served.write(tagged(903))
    expect(page.locator('[data-id="weibo:903"]')).to_have_count(1)
    shown = page.locator("#live [data-id]").evaluate_all("rows => rows.map(row => row.dataset.id)")
    assert len(shown) == len(set(shown))
    assert {"weibo:901", "weibo:902", "weibo:903"} <= set(shown)


def test_a_sign_in_that_ends_under_an_open_page(served: Served, watched: Watched) -> None:
    """The page says so, and leads to the sign-in and back."""
    page = watched.page
    expect(page.locator("#live-state")).to_have_text("实时")
    served.stop()
    served.users.disable(f"some-{Role.ADMIN}")
    served.users.disable(f"some-{Role.ADMIN}", disabled=False)
    served.start()
    expect(page.locator("#banner")).to_contain_text("登录已过期")
    page.get_by_role("link", name="登录").click()
    page.get_by_label("用户名").fill(f"some-{Role.ADMIN}")
    page.get_by_label("密码").fill("quiet-river-42")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#live-state")).to_have_text("实时")


def test_hostile_posts_do_nothing(served: Served, watched: Watched) -> None:
    """Drawn by the server, arriving live, in the results and in the tooltip: text, and no script runs."""
    page = watched.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    expect(page.locator("#live-state")).to_have_text("实时")
    served.write(tagged(904, text=HOSTILE, title=HOSTILE))
    expect(page.locator('[data-id="weibo:904"]')).to_contain_text("<script>alert(1)</script>")
    page.locator(".chart").hover()
    for path in ("/search", "/posts/weibo:904", "/posts/weibo:5"):
        watched.go(path)
        expect(page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    assert (dialogs, watched.said, watched.elsewhere()) == ([], [], [])


def test_every_page_is_accessible(watched: Watched, libraries: Path) -> None:
    """Axe finds nothing serious on any page, by day and by night."""
    source = libraries.read_text(encoding="utf-8")
    found: list[str] = []
    for scheme in ("light", "dark"):
        watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal, in a loop
        for path in PAGES:
            watched.go(path)
            watched.page.evaluate(source)
            result = watched.page.evaluate("() => axe.run()")
            found += [
                f"{scheme} {path}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
                for one in result["violations"]
                if one["impact"] in {"serious", "critical"}
            ]
    assert found == []


def test_tags_are_explained_and_corrected_on_the_page(watched: Watched, libraries: Path) -> None:
    """The words appear in their place; a correction shows at once; nothing fails, nothing leaves the host."""
    page = watched.page
    watched.go("/posts/weibo:1")
    page.get_by_role("link", name="看哪些词决定了标签").click()
    expect(page.locator("#reasons")).to_contain_text("地铁", timeout=60_000)
    expect(page).to_have_url(re.compile("/posts/weibo:1$"))
    page.get_by_text("更正标签").click()
    page.get_by_label("主题", exact=True).select_option("交通运输")
    page.get_by_role("button", name="更正主题").click()
    expect(page.get_by_role("status").filter(has_text="已更正")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text(["模型原判为 环境保护", ""])
    assert (watched.said, watched.elsewhere()) == ([], [])


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_pages_fit_the_screen(watched: Watched, width: int, height: int) -> None:
    """Nothing is cut off at the side; the duty page fills the wall without scrolling."""
    watched.page.set_viewport_size({"width": width, "height": height})
    for path in PAGES:
        watched.go(path)
        assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    for language in ("en", "zh"):
        watched.go(f"/language/{language}?next=/duty")
        assert watched.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert watched.page.evaluate("[...document.querySelectorAll('.number')].every(one => one.scrollWidth <= one.clientWidth)")


@pytest.mark.parametrize(("width", "height"), NARROW)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_narrow_screens_show_all_of_a_page(watched: Watched, width: int, height: int, language: str) -> None:
    """Nothing is cut off at the side in either language, and each word of the menu stands in one line."""
    watched.page.set_viewport_size({"width": width, "height": height})
    watched.go(f"/language/{language}?next=/me")
    for path in (*PAGES, "/accounts", "/accounts/yunxi-bowuguan", "/alerts", "/requests", "/incidents"):
        watched.go(path)
        assert watched.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert watched.page.locator(".top nav a").evaluate_all(IN_ONE_LINE), path


def test_what_is_said_unseen_makes_no_page_longer(served: Served, watched: Watched) -> None:
    """Words for screen readers alone, deep in a list that scrolls by itself: the duty page still fills the screen and no more."""
    served.write(tagged(907, published_at=datetime.now(UTC)))
    watched.page.set_viewport_size({"width": 1280, "height": 500})
    watched.go("/duty")
    assert watched.page.locator(".now .unseen").last.evaluate("one => one.getBoundingClientRect().bottom > innerHeight")
    assert watched.page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_without_libraries_there_are_tables(context: BrowserContext, served: Served, watched: Watched) -> None:
    """Where nothing could be installed, the numbers stand in tables, and posts still arrive."""
    context.route("**/static/libraries/*", lambda route: route.abort())
    watched.go("/duty")
    expect(watched.page.locator("#live-state")).to_have_text("实时")
    watched.page.get_by_text("以表格查看").click()
    expect(watched.page.locator(".as-table table")).to_be_visible()
    served.write(post(905))
    expect(watched.page.locator('[data-id="weibo:905"]')).to_have_count(1)


def test_the_numbers_are_refreshed(served: Served, watched: Watched) -> None:
    """An open page asks again for its numbers, and draws its chart anew; no error comes of it."""
    page = watched.page
    page.clock.install()
    watched.go("/duty")
    before = page.locator(".number b").first.inner_text()
    served.write(tagged(906, published_at=datetime.now(UTC)))
    page.clock.fast_forward(25_000)
    expect(page.locator(".number b").first).not_to_have_text(before)
    expect(page.locator(".chart canvas")).to_be_visible()
    assert watched.said == []
