"""A made-up day of an office, put into a database the way it comes there: posts, incidents, requests, alerts, runs of sources.

It is Monday 2026-11-02 in Shanghai. What the reports say of it is computed by the tests from the plain lists here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from alerts.book import Book
from alerts.episodes import acknowledge, resolve, take
from alerts.errors import SendFailed
from alerts.outbox import Policy, failed
from alerts.subscriptions import deliveries
from config.alerts import Subscription
from config.settings import Settings
from config.sources import FeedSource
from incidents.desk import Desk
from incidents.lane import Lane
from incidents.records import Given, Stage
from incidents.requests import Channel, RequestGiven, RequestStage
from indexers.reader import Reader
from indexers.records import Records
from indexers.writer import Writer
from nlp.segment import default
from reports.gather import material
from reports.material import Material
from streams.messages import Author, Coverage, Standing, TaggedPost
from tests.alerts.examples import RULE, finding
from tests.incidents.desk import DUTY, OFFICER
from tests.incidents.posted import City, post, stories

START = datetime(2026, 11, 1, 16, tzinfo=UTC)  # midnight in Shanghai
END = START + timedelta(days=1)
AFTER = END + timedelta(hours=9)  # when the report is made
EVENING = START + timedelta(hours=22)
SECRET = "举报市交通运输局收红包，证据在此"
PSEUDONYM = "p:5e1f0c9a7b3d2244-nobody"
HOSTILE = "\x1b[31m红字\x00\x0b\u202e倒写\u2028 <b>&amp; 🙂👨\u200d👩\u200d👧 ]]> {{7*7}}"
MEDIA = Author(id="media-1", standing=Standing.MEDIA, name="云溪晚报")
HOUR = timedelta(hours=1)
STATIONS = {"a-fabu": "yunxi-fabu", "b-gongan": "yunxi-gongan", "c-bowuguan": "yunxi-bowuguan", "d-never": None}


def at(hours: float) -> datetime:
    """A time so many hours after the day began."""
    return START + timedelta(hours=hours)


def said(name: str, hours: float, **given: Any) -> TaggedPost:
    """A post so many hours after the day began, that no story is about."""
    return post(
        name, given.pop("text", f"第{name}条：今天路过，顺便看看"), published_at=at(hours), collected_at=max(at(hours), at(-120)), **given
    )


def other_days() -> list[TaggedPost]:
    """What was published before: four the day before, two before that, one three and one five days before; the rest before collection."""
    rows = [(-23, -1), (-20, 0), (-3, 1), (-0.001, -1), (-30, -1), (-40, 0), (-70, 1), (-119, -1), (-150, -1), (-160, 0)]
    return [said(f"past{n}", hours, sentiment=sentiment, accounts=("yunxi-ditie",)) for n, (hours, sentiment) in enumerate(rows)]


def own(name: str, hours: float, account: str, native: str) -> TaggedPost:
    """A post of one of the office's own accounts."""
    author = Author(id=f"weibo:{native}", standing=Standing.MONITORED, name=account)
    return post(name, "今日天气晴，祝您出行愉快", published_at=at(hours), collected_at=max(at(hours), at(-120)), sentiment=1, author=author)


def today() -> list[TaggedPost]:
    """What was published on the day beside the stories: at its very edges, far spread, hostile, a report (举报)."""
    return [
        said("first", 0, sentiment=0, accounts=("yunxi-ditie", "yunxi-fabu"), forwards=3),
        said("last", 23.9999, sentiment=1),
        said("loud", 9, sentiment=0, author=MEDIA, forwards=900, comments=90, url="https://news.example/1", accounts=("yunxi-ditie",)),
        said("odd", 10, text=HOSTILE, forwards=50, author=Author(id=PSEUDONYM), url="javascript:alert(1)"),
        said("secret", 11, text=SECRET, forwards=500, accounts=("yunxi-jiaojing",), url="https://weibo.example/secret"),
        said("ask", 12, text="请问东湖小区什么时候能来水", sentiment=0),
        own("own1", 8, "云溪发布", "7700000001"),
        own("own2", 18, "云溪发布", "7700000001"),
    ]


def tomorrow() -> list[TaggedPost]:
    """What came after the day."""
    return [said("next", 24, forwards=5000), said("later", 30)]


def silent_accounts() -> list[TaggedPost]:
    """Accounts that published last 12 and 20 days before."""
    return [own("own3", -12 * 24 + 9, "平安云溪", "7700000002"), own("own4", -20 * 24 + 9, "云溪博物馆", "7700000004")]


def runs() -> Iterator[Coverage]:
    """Hourly runs: one source whole, one failing from 6 to 9, one without a sound from 12 on until the next morning, one that never ran."""
    for hour in range(-3, 30):
        yield _run("a-fabu", hour)
        yield _run("b-gongan", hour, **({"outcome": "failed", "reason": "sign_in_page"} if 6 <= hour < 10 else {}))
        if not 12 < hour < 26:
            yield _run("c-bowuguan", hour)


