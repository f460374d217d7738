"""One round of the watcher: look at the database, move episodes, hand their steps to the outbox.

Time is the posts' own: "now" is when the newest post was published, and never later than the clock. Where posts arrive late,
or are read from an archive, nothing is called calm or silent that has only not arrived yet.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
import structlog

from accounts.own import Owners
from alerts import episodes
from alerts.book import Book
from alerts.episodes import Episode, key_of
from alerts.errors import LeaseLost
from alerts.facts import Facts, Finding
from alerts.kinds import KINDS, Clock, Frequency, Spike, Takeover, Transition
from alerts.look_own import LookAtOwn
from alerts.look_posts import LookAtPosts
from alerts.look_series import LookAtSeries
from alerts.looking import Looking, behind
from alerts.messages import Wording
from alerts.rules import RuleKind, build_all
from alerts.subscriptions import deliveries
from config.accounts import MonitoredAccount
from config.alerts import AlertPlan, Rule
from config.settings import WatchSettings
from indexers.cursors import Cursors
from indexers.reader import Reader
from indexers.records import Read, Records
from indexers.series import edge
from indexers.slots import Window

log = structlog.get_logger()

TRIES = 10  # to store an episode that others change


class More(Protocol):
    """Gives what is new of incidents: see `Facts.changes` and `Facts.clocks`."""

    def __call__(self, clock: datetime) -> Facts:
        """Give what is new at a time of the clock."""
        ...

    def again(self) -> None:
        """What was given last has not been stored: give it once more."""
        ...


class Seen(NamedTuple):
    """What a round has shown and done."""

    to: datetime | None  # the newest post; None without posts
    learning: bool
    series: int
    running: int
    told: int  # steps handed to the outbox


class Watcher:
    """Evaluates all rules of a plan. `keep_on` is asked before anything is written: whether this watcher still holds the lease.

    Make a new one after Superseded, or when the lease was lost: what it remembers is out of date. Not safe to share between threads.
    """

    def __init__(
        self,
        reader: Reader,
        plan: AlertPlan,
        accounts: Sequence[MonitoredAccount],
        topics: Sequence[str],
        settings: WatchSettings,
        *,
        more: Sequence[More] = (),
        keep_on: Callable[[], bool] = lambda: True,
    ) -> None:
        records = Records(reader.client, reader.names)
        self.book = Book(records)
        self._reader, self._plan, self._settings, self._more, self._keep_on = reader, plan, settings, more, keep_on
        self._rules: dict[str, Rule] = {rule.id: rule for rule in plan.rules}
        kinds = build_all(plan.rules, KINDS)
        self._told_kinds = [kind for kind in kinds if isinstance(kind, INCIDENT_KINDS)]
        self._wording = Wording(reader.zone, {account.id: account.name for account in accounts}, settings.address)
        late = timedelta(seconds=settings.late_s)
        looking = Looking(reader, tuple(account.id for account in accounts), tuple(topics), timedelta(days=settings.learn_days))
        self._series = LookAtSeries(looking, Cursors(records), _only(kinds, Spike), late)
        self._posts = LookAtPosts(looking, _only(kinds, Frequency), [kind for kind in kinds if type(kind) not in KINDS.values()], late)
        self._own = LookAtOwn(looking, records, Owners(accounts), _only(kinds, Takeover))

    def round(self, clock: datetime) -> Seen:
        """Look once. `clock` is the time now. Raises Superseded, DatabaseUnavailable and DatabaseError: then nothing is lost."""
        now = edge(self._reader, Window(clock - timedelta(days=366), clock + timedelta(milliseconds=1)), newest=True)
        try:
            findings, going_on, learning = self._find(clock, now)
            self._settle(findings)
            self._calm(now, going_on)
            told = self._hand_over(clock)
            running = self.book.count_running()
        except BaseException:
            for look in (self._series, self._posts, self._own):
                look.again()
            for more in self._more:
                more.again()
            raise
        return Seen(now, learning, self._series.series, running, told)

    def _find(self, clock: datetime, now: datetime | None) -> tuple[list[Finding], frozenset[str], bool]:
        new = [more(clock) for more in self._more]
        findings = [finding for facts in new for kind in self._told_kinds for finding in kind.find(facts)]
        if now is None:
            return findings, frozenset(), False
        shown = self._series.look(now)
        return [*findings, *shown.findings, *self._posts.look(now), *self._own.look(now)], shown.going_on, shown.learning

    def _settle(self, findings: Iterable[Finding]) -> None:
        """Put findings into their episodes, and store those that have changed."""
        by_key: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            by_key[key_of(finding)].append(finding)
        latest = self.book.latest(by_key)
        for key, found in by_key.items():
            self._settle_one(key, sorted(found, key=lambda one: one.at), latest.get(key))

    def _settle_one(self, key: str, findings: Sequence[Finding], read: Read[Episode] | None) -> None:
        for _ in range(TRIES):
            before = None if read is None else read.body
            after = before
            for finding in findings:
                after = self._take(after, finding)
            if after is None or after is before:
                return
            self._check_lease()
            new = before is None or after.id != before.id
            if self.book.put(after, None if new else read):
                return
            read = self.book.latest([key]).get(key)
        log.warning("watch.episode_contested", rule=findings[0].rule)

    def _take(self, latest: Episode | None, finding: Finding) -> Episode:
        if latest is not None and episodes.seen(latest, finding):
            return latest
        rule = self._rules[finding.rule]
        if not finding.posts and finding.subject.incident is None:
            finding = msgspec.structs.replace(finding, posts=behind(self._reader, finding, rule))
        return episodes.take(latest, finding, rule).episode

    def _calm(self, now: datetime | None, going_on: frozenset[str]) -> None:
        """Note what is expected while episodes run, and end what is over."""
        for read in self.book.lasting():
            noted = episodes.follow(read.body, self._series.means(read.body))
            after = noted if now is None else episodes.calm(noted, now, read.body.key in going_on).episode
            if after is not read.body:
                self._check_lease()
                self.book.put(after, read)

    def _hand_over(self, clock: datetime) -> int:
        """Hand the steps that wait to the outbox; whoever wrote them, this watcher, one that died, or a person."""
        usable = [channel.id for channel in self._plan.channels if not channel.off]
        told = 0
        for read in self.book.pending():
            waiting = read.body.steps[read.body.handed :]
            self._check_lease()
            found = deliveries(waiting, self._plan.subscriptions, usable, clock, self._wording)
            if self.book.hand_over(read, found):
                told += len(waiting)
                log.info("alerts.told", episode=read.body.id, steps=[notice.step for notice in waiting], deliveries=len(found))
        return told

    def _check_lease(self) -> None:
        if not self._keep_on():
            raise LeaseLost("the lease ran out in the middle of a round; the next watcher goes on from what is stored")


Kind = TypeVar("Kind", bound=RuleKind[Any])
INCIDENT_KINDS = (Transition, Clock)


def _only(kinds: Iterable[RuleKind[Any]], wanted: type[Kind]) -> list[Kind]:
    return [kind for kind in kinds if isinstance(kind, wanted)]
