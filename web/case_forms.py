"""Forms for the steps that are possible now: which fields a step asks for, what they may hold, and what was typed into them.

The tables of `incidents.flow` and `incidents.requests` say what each step needs; here stands only how a person fills it in.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from config.incidents import IncidentRules
from incidents.errors import NotAllowed
from incidents.records import Given, Grade, Milestone, Stage
from incidents.requests import BEST, WORST, Channel, RequestGiven, RequestStage
from incidents.transitions import Need
from web.errors import BadInput
from web.links import minute
from web.search_form import read_time
from web.views import Named, View

LONGEST = 5000  # characters of a text
LONGEST_LINK = 2000

Short = Annotated[str, Field(max_length=64)]
Long = Annotated[str, Field(max_length=2 * LONGEST)]  # a browser counts a line break once and sends two characters
Seen = Annotated[int, Field(ge=0, description="How many records there were when you looked: refused where there are more by now.")]

_KINDS = {
    "reason": "text",
    "report": "text",
    "review": "text",
    "answer": "text",
    "reference": "line",
    "link": "link",
    "due": "time",
    "level": "choice",
    "lead_department": "choice",
    "department": "choice",
    "channel": "choice",
    "rating": "choice",
    "grounds": "several",
}


class FieldItem(View):
    """A field of a form. `kind`: text, line, link, time, choice (one of the options) or several (any of them)."""

    name: str
    kind: str
    options: tuple[Named, ...] = ()  # with names that the office's files give
    values: tuple[str, ...] = ()  # as typed, or proposed
    required: bool = True
    longest: int = LONGEST


class StepItem(View):
    """A step that could be taken now, and what it asks for."""

    to: str
    fields: tuple[FieldItem, ...]


class Typed(BaseModel):
    """What was filled in. `to` says which step is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: Annotated[str, Field(max_length=32)]
    seen: Seen | None = None

    def values(self) -> dict[str, tuple[str, ...]]:
        """Give what was typed, by field, so that a form can be shown again as it was."""
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self.model_dump(exclude={"to", "seen"}).items():
            values = tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)
            if any(values):
                found[name] = values
        return found


class IncidentForm(Typed):
    """A step of an incident, or a milestone beside the steps."""

    reason: Long = ""
    duty: Annotated[Literal["", "yes", "no"], Field(description="Whether there is a duty to answer; with `yes` on which grounds.")] = ""
    grounds: Annotated[list[Short], Field(max_length=20)] = []
    emergency: Short = ""
    level: Short = ""
    lead_department: Short = ""
    due: Annotated[str, Field(max_length=32, description="As 2026-11-24T18:00, in the office's zone.")] = ""
    report: Long = ""
    link: Annotated[str, Field(max_length=LONGEST_LINK)] = ""
    review: Long = ""

    def step(self) -> Stage | Milestone:
        """Give the step that is meant. Raises BadInput."""
        for kind in (Stage, Milestone):
            if self.to in {one.value for one in kind}:
                return kind(self.to)
        raise BadInput(f"没有这一步：{self.to}")

    def given(self, zone: ZoneInfo) -> Given:
        """Give what goes into the record. Raises NotAllowed for what can't be read."""
        return Given(
            reason=_said(self.reason),
            grounds=() if self.duty == "no" else tuple(self.grounds) or None,
            emergency=_one_of(Grade, self.emergency, "emergency"),
            level=_said(self.level),
            lead_department=_said(self.lead_department),
            due=_time(self.due, zone),
            report=_said(self.report),
            link=_said(self.link),
            review=_said(self.review),
        )


