"""An incident as it stands, and the records of how it got there. Records are appended and never changed."""

import enum
from datetime import datetime

import msgspec

from incidents.people import Role


class Stage(enum.StrEnum):
    """How far an incident has come."""

    FOUND = "found"  # 发现
    JUDGED = "judged"  # 研判
    RATED = "rated"  # 定级
    ASSIGNED = "assigned"  # 交办
    HANDLED = "handled"  # 处置
    ANSWERED = "answered"  # 回应
    CLOSED = "closed"  # 办结
    REVIEWED = "reviewed"  # 复盘
    RETURNED = "returned"  # 退回
    DISMISSED = "dismissed"  # 排除
    REOPENED = "reopened"  # 重启


class Grade(enum.StrEnum):
    """The grade of an emergency by the national plan, as an officer judged it. Not a level: levels are the office's colours."""

    EXTRAORDINARY = "extraordinary"  # 特别重大
    MAJOR = "major"  # 重大
    LARGER = "larger"  # 较大
    ORDINARY = "ordinary"  # 一般


class Milestone(enum.StrEnum):
    """What an officer records beside the steps."""

    INFORMATION = "information"  # authoritative information was published
    PRESS_CONFERENCE = "press_conference"
    REMARK = "remark"


class Given(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody gives with a step. The table says what each step needs; None is not given."""

    reason: str | None = None
    grounds: tuple[str, ...] | None = None  # on which there is a duty to answer; () says that there is none
    emergency: Grade | None = None
    level: str | None = None
    lead_department: str | None = None
    due: datetime | None = None
    report: str | None = None  # what the department did
    link: str | None = None  # to the answer, the information or the report of the conference
    review: str | None = None  # what is learnt from it


class TimedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A clock's rule as it stood when the clock was started, so that editing a rule changes no clock that runs."""

    id: str
    name: str
    statutory: bool
    limit_s: float
    warn_s: float  # before the end
    met_by: tuple[str, ...]  # stages and milestones
    source: str


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step or milestone: who, when, from, to, why. Its id is made of incident and number, so one of two officers wins."""

    id: str  # "incident:0003"
    incident: str
    number: int  # from 1
    at: datetime
    by: str  # user
    role: Role
    source: Stage
    to: Stage  # the same as source where a milestone was recorded
    milestone: Milestone | None = None
    given: Given
    clocks: tuple[TimedRule, ...] = ()  # that hold from now on, of those that this step decides


class Incident(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One incident, as its records have made it. What is measured of its posts stands elsewhere."""

    id: str
    title: str
    state: Stage = Stage.FOUND
    found_at: datetime
    first_post: str
    topic: str | None = None
    departments: tuple[str, ...] = ()  # proposed by topic and account
    records: int = 0  # how many there are
    moved_at: datetime | None = None
    grounds: tuple[str, ...] | None = None  # None until somebody has judged
    emergency: Grade | None = None
    level: str | None = None
    lead_department: str | None = None
    due: datetime | None = None
    answer: str | None = None  # link
    merged_into: str | None = None
    grouped_by: str | None = None  # version of the rule that grouped its posts when it was opened

    @property
    def must_answer(self) -> bool:
        """Whether an officer has judged that there is a duty to answer."""
        return bool(self.grounds) or self.emergency is not None

    @property
    def may_merge(self) -> bool:
        """Whether the machine may still merge it: nobody has touched it."""
        return self.state is Stage.FOUND and self.records == 0 and self.merged_into is None
