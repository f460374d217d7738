"""One run of one source: takes what its spider finds to the log, and keeps the books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from config.accounts import MonitoredAccount
from config.sources import Source
from crawlers.appender import Appender
from crawlers.coverage import Ledger, RunClock
from crawlers.edge import Edge
from crawlers.errors import Unusable
from crawlers.find import Find
from crawlers.memory import Memory
from streams.dead import DeadLetter
from streams.errors import LogUnavailable
from streams.log import Message, Topic
from streams.messages import Post, encode

log = structlog.get_logger()


@dataclass(frozen=True)
class Visit:
    """What a spider is given: its source, where to put what it finds, what it saw the last time."""

    source: Source
    accounts: Mapping[str, MonitoredAccount]
    edge: Edge
    appender: Appender
    ledger: Ledger
    memory: Memory
    clock: RunClock
    streams: dict[str, int] = field(default_factory=dict)  # how many posts of each list this run has read
    totals: dict[str, int] = field(default_factory=dict)  # how many the source says that it has

    async def take(self, find: Find) -> None:
        """Bring one find into the log, if it concerns an account. Done only when the log has acknowledged it."""
        self.ledger.seen += 1
        try:
            post = self.edge.post(find)
        except Unusable as error:
            await self._bury(self.edge.letter(find, error))
            return
        self.ledger.dated(post.published_at)
        if not (post.accounts or self.source.keep == "all"):
            return
        if not self.memory.news(post) or await self._append(post_message(post)):
            self.memory.sent(post)
            self.ledger.kept += 1

    async def unreadable(self, letter: DeadLetter) -> None:
        """Bury one thing on a page that is no find at all."""
        self.ledger.seen += 1
        await self._bury(letter)

    async def _bury(self, letter: DeadLetter) -> None:
        if await self._append(letter_message(letter)):
            self.ledger.broken += 1
            log.info("crawl.dead_letter", source=self.source.id, reason=letter.reason)

    async def _append(self, message: Message) -> bool:
        try:
            await self.appender.add(message)
        except LogUnavailable:
            self.short("log_unavailable")
            return False
        return True

    def short(self, reason: str) -> None:
        """Note that something did not reach the log, or was not asked any more: the next run reads all lists of this one again."""
        self.ledger.short(reason)
        self.memory.cut_short()

    def more(self, stream: str, ids: Sequence[str], page: int, *, total: int | None = None, last: bool | None = None) -> bool:
        """Note a page of a list, and say whether to read the next one.

        No: the page was empty, the last run saw all of it, it is the list's end, or it is the last that one run may read (which
        the ledger then says, as it does where a list ends before it has what it said). `total` is what the source says the list
        holds; `last` whether it says that this is the end, None where it does not say: then the end is where `total` is reached.
        """
        known = self.memory.known(stream, ids)
        self.memory.saw(stream, ids)
        self.streams[stream] = self.streams.get(stream, 0) + len(ids)
        if total is not None:
            self.totals[stream] = total
        lacks = self.streams[stream] < self.totals.get(stream, 0)
        if ids and known:
            return False
        if last or not ids:
            if lacks:
                self.ledger.short("ended_early")
            return False
        if last is None and total is not None and not lacks:
            return False
        if page >= self.source.max_pages:
            self.ledger.short("max_pages")
            return False
        return True

    def broke(self, stream: str, reason: str) -> None:
        """Note that a list could not be read on."""
        self.ledger.fail(reason)
        self.memory.broke(stream)


def post_message(post: Post) -> Message:
    """Make the message of a post, in line with its conversation."""
    return Message(topic=Topic.POSTS, key=post.key, value=encode(post))


def letter_message(letter: DeadLetter) -> Message:
    """Make the message of a dead letter."""
    return Message(topic=Topic.DEAD, key=letter.id, value=encode(letter))
