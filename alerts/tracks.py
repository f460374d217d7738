"""One spike rule over time: what its series have learned for good, and the last hours looked at anew whenever they change.

Posts arrive late: a source is read every few minutes, a site was away for an hour. So what was published in the last `late` seconds
is never final. The bank learns only what is older than that; from there a copy of it walks through the open steps at each look,
with the counts as they stand now. So late posts count where they were published, whatever the order in which they came, and a
restarted watcher finds what the one before it would have found.

No post is no news only while somebody was collecting: what was published before collection began is known in parts, an account's own
timeline back for years and nothing of what others said. So up to then a series is unknown until its first post.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from alerts import spikes
from alerts.episodes import Mean
from alerts.expected import Array
from alerts.facts import Series, Subject
from alerts.kinds import Spike
from alerts.spikes import Bank, Reading
from indexers.series import Cell


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A track between two runs."""

    bank: spikes.State
    begun: float  # the start of the first step learned, seconds since 1970
    posts: int  # in the steps learned, when they were


class Look(NamedTuple):
    """What the open steps show: the readings in which something is found, and which subjects have an episode running at the end."""

    readings: list[Reading]
    running: frozenset[str]


def subjects_of(rule: Spike, accounts: Sequence[str], topics: Sequence[str]) -> tuple[Subject, ...]:
    """Name the subjects of a rule's series: every combination of what it is cut by, as far as its filter lets them in."""
    chosen, by = rule.rule.filter, rule.parameters.by
    wanted: dict[str, Sequence[str | int | None]] = {
        "account": [account for account in accounts if not chosen.accounts or account in chosen.accounts],
        "topic": [topic for topic in topics if not chosen.topics or topic in chosen.topics],
        "sentiment": [sentiment for sentiment in (-1, 0, 1) if not chosen.sentiments or sentiment in chosen.sentiments],
    }
    axes = [wanted[name] if name in by else [None] for name in ("account", "topic", "sentiment")]
    return tuple(Subject(account=account, topic=topic, sentiment=sentiment) for account, topic, sentiment in product(*axes))  # type: ignore[arg-type]  # each axis has its own type


class Track:
    """The series of one rule. Not safe to share between threads."""

    def __init__(self, rule: Spike, subjects: Sequence[Subject], zone: ZoneInfo, kept: Kept | None = None) -> None:
        self.rule, self.subjects = rule, tuple(subjects)
        self.step = float(rule.parameters.step_s)
        self._zone = zone
        self._rows = {(subject.account, subject.topic, subject.sentiment): row for row, subject in enumerate(self.subjects)}
        keys = [subject.key for subject in self.subjects]
        usable = kept is not None and kept.bank.model == spikes.MODEL and kept.bank.step == self.step
        self.bank = Bank.restore(kept.bank, keys, zone, rule.tuning) if kept and usable else Bank(keys, zone, rule.tuning)
        self.begun = kept.begun if kept and usable else None
        self.posts = kept.posts if kept and usable else 0
        self._seen: tuple[float, bytes] | None = None
        self._running: frozenset[str] = frozenset()
        self._expected: list[tuple[float, Array]] = []  # of the open steps

    @property
    def learned_to(self) -> float | None:
        """The end of the last step learned, seconds since 1970; None where nothing is."""
        return None if self.bank.at is None else self.bank.at + self.step

    def kept(self) -> Kept | None:
        """What to store; None while nothing is learned."""
        return None if self.begun is None else Kept(bank=self.bank.state(), begun=self.begun, posts=self.posts)

    def forget(self) -> Self:
        """Give a track of the same rule that begins anew."""
        return type(self)(self.rule, self.subjects, self._zone)

    def learn(self, cells: Iterable[Cell], start: float, end: float, *, collected: float, posts: int) -> None:
        """Learn the steps between two times for good; collection began at `collected`, `posts` is how many posts there are in all."""
        if self.begun is None:
            self.begun = start
        for _ in _walked(self.bank, self._steps(cells, start, end), collected):
            pass
        self.posts += posts

    def look(self, cells: Iterable[Cell], end: float, *, collected: float) -> Look:
        """Walk through the open steps up to and with the one that `end` is in. Counts that were seen before give no reading twice."""
        start = self.learned_to
        if start is None:
            return Look([], frozenset())
        steps = list(self._steps(cells, start, end + self.step))
        seen = (start, b"".join(counts.tobytes() for _, counts in steps))
        if seen == self._seen:
            return Look([], self._running)
        self._seen = seen
        readings = list(_walked(self.bank.fork(), steps, collected))
        self._expected = [(reading.at, reading.expected) for reading in readings]
        last = readings[-1].running if readings else np.zeros(len(self.subjects), dtype=bool)
        self._running = frozenset(self.subjects[int(row)].key for row in np.flatnonzero(last))
        return Look([reading for reading in readings if reading.alert.any()], self._running)

    def again(self) -> None:
        """Let the next look give its readings even where nothing has changed: what they led to could not be stored."""
        self._seen = None

    def means(self, subject: Subject) -> list[Mean]:
        """What is expected of a subject in each open step, as the last look found; nothing where it is none of this rule's."""
        row = self._rows.get((subject.account, subject.topic, subject.sentiment))
        return [] if row is None else [Mean(at, round(float(expected[row]), 4)) for at, expected in self._expected]

    def facts(self, reading: Reading) -> Series:
        """A reading as rules take it."""
        return Series(subjects=self.subjects, step_s=self.step, reading=reading)

    def _steps(self, cells: Iterable[Cell], start: float, end: float) -> Iterator[tuple[float, Array]]:
        number = int((end - start) // self.step)
        counts = np.zeros((max(number, 0), len(self.subjects)))
        for cell in cells:
            row, place = self._rows.get((cell.account, cell.topic, cell.sentiment)), int((cell.start - start) // self.step)
            if row is not None and 0 <= place < number:
                counts[place, row] += cell.posts
        for place in range(number):
            yield start + place * self.step, counts[place]


def _walked(bank: Bank, steps: Iterable[tuple[float, Array]], collected: float) -> Iterator[Reading]:
    for at, counts in steps:
        unknown = (counts == 0) & (bank.known == 0) & (at < collected)
        yield bank.read(at, np.where(unknown, np.nan, counts))
