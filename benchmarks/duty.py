"""The duty page's server time over a store of 100,000 posts, with incidents, clocks, requests and reports; and those of the pages beside it.

The posts are tagged beforehand with made-up tags and spread over 28 days, three in a hundred of them reports, which are kept from the duty officer's
numbers; the page is asked for as a browser asks, without the network.
"""

import random
import statistics
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from elasticsearch import Elasticsearch
from starlette.testclient import TestClient

from benchmarks.embedded import opened
from benchmarks.posts import END, tagged
from benchmarks.rows import Given, Row
from config.check import Office, load_office
from config.settings import Settings
from config.topic_names import TOPIC_NAMES
from incidents.asks import Ask, RequestKind
from incidents.desk import Desk
from incidents.filed import INCIDENTS, MEMBERS, REQUESTS, Filed, Member
from incidents.people import Actor
from incidents.people import Role as Acts
from incidents.records import Given as Facts
from incidents.records import Incident, Stage
from incidents.requests import Request, open_request
from indexers.names import Names
from indexers.people import People, Role
from indexers.reader import Reader
from indexers.records import Records
from indexers.writer import Writer
from nlp.segment import default
from streams.log import Log
from streams.messages import TaggedPost
from web.app import create_app
from web.users import Users

POSTS = 100_000
DAYS = 28
BATCH = 5000
ASKED_MS = 200
INCIDENTS_, EACH, TIMED = 400, 30, 60  # incidents, posts of each, and how many have a clock
REPORTS = 33  # one post in so many is a report
ROUNDS = 20
PAGES = {
    "duty page, server time": ("/duty", Role.DUTY, ASKED_MS),
    "duty page of 7 days, server time": ("/duty?hours=168", Role.DUTY, None),
    "duty page for a reader of reports, server time": ("/duty", Role.ADMIN, None),
    "list of incidents, server time": ("/incidents", Role.DUTY, None),
    "an incident's page, server time": ("/incidents/inc-0", Role.DUTY, None),
    "search without words, server time": ("/search", Role.DUTY, None),
}


def run(given: Given) -> list[Row]:
    """Measure by the clock on the wall, the middle one of some rounds; the slowest stands beside it."""
    count = given.posts or POSTS
    with opened() as (settings, store, log):
        client, office = store.client(), load_office(settings, secrets=False)
        _fill(client, settings, office, count)
        return [_row(name, count, asked, _times(settings, client, log, path, role)) for name, (path, role, asked) in PAGES.items()]


def _row(name: str, count: int, asked: float | None, times: list[float]) -> Row:
    return Row(f"{name}, {count:,} posts embedded", statistics.median(times), "ms", asked, f"slowest of {len(times)}: {max(times):.0f} ms")


def _times(settings: Settings, client: Elasticsearch, log: Log, path: str, role: Role) -> list[float]:
    app = create_app(settings, client, log=log, clock=lambda: END)
    users = Users(People(client, Names(settings.elasticsearch.prefix)), lambda: END, "benchmark")
    name = f"somebody-{time.perf_counter_ns()}"
    users.add(name, role, "quiet-river-42")
    times = []
    with TestClient(app, headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}) as browser:
        browser.get(f"/enter/{users.entry(name)}", follow_redirects=False)
        for number in range(ROUNDS + 1):
            began = time.perf_counter()
            answer = browser.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            if number:  # the first one reads templates and words
                times.append((time.perf_counter() - began) * 1000)
    return times


def _fill(client: Elasticsearch, settings: Settings, office: Office, count: int) -> None:
    reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
    writer = Writer(client, reader.names.prefix, segmenter=str(default().stamp), clock=lambda: END - timedelta(hours=1))
    for batch in _batches(office, count):
        writer.write(batch)
    records = Records(client, reader.names)
    for part in range(0, INCIDENTS_ * EACH, BATCH):
        records.create_all(MEMBERS, [_member(number, count) for number in range(part, min(part + BATCH, INCIDENTS_ * EACH))])
    records.create_all(INCIDENTS, [_incident(number) for number in range(INCIDENTS_)])
    numbers = list(range(0, count, REPORTS))
    for first in range(0, len(numbers), BATCH):
        records.create_all(REQUESTS, [_report(number, count, office, reader) for number in numbers[first : first + BATCH]])
    _handle(reader, office)
    client.indices.refresh(index=reader.names.everything)


def _at(number: int, count: int) -> datetime:
    return END - timedelta(days=DAYS) * (1 - number / count)


def _batches(office: Office, count: int) -> Iterator[list[TaggedPost]]:
    chance = random.Random(0)
    for first in range(0, count, BATCH):
        yield [_post(number, count, chance, office) for number in range(first, min(first + BATCH, count))]


def _post(number: int, count: int, chance: random.Random, office: Office) -> TaggedPost:
    return tagged(number, _at(number, count), chance.choice(office.accounts).id, chance, found_after=timedelta(minutes=1))


def _member(number: int, count: int) -> Member:
    post = count - 1 - number % count
    at = _at(post, count)
    group = f"inc-{number % INCIDENTS_}"
    return Member(id=f"weibo:{post}", incident=group, published_at=at, added_at=at, platform="weibo", kind="post", sentiment=-1, spread=3)


def _incident(number: int) -> Filed:
    found = END - timedelta(hours=number % 72)
    incident = Incident(id=f"inc-{number}", title=f"第 {number} 件事", found_at=found, first_post="weibo:1", topic=TOPIC_NAMES[number % 7])
    return Filed(incident=incident, last_at=END, posts=EACH, negative=EACH, spread=3 * EACH, topics={TOPIC_NAMES[number % 7]: EACH})


def _report(number: int, count: int, office: Office, reader: Reader) -> Request:
    rules = office.incidents
    assert rules is not None
    received = _at(number, count) + timedelta(minutes=2)
    return open_request(f"weibo:{number}", Ask(RequestKind.REPORT, ()), received, reported=(), rules=rules, zone=reader.zone)


def _handle(reader: Reader, office: Office) -> None:
    rules = office.incidents
    assert rules is not None
    desk, officer = Desk(reader, office, rules, clock=lambda: END - timedelta(hours=1)), Actor("officer", Acts.DUTY)
    for number in range(TIMED):
        desk.move(f"inc-{number}", Stage.JUDGED, officer, Facts(grounds=("public_interest",), reason="影响面大"))
        desk.move(f"inc-{number}", Stage.RATED, officer, Facts(level="orange"))
