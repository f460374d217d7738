"""Rounds of the watcher over a real database: each thing is told once, whatever is restarted, late or contested."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from elasticsearch.dsl import Search

from accounts.own import SNAPSHOTS
from alerts.book import NOTICES, Book
from alerts.desk import Desk
from alerts.episodes import Episode
from alerts.errors import LeaseLost
from alerts.facts import Change, Facts
from alerts.watcher import Watcher
from config.accounts import MonitoredAccount
from config.alerts import AlertPlan, Rule, Subscription, WebhookChannel
from config.settings import WatchSettings
from config.topic_names import TOPIC_NAMES
from indexers.errors import DatabaseUnavailable
from indexers.reader import Reader
from streams.messages import Author, Standing, TaggedPost
from tests.indexers.posts import NOW, tagged

Store = Callable[[Sequence[TaggedPost]], None]
Make = Callable[..., Watcher]

SPIKE = Rule(id="spike", name="突增", kind="spike", filter={"sentiments": [-1]}, parameters={"by": ["account"], "step_s": 900})
BURST = Rule(id="burst", name="集中", kind="frequency", level="notice", parameters={"posts": 10, "within_s": 1800, "by": ["account"]})
TAKEOVER = Rule(
    id="takeover", name="被盗", kind="takeover", level="urgent", parameters={"tell": ["suspect", "takeover"], "least_posts": 20}
)
HOOK = WebhookChannel(id="hook", kind="webhook", url="http://127.0.0.1:1/", secret="s")
DUTY = Subscription(id="duty", name="值班室", channels=("hook",), steps=("opened", "grown", "acknowledged", "resolved"))


def plan(*rules: Rule) -> AlertPlan:
    return AlertPlan(rules=rules, channels=(HOOK,), subscriptions=(DUTY,))


def quiet(days: int = 3) -> list[TaggedPost]:
    """Days of everyday life up to NOW: about six negative posts an hour on one account, collected as they come."""
    chance = random.Random(3)
    found = []
    for number in range(days * 144):
        at = NOW - timedelta(minutes=10 * (number + chance.random()))
        found.append(tagged(number, published_at=at, collected_at=at + timedelta(minutes=1)))
    return found


def storm(count: int = 60, *, minutes_ago: float = 30, first: int = 50_000) -> list[TaggedPost]:
    """Many negative posts within a quarter of an hour."""
    start = NOW - timedelta(minutes=minutes_ago)
    return [
        tagged(first + number, published_at=start + number * timedelta(seconds=10), collected_at=NOW, forwards=number)
        for number in range(count)
    ]


def told(book: Book) -> list[str]:
    """Every notice there is, as "rule step"."""
    return [f"{read.body.finding.rule} {read.body.step}" for read in book.records.walk(NOTICES, Search(), {"at": "asc"})]


def only(book: Book) -> Episode:
    rows = book.episodes().rows
    assert len(rows) == 1
    return rows[0].body


def test_a_quiet_database_tells_nothing(book: Book, store: Store, watcher: Make) -> None:
    """Neither an empty one, nor one in which all is as usual."""
    assert watcher(plan(SPIKE, BURST, TAKEOVER)).round(NOW).to is None
    store(quiet())
    seen = watcher(plan(SPIKE, BURST, TAKEOVER)).round(NOW)
    assert (seen.to is not None, seen.learning, seen.running, seen.series) == (True, False, 0, 2)
    assert told(book) == []


def test_a_storm_is_told_once_with_what_explains_it(book: Book, store: Store, watcher: Make) -> None:
    """Observed, expected, how rare, since when, which posts; another round and a restarted watcher find nothing new."""
    store([*quiet(), *storm()])
    first = watcher(plan(SPIKE))
    first.round(NOW)
    first.round(NOW + timedelta(seconds=5))
    watcher(plan(SPIKE)).round(NOW + timedelta(seconds=10))
    episode = only(book)
    finding = episode.finding
    assert (finding.subject.account, episode.status, finding.model) == ("metro", "open", "spikes-1")
    assert finding.observed > 20
    assert (finding.expected or 99) < 5
    assert (finding.score or 0) > 2.5
    assert NOW - timedelta(hours=1) <= finding.since <= finding.at <= NOW
    assert set(finding.posts) <= {f"weibo:{number}" for number in range(50_000, 50_060)}
    assert len(finding.posts) == 20
    assert [step for step in told(book) if step == "spike opened"] == ["spike opened"]
    assert episode.rule["parameters"]["surprise"] == 2.5  # the copied rule is whole: its defaults stand in it
    deliveries = book.deliveries_of(episode.id)
    assert {(delivery.channel, delivery.state) for delivery in deliveries} == {("hook", "waiting")}
    assert len(deliveries) == len(episode.steps)


@pytest.mark.parametrize("read", ["alerts.look_posts.published", "alerts.look_own.LookAtOwn.look"])
def test_a_read_that_fails_loses_no_alert(read: str, book: Book, store: Store, watcher: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted before the database went away is found again when it is back, and told once."""
    store([*quiet(), *storm()])
    watching = watcher(plan(SPIKE, BURST))
    with monkeypatch.context() as patch:
        patch.setattr(read, _away)
        with pytest.raises(DatabaseUnavailable):
            watching.round(NOW)
    assert told(book) == []
    for seconds in (5, 10):
        watching.round(NOW + timedelta(seconds=seconds))
    assert {step for step in told(book) if "opened" in step} == {"spike opened", "burst opened"}
    assert len(told(book)) == len(set(told(book)))


