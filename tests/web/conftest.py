"""An app on a database of the test's own, with posts in it, and browsers of each role."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from argon2 import PasswordHasher
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from starlette.testclient import TestClient

from config.check import load_office
from config.settings import Settings
from indexers.connect import connect
from indexers.names import Names
from indexers.people import People, Role
from indexers.reader import Reader
from indexers.records import Records
from indexers.setup import set_up
from indexers.writer import Writer
from nlp.segment import cut, default
from reports.archive import Archive
from reports.gather import gather, material
from reports.period import daily
from streams.engines import open_log
from streams.log import Log
from streams.messages import Author, Coverage, Standing, TaggedPost
from tests.indexers.posts import tagged
from tests.web.city import Town
from tests.web.served import Served
from web import passwords
from web.app import create_app
from web.users import Users

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
PASSWORD = "quiet-river-42"
PSEUDONYM = "p:0123456789abcdef-pseudonym"
REPORT = "daily-2026-11-18.1"  # of the day of NOW
HOSTILE = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>{{7*7}}\u202e=HYPERLINK("x")'
Browser = TestClient
SignIn = Callable[..., TestClient]


class Clock:
    """The time of the app; tests set it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def go(self, **given: float) -> None:
        self.now += timedelta(**given)


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """Hash with little work: that argon2id is hard to compute needs no proof in every test."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", hasher)
        patch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["local"])
def web_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Settings that lead to the local store; tests that ask for both engines give the parameters themselves."""
    url = request.getfixturevalue("elasticsearch_url") if request.param == "elasticsearch" else None
    given = settings.elasticsearch.model_copy(update={"url": url, "prefix": f"t{uuid.uuid4().hex[:12]}"})
    return settings.model_copy(update={"elasticsearch": given})


@pytest.fixture
def database(web_settings: Settings) -> Iterator[Elasticsearch]:
    """A database that is set up; what the test leaves is deleted."""
    names = Names(web_settings.elasticsearch.prefix)
    with connect(web_settings) as client:
        set_up(client, names, str(default().stamp))
        yield client
        if web_settings.elasticsearch.url is not None:
            indices = list(client.indices.get(index=names.everything))
            if indices:
                client.indices.delete(index=indices)
            client.options(ignore_status=404).indices.delete_index_template(name=names.everything)


@pytest.fixture
def log(web_settings: Settings) -> Iterator[Log]:
    with open_log(web_settings) as log:
        yield log


@pytest.fixture
def app(web_settings: Settings, database: Elasticsearch, log: Log, clock: Clock) -> FastAPI:
    return create_app(web_settings, database, log=log, clock=clock)


@pytest.fixture
def people(app: FastAPI) -> People:
    people: People = app.state.desk.people
    return people


def browser_of(app: FastAPI) -> TestClient:
    """A browser: it says what browsers say, and keeps cookies."""
    return TestClient(
        app, headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}, follow_redirects=False, raise_server_exceptions=False
    )


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    """A browser in which nobody is signed in."""
    return browser_of(app)


@pytest.fixture
def sign_in(app: FastAPI, people: People, clock: Clock) -> SignIn:
    """Gives a browser in which somebody of a role is signed in."""

    def enter(role: Role, department: str | None = None, name: str | None = None) -> TestClient:
        users, name = Users(people, clock, "test"), name or f"some-{department or role}"
        if people.client.options(ignore_status=404).get(index=f"{people.names.prefix}-users", id=name).meta.status == 404:
            users.add(name, role, PASSWORD, department=department)
        browser = browser_of(app)
        assert browser.get(f"/enter/{users.entry(name)}").status_code == 303
        return browser

    return enter


@pytest.fixture
def duty(sign_in: SignIn) -> TestClient:
    """The browser of an officer on duty."""
    return sign_in(Role.DUTY)


def post(n: int) -> TaggedPost:
    """The n-th post, half an hour apart: private and organisations, one of them hostile."""
    text = HOSTILE if n == 5 else f"地铁早高峰停运第{n}天，请尽快恢复"
    author = Author(id="media-1", standing=Standing.MEDIA, name="云溪晚报") if n % 4 == 1 else Author(id=PSEUDONYM)
    return tagged(
        n,
        text=text,
        title=HOSTILE if n == 5 else None,
        author=author,
        url=f"https://weibo.example/{n}",
        published_at=NOW - n * timedelta(minutes=30),
        collected_at=NOW,
        forwards=n,
        accounts=("yunxi-fabu",) if n % 2 else (),
        tags={"sentiment": n % 3 - 1, "topic": ("交通运输", "环境保护")[n % 2], "tokens": " ".join(cut(text))},
    )


def write(database: Elasticsearch, settings: Settings, clock: Clock, *posts: TaggedPost) -> None:
    """Write posts now, so that they can be searched."""
    assert Writer(database, settings.elasticsearch.prefix, clock=clock).write(posts) == []
    database.indices.refresh(index=Names(settings.elasticsearch.prefix).everything)


@pytest.fixture
def filled(database: Elasticsearch, web_settings: Settings, clock: Clock) -> None:
    """Forty posts, one of them seen again, runs of three sources, and a report of the day so far."""
    write(database, web_settings, clock, *(post(n) for n in range(40)))
    again = msgspec.structs.replace(post(1).post, forwards=90, collected_at=NOW + timedelta(hours=1))
    write(database, web_settings, clock, msgspec.structs.replace(post(1), post=again))
    runs = [
        Coverage(id="one:1", source="yunxi-news", started_at=NOW, ended_at=NOW, outcome="complete", seen=3, kept=2),
        Coverage(id="two:1", source="gone-source", started_at=NOW, ended_at=NOW, outcome="failed", reason="sign_in_page"),
    ]
    Writer(database, web_settings.elasticsearch.prefix).write_coverage(runs)
    names = Names(web_settings.elasticsearch.prefix)
    database.indices.refresh(index=names.everything)
    reader = Reader(database, names, web_settings.zone)
    day = daily(NOW.astimezone(web_settings.zone).date(), web_settings.zone, NOW)
    content = gather(material(web_settings, reader, load_office(web_settings)), day, NOW)
    assert Archive(Records(database, names)).add(day, content, "zhou").id == REPORT


@pytest.fixture
def town(app: FastAPI, clock: Clock) -> Town:
    """A week of a city, followed: incidents and requests. It is then the time of the pages."""

    def tell(now: datetime) -> None:
        clock.now = now

    return Town(app.state.desk, HOSTILE, tell)


@pytest.fixture
def served(web_settings: Settings, database: Elasticsearch) -> Iterator[Served]:
    """The pages on a real socket."""
    served = Served(web_settings, database)
    served.start()
    yield served
    served.stop()
