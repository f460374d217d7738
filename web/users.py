"""Users: added, listed, disabled, given new passwords and one-time links. The command line's part of signing in."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import msgspec

from indexers.people import AuditRecord, Entry, People, Read, Role, User
from web import passwords
from web.errors import BadInput, NoSuchUser, UserExists
from web.gate import ENTRY_LIFE

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}|[\u4e00-\u9fff]{1,16}")


class Users:
    """Changes users, and writes each change into the audit. `who` changes them."""

    def __init__(self, people: People, clock: Callable[[], datetime], who: str) -> None:
        self._people = people
        self._clock = clock
        self._who = who

    def all(self) -> list[User]:
        """Give all users by name, as of a second ago."""
        return self._people.users()

    def add(self, name: str, role: Role, password: str, *, department: str | None = None) -> None:
        """Add one who signs in with a password. Raises BadInput, WeakPassword and UserExists."""
        _check_name(name)
        passwords.check(password, name)
        self._create(name, role, passwords.hashed(password), department)

    def add_source(self, name: str) -> str:
        """Add a system that delivers posts; returns its token, which is not kept. Raises BadInput and UserExists."""
        _check_name(name)
        secret = passwords.make_token()
        self._create(name, Role.SOURCE, passwords.fingerprint(secret))
        return f"{name}.{secret}"

    def disable(self, name: str, *, disabled: bool = True) -> None:
        """Keep somebody out, or let them in again. Their sessions end. Raises NoSuchUser."""
        read = self._get(name)
        self._note("user_disabled" if disabled else "user_enabled", name)
        self._replace(read, msgspec.structs.replace(read.body, disabled=disabled, changed_at=self._clock()))

    def set_department(self, name: str, department: str | None) -> None:
        """Say which department somebody works for; their sessions end. Raises NoSuchUser."""
        read = self._get(name)
        self._note("department_set", name, department)
        self._replace(read, msgspec.structs.replace(read.body, department=department, changed_at=self._clock()))

    def set_password(self, name: str, password: str) -> None:
        """Give somebody a new password; their sessions end. Raises NoSuchUser, BadInput and WeakPassword."""
        read = self._get(name)
        if read.body.role is Role.SOURCE:
            raise BadInput(f"{name} 是推送系统，用令牌而不是密码")
        passwords.check(password, name)
        self._note("password_set", name)
        self._replace(read, msgspec.structs.replace(read.body, secret=passwords.hashed(password), changed_at=self._clock()))

    def entry(self, name: str) -> str:
        """Make what signs `name` in once, within 15 minutes, at /enter/…. Raises NoSuchUser."""
        self._get(name)
        token = passwords.make_token()
        self._note("entry_made", name)
        self._people.create(Entry(id=passwords.fingerprint(token), user=name, expires_at=self._clock() + ENTRY_LIFE))
        return token

    def _create(self, name: str, role: Role, secret: str, department: str | None = None) -> None:
        now = self._clock()
        self._note("user_added", name, role.value if department is None else f"{role.value}, {department}")
        user = User(id=name, role=role, secret=secret, created_at=now, changed_at=now, department=department)
        if not self._people.create(user):
            raise UserExists(f"已有用户 {name}")

    def _get(self, name: str) -> Read[User]:
        read = self._people.get(User, name) if name else None
        if read is None:
            raise NoSuchUser(f"没有用户 {name}，用 yuqing users list 查看")
        return read

    def _replace(self, read: Read[User], changed: User) -> None:
        if not self._people.replace(changed, read.version):
            raise UserExists(f"{changed.id} 刚刚被别人改过，请再试一次")

    def _note(self, action: str, name: str, detail: str | None = None) -> None:
        self._people.append(AuditRecord(id=uuid4().hex, at=self._clock(), who=self._who, action=action, target=name, detail=detail))


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise BadInput(f"用户名 {name!r} 不能用：小写字母、数字、- 和 _，或不超过 16 个汉字")