def _run(source: str, hour: int, **given: Any) -> Coverage:
    started = at(hour)
    body: dict[str, Any] = {"outcome": "complete", "seen": 3, "kept": 2, "oldest_at": at(-40 * 24)}
    return Coverage(id=f"{source}:{hour}", source=source, started_at=started, ended_at=started + timedelta(minutes=2), **(body | given))


class Day:
    """The day in a database, and what reports are made from."""

    def __init__(self, reader: Reader, environment: dict[str, str] | None = None) -> None:
        self.reader = reader
        self.environment = environment or {}  # where commands find the same database
        self.city = City(reader, str(default().stamp))
        sources = tuple(
            FeedSource(id=name, spider="feed", urls=("http://127.0.0.1/feed",), interval=3600, account=account)
            for name, account in STATIONS.items()
        )
        off = FeedSource(id="e-off", spider="feed", urls=("http://127.0.0.1/feed",), enabled=False)
        self.city.office = self.city.office._replace(sources=(*sources, off))
        self.desk = Desk(reader, self.city.office, self.city.rules, clock=self.city.clock)
        self.lane = Lane(reader, self.city.office, self.city.rules, clock=self.city.clock)
        self.book = Book(Records(reader.client, reader.names))

    @property
    def material(self) -> Material:
        return material(Settings(), self.reader, self.city.office)

    def request(self, name: str) -> str:
        return next(request.id for request in self.city.requests() if request.post == f"weibo:{name}")

    def live(self) -> None:
        """Let everything happen, in its order."""
        self._before()
        self._through()
        self._afterwards()

    def _before(self) -> None:
        self.city.now = at(-14 * 24)
        self.city.put(said("old", -14 * 24, text="求助，路灯坏了两个月"), *silent_accounts())
        self.city.follow()
        self.city.now = at(-1)
        self.city.put(*other_days())
        self.city.follow()

    def _through(self) -> None:
        self.city.now = EVENING
        self.city.put(*stories(), *today())
        self.city.follow()
        water = self.water
        self.desk.move(water, Stage.JUDGED, OFFICER, DUTY)
        self.city.now += timedelta(minutes=10)
        self.desk.move(water, Stage.RATED, OFFICER, Given(level="yellow"))
        self.desk.move(water, Stage.ASSIGNED, OFFICER, Given(lead_department="zhujian", due=at(23.5)))
        self.desk.move(self.bridge, Stage.DISMISSED, OFFICER, Given(reason="已封闭维修"))
        passed_on = RequestGiven(channel=Channel.HOTLINE, reference="2026-1102", department="zhujian")
        self.lane.move(self.request("ask"), RequestStage.PASSED_ON, OFFICER, passed_on)
        self._alert(at(21), "1", seen=at(21.5))
        self._alert(at(22), "2", seen=at(31), lost=True)
        self._alert(at(-5), "3", seen=at(-4))
        self._alert(at(3), "4", over=at(6))

    def _afterwards(self) -> None:
        self.city.now = at(32)
        self.city.put(*tomorrow())
        self.desk.move(self.water, Stage.HANDLED, OFFICER, Given(report="水泵已更换"))
        link = "https://yunxi.example/answer/2"
        self.lane.move(self.request("old"), RequestStage.ANSWERED, OFFICER, RequestGiven(answer="已修复", link=link))
        Writer(self.reader.client, self.reader.names.prefix).write_coverage(list(runs()))
        self.city.refresh()

    @property
    def water(self) -> str:
        return self.city.incident_of("water0")

    @property
    def bridge(self) -> str:
        return self.city.incident_of("bridge0")

    def _alert(
        self, opened: datetime, once: str, *, seen: datetime | None = None, over: datetime | None = None, lost: bool = False
    ) -> None:
        """Raise an alert that is acknowledged later, or is over by itself; with `lost` its notification can't be delivered."""
        episode = take(None, msgspec.structs.replace(finding(once=once), at=opened, since=opened), RULE).episode
        assert self.book.put(episode, None)
        read = self.book.episode(episode.id)
        assert read is not None
        subscription = Subscription(id="duty", name="值班室", channels=("hook",))
        sent = deliveries(episode.steps, [subscription] if lost else [], ["hook"], opened)
        assert self.book.hand_over(read, [failed(one, SendFailed("refused", "403", final=True), opened, Policy()) for one in sent])
        told = self.book.episode(episode.id)
        assert told is not None
        ended = acknowledge(told.body, "wang", seen) if seen is not None else resolve(told.body, over or opened, why="已平静")
        assert self.book.put(ended.episode, told)
        again = self.book.episode(episode.id)
        assert again is not None
        assert self.book.hand_over(again, [])