def _away(*_: object, **__: object) -> None:
    raise DatabaseUnavailable("away")


def test_what_was_expected_is_noted_while_it_lasts(book: Book, store: Store, watcher: Make) -> None:
    """Interval after interval from some hours before, once each; a rule that counts in other steps by now adds nothing."""
    store([*quiet(), *storm()])
    watcher(plan(SPIKE)).round(NOW)
    noted = only(book).means
    steps = [mean.at for mean in noted]
    assert len(noted) >= 12
    assert {later - earlier for earlier, later in pairwise(steps)} == {900.0}
    assert steps[0] < only(book).finding.since.timestamp() - 3600
    assert steps[-1] == NOW.timestamp() - 900  # the interval of the newest post
    expected = {mean.at: mean.expected for mean in noted}
    assert expected[only(book).finding.at.timestamp()] == pytest.approx(only(book).finding.expected, abs=1e-3)
    store([tagged(95_000, published_at=NOW + timedelta(minutes=20), collected_at=NOW + timedelta(minutes=20))])
    watcher(plan(SPIKE.model_copy(update={"parameters": {"by": ["account"], "step_s": 300}}))).round(NOW + timedelta(minutes=20))
    assert only(book).means == noted
    watcher(plan(SPIKE)).round(NOW + timedelta(minutes=20))
    assert [mean.at for mean in only(book).means] == [*steps, NOW.timestamp(), NOW.timestamp() + 900]


def test_late_posts_raise_what_they_show(book: Book, store: Store, watcher: Make) -> None:
    """A storm that comes in an hour late, after later posts, is found where it was published; a very old one is no news."""
    store(quiet())
    one = watcher(plan(SPIKE, BURST))
    one.round(NOW)
    store(storm(minutes_ago=80))
    store(storm(minutes_ago=24 * 60, first=70_000))
    one.round(NOW)
    found = {read.body.finding.rule: read.body for read in book.episodes().rows}
    assert set(found) == {"spike", "burst"}
    assert found["spike"].opened_at < NOW - timedelta(minutes=60)
    assert all(NOW - timedelta(hours=2) < episode.opened_at for episode in found.values())


def test_a_back_fill_is_learned_and_not_told(book: Book, store: Store, watcher: Make) -> None:
    """Days of posts that arrive at once, long after their time, raise nothing and are known afterwards."""
    store(quiet(days=1))
    one = watcher(plan(SPIKE))
    one.round(NOW)
    store(
        [
            msgspec.structs.replace(
                post, post=msgspec.structs.replace(post.post, id=f"old:{number}", published_at=post.post.published_at - timedelta(days=1))
            )
            for number, post in enumerate(quiet(days=3))
        ]
    )
    series = one._series
    series._rules[0].not_before = 0.0
    one.round(NOW)
    assert told(book) == []
    assert series._rules[0].track.posts > 400


def test_a_person_and_the_watcher_both_get_their_say(book: Book, store: Store, watcher: Make) -> None:
    """An acknowledgement between two rounds stays, is told, and the episode still ends when it is calm."""
    store([*quiet(), *storm()])
    one = watcher(plan(BURST))
    one.round(NOW)
    desk = Desk(book)
    assert desk.to_acknowledge() == 1
    desk.acknowledge(only(book).id, "wang", NOW)
    one.round(NOW)
    assert (only(book).status, only(book).acknowledged_by) == ("acknowledged", "wang")
    store([tagged(90_000, published_at=NOW + timedelta(hours=3), collected_at=NOW + timedelta(hours=3))])
    one.round(NOW + timedelta(hours=3))
    assert told(book) == ["burst opened", "burst acknowledged", "burst resolved"]
    assert len(book.deliveries_of(only(book).id)) == 3
    assert desk.running() == []


