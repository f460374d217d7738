"""The whole mission, walked by an officer in a real browser: from a post that arrives to a closed incident and a subscriber who was told.

The simulated city is read by the whole system as its own processes: `yuqing up`, or each role by itself on a real Kafka and a real
Elasticsearch.
"""

import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from city.city import City
from city.office import write
from config.settings import Settings
from services.demo import SECRET, free_port
from services.receiver import Receiver
from tests.walk.system import System, running, settings_of, wait_until
from tests.web.test_browser import Watched, chromium

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

FAST = 6000.0  # city seconds a real second
UP = (("up",),)
APART = (("serve",), ("crawl", "--forever"), ("work",), ("watch",))  # the pages come first in both, so that they can be killed by number
PATIENCE_MS, SOON_MS, PLAYWRIGHTS_OWN_MS = 120_000, 30_000, 5_000
WATER = "城乡建设"  # the topic of the story's complaint
SEEN = 30  # posts of an incident from which it is opened: smaller ones may still be merged into others
NETWORK = re.compile(r"Failed to load resource|net::ERR_|Failed to fetch")  # what a browser says of a server that is away


class Office(NamedTuple):
    """What the officer walks through."""

    system: System
    settings: Settings
    environment: dict[str, str]
    receiver: Receiver
    city: City
    url: str

    def command(self, *words: str, said: str = "") -> str:
        """Run one of our commands as the office's administrator does."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words], env=self.system.environment, input=said, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def told(self, what: str) -> bool:
        """Whether the receiver was told of something."""
        return any(what in message.title for message in self.receiver.received)


@pytest.fixture(params=["up", pytest.param("apart", marks=pytest.mark.stack)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """The system at work on the city, its pages answering, and who is told."""
    apart = request.param == "apart"
    servers = {}
    if apart:
        servers = {
            "KAFKA__BOOTSTRAP": request.getfixturevalue("kafka_bootstrap"),
            "ELASTICSEARCH__URL": request.getfixturevalue("elasticsearch_url"),
        }
    with City(speed=FAST) as city, Receiver(SECRET) as receiver:
        write(tmp_path / "config", city.port, receiver.port)
        port, url = free_port(settings_of({}).web)
        prefix = f"walk{uuid.uuid4().hex[:8]}"
        given = {
            "DATA_DIR": str(tmp_path / "var"),
            "CONFIG_DIR": str(tmp_path / "config"),
            "LOG_LEVEL": "error",
            "OFFICE__NAME": "云溪市新媒体办",
            "OFFICE__PSEUDONYM_KEY": "0123456789abcdef0123456789abcdef",
            "WATCH__INTERVAL_S": "1",
            "WATCH__LATE_S": "86400",
            "WATCH__ADDRESS": url,
            "WEB__PORT": str(port),
            "LOG__PREFIX": prefix,
            "ELASTICSEARCH__PREFIX": prefix,
        }
        environment = {f"YUQING_{name}": value for name, value in {**given, **servers}.items()}
        with running(APART if apart else UP, environment) as system:
            wait_until(system, lambda: answers(url), "the pages answer")
            yield Office(system, settings_of(environment), environment, receiver, city, url)


def answers(url: str) -> bool:
    """Whether the pages are served, and the database behind them is ready for a sign-in."""
    try:
        with urlopen(f"{url}/duty", timeout=5) as page:
            return bool(page.status)
    except OSError as error:
        return getattr(error, "code", None) == 401


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1366, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(SOON_MS)
    expect.set_options(timeout=SOON_MS)  # the machine is busy: a whole system and a browser
    yield context
    expect.set_options(timeout=PLAYWRIGHTS_OWN_MS)
    context.close()


@pytest.mark.timeout(400)
def test_an_officer_closes_an_incident_and_a_subscriber_is_told(office: Office, context: BrowserContext) -> None:
    """Signed in by a link; posts arrive; an incident is judged, rated, assigned, handled, answered and closed; an alert acknowledged.

    The server is killed under the open page, which says so and recovers. Nothing fails in the page, nothing leaves the host.
    """
    office.command("users", "add", "zhou", "--role", "duty", "--password-stdin", said="quiet-river-42\n")
    watched = Watched(context, office)  # type: ignore[arg-type]  # all that it needs is the address
    page = watched.page
    page.goto(office.url + office.command("users", "link", "zhou"))
    expect(page).to_have_url(f"{office.url}/duty")
    expect(page.locator("#live-state")).to_have_text("实时")
    assert arrived(page)

    open_incident(watched, WATER)
    handle(page, office.settings.zone)
    acknowledge(watched)
    wait_until(office.system, lambda: all(office.told(what) for what in (WATER, "事件进展")), "the subscriber is told")
    assert (watched.said, watched.elsewhere()) == ([], [])

    restart_under(watched, office)
    assert office.receiver.refused == 0
    assert [line for line in watched.said if not NETWORK.search(line)] == []
    assert watched.elsewhere() == []


def arrived(page: Page) -> str:
    """Wait for a post that was not there when the page was drawn; give its id. None stands twice."""
    rows = page.locator("#live [data-id]")
    before = set(rows.evaluate_all("rows => rows.map(row => row.dataset.id)"))
    page.wait_for_function(
        "before => [...document.querySelectorAll('#live [data-id]')].some(row => !before.includes(row.dataset.id))",
        arg=list(before),
        timeout=PATIENCE_MS,
    )
    now = rows.evaluate_all("rows => rows.map(row => row.dataset.id)")
    assert len(now) == len(set(now))
    return str(next(one for one in now if one not in before))


def open_incident(watched: Watched, topic: str) -> None:
    """Find the largest incident of a topic in the list once it has grown, and open it. What it is called depends on which posts came first."""
    page = watched.page
    row = page.locator("table.cases tbody tr").first

    def grown() -> bool:
        watched.go(f"/incidents?topic={quote(topic)}")
        return row.count() > 0 and int(row.locator("td.n").first.inner_text()) >= SEEN

    patiently(page, grown)
    row.locator(".case-title a").click()
    expect(page.locator("[aria-labelledby=h-topics] th[scope=row]").first).to_have_text(topic)
    expect(page.locator(".chart canvas")).to_be_visible()
    expect(page.locator("li.here")).to_have_text("发现")


def handle(page: Page, zone: ZoneInfo) -> None:
    """Take every step to the end. Each leaves a record; the duty to answer starts the statutory clock, which the answer stops."""
    due = datetime.now(zone) + timedelta(hours=3)
    take(page, "judged", "研判", duty="yes", grounds="public_interest", reason="涉及柳塘区居民用水，核实水务部门后回应")
    expect(page.locator(".clocks")).to_contain_text("回应社会关切")
    take(page, "rated", "定级", level="orange")
    expect(page.locator(".figures")).to_contain_text("橙色")
    take(page, "assigned", "交办", lead_department="zhujian", due=due.strftime("%Y-%m-%dT%H:%M"))
    take(page, "handled", "处置", report="管网已冲洗，水质复检合格")
    take(page, "answered", "回应", link="https://weibo.example/yunxi-fabu/1")
    take(page, "closed", "办结", reason="水质恢复，诉求回落")
    records = page.locator("#records ol.records > li")
    expect(records).to_have_count(6)
    expect(records.first).to_contain_text("回应 → 办结")
    expect(records.first).to_contain_text("zhou")


def take(page: Page, to: str, stage: str, **given: str) -> None:
    """Take one step as its form asks, and see that the incident stands where it should."""
    form = page.locator("details.step").filter(has=page.locator(f'input[name="to"][value="{to}"]'))
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, value in given.items():
        fill(form, name, value)
    form.locator("button[type=submit]").click()
    expect(page.locator("li.here")).to_have_text(stage)


def fill(form: Locator, name: str, value: str) -> None:
    """Fill in a field, whatever kind it is."""
    chosen = form.locator(f'input[name="{name}"][value="{value}"]')
    if chosen.count():
        chosen.check()
        return
    field = form.locator(f'[name="{name}"]')
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def acknowledge(watched: Watched) -> None:
    """Acknowledge the first alert on the duty page; it says who has."""
    page = watched.page
    watched.go("/duty")
    alert = page.locator("#duty-alerts li").first
    expect(alert).to_be_visible(timeout=PATIENCE_MS)
    address = alert.locator("a.what").get_attribute("href")
    assert address is not None
    alert.get_by_role("button").click()
    expect(page.locator(f'#duty-alerts a.what[href="{address}"]')).to_have_count(0)
    watched.go(address)
    expect(page.locator("ol.steps li.acknowledged")).to_contain_text("zhou")


def restart_under(watched: Watched, office: Office) -> None:
    """Kill the server under the open page: it says that it may be out of date, comes back by itself, and a find reported by hand arrives."""
    page = watched.page
    watched.go("/duty")
    expect(page.locator("#live-state")).to_have_text("实时")
    office.system.kill(0)
    expect(page.locator("#banner")).to_contain_text("与服务器的连接已断开")
    office.system.start(0)
    expect(page.locator("#banner")).to_be_hidden(timeout=PATIENCE_MS)
    expect(page.locator("#live-state")).to_have_text("实时")

    other = page.context.new_page()
    other.goto(f"{office.url}/report")
    other.locator("[name=url]").fill("https://bbs.yunxi.example/t/1")
    other.locator("[name=text]").fill("路过柳塘区，自来水已经清了，点赞云溪发布的通报")
    other.locator("form.fields button[type=submit], main form button[type=submit]").first.click()
    expect(page.locator("#live article").filter(has_text="自来水已经清了")).to_have_count(1, timeout=PATIENCE_MS)
    other.close()


def patiently(page: Page, condition: Callable[[], bool]) -> None:
    """Look again and again, as somebody at a desk does."""
    for _ in range(PATIENCE_MS // 500):
        if condition():
            return
        page.wait_for_timeout(500)
    raise AssertionError("it never came on the page")
