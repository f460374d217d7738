"""The demo: a simulated city on loopback, and the whole system, as an office would run it, reading that city."""

import os
import shlex
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple, TypeVar

import urllib3
from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch
from filelock import FileLock, Timeout

from city.city import SPEED, City
from city.office import write
from config.check import load_office
from config.settings import ENVIRONMENT_PREFIX, Settings, WebSettings, load_settings
from incidents.desk import Row, Wanted
from indexers.answers import Counts, Share
from indexers.connect import connect
from indexers.embedded.open import folder_of, reach
from indexers.merge import StoredPost
from indexers.names import Names
from indexers.people import People, Role
from indexers.queries import counts, latest_coverage, most_spread, topics_by_sentiment
from indexers.reader import Reader
from indexers.setup import is_set_up
from services.errors import DemoFailed, PortTaken
from services.follow import desk_of
from services.listen import address_of, listen
from services.receiver import Received, Receiver
from services.stop import Stop
from services.supervise import Child, with_parent, yuqing
from services.work import TOPICS
from streams.dead import DeadLetters
from streams.engines import open_log
from streams.log import Log
from streams.messages import Coverage
from web import passwords
from web.errors import UserExists
from web.users import Users

LOOK_S = 1.0
PATIENCE_S = 60.0  # so long the system may take to answer its first query on a slow machine
AFTER_S = 180.0  # so long after the story's end the last posts may take to be found on a busy machine
QUIET_S = 8.0  # nothing new for this long after the story's end: it is all there. Sources are read every 2 or 3 s
LATE_S = 24 * 3600  # the city's time runs so fast that a source which is read every 3 s is hours late
OFFICER = "演示值班员"
SECRET = "yunxi-demo"  # noqa: S105 - of the made-up office, as its alerts.yaml has it
MARK = ".yuqing-demo"  # only a folder with this file in it is ever emptied

Found = TypeVar("Found")


class Progress(NamedTuple):
    """Where the demo stands."""

    elapsed: timedelta
    share: float  # of the story, 0 to 1
    city_time: datetime
    pages: int  # that the city has served
    counts: Counts
    waiting: int  # messages on the log that are not handled yet
    alerts: int  # notifications that have arrived


class Summary(NamedTuple):
    """What the demo has shown."""

    elapsed: timedelta
    pages: int
    counts: Counts
    topics: list[Share]
    most_spread: list[StoredPost]
    coverage: list[Coverage]
    dead: int
    alerts: list[Received]  # notifications, in the order in which they arrived
    incidents: list[Row]  # the largest


class Show:
    """A running demo. Iterate over it for its progress; ask it for the summary at the end."""

    def __init__(self, city: City, settings: Settings, client: Elasticsearch, messages: Log, receiver: Receiver) -> None:
        reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
        self.address = settings.watch.address  # of the pages
        self._users = Users(People(reader.client, reader.names), lambda: datetime.now(UTC), "demo")
        self._city = city
        self._reader = reader
        self._messages = messages
        self._receiver = receiver
        self._settings = settings
        self._began = time.monotonic()
        with suppress(UserExists):  # of an earlier demo on the same Elasticsearch
            self._users.add(OFFICER, Role.DUTY, passwords.make_token())  # a password that nobody needs to know

    def entry(self) -> str:
        """Give an address that signs an officer on duty in to the pages, once, within 15 minutes."""
        return f"{self.address}/enter/{self._users.entry(OFFICER)}"

    def progress(self) -> Progress:
        """Where it stands now."""
        elapsed = time.monotonic() - self._began
        lag = self._messages.lag(self._settings.work.group, TOPICS)
        return Progress(
            elapsed=timedelta(seconds=elapsed),
            share=min(1.0, elapsed / self._city.clock.duration_s),
            city_time=self._city.clock.now(),
            pages=self._city.asked,
            counts=counts(self._reader),
            waiting=sum(lag.values()),
            alerts=len(self._receiver.received),
        )

    def watch(self, stop: Stop) -> Iterator[Progress]:
        """Progress once a second until the story has been told and all of it is searchable, or until told to stop.

        A machine too busy to catch up is not waited for longer than AFTER_S: the last progress says what still waits.
        """
        latest, since = -1, time.monotonic()
        while not stop.wait(LOOK_S):
            now = self.progress()
            yield now
            if now.counts.posts != latest or now.waiting:
                latest, since = now.counts.posts, time.monotonic()
            over = now.elapsed.total_seconds() - self._city.clock.duration_s
            if over > AFTER_S or (over > 0 and time.monotonic() - since > QUIET_S):
                return

    def summary(self) -> Summary:
        """What has been shown so far."""
        return Summary(
            elapsed=timedelta(seconds=time.monotonic() - self._began),
            pages=self._city.asked,
            counts=counts(self._reader),
            topics=topics_by_sentiment(self._reader),
            most_spread=most_spread(self._reader, size=10),
            coverage=latest_coverage(self._reader),
            dead=len(DeadLetters(self._messages).list()),
            alerts=list(self._receiver.received),
            incidents=desk_of(self._settings, self._reader.client, load_office(self._settings)).find(Wanted(), size=10).rows,
        )

    def next_steps(self, *more: str) -> list[str]:
        """Commands that show more of what is there, for another terminal; those in `more` come first."""
        given = {"DATA_DIR": self._settings.data_dir, "CONFIG_DIR": self._settings.config_dir, "OFFICE__NAME": self._settings.office.name}
        own = " ".join(f"YUQING_{name}={shlex.quote(str(value))}" for name, value in given.items())
        commands = (
            "search 自来水",
            "search --sentiment negative --counts",
            "incidents list",
            "alerts list",
            "reports make daily",
            "dead list",
        )
        return [f"{own} .venv/bin/yuqing {command}" for command in (*more, *commands)]


