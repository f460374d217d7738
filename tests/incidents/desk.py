"""People, times and incidents for tests of handling."""

from datetime import UTC, datetime, timedelta

from config.incidents import IncidentRules, load_incidents
from config.settings import Settings
from incidents.flow import apply
from incidents.people import Actor, Role
from incidents.records import Given, Grade, Incident, Record, Stage

NOW = datetime(2026, 11, 2, 0, tzinfo=UTC)
OFFICER = Actor("wang", Role.DUTY)
ADMIN = Actor("root", Role.ADMIN)
HANDLER = Actor("li", Role.HANDLER, "zhujian")
STRANGER = Actor("zhao", Role.HANDLER, "jiaotong")
ANALYST = Actor("qian", Role.ANALYST)
VIEWER = Actor("sun", Role.VIEWER)
RULES: IncidentRules = load_incidents(Settings())

LINK = "https://yunxi.example/answer/1"
NO_DUTY = Given(grounds=(), reason="个别吐槽")
DUTY = Given(grounds=("public_interest",), reason="影响数千居民")
GRAVE = Given(grounds=("emergency",), emergency=Grade.EXTRAORDINARY, reason="管网爆裂")
DISMISS = Given(reason="误报")


def hours(number: float) -> datetime:
    """A time so many hours after the beginning."""
    return NOW + timedelta(hours=number)


def task(due_h: float) -> Given:
    return Given(lead_department="zhujian", due=hours(due_h))


def found() -> Incident:
    return Incident(id="inc-1", title="东湖小区停水", found_at=NOW, first_post="weibo:1")


class Walk:
    """An incident on its way, with the records so far."""

    def __init__(self) -> None:
        self.incident = found()
        self.records: list[Record] = []

    def to(self, stage: Stage, given: Given, at_h: float, by: Actor = OFFICER) -> "Walk":
        self.incident, record = apply(self.incident, stage, by, given, hours(at_h), rules=RULES)
        self.records.append(record)
        return self


def walk_to(stage: Stage) -> Walk:
    """An incident with a duty to answer, brought to a stage the ordinary way, an hour a step."""
    walk = Walk()
    if stage is Stage.DISMISSED:
        return walk.to(stage, DISMISS, 1)
    way = [
        (Stage.JUDGED, DUTY),
        (Stage.RATED, Given(level="yellow")),
        (Stage.ASSIGNED, task(30)),
        (Stage.HANDLED, Given(report="水泵已更换")),
        (Stage.ANSWERED, Given(link=LINK)),
        (Stage.CLOSED, Given(reason="已恢复供水")),
        (Stage.REVIEWED, Given(review="加强巡检")),
    ]
    stops = [Stage.FOUND, *(step for step, _ in way)]
    upto = Stage.HANDLED if stage is Stage.RETURNED else Stage.CLOSED if stage is Stage.REOPENED else stage
    for number, (step, given) in enumerate(way[: stops.index(upto)], 1):
        walk.to(step, given, number)
    if upto is not stage:
        walk.to(stage, Given(reason="需要补充"), len(walk.records) + 1)
    return walk
