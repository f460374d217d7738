"""Signing in and out: who somebody is, for how long, and what is written down of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import msgspec

from config.settings import WebSettings
from indexers.people import AuditRecord, Entry, People, Role, Session, User
from web import passwords
from web.brake import Brake, limits_of
from web.errors import NotSignedIn

TOUCH = timedelta(minutes=1)  # a session is written again at most this often
ENTRY_LIFE = timedelta(minutes=15)


class Officer(NamedTuple):
    """One who is signed in."""

    name: str
    role: Role
    session: str  # its id; "" for a system with a token
    department: str | None = None  # which they work for


class Gate:
    """Lets people in. All methods raise DatabaseUnavailable where the database can't be asked."""

    def __init__(self, people: People, settings: WebSettings, clock: Callable[[], datetime]) -> None:
        self._people = people
        self._brake = Brake(people)
        self._idle = timedelta(minutes=settings.idle_minutes)
        self._absolute = timedelta(hours=settings.absolute_hours)
        self._clock = clock

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Begin a session; returns what the browser shall hold.

        Raises NotSignedIn, which does not say whether it was the name or the password, and TooMany.
        """
        now = self._clock()
        limits = limits_of(name, address)
        self._brake.note(limits, now)
        user = self._people.get(User, name) if name and len(name) <= 64 else None  # noqa: PLR2004 - as `users.NAME` allows
        fits = passwords.fits(password, user.body.secret if user and user.body.role is not Role.SOURCE else None)
        if user is None or not fits or user.body.disabled:
            self.note(name[:64], "sign_in_failed", address=address)
            raise NotSignedIn("用户名或密码不对")
        self._brake.take_back(limits, now)
        return self._begin(user.body, now, "signed_in", address)

    def enter(self, token: str, address: str) -> str:
        """Begin a session by a link that signs in once. Raises NotSignedIn where it was used, has expired, or never was."""
        now = self._clock()
        entry = self._people.get(Entry, passwords.fingerprint(token))
        if entry is None or not self._people.delete(Entry, entry.body.id, entry.version):
            raise NotSignedIn("这个链接已经用过或不存在，请重新登录")
        user = self._people.get(User, entry.body.user)
        if now >= entry.body.expires_at or user is None or user.body.disabled:
            raise NotSignedIn("这个链接已过期，请重新登录")
        return self._begin(user.body, now, "entered", address)

    def officer(self, cookie: str | None, *, passive: bool = False) -> Officer | None:
        """Say who holds this; None where nobody does, or the session has expired. `passive` does not prolong it."""
        if not cookie:
            return None
        session = self._people.get(Session, passwords.fingerprint(cookie))
        now = self._clock()
        if session is None or not self._lives(session.body, now):
            return None
        user = self._people.get(User, session.body.user)
        if user is None or user.body.disabled or session.body.created_at < user.body.changed_at:
            return None
        if not passive and now - session.body.seen_at > TOUCH:
            self._people.replace(msgspec.structs.replace(session.body, seen_at=now), session.version)
        return Officer(user.body.id, user.body.role, session.body.id, user.body.department)

    def system(self, token: str) -> Officer | None:
        """Say which system holds this token, "name.secret"; None where none does."""
        name, _, secret = token.partition(".")
        user = self._people.get(User, name) if 0 < len(name) <= 64 else None  # noqa: PLR2004 - as `users.NAME` allows
        if user is None or user.body.disabled or user.body.role is not Role.SOURCE:
            return None
        return Officer(name, Role.SOURCE, "") if passwords.same(passwords.fingerprint(secret), user.body.secret) else None

    def sign_out(self, officer: Officer, address: str) -> None:
        """End a session."""
        self._people.delete(Session, officer.session)
        self.note(officer.name, "signed_out", address=address)

    def change_password(self, officer: Officer, old: str, new: str, address: str) -> str:
        """Give a user a new password; ends all sessions and begins another. Raises NotSignedIn, WeakPassword and TooMany."""
        now, limits = self._clock(), limits_of(officer.name, address)
        self._brake.note(limits, now)
        read = self._people.get(User, officer.name)
        if read is None or not passwords.fits(old, read.body.secret):
            raise NotSignedIn("原密码不对")
        self._brake.take_back(limits, now)
        passwords.check(new, officer.name)
        changed = msgspec.structs.replace(read.body, secret=passwords.hashed(new), changed_at=now)
        self.note(officer.name, "password_changed", target=officer.name, address=address)
        if not self._people.replace(changed, read.version):
            raise NotSignedIn("密码刚刚被别处改过，请重新登录")
        return self._begin(changed, now, "signed_in", address)

    def note(self, who: str, action: str, *, target: str | None = None, detail: str | None = None, address: str | None = None) -> None:
        """Write down what somebody did."""
        record = AuditRecord(id=uuid4().hex, at=self._clock(), who=who, action=action, target=target, detail=detail, address=address)
        self._people.append(record)

    def _begin(self, user: User, now: datetime, action: str, address: str) -> str:
        token = passwords.make_token()
        self.note(user.id, action, address=address)
        self._people.create(Session(id=passwords.fingerprint(token), user=user.id, created_at=now, seen_at=now))
        return token

    def _lives(self, session: Session, now: datetime) -> bool:
        return now - session.created_at < self._absolute and now - session.seen_at < self._idle
