"""Who acts: roles and departments."""

import enum
from typing import NamedTuple


class Role(enum.StrEnum):
    """What somebody may do; the web room's sign-in gives each user one."""

    ADMIN = "admin"
    DUTY = "duty"  # 值班员
    HANDLER = "handler"  # 承办人, of one department
    ANALYST = "analyst"
    VIEWER = "viewer"


class Actor(NamedTuple):
    """Who does something."""

    user: str  # id of the user
    role: Role
    department: str | None = None  # which a handler works for


MACHINE = Actor("machine", Role.VIEWER)  # opens incidents and merges what nobody has judged; may do no step of an officer