@contextmanager
def running_demo(settings: Settings, stop: Stop, *, speed: float = SPEED) -> Iterator[Show]:
    """The city and the system, up for the length of a `with`; the data stay in the folder `demo` of the data folder.

    `speed` is the city's, in seconds a real second. The settings decide about Kafka and Elasticsearch, as always. Raises DemoFailed where the system does not come up.
    """
    with _alone(settings.data_dir) as folder, City(speed=speed) as city, Receiver(SECRET) as receiver:
        write(folder / "config", city.port, receiver.port)
        watch = {"interval_s": 1.0, "late_s": LATE_S}
        port, address = free_port(settings.web)
        office, web = {"name": "云溪市新媒体办"}, {"port": port}
        own = load_settings(data_dir=folder, config_dir=folder / "config", office=office, watch=watch | {"address": address}, web=web)
        system = Child("up", yuqing("up", *with_parent()), environment(own))
        system.tend()
        try:
            with _database(own, system, stop) as client, open_log(own) as messages:
                yield Show(city, own, client, messages, receiver)
        finally:
            system.end()


@contextmanager
def _alone(data_dir: Path) -> Iterator[Path]:
    """An empty folder for this demo alone: one that is running must not have its files emptied under it. Raises DemoFailed."""
    data_dir = data_dir.absolute()
    with ExitStack() as held:
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(data_dir / "demo.lock", blocking=False))
            folder = fresh_folder(data_dir / "demo")
        except Timeout as error:
            raise DemoFailed(f"another demo runs in {data_dir}; end it first, or set {ENVIRONMENT_PREFIX}DATA_DIR") from error
        except OSError as error:
            raise DemoFailed(f"{data_dir}: {error.strerror}; make it writable, or set {ENVIRONMENT_PREFIX}DATA_DIR") from error
        yield folder


def environment(own: Settings) -> Mapping[str, str]:
    """The environment in which the demo's own system runs."""
    given = {"DATA_DIR": own.data_dir, "CONFIG_DIR": own.config_dir, "OFFICE__NAME": own.office.name, "LOG_LEVEL": "error"}
    given |= {"WATCH__INTERVAL_S": own.watch.interval_s, "WATCH__LATE_S": own.watch.late_s, "WATCH__ADDRESS": own.watch.address}
    given |= {"WEB__PORT": own.web.port}
    return {**os.environ, **{ENVIRONMENT_PREFIX + name: str(value) for name, value in given.items()}}


def fresh_folder(folder: Path) -> Path:
    """An empty folder for the demo. Raises DemoFailed rather than empty one that is not the demo's."""
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise DemoFailed(f"{folder} holds something that is not the demo's; move it, or set {ENVIRONMENT_PREFIX}DATA_DIR")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    return folder


def free_port(web: WebSettings) -> tuple[int, str]:
    """Where pages can be served: the port of the settings or, where somebody has that, any free one; and their address. Raises PortTaken."""
    try:
        tried = listen(web)
    except PortTaken:
        tried = listen(web.model_copy(update={"port": 0}))
    with tried:
        return tried.getsockname()[1], address_of(tried)


@contextmanager
def _database(own: Settings, system: Child, stop: Stop) -> Iterator[Elasticsearch]:
    """A client, once the system has made its database ready."""
    with _awaited(lambda: _reach(own), system, stop) as client:
        _awaited(lambda: is_set_up(client, Names(own.elasticsearch.prefix)) or None, system, stop)
        _awaited(lambda: _shows(own.watch.address) or None, system, stop)
        yield client


def _shows(address: str | None) -> bool:
    """Whether the pages are served, and know that the database is ready: a link that signs in once must not meet an apology."""
    try:
        return urllib3.request("GET", f"{address}/duty", redirect=False, retries=False).status != HTTPStatus.SERVICE_UNAVAILABLE
    except urllib3.exceptions.HTTPError:  # nobody listens yet
        return False


def _reach(own: Settings) -> Elasticsearch | None:
    """A client of the running system's database, never its owner; None while nobody answers."""
    if own.elasticsearch.url is None:
        return reach(folder_of(own))
    client = connect(own)
    try:
        client.cluster.health()
    except (ApiError, TransportError):
        client.close()
        return None
    return client


def _awaited(look: Callable[[], Found | None], system: Child, stop: Stop) -> Found:
    """Wait for something that is there when the system has come up. Raises DemoFailed."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := look()) is None:
        if stop.wait(0.1):
            raise DemoFailed("it was told to end before the system had come up")
        if system.pid is None or time.monotonic() > deadline:
            raise DemoFailed("the system did not come up; run `yuqing up` by itself to see why")
    return found