def test_nothing_calms_down_while_nothing_arrives(book: Book, store: Store, watcher: Make) -> None:
    """Time is the posts' own: hours without any post may be an outage, and end no episode."""
    store([*quiet(), *storm()])
    one = watcher(plan(BURST))
    one.round(NOW)
    one.round(NOW + timedelta(hours=8))
    assert only(book).status == "open"


def test_a_watcher_that_lost_the_lease_writes_nothing(book: Book, store: Store, reader: Reader, watcher: Make) -> None:
    """It notices before it writes; the next one finds the same and tells it once."""
    store([*quiet(), *storm()])
    late = Watcher(reader, plan(BURST), (), TOPIC_NAMES, WatchSettings(), keep_on=lambda: False)
    with pytest.raises(LeaseLost):
        late.round(NOW)
    assert told(book) == []
    watcher(plan(BURST)).round(NOW)
    assert told(book) == ["burst opened"]


def test_what_died_before_the_outbox_is_handed_over_by_the_next(
    book: Book, store: Store, watcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An episode is the truth of what is to be told: its notices and deliveries are made of it, once."""
    store([*quiet(), *storm()])
    first = watcher(plan(BURST))
    monkeypatch.setattr(Watcher, "_hand_over", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        first.round(NOW)
    monkeypatch.undo()
    assert told(book) == []
    assert [read.body.pending for read in book.pending()] == [True]
    watcher(plan(BURST)).round(NOW)
    assert told(book) == ["burst opened"]
    assert book.pending() == []


def own_posts() -> Iterator[TaggedPost]:
    """A month of an account's own posts: at nine in the morning, from one desk, hardly forwarded."""
    author = Author(id="weibo:77", standing=Standing.MONITORED, name="云溪地铁", followers=5000)
    for day in range(1, 31):
        at = NOW.replace(hour=1) - timedelta(days=day, minutes=day % 7)
        text = f"今日运营提示：各线路正常运行，首班车六点，第{day}期，请有序乘车"
        yield tagged(day, author=author, text=text, client="政务微博", published_at=at, collected_at=at, forwards=day % 3, comments=1)


def test_an_own_post_that_is_written_late_is_judged(book: Book, store: Store, watcher: Make) -> None:
    """Its page was read before others that are judged already; the log waited with it."""
    author = Author(id="weibo:77", standing=Standing.MONITORED, name="云溪地铁", followers=5100)
    usual = {"author": author, "text": "今日运营提示：各线路正常运行，请有序乘车", "client": "政务微博", "forwards": 1, "comments": 1}
    night = NOW - timedelta(hours=9)
    store([*own_posts(), tagged(501, published_at=NOW - timedelta(hours=1), collected_at=NOW, **usual)])
    one = watcher(plan(TAKEOVER))
    one.round(NOW)
    assert told(book) == []
    advert = {"author": author, "text": "深夜神价祖传玉枕只要九十九快抢 https://cheap.example/x", "client": "陌生手机"}
    store([tagged(500, published_at=night, collected_at=night, forwards=900, comments=300, **advert)])
    one.round(NOW)
    assert told(book) == ["takeover opened"]


def test_a_hijacked_account_reaches_the_officer_with_evidence(book: Book, store: Store, watcher: Make) -> None:
    """A night post unlike the account is told as suspect, and again when it spreads; somebody's ending it is the end of it."""
    author = Author(id="weibo:77", standing=Standing.MONITORED, name="云溪地铁", followers=5100)
    advert = {"author": author, "text": "深夜神价祖传玉枕只要九十九快抢 https://cheap.example/x", "client": "陌生手机"}
    night = NOW - timedelta(hours=9)
    store([*own_posts(), tagged(500, published_at=night, collected_at=night, forwards=0, comments=0, **advert)])
    one = watcher(plan(TAKEOVER))
    one.round(NOW)
    assert "与该账号习惯不符" in only(book).finding.why
    store([tagged(500, published_at=night, collected_at=night + timedelta(minutes=10), forwards=900, comments=300, **advert)])
    one.round(NOW)
    finding = only(book).finding
    assert finding.posts == ("weibo:500",)
    assert "疑似账号被盗用" in finding.why
    assert "1,200" in finding.why
    assert "陌生手机" in finding.why
    assert told(book) == ["takeover opened", "takeover grown"]
    Desk(book).resolve(only(book).id, "wang", "已找回账号", NOW)
    store([tagged(500, published_at=night, collected_at=night + timedelta(minutes=20), forwards=1900, comments=300, **advert)])
    watcher(plan(TAKEOVER)).round(NOW)
    assert told(book) == ["takeover opened", "takeover grown", "takeover resolved"]


def test_profiles_are_kept_by_day(book: Book, store: Store, watcher: Make) -> None:
    """The last count of a day stays, however often a post is seen."""
    store(list(own_posts()))
    one = watcher(plan(TAKEOVER))
    one.round(NOW)
    one.round(NOW)
    kept = [read.body for read in book.records.walk(SNAPSHOTS, Search(), {"at": "asc"})]
    assert len(kept) == 30
    assert {(snapshot.account, snapshot.followers) for snapshot in kept} == {("metro", 5000)}


def test_incidents_have_their_say(book: Book, reader: Reader) -> None:
    """What is handed in of incidents goes through the rules of their kinds, once a step."""
    moved = Change(incident="i1", title="自来水发黄", before="rated", after="assigned", at=NOW)
    rule = Rule(id="moved", name="事件进展", kind="transition")
    one = Watcher(reader, plan(rule), (), TOPIC_NAMES, WatchSettings(), more=[Told(moved)])
    one.round(NOW)
    one.round(NOW)
    assert told(book) == ["moved opened"]
    assert one.round(NOW + timedelta(days=30)).running == 1


def test_a_round_that_fails_asks_for_the_same_again(book: Book, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told of incidents is told once, so a round that has not stored it must say so."""
    more = Told(Change(incident="i1", title="自来水发黄", before="rated", after="assigned", at=NOW))
    rule = Rule(id="moved", name="事件进展", kind="transition")
    one = Watcher(reader, plan(rule), (), TOPIC_NAMES, WatchSettings(), more=[more])
    with monkeypatch.context() as patch:
        patch.setattr(Book, "put", lambda *_: (_ for _ in ()).throw(DatabaseUnavailable("away")))
        with pytest.raises(DatabaseUnavailable):
            one.round(NOW)
    assert more.asked_again == 1
    one.round(NOW)
    assert (told(book), more.asked_again) == (["moved opened"], 1)


class Told:
    """Tells of changes at every look, and notes how often it was asked for them again."""

    def __init__(self, *changes: Change) -> None:
        self.changes, self.asked_again = list(changes), 0

    def __call__(self, clock: datetime) -> Facts:
        return Facts(now=clock, changes=self.changes)

    def again(self) -> None:
        self.asked_again += 1


@pytest.mark.parametrize("by", [["account"], ["topic"], ["account", "topic", "sentiment"], []])
def test_every_cut_is_found(book: Book, store: Store, watcher: Make, by: list[str]) -> None:
    """Whatever a rule cuts its series by, the storm is in one of them."""
    store([*quiet(), *storm()])
    rule = SPIKE.model_copy(update={"parameters": {"by": by, "step_s": 900}})
    watcher(plan(rule)).round(NOW)
    subject = book.episodes().rows[0].body.finding.subject
    assert (subject.account, subject.topic, subject.sentiment) == (
        "metro" if "account" in by else None,
        "交通运输" if "topic" in by else None,
        -1 if "sentiment" in by else None,
    )


def test_words_narrow_a_rule(book: Book, store: Store, watcher: Make) -> None:
    """A rule with words sees only posts that hold one of them."""
    store([*quiet(), *storm()])
    words = {"sentiments": [-1], "words": ["自来水"]}
    watcher(plan(*(rule.model_copy(update={"filter": rule.filter.model_validate(words)}) for rule in (SPIKE, BURST)))).round(NOW)
    assert told(book) == []


def test_accounts_are_those_of_the_matrix(book: Book, store: Store, watcher: Make) -> None:
    """A post about an account that stands no more in the matrix is in no series, and breaks nothing."""
    store([*quiet(), *(msgspec.structs.replace(post, post=msgspec.structs.replace(post.post, accounts=("gone",))) for post in storm())])
    assert MonitoredAccount(id="gone", name="已撤销").id == "gone"
    watcher(plan(SPIKE)).round(NOW)
    assert told(book) == []
