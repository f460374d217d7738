"""An app on a database of the test's own, with posts in it, and browsers of each role."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from starlette.testclient import TestClient

from config.check import load_office
from config.settings import Settings, load_settings
from indexers.connect import connect
from indexers.embedded.open import folder_of
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
from tests.conftest import delete_indices
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
LOCAL = "local"  # the prefix in local stores
Browser = TestClient
SignIn = Callable[..., TestClient]


class Clock:
    """The time of the app; tests set it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        self.now = now

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
    given = {"url": None, "prefix": LOCAL}
    if request.param == "elasticsearch":
        given = {"url": request.getfixturevalue("elasticsearch_url"), "prefix": request.getfixturevalue("server_prefix")}
    return settings.model_copy(update={"elasticsearch": settings.elasticsearch.model_copy(update=given)})


@pytest.fixture(scope="session")
def set_up_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a local store that is set up: a copy takes a tenth of the time that making one does."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("set-up"), elasticsearch={"prefix": LOCAL})
    with connect(settings) as client:
        set_up(client, Names(LOCAL), str(default().stamp))
    return folder_of(settings)


@pytest.fixture(scope="session")
def filled_store(tmp_path_factory: pytest.TempPathFactory, set_up_store: Path) -> Path:
    """The folder of a local store with what `filled` says in it, to be copied likewise."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("filled"), elasticsearch={"prefix": LOCAL})
    shutil.copytree(set_up_store, folder_of(settings))
    with connect(settings) as client:
        fill(client, settings, Clock())
    return folder_of(settings)


@pytest.fixture(scope="session")
def town_store(tmp_path_factory: pytest.TempPathFactory, set_up_store: Path) -> tuple[Path, datetime]:
    """The folder of a local store with the week of `town` in it, to be copied likewise; and what time it is then."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("town"), elasticsearch={"prefix": LOCAL})
    shutil.copytree(set_up_store, folder_of(settings))
    clock = Clock()
    with connect(settings) as client, open_log(settings) as log:
        Town(create_app(settings, client, log=log, clock=clock).state.desk, clock.set).live(HOSTILE)
    return folder_of(settings), clock.now


@pytest.fixture
def database(request: pytest.FixtureRequest, web_settings: Settings) -> Iterator[Elasticsearch]:
    """A database that is set up; what the test leaves is deleted, but for the index templates."""
    names = Names(web_settings.elasticsearch.prefix)
    if web_settings.elasticsearch.url is None:
        shutil.copytree(_made_before(request), folder_of(web_settings))
    with connect(web_settings) as client:
        set_up(client, names, str(default().stamp))
        yield client
        if web_settings.elasticsearch.url is not None:
            delete_indices(client, names.prefix)


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
def filled(request: pytest.FixtureRequest, database: Elasticsearch, web_settings: Settings, clock: Clock) -> None:
    """Forty posts, one of them seen again, runs of three sources, and a report of the day so far."""
    if web_settings.elasticsearch.url is not None or "town" in request.fixturenames:
        fill(database, web_settings, clock)


def _made_before(request: pytest.FixtureRequest) -> Path:
    """The store that the test's own is a copy of. A town is there before anything is filled in."""
    if "town" in request.fixturenames:
        folder: Path = request.getfixturevalue("town_store")[0]
    else:
        folder = request.getfixturevalue("filled_store" if "filled" in request.fixturenames else "set_up_store")
    return folder


def fill(database: Elasticsearch, web_settings: Settings, clock: Clock) -> None:
    """Put in what `filled` says."""
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
def town(request: pytest.FixtureRequest, app: FastAPI, web_settings: Settings, clock: Clock) -> Town:
    """A week of a city, followed: incidents and requests. It is then the time of the pages."""
    if web_settings.elasticsearch.url is None:
        return Town(app.state.desk, clock.set, request.getfixturevalue("town_store")[1])
    town = Town(app.state.desk, clock.set)
    town.live(HOSTILE)
    return town


@pytest.fixture
def served(web_settings: Settings, database: Elasticsearch) -> Iterator[Served]:
    """The pages on a real socket."""
    served = Served(web_settings, database)
    served.start()
    yield served
    served.stop()
