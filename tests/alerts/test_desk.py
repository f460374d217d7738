"""What people do with alerts, over a real database."""

import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from alerts.book import RUNNING, Book, Wanted
from alerts.desk import Desk
from alerts.episodes import take
from alerts.errors import NoSuchEpisode, NotAllowed
from alerts.health import Health, Round, judged, seen_now, write_health
from alerts.words import explained, health_line, line
from indexers.cursors import Cursors
from tests.alerts.examples import NOW, RULE, finding, minutes

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def desk(book: Book) -> Desk:
    assert book.put(take(None, finding(posts=("weibo:1", "weibo:2")), RULE).episode, None)
    return Desk(book)


def test_of_two_officers_one_acknowledges(desk: Desk) -> None:
    """Both press at once: one wins, the other is told what is possible now."""
    name = desk.running()[0].id
    results: list[str] = []

    def press(who: str) -> None:
        try:
            results.append(desk.acknowledge(name, who).acknowledged_by or "")
        except NotAllowed as error:
            results.append(f"refused: {', '.join(error.possible)}")

    threads = [threading.Thread(target=press, args=(who,)) for who in ("wang", "li")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(result in {"li", "wang"} for result in results) == 1
    assert "refused: resolve" in results
    assert len(results) == 2
    assert len(desk.running()[0].steps) == 2


def test_an_episode_is_named_by_its_beginning(desk: Desk) -> None:
    """As long as only one begins so; nobody is guessed at."""
    name = desk.running()[0].id
    assert desk.whole_id(name) == desk.whole_id(name[:6]) == name
    with pytest.raises(NoSuchEpisode, match="0 episodes begin with"):
        desk.whole_id("zzz")
    with pytest.raises(NoSuchEpisode, match="no episode zzz"):
        desk.acknowledge("zzz", "wang")


def test_pages_lead_on(desk: Desk) -> None:
    """The latest first; running ones alone where asked."""
    for number in range(1, 4):
        assert desk.book.put(take(None, finding(number, once=str(number)), RULE).episode, None)
    first = desk.page(size=3)
    assert (first.total, [read.body.opened_at for read in first.rows]) == (4, [minutes(3), minutes(2), minutes(1)])
    assert [read.body.opened_at for read in desk.page(size=3, after=first.after).rows] == [NOW]
    desk.resolve(first.rows[0].body.id, "wang", "误报", NOW)
    assert desk.page(Wanted(statuses=RUNNING)).total == 3
    assert desk.to_acknowledge() == 3


def test_why_says_everything(desk: Desk) -> None:
    """Observed, expected, how unlikely, since when, which posts, which rule and version, and what became of it."""
    told = desk.told(desk.running()[0].id)
    text = "\n".join(explained(told, ZONE))
    for part in ("20", "2.00", "4.20", "2026-06-01 15:55", "weibo:1", "weibo:2", "account-spike", "spikes-1", "开始"):
        assert part in text
    assert "待确认" in line(told.episode, ZONE)
    names = {"yunxi-ditie": "云溪地铁"}
    assert "：云溪地铁" in line(told.episode, ZONE, names)
    assert "：云溪地铁" in next(explained(told, ZONE, names))


def test_why_takes_no_number_of_signs_for_a_count(desk: Desk) -> None:
    """An account that is not itself is told by its signs: nothing was counted."""
    sign = finding(8, once="sign", kind="takeover", rule="takeover")
    episode = take(None, sign, RULE).episode
    assert desk.book.put(episode, None)
    text = "\n".join(explained(desk.told(episode.id), ZONE))
    assert "实际    –" in text
    assert "当时" not in text


def test_health_is_told_in_the_words_of_coverage(desk: Desk) -> None:
    """Complete; partial with the worst reason; failed where nothing is heard any more."""
    usual = Round(NOW, 0.1, 5, learning=False, running=1, waiting=0, oldest_waiting=None, dead=0)
    assert judged("a", NOW, usual, 5).outcome == "complete"
    assert judged("a", NOW, usual._replace(took_s=2), 1).outcome == "complete"
    worse = {
        "slow": usual._replace(took_s=9),
        "learning": usual._replace(learning=True, took_s=9),
        "deliveries_dead": usual._replace(dead=2, learning=True),
        "deliveries_late": usual._replace(waiting=3, oldest_waiting=NOW - timedelta(minutes=6), dead=2),
    }
    for reason, found in worse.items():
        health = judged("a", NOW, found, 5)
        assert (health.outcome, health.reason) == ("partial", reason)
    assert desk.health() is None
    assert "从未运行" in health_line(None, ZONE)
    kept = write_health(Cursors(desk.book.records), judged("a", NOW, usual, 5), None)
    assert write_health(Cursors(desk.book.records), judged("a", NOW, worse["slow"], 5), kept) is not None
    health = desk.health()
    assert isinstance(health, Health)
    assert health.reason == "slow"
    with time_machine.travel(NOW, tick=False):
        assert "超过间隔" in health_line(health, ZONE)
    gone = seen_now(health, NOW + timedelta(minutes=3))
    assert gone is not None
    assert (gone.outcome, gone.reason) == ("failed", "away")
