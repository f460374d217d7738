"""Tables of steps: which may follow which, who may take them, what must be given. Incidents and requests each have one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from config.incidents import IncidentRules
from incidents.errors import NotAllowed
from incidents.people import Actor, Role


class Case(Protocol):
    """What moves along a table."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...


Moved = TypeVar("Moved", bound=Case)


class Situation(NamedTuple):
    """What a given value is checked against."""

    given: Any  # everything given with the step
    rules: IncidentRules
    now: datetime


class Need(NamedTuple):
    """Something that must be given with a step. `check` says what is wrong with a value, or None."""

    name: str  # of a field of what is given
    label: str  # for people, in Chinese
    check: Callable[[Any, Situation], str | None] = lambda _value, _situation: None


class Transition(NamedTuple, Generic[Moved]):
    """One step."""

    source: str
    to: str
    roles: frozenset[Role]
    needs: tuple[Need, ...] = ()
    against: Callable[[Moved, Actor], str | None] | None = None  # what stands against it for this case and person, or None


class Table(Generic[Moved]):
    """All steps of one kind of case."""

    def __init__(self, transitions: Iterable[Transition[Moved]]) -> None:
        self.transitions = tuple(transitions)

    def possible(self, case: Moved, by: Actor) -> tuple[Transition[Moved], ...]:
        """The steps that somebody could take now, in the order of the table."""
        return tuple(step for step in self._from(case) if _against(step, case, by) is None)

    def choose(self, case: Moved, to: str, by: Actor, situation: Situation) -> Transition[Moved]:
        """The step meant. Raises NotAllowed where there is none, it is not this person's, or something is missing or wrong."""
        instead = [str(step.to) for step in self.possible(case, by)]
        step = next((step for step in self._from(case) if step.to == to), None)
        if step is None:
            raise NotAllowed("no_such_step", f"{case.id} is {case.state}: it can't become {to}", possible=instead)
        against = _against(step, case, by)
        if against is not None:
            raise NotAllowed("not_yours", f"{case.id} is {case.state}: {by.user} can't make it {to}: {against}", possible=instead)
        check_given(f"{case.id} can't become {to}", step.needs, situation, instead)
        return step

    def step(self, source: str, to: str) -> Transition[Moved]:
        """The step of a record. Raises NotAllowed where the table no longer has it."""
        for step in self.transitions:
            if (step.source, step.to) == (source, to):
                return step
        raise NotAllowed("no_such_step", f"a record goes from {source} to {to}, which this version of the program has no step for")

    def _from(self, case: Moved) -> Sequence[Transition[Moved]]:
        return [step for step in self.transitions if step.source == case.state]


def check_given(refusal: str, needs: Iterable[Need], situation: Situation, possible: Sequence[str]) -> None:
    """Raise NotAllowed with everything that is missing or, where nothing is, everything that is wrong."""
    values = {need: getattr(situation.given, need.name) for need in needs}
    missing = [need.name for need, value in values.items() if value is None or (isinstance(value, str) and not value.strip())]
    if missing:
        raise NotAllowed("missing", f"{refusal} without {', '.join(missing)}", possible=possible, missing=missing)
    wrong = {need.name: what for need, value in values.items() if (what := need.check(value, situation))}
    if wrong:
        said = "; ".join(f"{name} {what}" for name, what in wrong.items())
        raise NotAllowed("wrong", f"{refusal}: {said}", possible=possible, wrong=list(wrong))


def _against(step: Transition[Moved], case: Moved, by: Actor) -> str | None:
    if by.role not in step.roles:
        return f"this takes the role {' or '.join(sorted(step.roles))}, not {by.role}"
    return step.against(case, by) if step.against else None


def link(value: str, _situation: Situation) -> str | None:
    """Check that something can be followed."""
    scheme, found, rest = value.strip().partition("://")
    return None if scheme in {"http", "https"} and found and rest else f"must be a link that begins with https://, not {value!r}"


def ahead(value: datetime, situation: Situation) -> str | None:
    """Check that a time is aware and lies ahead."""
    if value.tzinfo is None:
        return "must say its time zone"
    return None if value > situation.now else "must lie ahead"


def known_department(value: str, situation: Situation) -> str | None:
    """Check that a department is one of the office's, where these are known."""
    known = situation.rules.departments
    return None if not known or value in known else f"is unknown: {value!r}; possible are {', '.join(known)}"
