"""Whose post is it: the posts in the database that accounts of the matrix wrote, and what their profiles showed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.facts import OwnPost, Snapshot
from config.accounts import MonitoredAccount
from indexers.merge import StoredPost
from indexers.records import Family
from streams.messages import Kind, Standing


def _snapshot_id(snapshot: Snapshot) -> str:
    return f"{snapshot.account}:{snapshot.platform}:{snapshot.day}"


SNAPSHOTS: Family[Snapshot] = Family(
    "accounts",
    Snapshot,
    _snapshot_id,
    lambda snapshot: {
        "account": snapshot.account,
        "platform": snapshot.platform,
        "at": snapshot.at,
        "followers": snapshot.followers,
        "following": snapshot.following,
        "posts": snapshot.posts,
    },
)


class Owners:
    """Tells which account of the matrix wrote a post, by its id on the platform or, where the platform gives another one, by its name."""

    def __init__(self, accounts: Iterable[MonitoredAccount]) -> None:
        accounts = tuple(accounts)
        self._by_id = {f"{platform}:{native}": account.id for account in accounts for platform, native in account.platforms.items()}
        self._by_id |= {f"{platform}:account:{account.id}": account.id for account in accounts for platform in account.platforms}
        self._by_name = {name.casefold(): account.id for account in accounts for name in account.names}

    def of(self, post: StoredPost) -> str | None:
        """Give the account's id; None where no account of the matrix wrote it."""
        author = post.author
        if author.standing is not Standing.MONITORED:
            return None
        return self._by_id.get(author.id) or self._by_name.get((author.name or "").strip().casefold())

    def posts(self, stored: Iterable[StoredPost]) -> Iterator[OwnPost]:
        """Give those that accounts of the matrix wrote."""
        for post in stored:
            account = self.of(post)
            if account is not None:
                yield OwnPost(
                    id=post.id,
                    account=account,
                    published_at=post.published_at,
                    text=f"{post.title}\n{post.text}" if post.title else post.text,
                    client=post.client,
                    original=post.kind is not Kind.REPOST,
                    forwards=post.forwards,
                    comments=post.comments,
                    likes=post.likes,
                )

    def snapshots(self, stored: Iterable[StoredPost], zone: ZoneInfo) -> list[Snapshot]:
        """Give for each account, platform and day of collection the last profile that came with a post, oldest first."""
        found: dict[str, Snapshot] = {}
        for post in sorted(stored, key=lambda post: post.collected_at):
            account, author = self.of(post), post.author
            if account is None or author.followers is None:
                continue
            snapshot = Snapshot(
                account=account,
                platform=post.platform,
                at=post.collected_at,
                day=post.collected_at.astimezone(zone).date(),
                followers=author.followers,
                following=author.following,
                posts=author.posts,
            )
            found[_snapshot_id(snapshot)] = snapshot
        return list(found.values())


def newest_of(stored: Iterable[StoredPost]) -> datetime | None:
    """Give when the last of some posts was seen; None without any."""
    return max((post.collected_at for post in stored), default=None)
