"""Posts as they come into a database, and the follower that makes incidents of them."""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from elasticsearch.dsl import Search

from config.check import load_office
from config.incidents import load_incidents
from config.settings import Settings
from incidents.filed import INCIDENTS, MEMBERS, REQUESTS, Filed, Member
from incidents.follow import Done, Follower
from incidents.intake import CALLED_S
from incidents.requests import Request
from indexers.corrections import correct
from indexers.reader import Reader
from indexers.records import Records
from indexers.writer import Writer
from matching.fold import fold
from nlp.asks import AskWords
from nlp.segment import cut
from streams.messages import Kind, Standing, TaggedPost
from tests.incidents.stories import BRIDGE, DAILY, START, WATER
from tests.indexers.posts import tagged

STAMP = "stamp"


def post(name: str, text: str, *, hours: float = 0.0, sentiment: int = -1, **given: Any) -> TaggedPost:
    """One post of the story's week, dissatisfied if nothing else is said."""
    at = START + timedelta(hours=hours)
    body: dict[str, Any] = {"id": f"weibo:{name}", "text": text, "published_at": at, "collected_at": at, "accounts": ()} | given
    private = "author" not in given or given["author"].standing is Standing.PRIVATE
    tags = {"sentiment": sentiment, "topic": "城乡建设", "tokens": " ".join(cut(text)), "is_report": private and _says_report(text)}
    return tagged(tags=tags, **body)


def _says_report(text: str) -> bool:
    """As the tagger finds it, by the words that come with the program."""
    return _words().judge(fold(text), 0.0).is_report


@functools.cache
def _words() -> AskWords:
    return AskWords(load_incidents(Settings()).requests.kinds)


def under(root: str, name: str, text: str, *, hours: float = 0.0, **given: Any) -> TaggedPost:
    """A comment."""
    return post(name, text, hours=hours, kind=Kind.COMMENT, root_id=f"weibo:{root}", **given)


def stories() -> list[TaggedPost]:
    """Two stories side by side with daily life between them, all of it grumbling, and comments under one."""
    posts = [post(f"water{number}", text, hours=number * 0.3) for number, text in enumerate(WATER)]
    posts += [post(f"bridge{number}", text, hours=number * 0.4) for number, text in enumerate(BRIDGE)]
    posts += [post(f"daily{number}", text, hours=number * 0.45) for number, text in enumerate(DAILY)]
    posts += [under("water0", f"same{number}", "同问", hours=1 + number * 0.1) for number in range(3)]
    return sorted(posts, key=lambda one: one.post.published_at)


class City:
    """What stands in the database; `now` is the time of every clock."""

    def __init__(self, reader: Reader, stamp: str = STAMP) -> None:
        self.reader = reader
        self.now = START + timedelta(hours=6)
        self.office = load_office(Settings())
        self.rules = load_incidents(Settings())
        self.records = Records(reader.client, reader.names)
        self._writer = Writer(reader.client, reader.names.prefix, segmenter=stamp, clock=lambda: self.now)
        self._writer.write([])

    def clock(self) -> datetime:
        return self.now

    def put(self, *posts: TaggedPost) -> None:
        """Write posts, each portion a second after the last."""
        self.now += timedelta(seconds=1)
        assert not self._writer.write(posts)
        self.refresh()

    def call(self, name: str, kind: str | None) -> None:
        """Let an analyst say what a post asks for; the follower looks again a little later."""
        self.now += timedelta(seconds=CALLED_S + 1)
        correct(self.reader, self._writer, f"weibo:{name}", "asks", kind, by="qian", at=self.now, topics=frozenset())
        self.refresh()

    def refresh(self) -> None:
        self.reader.client.indices.refresh(index=self.reader.names.everything)

    def follower(self) -> Follower:
        return Follower(self.reader, self.office, self.rules, clock=self.clock)

    def follow(self, follower: Follower | None = None) -> list[Done]:
        """Do turns until there is nothing more to do."""
        follower, done = follower or self.follower(), [Done(full=True)]
        while done[-1] or done[-1].full:
            done.append(follower.once())
        return done[1:]

    def incidents(self) -> dict[str, Filed]:
        """All incidents by id, those that were merged away too."""
        found = self.records.walk(INCIDENTS, Search(), {"found_at": "asc"})
        return {read.body.incident.id: read.body for read in found}

    def largest(self) -> Filed:
        return max(self.incidents().values(), key=lambda filed: (not filed.incident.merged_into, filed.posts))

    def members(self) -> dict[str, Member]:
        return {read.body.id: read.body for read in self.records.walk(MEMBERS, Search(), {"published_at": "asc"})}

    def requests(self) -> list[Request]:
        return [read.body for read in self.records.walk(REQUESTS, Search(), {"due_at": "asc"})]

    def together(self, *names: str) -> bool:
        """Whether posts are in one incident, after all merges."""
        return len({self.incident_of(name) for name in names}) == 1

    def incident_of(self, name: str) -> str:
        found, incidents = self.members()[f"weibo:{name}"].incident, self.incidents()
        while into := incidents[found].incident.merged_into:
            found = into
        return found


class Killed(BaseException):
    """The process is gone."""


def kill_at(city: City, number: int, *, answered: bool) -> Callable[[], None]:
    """Let the process die at its nth write: before it reaches the database, or once it is done there. Gives what ends that."""
    transport = city.reader.client.transport
    perform, writes = transport.perform_request, 0

    def dying(method: str, target: str, **given: Any) -> Any:
        nonlocal writes
        write = method in {"PUT", "DELETE"} or "_bulk" in target or "/_create/" in target
        writes += write
        if write and writes == number and not answered:
            raise Killed
        answer = perform(method, target, **given)
        if write and writes == number and answered:
            raise Killed
        return answer

    def end() -> None:
        transport.perform_request = perform  # type: ignore[method-assign]

    transport.perform_request = dying  # type: ignore[method-assign,assignment]
    return end


def of(story: Sequence[str], name: str) -> list[str]:
    """The names of a story's posts."""
    return [f"{name}{number}" for number in range(len(story))]
