"""The look at the office's own accounts: is a post like them, and what do their profiles show today."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import structlog

from accounts.facts import Snapshot
from accounts.habits import SETTLED, Habits
from accounts.own import SNAPSHOTS, Owners
from accounts.takeover import Habit
from alerts.errors import Superseded
from alerts.facts import Facts, Finding, OwnFact
from alerts.kinds import Takeover
from alerts.looking import Looking
from indexers.cursors import Cursors, Remembered
from indexers.merge import StoredPost
from indexers.records import Records
from indexers.series import own_posts, volume
from indexers.slots import Window

log = structlog.get_logger()

PAST = timedelta(days=180)  # of a new watcher's habits: one and a half of their half-lives
STEP = timedelta(hours=1)  # in which what has settled is learned
OVERLAP = timedelta(minutes=5)  # looks overlap by so much: posts are written some time after they were collected
WHOLE = timedelta(minutes=10)  # so often all that is fresh is judged: what was written later than that is seen, too
HEAD = "habits"


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """Which posts the habits rest on: those published between two times, and how many there were."""

    begun: datetime
    to: datetime
    posts: int


class LookAtOwn:
    """All takeover rules, and the daily snapshots. Not safe to share between threads."""

    def __init__(self, looking: Looking, records: Records, owners: Owners, rules: Sequence[Takeover]) -> None:
        self._looking, self._records, self._owners, self._rules = looking, records, owners, rules
        self._cursors = Cursors(records)
        self._habits = Habits(looking.reader.zone, tuning=rules[0].tuning if rules else None)
        self._stored: dict[str, Remembered | None] = {}
        self._learned: Learned | None = None
        self._loaded = False
        self._seen_to: datetime | None = None
        self._whole_at: datetime | None = None
        self._snapshots: dict[tuple[str, str], Snapshot] = {}

    def look(self, now: datetime) -> list[Finding]:
        """Judge what accounts of the matrix published lately, as its counts grow. Raises Superseded."""
        if not self._loaded:
            self._load()
        if self._behind(now) or self._whole_at is None or now - self._whole_at >= WHOLE:
            self._seen_to, self._whole_at = None, now
        fresh = self._fresh(now)
        self._keep_snapshots(fresh)
        by_id = {post.id: post for post in fresh}
        facts = [
            OwnFact(judged=found, seen_at=by_id[post.id].collected_at, spread=by_id[post.id].spread)
            for post, found in self._habits.judge(self._owners.posts(fresh))
        ]
        return [finding for rule in self._rules for finding in rule.find(Facts(now=now, own=facts))]

    def again(self) -> None:
        """Give the same findings at the next look."""
        self._seen_to = None

    def _load(self) -> None:
        self._stored[HEAD] = head = self._cursors.load(HEAD)
        if head is not None:
            self._learned = msgspec.msgpack.decode(head.data, type=Learned)
            for account in self._looking.accounts:
                self._stored[account] = kept = self._cursors.load(f"habit:{account}")
                if kept is not None:
                    self._habits.of[account] = msgspec.msgpack.decode(kept.data, type=Habit)
        self._loaded = True

    def _behind(self, now: datetime) -> bool:
        """Learn what has settled; says whether the habits have changed."""
        target = datetime.fromtimestamp((now - SETTLED).timestamp() // STEP.total_seconds() * STEP.total_seconds(), UTC)
        learned = self._learned
        if learned is not None and self._backfilled(learned):
            self._habits.of.clear()
            learned = None
        if learned is not None and learned.to >= target:
            return False
        begun = target - PAST if learned is None else learned.begun
        start = begun if learned is None else learned.to
        posts = own_posts(self._looking.reader, Window(start, target))
        self._habits.learn(self._owners.posts(posts))
        self._keep_snapshots(posts)
        before = 0 if learned is None else learned.posts
        self._learned = Learned(begun=begun, to=target, posts=before + len(posts))
        self._save(self._learned)
        return True

    def _backfilled(self, learned: Learned) -> bool:
        posts = volume(self._looking.reader, Window(learned.begun, learned.to), own=True)
        return posts > learned.posts * 1.1 + 5

    def _save(self, learned: Learned) -> None:
        for account in sorted(self._habits.changed):
            self._put(account, f"habit:{account}", msgspec.msgpack.encode(self._habits.of[account]))
        self._habits.changed.clear()
        self._put(HEAD, HEAD, msgspec.msgpack.encode(learned))

    def _put(self, key: str, name: str, data: bytes) -> None:
        self._stored[key] = self._cursors.save(name, data, self._stored.get(key))
        if self._stored[key] is None:
            raise Superseded(f"another watcher has stored {name}")

    def _fresh(self, now: datetime) -> list[StoredPost]:
        since = None if self._seen_to is None else self._seen_to - OVERLAP
        start = self._learned.to if self._learned is not None else now - SETTLED
        posts = own_posts(self._looking.reader, Window(start, now + timedelta(milliseconds=1)), seen_since=since)
        seen = max((post.collected_at for post in posts), default=None)
        if seen is not None:
            self._seen_to = seen if self._seen_to is None else max(seen, self._seen_to)
        return posts

    def _keep_snapshots(self, posts: Sequence[StoredPost]) -> None:
        """Keep a day's latest profile of each account and platform, written only where it shows something else than before."""
        for snapshot in self._owners.snapshots(posts, self._looking.reader.zone):
            place = (snapshot.account, snapshot.platform)
            known = self._snapshots.get(place)
            if known is not None and (known.day, known.followers, known.following, known.posts) == (
                snapshot.day,
                snapshot.followers,
                snapshot.following,
                snapshot.posts,
            ):
                continue
            self._snapshots[place] = self._stored_snapshot(snapshot)

    def _stored_snapshot(self, snapshot: Snapshot) -> Snapshot:
        if self._records.create(SNAPSHOTS, snapshot) is None:
            there = self._records.get(SNAPSHOTS, SNAPSHOTS.key(snapshot))
            if there is not None and there.body.at < snapshot.at:
                self._records.replace(SNAPSHOTS, snapshot, there.version)
        return snapshot