class RequestForm(Typed):
    """A step of a request, or (`to` is "against") departments that a report is found to be against."""

    reason: Long = ""
    channel: Short = ""
    reference: Short = ""
    department: Short = ""
    answer: Long = ""
    link: Annotated[str, Field(max_length=LONGEST_LINK)] = ""
    rating: Short = ""
    against: Annotated[list[Short], Field(max_length=200)] = []

    def step(self) -> RequestStage:
        """Give the step that is meant. Raises BadInput."""
        if self.to not in {one.value for one in RequestStage}:
            raise BadInput(f"没有这一步：{self.to}")
        return RequestStage(self.to)

    def given(self) -> RequestGiven:
        """Give what goes into the record. Raises NotAllowed for what can't be read."""
        if self.rating and not (self.rating.isascii() and self.rating.isdecimal()):
            raise NotAllowed("wrong", f"a rating is a number, not {self.rating!r}", wrong=["rating"])
        return RequestGiven(
            reason=_said(self.reason),
            channel=_one_of(Channel, self.channel, "channel"),
            reference=_said(self.reference),
            department=_said(self.department),
            answer=_said(self.answer),
            link=_said(self.link),
            rating=int(self.rating) if self.rating else None,
        )


def steps(
    needed: Mapping[str, Sequence[Need]], options: Mapping[str, Iterable[Named]], proposed: Mapping[str, str], typed: Typed | None
) -> tuple[StepItem, ...]:
    """Make the forms. `needed` says by step what it asks for; what was typed goes before what is proposed."""
    given = {name: (value,) for name, value in proposed.items() if value} | (typed.values() if typed else {})
    return tuple(StepItem(to=to, fields=tuple(_fields(to, needs, options, given))) for to, needs in needed.items())


def _fields(
    to: str, needs: Sequence[Need], options: Mapping[str, Iterable[Named]], given: Mapping[str, tuple[str, ...]]
) -> Iterable[FieldItem]:
    for need in needs:
        if need.name == "grounds":
            yield _choice("duty", options, given)
        yield FieldItem(
            name=need.name,
            kind=_KINDS[need.name],
            options=tuple(options.get(need.name, ())),
            values=given.get(need.name, ()),
            required=need.name != "grounds",  # it depends on whether there is a duty
            longest=LONGEST_LINK if need.name == "link" else 64 if _KINDS[need.name] == "line" else LONGEST,
        )
    if to == Stage.JUDGED:
        yield _choice("emergency", options, given).model_copy(update={"required": False})


def _choice(name: str, options: Mapping[str, Iterable[Named]], given: Mapping[str, tuple[str, ...]]) -> FieldItem:
    return FieldItem(name=name, kind="choice", options=tuple(options[name]), values=given.get(name, ()))


def incident_options(rules: IncidentRules, departments: Iterable[Named]) -> dict[str, tuple[Named, ...]]:
    """What the fields of an incident's steps may hold."""
    return {
        "duty": (Named(id="yes", name="yes"), Named(id="no", name="no")),
        "grounds": tuple(Named(id=ground.id, name=ground.name) for ground in rules.grounds),
        "emergency": tuple(Named(id=grade, name=grade) for grade in Grade),
        "level": tuple(Named(id=level.id, name=level.name) for level in rules.levels),
        "lead_department": tuple(departments),
    }


def request_options(departments: Iterable[Named]) -> dict[str, tuple[Named, ...]]:
    """What the fields of a request's steps may hold."""
    return {
        "channel": tuple(Named(id=channel, name=channel) for channel in Channel),
        "department": tuple(departments),
        "rating": tuple(Named(id=str(stars), name=str(stars)) for stars in range(BEST, WORST - 1, -1)),
    }


def typed_time(at: datetime | None, zone: ZoneInfo) -> str:
    """Write a time as a form's field holds it."""
    return "" if at is None else minute(at.replace(second=0, microsecond=0), zone)


def _said(text: str) -> str | None:
    return text.replace("\r\n", "\n").strip() or None


def _one_of(kind: type[Any], value: str, name: str) -> Any:
    if not value:
        return None
    if value not in {one.value for one in kind}:
        raise NotAllowed("wrong", f"{name} is unknown: {value!r}", wrong=[name])
    return kind(value)


def _time(text: str, zone: ZoneInfo) -> datetime | None:
    if not text.strip():
        return None
    try:
        return read_time(text, zone, last=False)
    except BadInput as error:
        raise NotAllowed("wrong", f"due: {error}", wrong=["due"]) from error
