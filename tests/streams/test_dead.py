"""Dead letters: deterministic ids, adding twice is adding once, replay, drop, and what can't be replayed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams import dead
from streams.dead import DeadLetter, DeadLetters
from streams.errors import NoSuchLetter, NotReplayable
from streams.local import LocalLog
from streams.log import Message, Place, Record, Topic

NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)
RECORD = Record(place=Place(Topic.POSTS, 2), offset=7, key="weibo:1", value=b"\xff", appended_at=NOW)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LocalLog]:
    with LocalLog(tmp_path / "log", partitions=1) as opened:
        yield opened


@pytest.fixture
def letters(log: LocalLog) -> DeadLetters:
    return DeadLetters(log)


def of_record(record: Record = RECORD, reason: str = "not_json") -> DeadLetter:
    return DeadLetter.of_record(record, reason, "第 1 个字节不对", NOW)


def of_find(value: bytes = b'{"id": null}', source: str = "gov-feed") -> DeadLetter:
    return DeadLetter.of_find(source=source, url="http://127.0.0.1/1", value=value, reason="no_id", error="no id", at=NOW)


def test_a_letter_keeps_bytes_and_origin(letters: DeadLetters) -> None:
    """What went in comes out, bytes that are no text included."""
    letters.add([of_record()])
    assert letters.get("posts.2.7") == of_record()
    assert letters.get("posts.2.7").value == b"\xff"
    assert letters.get("posts.2.7").origin == "posts/2/7"


def test_adding_twice_is_adding_once(letters: DeadLetters) -> None:
    """The id comes from the origin, so a batch that is handled again leaves no second letter."""
    letters.add([of_record(), of_find()])
    letters.add([of_record(), of_find()])
    assert sorted(letter.id for letter in letters.list()) == sorted([of_record().id, of_find().id])


def test_finds_differ_by_source_address_and_bytes() -> None:
    """Two finds share a letter only if all of source, address and bytes are the same."""
    assert of_find().id == of_find().id
    assert len({of_find().id, of_find(value=b"{}").id, of_find(source="other").id}) == 3


def test_list_filters_by_reason_and_source(letters: DeadLetters) -> None:
    """The list can be narrowed to one reason, one source, or both."""
    letters.add([of_record(), of_record(reason="refused_by_database"), of_find()])
    assert [letter.reason for letter in letters.list(reason="no_id")] == ["no_id"]
    assert [letter.id for letter in letters.list(source="gov-feed")] == [of_find().id]
    assert letters.list(reason="no_id", source="other") == []


def test_replay_appends_the_original_and_removes_the_letter(log: LocalLog, letters: DeadLetters) -> None:
    """The message stands in its topic once more under its own key; the letter is gone."""
    letters.add([of_record()])
    letters.replay("posts.2.7")
    assert [(record.key, record.value) for record in log.read(Topic.POSTS)] == [("weibo:1", b"\xff")]
    assert letters.list() == []


def test_a_find_is_not_replayable_and_says_what_to_do(log: LocalLog, letters: DeadLetters) -> None:
    """What never was a message can't be appended; the letter stays and the error names the source."""
    letters.add([of_find()])
    with pytest.raises(NotReplayable, match=r"crawl gov-feed http://127\.0\.0\.1/1 again"):
        letters.replay(of_find().id)
    assert len(letters.list()) == 1
    assert list(log.read(Topic.POSTS)) == []


def test_a_clipped_message_is_not_replayable(letters: DeadLetters, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a message must not go back into the log."""
    monkeypatch.setattr(dead, "LARGEST_KEPT", 3)
    letter = of_record(Record(place=RECORD.place, offset=7, key="k", value=b"12345", appended_at=NOW))
    assert (letter.value, letter.clipped) == (b"123", True)
    letters.add([letter])
    with pytest.raises(NotReplayable, match="too large"):
        letters.replay(letter.id)


def test_drop_removes_for_good(letters: DeadLetters) -> None:
    """A dropped letter is not listed and can't be found."""
    letters.add([of_record(), of_find()])
    letters.drop("posts.2.7")
    assert [letter.id for letter in letters.list()] == [of_find().id]
    with pytest.raises(NoSuchLetter, match=r"posts\.2\.7"):
        letters.drop("posts.2.7")


def test_a_dropped_letter_can_come_again(letters: DeadLetters) -> None:
    """The same message that fails again after it was dropped is listed again."""
    letters.add([of_record()])
    letters.drop("posts.2.7")
    letters.add([of_record()])
    assert [letter.id for letter in letters.list()] == ["posts.2.7"]


def test_a_letter_that_is_garbage_itself_is_shown(log: LocalLog, letters: DeadLetters) -> None:
    """Even what stands in the dead topic and can't be read is listed, with its bytes, and can be dropped."""
    log.append([Message(topic=Topic.DEAD, key="x", value=b"\x00garbage")])
    (letter,) = letters.list()
    assert (letter.id, letter.reason, letter.value) == ("x", dead.UNREADABLE, b"\x00garbage")
    with pytest.raises(NotReplayable, match="can't read the letter"):
        letters.replay("x")
    letters.drop("x")
    assert letters.list() == []
