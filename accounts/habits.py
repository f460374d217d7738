"""The habits of all accounts over time: learned from posts whose counts have settled, held against those that are still fresh."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from accounts import takeover
from accounts.facts import OwnPost
from accounts.takeover import Finding, Habit, Tuning, Verdict

SETTLED = timedelta(hours=24)  # after so long a post has nearly all the spread that it will have


class Habits:
    """One habit an account. Not safe to share between threads."""

    def __init__(self, zone: ZoneInfo, habits: Mapping[str, Habit] | None = None, tuning: Tuning | None = None) -> None:
        self._zone, self._tuning = zone, tuning
        self.of = dict(habits or {})
        self.changed: set[str] = set()  # accounts whose habit is not stored yet

    def learn(self, posts: Iterable[OwnPost]) -> None:
        """Learn settled posts, oldest first. What is learned already teaches nothing, nor does a takeover.

        What is only suspect teaches: an office that changes its hours and its telephone at once would stay suspect for ever.
        """
        for post in sorted(posts, key=lambda post: (post.published_at, post.id)):
            habit = self.of.get(post.account) or Habit(account=post.account)
            if habit.at is not None and post.published_at <= habit.at:
                continue
            if self._judged(post).verdict is Verdict.TAKEOVER:
                continue
            self.of[post.account] = takeover.learn(habit, post, self._zone, self._tuning)
            self.changed.add(post.account)

    def judge(self, posts: Iterable[OwnPost]) -> list[tuple[OwnPost, Finding]]:
        """Hold fresh posts against the habit of their accounts; gives those that are not usual."""
        judged = [(post, self._judged(post)) for post in posts]
        return [(post, found) for post, found in judged if found.verdict in {Verdict.SUSPECT, Verdict.TAKEOVER}]

    def _judged(self, post: OwnPost) -> Finding:
        return takeover.judge(self.of.get(post.account) or Habit(account=post.account), post, self._zone, self._tuning)
