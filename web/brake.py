"""Slows down who tries passwords: a try is written down before the password is looked at, so that many at once are many tries."""

from collections.abc import Mapping
from datetime import datetime

from indexers.people import Attempts, People, Read
from web import passwords, throttle
from web.errors import TooMany


def limits_of(name: str, address: str) -> dict[str, int]:
    """Give what a try counts for, and how many are free: the name from this address, and the address."""
    return {f"{passwords.fingerprint(name)}@{address}": throttle.FREE_PER_NAME, f"@{address}": throttle.FREE_PER_ADDRESS}


class Brake:
    """The tries of late. All methods raise DatabaseUnavailable."""

    def __init__(self, people: People) -> None:
        self._people = people

    def note(self, limits: Mapping[str, int], now: datetime) -> None:
        """Count a try as failed. Raises TooMany, and counts nothing, where it comes too early."""
        noted: list[str] = []
        try:
            for key, free in limits.items():
                self._note(key, free, now)
                noted.append(key)
        except TooMany:
            for key in noted:
                self._take_back(key, now)
            raise

    def take_back(self, limits: Mapping[str, int], now: datetime) -> None:
        """Say that the try noted at `now` succeeded: the name begins anew, the address keeps its other failures."""
        name, *others = limits
        self._people.delete(Attempts, name)
        for key in others:
            self._take_back(key, now)

    def _note(self, key: str, free: int, now: datetime) -> None:
        while True:
            read: Read[Attempts] | None = self._people.get(Attempts, key)
            before = read.body.failed_at if read else ()
            pause = throttle.wait(before, now, free).total_seconds()
            if pause > 0:
                raise TooMany(f"失败次数太多，请 {pause:.0f} 秒后再试", retry_after=pause)
            body = Attempts(id=key, failed_at=throttle.recent((*before, now), now))
            if self._people.create(body) if read is None else self._people.replace(body, read.version):
                return

    def _take_back(self, key: str, now: datetime) -> None:
        while (read := self._people.get(Attempts, key)) is not None and now in read.body.failed_at:
            failed = list(read.body.failed_at)
            failed.remove(now)
            if self._people.replace(Attempts(id=key, failed_at=tuple(failed)), read.version):
                return
