"""Dead letters: what could not be decoded or handled, with its reason, error, origin and bytes, until a person decides.

They stand in a compacted topic under an id made from their origin, so adding one twice is adding it once.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Self

import msgspec

from streams.errors import ContractError, NoSuchLetter, NotReplayable
from streams.log import Log, Message, Record, Topic
from streams.messages import decode, encode

LARGEST_KEPT = 4 * 1024 * 1024  # bytes of a value; base64 makes a third more of it, and the log takes 8 MiB
UNREADABLE = "unreadable_letter"  # the reason of a letter that this program can't decode


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message that could not be handled. It comes from a place in the log, or, before the log, from a source's page."""

    id: str  # "posts.3.1042": topic, partition, offset; "find.0123456789abcdef": source, address and bytes
    reason: str  # a short constant for counting and filtering, e.g. "not_json"
    error: str  # what the program said
    at: datetime  # aware, UTC: when it was given up
    value: bytes | None = None  # the message as it stood in the log, or what the crawler scraped
    key: str | None = None
    topic: Topic | None = None  # None: it never reached the log
    partition: int | None = None
    offset: int | None = None
    source: str | None = None  # id of the source that found it
    url: str | None = None
    clipped: bool = False  # the value was larger than `LARGEST_KEPT`; only its beginning is kept

    @classmethod
    def of_record(cls, record: Record, reason: str, error: str, at: datetime) -> Self:
        """Make the letter of a record of the log."""
        topic, partition = record.place
        return cls(
            id=f"{topic}.{partition}.{record.offset}",
            reason=reason,
            error=error,
            at=at,
            value=_clip(record.value),
            key=record.key,
            topic=topic,
            partition=partition,
            offset=record.offset,
            clipped=len(record.value or b"") > LARGEST_KEPT,
        )

    @classmethod
    def of_find(cls, *, source: str, url: str | None, value: bytes, reason: str, error: str, at: datetime) -> Self:
        """Make the letter of what a crawler found but could not turn into a message. Leave persons' names out of `value`."""
        digest = hashlib.sha256(msgspec.json.encode((source, url, value))).hexdigest()[:16]
        return cls(
            id=f"find.{digest}",
            reason=reason,
            error=error,
            at=at,
            value=_clip(value),
            source=source,
            url=url,
            clipped=len(value) > LARGEST_KEPT,
        )

    @property
    def origin(self) -> str:
        """Where it comes from, for people: a place in the log, or a source and its page."""
        if self.topic is None:
            return " ".join(part for part in (self.source, self.url) if part)
        return f"{self.topic}/{self.partition}/{self.offset}"


class DeadLetters:
    """The dead letters of one log. All verbs raise LogUnavailable when the log can't be used now."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def add(self, letters: Iterable[DeadLetter]) -> None:
        """Store the letters durably; one that is there already is replaced."""
        self._log.append([Message(topic=Topic.DEAD, key=letter.id, value=encode(letter)) for letter in letters])

    def list(self, reason: str | None = None, source: str | None = None) -> list[DeadLetter]:
        """List the letters, oldest first; of one reason or one source only, if given."""
        return [letter for letter in self._standing() if reason in (None, letter.reason) and source in (None, letter.source)]

    def get(self, letter: str) -> DeadLetter:
        """Find one letter by its id. Raises NoSuchLetter."""
        for standing in self._standing():
            if standing.id == letter:
                return standing
        raise NoSuchLetter(letter)

    def replay(self, letter: str) -> None:
        """Append the message to its topic once more, then remove the letter.

        Raises NoSuchLetter, or NotReplayable for what never was a message of the log.
        """
        for error in self.replay_all([self.get(letter)]):
            raise error

    def replay_all(self, letters: Iterable[DeadLetter]) -> Sequence[NotReplayable]:
        """Put many letters back at once; returns an error for each that can't be, and leaves it.

        A crash in between replays some twice, which changes nothing: posts are written by their id.
        """
        refused: list[NotReplayable] = []
        originals: list[Message] = []
        replayed: list[DeadLetter] = []
        for letter in letters:
            try:
                originals.append(_original(letter))
                replayed.append(letter)
            except NotReplayable as error:
                refused.append(error)
        self._log.append(originals)
        self.drop_all(replayed)
        return refused

    def drop(self, letter: str) -> None:
        """Remove one letter for good. Raises NoSuchLetter."""
        self.drop_all([self.get(letter)])

    def drop_all(self, letters: Iterable[DeadLetter]) -> None:
        """Remove many letters for good."""
        self._log.append([Message(topic=Topic.DEAD, key=letter.id, value=None) for letter in letters])

    def _standing(self) -> Iterator[DeadLetter]:
        latest: dict[str, Record] = {}
        for record in self._log.read(Topic.DEAD):
            latest.pop(record.key, None)  # so that the order is that of the latest records
            if record.value is not None:
                latest[record.key] = record
        return map(_read, latest.values())


def _read(record: Record) -> DeadLetter:
    try:
        return decode(record.value or b"", DeadLetter)
    except ContractError as error:
        return DeadLetter(id=record.key, reason=UNREADABLE, error=str(error), at=record.appended_at, value=record.value, key=record.key)


def _original(letter: DeadLetter) -> Message:
    if letter.reason == UNREADABLE:
        raise NotReplayable(f"{letter.id}: this program can't read the letter itself: {letter.error}")
    if letter.topic is None or letter.key is None:
        raise NotReplayable(
            f"{letter.id}: the find never became a message; mend the source or the program and crawl {letter.origin} again, then drop it"
        )
    if letter.clipped:
        raise NotReplayable(f"{letter.id}: the message was too large to be kept whole; drop it")
    return Message(topic=letter.topic, key=letter.key, value=letter.value)


def _clip(value: bytes | None) -> bytes | None:
    return None if value is None else value[:LARGEST_KEPT]
