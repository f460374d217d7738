"""What every engine of the log promises, on the local engine and on a real Kafka."""

import signal
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.dead import DeadLetter, DeadLetters
from streams.errors import ContractError, LogUnavailable
from streams.log import Log, Message, Place, Record, Topic
from streams.messages import Post, decode
from streams.sharing import LARGEST_VALUE
from tests.streams.engines import LONG_S, Engine, drain, new_prefix, numbered, numbers, poll_some, share, wait_for


@pytest.fixture(params=["local", pytest.param("kafka", marks=pytest.mark.stack)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "local":
        return Engine(tmp_path)
    return Engine(tmp_path, request.getfixturevalue("kafka_bootstrap"), new_prefix())


@pytest.fixture
def log(engine: Engine) -> Iterator[Log]:
    with engine.open() as opened:
        yield opened


def assert_in_order(records: list[Record]) -> None:
    """Within each key the numbers must grow, apart from runs that come again from an earlier one."""
    by_key: defaultdict[str, list[int]] = defaultdict(list)
    for record in records:
        by_key[record.key] += numbers([record])
    for key, found in by_key.items():
        assert found == sorted(found), key


def test_messages_of_a_key_keep_their_order(log: Log) -> None:
    """What was appended earlier under a key is handed out earlier, and everything once."""
    for start in range(0, 300, 60):
        log.append(numbered(range(start, start + 60), keys=17))
    with log.consumer("work", [Topic.POSTS]) as consumer:
        records = drain(consumer, 300)
    assert sorted(numbers(records)) == list(range(300))
    assert_in_order(records)


def test_a_record_is_what_was_appended(log: Log) -> None:
    """Key, bytes, topic and time come back; bytes that are no text and a missing value too."""
    before = datetime.now(UTC)
    log.append([Message(topic=Topic.POSTS, key="微博:1", value=b"\x00\xff"), Message(topic=Topic.DEAD, key="gone", value=None)])
    (post,) = log.read(Topic.POSTS)
    (tombstone,) = log.read(Topic.DEAD)
    assert (post.key, post.value, post.place.topic, post.offset) == ("微博:1", b"\x00\xff", Topic.POSTS, 0)
    assert abs(post.appended_at - before).total_seconds() < LONG_S
    assert (tombstone.key, tombstone.value) == ("gone", None)


def test_commits_survive_a_restart(engine: Engine) -> None:
    """After all is closed and opened again, a group goes on behind what it committed."""
    with engine.open() as log:
        log.append(numbered(range(30)))
        with log.consumer("work", [Topic.POSTS]) as consumer:
            drain(consumer, 30)
    with engine.open() as log:
        log.append(numbered([30]))
        with log.consumer("work", [Topic.POSTS]) as consumer:
            assert numbers(drain(consumer, 1)) == [30]


def test_what_was_not_committed_comes_again(log: Log) -> None:
    """A consumer that leaves between poll and commit loses nothing: the next one gets the same."""
    log.append(numbered(range(10)))
    with log.consumer("work", [Topic.POSTS]) as first:
        poll_some(first, 10)
    with log.consumer("work", [Topic.POSTS]) as second:
        assert sorted(numbers(drain(second, 10))) == list(range(10))


def test_groups_do_not_disturb_each_other(log: Log) -> None:
    """Each group gets everything."""
    log.append(numbered(range(10)))
    for group in ("work", "audit"):
        with log.consumer(group, [Topic.POSTS]) as consumer:
            assert len(drain(consumer, 10)) == 10


def test_a_rewound_consumer_gets_the_uncommitted_again(log: Log) -> None:
    """Rewind goes back to the last commit, not further."""
    log.append(numbered(range(10)))
    with log.consumer("work", [Topic.POSTS]) as consumer:
        drain(consumer, 10)
        log.append(numbered(range(10, 20)))
        poll_some(consumer, 10)
        consumer.rewind()
        assert sorted(numbers(drain(consumer, 10))) == list(range(10, 20))


def test_a_rewind_before_any_commit_goes_to_the_start(log: Log) -> None:
    """A group that never committed gets all of it again."""
    log.append(numbered(range(10)))
    with log.consumer("work", [Topic.POSTS]) as consumer:
        poll_some(consumer, 10)
        consumer.rewind()
        assert len(drain(consumer, 10)) == 10


def test_an_empty_poll_ends(log: Log) -> None:
    """Where nothing comes, poll hands out an empty, false batch, and committing it does nothing."""
    with log.consumer("work", [Topic.POSTS]) as consumer:
        batch = consumer.poll(10, 0.05)
        assert not batch
        consumer.commit(batch)


def test_lag_counts_what_is_left(log: Log) -> None:
    """For a new group everything is left; then what was not committed; other topics are not counted."""
    log.append(numbered(range(50)))
    log.append([Message(topic=Topic.COVERAGE, key="s", value=b"{}")])
    assert sum(log.lag("work", [Topic.POSTS]).values()) == 50
    with log.consumer("work", [Topic.POSTS]) as consumer:
        drain(consumer, 50)
        log.append(numbered(range(50, 53)))
        lag = log.lag("work", [Topic.POSTS, Topic.COVERAGE])
    assert set(lag) == {*(Place(Topic.POSTS, number) for number in range(4)), Place(Topic.COVERAGE, 0)}
    assert (sum(lag.values()), lag[Place(Topic.COVERAGE, 0)]) == (4, 1)


def test_read_ends_at_the_newest_of_now(log: Log) -> None:
    """Reading a whole topic ends, though more is appended meanwhile, and does not move any group."""
    log.append(numbered(range(20), keys=1))
    reading = log.read(Topic.POSTS)
    first = next(reading)
    log.append(numbered([20], keys=1))
    assert numbers([first, *reading]) == list(range(20))
    assert sum(log.lag("work", [Topic.POSTS]).values()) == 21


def test_two_consumers_share_the_work_and_one_takes_over(log: Log) -> None:
    """Two members have different partitions; when one leaves, the other gets all of them."""
    with log.consumer("work", [Topic.POSTS]) as first, log.consumer("work", [Topic.POSTS]) as second:
        shares = share(log, [first, second], 4)
        assert not shares[0] & shares[1]
        assert len(shares[0] | shares[1]) == 4
        second.close()
        (alone,) = share(log, [first], 4)
        assert len(alone) == 4


def test_a_stopped_consumer_loses_its_share_and_its_commit(engine: Engine, log: Log, tmp_path: Path) -> None:
    """A member that hangs is replaced; when it wakes, its commit is refused and the batch was handled by the other."""
    log.append(numbered(range(20)))
    with engine.child("consume", "--handled", str(tmp_path / "handled"), "--wait") as child:
        wait_for(child, "polled")
        child.send_signal(signal.SIGSTOP)
        with log.consumer("work", [Topic.POSTS]) as survivor:
            assert sorted(numbers(drain(survivor, 20))) == list(range(20))
            child.send_signal(signal.SIGCONT)
            assert child.stdin is not None
            print(file=child.stdin, flush=True)
            wait_for(child, "lost")
    assert sum(log.lag("work", [Topic.POSTS]).values()) == 0


@pytest.mark.parametrize("step", ["poll", "handling", "commit"])
def test_nothing_is_lost_when_a_consumer_is_killed(engine: Engine, log: Log, tmp_path: Path, step: str) -> None:
    """Killed at any step of a batch, the next member handles what was not committed."""
    handled = tmp_path / "handled"
    log.append(numbered(range(200)))
    with engine.child("consume", "--handled", str(handled), "--die-after", step) as child:
        assert child.wait(LONG_S) == -signal.SIGKILL
    with log.consumer("work", [Topic.POSTS]) as survivor:
        left = sum(log.lag("work", [Topic.POSTS]).values())
        again = numbers(drain(survivor, left))
    before = [int(line) for line in handled.read_text().split()]
    assert 0 < len(before) < 200
    assert set(before) | set(again) == set(range(200))
    assert sum(log.lag("work", [Topic.POSTS]).values()) == 0


def test_nothing_acknowledged_is_lost_when_a_producer_is_killed(engine: Engine, log: Log) -> None:
    """Killed in the middle of its appends, what it was told is stored is there, in order, and others can append."""
    with engine.child("produce") as child:
        for _ in range(30):
            said = wait_for(child, "acknowledged")
        child.kill()
    log.append(numbered([10**6]))
    found = list(log.read(Topic.POSTS))
    assert set(numbers(found)) >= {*range(int(said.split()[1])), 10**6}
    assert_in_order(found)


def test_the_producer_fails_loudly_and_resumes_when_the_storage_is_back(engine: Engine, log: Log) -> None:
    """A full disk or a silent broker is an error; what was acknowledged before and after is all there."""
    log.append(numbered(range(10)))
    with engine.broken(), pytest.raises(LogUnavailable) as caught:
        log.append([Message(topic=Topic.POSTS, key="key-0", value=b"9" * 100_000)])
    assert caught.value.retry_after > 0
    log.append(numbered(range(10, 20)))
    found = [record for record in log.read(Topic.POSTS) if len(record.value or b"") < 100]
    assert sorted(numbers(found)) == list(range(20))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\xff\xfe garbage", "not_json"),
        (b"", "not_json"),
        (b'{"contract":0,"id":"weibo:1"}', "contract_version"),
        (b'{"id":"weibo:1"}', "contract_version"),
        (b'{"contract":1,"id":"weibo:1"}', "invalid_message"),
        (b'{"contract":1,"id":"\xff"}', "not_json"),
        (b'{"a":' + b"[" * 100_000, "not_json"),
    ],
)
def test_what_can_not_be_decoded_comes_through_with_a_reason(log: Log, value: bytes, reason: str) -> None:
    """The log carries any bytes; reading them as a post names what is wrong."""
    log.append([Message(topic=Topic.POSTS, key="k", value=value)])
    with log.consumer("work", [Topic.POSTS]) as consumer:
        (record,) = drain(consumer, 1)
    with pytest.raises(ContractError) as caught:
        decode(record.value or b"", Post)
    assert caught.value.reason == reason


