"""A log in memory that can be told to be away."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from streams.errors import LogUnavailable
from streams.log import Consumer, Message, Place, Record, Topic
from streams.messages import Coverage, Post, decode


class MemoryLog:
    """Keeps messages in lists. `away` makes the next appends fail; `appends` are the sizes of those that did not."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.appends: list[int] = []
        self.away = 0
        self.failed = threading.Event()

    def prepare(self) -> None:
        """There is nothing to prepare: it is away for appends only."""

    def append(self, messages: Iterable[Message]) -> None:
        if self.away:
            self.away -= 1
            self.failed.set()
            raise LogUnavailable("the broker is gone", retry_after=0.01)
        batch = list(messages)
        self.appends.append(len(batch))
        self.messages += batch

    def posts(self) -> list[Post]:
        return [decode(message.value or b"", Post) for message in self.messages if message.topic is Topic.POSTS]

    def coverage(self) -> list[Coverage]:
        return [decode(message.value or b"", Coverage) for message in self.messages if message.topic is Topic.COVERAGE]

    def consumer(self, group: str, topics: Iterable[Topic]) -> Consumer:
        raise LogUnavailable("nobody reads this one in a group")

    def read(self, topic: Topic) -> Iterator[Record]:
        for number, message in enumerate(self.messages):
            if message.topic is topic:
                yield Record(place=Place(topic, 0), offset=number, key=message.key, value=message.value, appended_at=datetime.now(UTC))

    def lag(self, group: str, topics: Iterable[Topic]) -> Mapping[Place, int]:
        return {}

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def bytes(self) -> bytes:
        """All that is kept, to look for what must not be."""
        return b"\n".join(message.key.encode() + (message.value or b"") for message in self.messages)
