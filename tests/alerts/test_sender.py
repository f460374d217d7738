"""Sending from the database: claimed first, marked afterwards; nothing lost, and each key once as far as a receiver can tell."""

from datetime import datetime, timedelta

import msgspec

from alerts.book import DELIVERIES, Book
from alerts.errors import SendFailed
from alerts.messages import Message, render
from alerts.outbox import Delivery, Policy, claim
from alerts.sender import Sender
from tests.alerts.examples import NOW, notice


class Spy:
    """A channel that notes what it is given, and fails as it is told."""

    def __init__(self, *failures: Exception) -> None:
        self.keys: list[str] = []
        self.failures = list(failures)

    def send(self, message: Message) -> None:
        self.keys.append(message.key)
        if self.failures:
            raise self.failures.pop(0)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def deliveries(count: int, channel: str = "hook") -> list[Delivery]:
    made = notice()
    return [
        Delivery(
            id=f"n{number}@{channel}",
            channel=channel,
            notice=made.id,
            episode=made.episode,
            message=Message(key=f"n{number}", title="t", text="x", data=render(made).data),
            subscriptions=("duty",),
            created_at=NOW + timedelta(seconds=number),
            due_at=NOW,
        )
        for number in range(count)
    ]


def state(book: Book, name: str) -> Delivery:
    read = book.records.get(DELIVERIES, name)
    assert read is not None
    return read.body


def test_what_is_due_is_sent_once_in_order(book: Book) -> None:
    """Each is marked as sent, and the next look sends nothing."""
    book.records.create_all(DELIVERIES, deliveries(5))
    spy = Spy()
    with Sender(book, {"hook": spy}, Policy(), Clock()) as sender:
        assert sender.start() == 5
        assert sender.finish() == 5
        assert sender.start() == 0
    assert spy.keys == [f"n{number}" for number in range(5)]
    assert state(book, "n0@hook").state == "sent"
    assert book.waiting().total == 0


def test_a_backlog_of_one_channel_holds_up_no_other(book: Book) -> None:
    """Hundreds wait for a receiver that was down, and for one that is configured no more; what came last for the others goes out at once."""
    backlog = [*deliveries(230, "down"), *deliveries(230, "gone")]
    late = [msgspec.structs.replace(one, created_at=NOW + timedelta(hours=1)) for one in deliveries(2)]
    book.records.create_all(DELIVERIES, [*backlog, *late])
    spy = Spy()
    with Sender(book, {"down": Spy(), "hook": spy}, Policy(), Clock()) as sender:
        sender.start()
        sender.finish()
    assert spy.keys == ["n0", "n1"]
    assert state(book, "n0@gone").state == "dead"


def test_a_failure_waits_and_a_final_one_is_dead(book: Book) -> None:
    """Each try stands with its reason; the dead are listed, and can be revived."""
    book.records.create_all(DELIVERIES, deliveries(2))
    spy, clock = Spy(SendFailed("http_503", "busy"), SendFailed("http_404", "gone", final=True)), Clock()
    with Sender(book, {"hook": spy}, Policy(), clock) as sender:
        sender.start()
        assert sender.finish() == 0
        assert (state(book, "n0@hook").state, state(book, "n1@hook").state) == ("waiting", "dead")
        assert [read.body.id for read in book.dead().rows] == ["n1@hook"]
        assert sender.start() == 0
        clock.now += timedelta(minutes=1)
        sender.start()
        assert sender.finish() == 1
    assert [attempt.reason for attempt in state(book, "n0@hook").attempts] == ["http_503", None]


def test_a_claim_whose_sender_died_falls_due_again(book: Book) -> None:
    """Not before its end: the sender may only be slow."""
    (delivery,) = deliveries(1)
    book.records.create_all(DELIVERIES, [claim(delivery, NOW, Policy())])
    spy, clock = Spy(), Clock()
    with Sender(book, {"hook": spy}, Policy(), clock) as sender:
        assert sender.start() == 0
        clock.now += Policy().claim
        assert sender.start() == 1
        assert sender.finish() == 1


def test_of_two_senders_one_sends(book: Book) -> None:
    """Both see it due; the claim decides."""
    book.records.create_all(DELIVERIES, deliveries(6))
    spies = Spy(), Spy()
    with Sender(book, {"hook": spies[0]}, Policy(), Clock()) as one, Sender(book, {"hook": spies[1]}, Policy(), Clock()) as two:
        one.start()
        two.start()
        assert one.finish() + two.finish() == 6
    assert sorted(spies[0].keys + spies[1].keys) == [f"n{number}" for number in range(6)]


def test_a_channel_that_is_gone_or_broken_says_so(book: Book) -> None:
    """One that stands nowhere is dead at once; a library that fails is tried again."""
    book.records.create_all(DELIVERIES, [*deliveries(1, "gone"), *deliveries(1, "odd")])
    with Sender(book, {"odd": Spy(ZeroDivisionError())}, Policy(), Clock()) as sender:
        sender.start()
        sender.finish()
    assert [attempt.reason for attempt in state(book, "n0@gone").attempts] == ["no_channel"]
    assert state(book, "n0@gone").state == "dead"
    assert [attempt.reason for attempt in state(book, "n0@odd").attempts] == ["broken_channel"]
    assert state(book, "n0@odd").state == "waiting"


def test_one_channel_holds_up_no_other(book: Book) -> None:
    """Each channel's deliveries go on their own thread."""
    book.records.create_all(DELIVERIES, [*deliveries(3, "a"), *deliveries(3, "b")])
    slow, quick = Spy(*[SendFailed("unreachable", "time-out")] * 3), Spy()
    with Sender(book, {"a": slow, "b": quick}, Policy(), Clock()) as sender:
        sender.start()
        assert sender.finish() == 3
    assert quick.keys == ["n0", "n1", "n2"]
