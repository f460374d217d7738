"""The spike rules' look at the database: learn what has settled, walk through what is still open."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import structlog

from alerts.episodes import Episode, Mean
from alerts.errors import Superseded
from alerts.facts import Facts, Finding
from alerts.kinds import Spike
from alerts.looking import Looking, filters_of
from alerts.tracks import Kept, Track, subjects_of
from indexers.cursors import Cursors, Remembered
from indexers.series import Cell, began, edge, series, volume
from indexers.slots import Window

log = structlog.get_logger()

CHUNK = timedelta(days=1)  # of the past, read at once
FEW_POSTS, MOST_STEPS = 20_000, 1000  # … and no further than so many posts or steps
BUDGET_S = 2.0  # of one round, for learning the past: the rest of the round must not wait for it
SAVE_EVERY_S = 3600.0  # of what was learned: what is lost is learned again
BACKFILL_SHARE, BACKFILL_POSTS = 0.1, 50  # so many more posts than were learned, and the past is learned anew …
PAUSE = 10.0  # … but no sooner than so many times as long as it took


class Shown(NamedTuple):
    """What a look shows: findings, the keys of episodes that the detector says go on, and whether it still learns."""

    findings: list[Finding]
    going_on: frozenset[str]
    learning: bool


class LookAtSeries:
    """All spike rules. Not safe to share between threads."""

    def __init__(
        self, looking: Looking, cursors: Cursors, rules: Sequence[Spike], late: timedelta, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._looking, self._cursors, self._late, self._ticks = looking, cursors, late, ticks
        self._rules = [_Watched(self._track(rule, None), rule) for rule in rules]
        self._loaded = False
        self._collected = 0.0  # when collection began

    @property
    def series(self) -> int:
        """How many series there are."""
        return sum(len(watched.track.subjects) for watched in self._rules)

    def look(self, now: datetime) -> Shown:
        """Look at everything published up to `now`. Raises Superseded where another watcher has learned meanwhile."""
        if not self._loaded:
            self._load()
        began_at = began(self._looking.reader)
        self._collected = 0.0 if began_at is None else began_at.timestamp()
        findings: list[Finding] = []
        going_on: set[str] = set()
        learning = False
        until = self._ticks() + BUDGET_S
        for watched in self._rules:
            self._mind_backfill(watched)
            done = self._learn(watched, now, until)
            learning |= not done
            if not done and watched.anew is None:
                continue  # the end of what is learned lies days back: nothing after it can be judged yet
            found, running = self._walk(watched, now)
            findings += found
            going_on |= running
        return Shown(findings, frozenset(going_on), learning)

    def again(self) -> None:
        """Give the same findings at the next look: what they led to could not be stored."""
        for watched in self._rules:
            watched.track.again()

    def means(self, episode: Episode) -> list[Mean]:
        """What is expected of an episode's subject lately; nothing where its rule is gone, or counts in other steps by now."""
        found = [watched for watched in self._rules if watched.rule.rule.id == episode.finding.rule]
        if not found or found[0].track.step != episode.rule["parameters"].get("step_s"):
            return []
        return found[0].track.means(episode.finding.subject)

    def _track(self, rule: Spike, kept: Kept | None) -> Track:
        return Track(rule, subjects_of(rule, self._looking.accounts, self._looking.topics), self._looking.reader.zone, kept)

    def _load(self) -> None:
        for watched in self._rules:
            watched.remembered = self._cursors.load(watched.name)
            if watched.remembered is not None:
                watched.track = self._track(watched.rule, msgspec.msgpack.decode(watched.remembered.data, type=Kept))
                watched.saved_to = watched.track.learned_to
        self._loaded = True

    def _save(self, watched: "_Watched") -> None:
        kept = watched.track.kept()
        if kept is None:
            return
        watched.remembered = self._cursors.save(watched.name, msgspec.msgpack.encode(kept), watched.remembered)
        if watched.remembered is None:
            raise Superseded(f"another watcher has stored what rule {watched.rule.rule.id} learned")
        watched.saved_to = watched.track.learned_to

    def _mind_backfill(self, watched: "_Watched") -> None:
        """Begin anew where far more posts stand in the past than were there when it was learned; until then the old past serves."""
        track = watched.track
        if watched.anew or track.begun is None or track.learned_to is None or self._ticks() < watched.not_before:
            return
        first = min(track.begun, track.learned_to - self._looking.learn.total_seconds())
        posts = volume(self._looking.reader, _window(first, track.learned_to))
        if posts > track.posts * (1 + BACKFILL_SHARE) + BACKFILL_POSTS:
            log.info("watch.learning_anew", rule=watched.rule.rule.id, posts=posts, learned=track.posts)
            watched.anew = track.forget()

    def _learn(self, watched: "_Watched", now: datetime, until: float) -> bool:
        """Learn what has settled by now, in pieces; False where the time was not enough."""
        began, step = self._ticks(), watched.track.step
        target = (now - self._late).timestamp() // step * step
        done = self._advance(watched.anew or watched.track, target, until)
        watched.learning_s += self._ticks() - began
        if not done:
            return False
        if watched.anew is not None:
            watched.track, watched.anew, watched.saved_to = watched.anew, None, None
        watched.not_before, watched.learning_s = self._ticks() + PAUSE * watched.learning_s, 0.0
        if (watched.track.learned_to or 0.0) - (watched.saved_to or 0.0) >= SAVE_EVERY_S:
            self._save(watched)
        return True

    def _advance(self, track: Track, target: float, until: float) -> bool:
        start = track.learned_to or self._beginning(target, track.step)
        while start is not None and start < target:
            if self._ticks() > until:
                return False
            end, posts = self._piece(start, target, track.step)
            track.learn(self._cells(track.rule, start, end), start, end, collected=self._collected, posts=posts)
            start = end
        return True

    def _piece(self, start: float, target: float, step: float) -> tuple[float, int]:
        """Say how far to read at once, and how many posts that are: to the end where there are few, else a day."""
        posts = volume(self._looking.reader, _window(start, target))
        end = min(target, start + max(step, CHUNK.total_seconds() // step * step))
        few = posts <= FEW_POSTS and target - start <= MOST_STEPS * step
        return (target, posts) if few or end == target else (end, volume(self._looking.reader, _window(start, end)))

    def _beginning(self, target: float, step: float) -> float | None:
        """Give the first step of the past that holds a post; None where nothing has settled yet."""
        first = target - self._looking.learn.total_seconds()
        oldest = edge(self._looking.reader, _window(first, target), newest=False)
        return None if oldest is None else oldest.timestamp() // step * step

    def _walk(self, watched: "_Watched", now: datetime) -> tuple[list[Finding], set[str]]:
        track, rule = watched.track, watched.rule
        if track.learned_to is None:
            return [], set()
        end = now.timestamp()
        look = track.look(self._cells(rule, track.learned_to, end + track.step), end, collected=self._collected)
        findings: list[Finding] = []
        for reading in look.readings:
            findings += rule.find(Facts(now=now, series={rule.rule.id: track.facts(reading)}))
        return findings, {f"{rule.rule.id}|{subject}|" for subject in look.running}

    def _cells(self, rule: Spike, start: float, end: float) -> Iterator[Cell]:
        step = timedelta(seconds=rule.parameters.step_s)
        return series(self._looking.reader, _window(start, end), step, rule.parameters.by, filters_of(rule.rule.filter))


class _Watched:
    """A rule on its way through time, and what stands in the database of it."""

    def __init__(self, track: Track, rule: Spike) -> None:
        self.track, self.rule = track, rule
        self.name = f"spike:{rule.rule.id}"
        self.remembered: Remembered | None = None
        self.saved_to: float | None = None
        self.anew: Track | None = None  # the one that learns the past once more, until it has
        self.learning_s = 0.0
        self.not_before = 0.0


def _window(start: float, end: float) -> Window:
    return Window(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
