"""Subscriptions and the outbox: who gets what, tried how often."""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from alerts.errors import SendFailed
from alerts.messages import Wording, render
from alerts.outbox import Delivery, Policy, claim, due, failed, revive, sent
from alerts.subscriptions import deliveries, wants
from config.alerts import Subscription
from tests.alerts.examples import NOW, finding, minutes, notice

POLICY = Policy(attempts=4)
DOWN = SendFailed("unreachable", "no answer")


def _subscription(**given: object) -> Subscription:
    return Subscription.model_validate({"id": "duty", "name": "值班室", "channels": ["mail"]} | given)


def _delivery() -> Delivery:
    (made,) = deliveries([notice()], [_subscription()], ["mail"], NOW)
    return made


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True),
        ({"level": "urgent"}, False),
        ({"rules": ["account-spike"]}, True),
        ({"rules": ["other"]}, False),
        ({"filter": {"accounts": ["yunxi-ditie"]}}, True),
        ({"filter": {"accounts": ["yunxi-gongan"]}}, False),
        ({"filter": {"sentiments": [1]}}, False),
        ({"filter": {"topics": ["交通运输"]}}, False),
        ({"steps": ["resolved"]}, False),
    ],
)
def test_each_subscriber_has_their_own_filter(given: dict[str, object], expected: bool) -> None:
    """By rule, level, step, account, topic and sentiment."""
    assert wants(_subscription(**given), notice()) is expected


def test_a_channel_is_told_once_however_many_share_it() -> None:
    """Two subscribers with one channel make one delivery for both; another channel makes another; one that is off makes none."""
    plan = [_subscription(), _subscription(id="boss", channels=["mail", "group", "off"])]
    first = deliveries([notice()], plan, ["mail", "group"], NOW)
    assert [(delivery.channel, delivery.subscriptions) for delivery in first] == [("mail", ("duty", "boss")), ("group", ("boss",))]
    again = deliveries([notice(), notice()], plan, ["mail", "group"], minutes(9))
    assert [delivery.id for delivery in again] == [delivery.id for delivery in first]


def test_a_message_says_what_why_and_by_which_rule() -> None:
    """Title and text are Chinese, name the account as people do, the rule and its version, and link to the episode; times are the office's.

    The data holds the whole finding.
    """
    message = render(notice(), Wording(ZoneInfo("Asia/Shanghai"), {"yunxi-ditie": "云溪地铁"}, "http://127.0.0.1:8000/"))
    assert message.title == "【预警】账号声量突增：云溪地铁 · 负面"
    assert "平时约 2.0 条" in message.text
    assert "时间：2026-06-01 15:55 起，06-01 16:00 发现" in message.text
    assert "account-spike（spikes-1）" in message.text
    assert f"http://127.0.0.1:8000/alerts/{notice().episode}" in message.text
    assert message.data["notice"]["finding"]["expected"] == 2.0


def test_a_hostile_title_stays_one_line() -> None:
    """Line breaks from a post's words can't forge a header, and endless ones are cut."""
    message = render(notice(title="停运\r\nBcc: all@example.cn\x00" + "长" * 500))
    assert "\n" not in message.title
    assert "\r" not in message.title
    assert len(message.title) <= 120


def test_waits_grow_and_end() -> None:
    """Each failure waits about twice as long; after the last one the delivery is dead, with every reason kept."""
    delivery, waits = _delivery(), []
    for _ in range(3):
        delivery = failed(claim(delivery, NOW, POLICY), DOWN, NOW, POLICY)
        waits.append((delivery.due_at - NOW).total_seconds())
    assert [most * 0.8 <= wait <= most for wait, most in zip(waits, (15, 30, 60), strict=True)] == [True] * 3
    delivery = failed(delivery, DOWN, NOW, POLICY)
    assert (delivery.state, [attempt.reason for attempt in delivery.attempts]) == ("dead", ["unreachable"] * 4)


def test_a_receiver_may_ask_for_more_time() -> None:
    """Retry-After is kept to, but no longer than the longest wait."""
    busy = SendFailed("http_429", "busy", retry_after=300)
    assert (failed(_delivery(), busy, NOW, POLICY).due_at - NOW).total_seconds() == 300
    forever = SendFailed("http_429", "busy", retry_after=1e9)
    assert failed(_delivery(), forever, NOW, POLICY).due_at - NOW == POLICY.longest_wait


def test_what_can_not_succeed_is_dead_at_once_and_can_be_revived() -> None:
    """A refused address is not tried for hours; when it is put right, the delivery is tried as if new."""
    dead = failed(_delivery(), SendFailed("http_404", "gone", final=True), NOW, POLICY)
    assert dead.state == "dead"
    assert due([dead], minutes(999)) == []
    assert due([revive(dead, minutes(1))], minutes(1))[0].attempts == ()
    done = sent(_delivery(), NOW)
    assert revive(done, minutes(1)) is done


def test_a_sender_that_dies_between_claim_and_sent_loses_nothing() -> None:
    """A claimed delivery is nobody else's until its claim ends; then it is due again, under the same id."""
    claimed = claim(_delivery(), NOW, POLICY)
    assert due([claimed], minutes(1)) == []
    assert [delivery.id for delivery in due([claimed], minutes(2))] == [claimed.id]
    assert due([sent(claimed, minutes(1))], minutes(9)) == []


def test_the_oldest_goes_first() -> None:
    """What waited longest is tried first."""
    old, new = _delivery(), deliveries([notice(after=5)], [_subscription()], ["mail"], minutes(5))[0]
    assert [delivery.id for delivery in due([new, old], minutes(9))] == [old.id, new.id]


def test_a_delivery_is_a_json_document() -> None:
    """Stored and read back, it is the same."""
    delivery = failed(_delivery(), DOWN, NOW, POLICY)
    assert msgspec.json.decode(msgspec.json.encode(delivery), type=Delivery) == delivery
    assert finding().rule in msgspec.json.encode(delivery).decode()
