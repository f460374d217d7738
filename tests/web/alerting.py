"""Alerts on the desk, as the watcher leaves them, for the tests of pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from elasticsearch import Elasticsearch

from accounts.takeover import Sign
from alerts import desk as alert_desk
from alerts.book import DELIVERIES, Book
from alerts.episodes import Episode, Mean, take
from alerts.facts import Finding, Subject
from alerts.outbox import Attempt, Delivery
from alerts.subscriptions import deliveries
from config.alerts import AlertPlan, Rule, Subscription, WebhookChannel
from config.settings import Settings
from indexers.names import Names
from indexers.records import Records
from tests.web.conftest import NOW

STEP = timedelta(minutes=5)
SPIKE = Rule(id="account-spike", name="账号声量突增", kind="spike", level="warning", parameters={"by": ["account", "sentiment"]})
BURST = Rule(id="burst", name="短时集中", kind="frequency", level="notice", parameters={"posts": 3, "within_s": 3600, "by": ["topic"]})
HIJACKED = Rule(id="takeover", name="账号异常", kind="takeover", level="urgent")
HOOK = WebhookChannel(id="duty-hook", kind="webhook", url="http://127.0.0.1:1/", secret="never-shown")
DUTY = Subscription(id="duty", name="值班室", channels=("duty-hook",), steps=("opened", "grown", "acknowledged", "resolved"))
PLAN = AlertPlan(rules=(SPIKE, BURST, HIJACKED), channels=(HOOK,), subscriptions=(DUTY,))


class Desk:
    """Puts alerts into the database."""

    def __init__(self, client: Elasticsearch, settings: Settings) -> None:
        self.book = Book(Records(client, Names(settings.elasticsearch.prefix)))

    @property
    def people(self) -> alert_desk.Desk:
        """What people do with alerts."""
        return alert_desk.Desk(self.book)

    def open(self, found: Finding, rule: Rule = SPIKE, means: Sequence[Mean] = (), *, handed: bool = True) -> Episode:
        """Open an episode, and hand what is to be told of it to the outbox."""
        episode = msgspec.structs.replace(take(None, found, rule).episode, means=tuple(means))
        assert self.book.put(episode, None)
        if handed:
            read = self.book.episode(episode.id)
            assert read is not None
            assert self.book.hand_over(read, deliveries(episode.steps, PLAN.subscriptions, ["duty-hook"], NOW))
        return episode

    def fail(self, episode: Episode, reason: str = "unreachable", what: str = "no answer: NewConnectionError", tries: int = 10) -> Delivery:
        """Let the outbox give up on an episode's first notification."""
        (delivery,) = self.book.deliveries_of(episode.id)
        read = self.book.records.get(DELIVERIES, delivery.id)
        assert read is not None
        tried = tuple(Attempt(at=NOW + number * STEP, reason=reason, what=what) for number in range(tries))
        dead = msgspec.structs.replace(delivery, state="dead", attempts=tried)
        assert self.book.put_delivery(dead, read) is not None
        return dead


def spike(minutes_ago: float = 30, *, account: str = "yunxi-fabu", sentiment: int = -1, **given: Any) -> Finding:
    """A spike of negative posts on an account, in the interval of five minutes that holds a time."""
    at = datetime.fromtimestamp((NOW - timedelta(minutes=minutes_ago)).timestamp() // 300 * 300, NOW.tzinfo)
    told: dict[str, Any] = {
        "rule": "account-spike",
        "rule_name": "账号声量突增",
        "level": "warning",
        "kind": "spike",
        "model": "spikes-1",
        "subject": Subject(account=account, sentiment=sentiment),
        "at": at,
        "since": at - timedelta(minutes=10),
        "observed": 1,
        "expected": 0.2,
        "score": 3.1,
        "why": "5 分钟内 1 条，平时约 0.2 条",
        "accounts": (account,),
    }
    return Finding(**(told | given))


def burst(minutes_ago: float = 60, **given: Any) -> Finding:
    """Several posts on a topic within an hour."""
    at = NOW - timedelta(minutes=minutes_ago)
    told: dict[str, Any] = {
        "rule": "burst",
        "rule_name": "短时集中",
        "level": "notice",
        "kind": "frequency",
        "model": "frequency-1",
        "subject": Subject(topic="交通运输"),
        "at": at,
        "since": at - timedelta(hours=1),
        "observed": 2,
        "why": "1 小时内 2 条，达到 2 条",
        "topic": "交通运输",
    }
    return Finding(**(told | given))


def hijacked(post: str = "weibo:5", **given: Any) -> Finding:
    """A post that is not like its account."""
    told: dict[str, Any] = {
        "rule": "takeover",
        "rule_name": "账号异常",
        "level": "urgent",
        "kind": "takeover",
        "model": "takeover-1",
        "subject": Subject(account="yunxi-bowuguan"),
        "at": NOW - timedelta(minutes=5),
        "since": NOW - timedelta(minutes=20),
        "observed": 2,
        "score": 9.5,
        "why": "疑似账号被盗用：03:12 发布；客户端“陌生手机”，该账号从未用过",
        "posts": (post,),
        "accounts": ("yunxi-bowuguan",),
        "once": post,
        "signs": (
            Sign(kind="client", rarity=2.6, evidence="客户端“陌生手机”，该账号从未用过"),
            Sign(kind="spread", rarity=6.0, evidence="转发评论 1,200，平时约 3"),
        ),
    }
    return Finding(**(told | given))


def expected_of(found: Finding, value: float = 0.2, steps: int = 30) -> list[Mean]:
    """What was expected of the intervals up to that of a spike."""
    return [Mean((found.at - number * STEP).timestamp(), value) for number in reversed(range(steps))]


@pytest.fixture
def desk(database: Elasticsearch, web_settings: Settings) -> Desk:
    """An empty desk."""
    return Desk(database, web_settings)