def test_a_large_message_comes_through(log: Log) -> None:
    """The largest value that the log takes is handed out whole, though it does not compress."""
    value = bytes(range(251)) * (LARGEST_VALUE // 251)
    log.append([Message(topic=Topic.POSTS, key="k", value=value)])
    with log.consumer("work", [Topic.POSTS]) as consumer:
        (record,) = drain(consumer, 1)
    assert record.value == value


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Message(topic=Topic.POSTS, key="k", value=b"x" * (LARGEST_VALUE + 1)), "message_too_large"),
        (Message(topic=Topic.POSTS, key="weibo:\ud83d", value=b"x"), "invalid_key"),
    ],
)
def test_what_the_log_can_not_carry_is_refused_with_all_that_came_with_it(log: Log, message: Message, reason: str) -> None:
    """It is an error of the message, not of the log, and nothing of the call is stored."""
    with pytest.raises(ContractError) as caught:
        log.append([*numbered([1]), message])
    assert caught.value.reason == reason
    assert list(log.read(Topic.POSTS)) == []


def test_dead_letters_live_in_the_log(log: Log) -> None:
    """Adding twice is adding once; a replay puts the message back and removes the letter; so on every engine."""
    record = Record(place=Place(Topic.POSTS, 1), offset=5, key="weibo:1", value=b"\xff", appended_at=datetime.now(UTC))
    letter = DeadLetter.of_record(record, "not_json", "broken", datetime.now(UTC))
    dead = DeadLetters(log)
    dead.add([letter])
    dead.add([letter])
    assert dead.list() == [letter]
    dead.replay(letter.id)
    assert dead.list() == []
    assert [(again.key, again.value) for again in log.read(Topic.POSTS)] == [("weibo:1", b"\xff")]
